"""Our Rasa beside Rasa as it comes: how fast a message is understood, how fast a turn is, start and memory.

`python -m tests.bench.understanding` measures these alone.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from disputes.local import training
from tests.bench import turns
from tests.bench.default_rasa import RunningRasa, ask, running, train_default, work_of
from tests.bench.rows import Row, p50, p95, table
from tests.dialogue.measure_nlu import OWN_TEST, parse, read_examples
from tests.stack import ROOT, Stack, running_stack

MESSAGES = 200
WARM_UP = 20
TURNS = 60
TURNS_PER_SENDER = 20


def main() -> int:
    """Measures and prints the table; ends with 1 when a bar is missed."""
    default_model = train_default(ROOT / "var" / "bench")
    with running_stack() as stack:
        rows = against_default(stack, default_model)
    print(table(rows))
    return 0 if all(row.ok is not False for row in rows) else 1


@dataclass(frozen=True)
class Measured:
    """What was measured of one Rasa; times in seconds."""

    rasa: RunningRasa
    parses: list[float]
    turns: list[float]
    rate: float
    work: float


def against_default(stack: Stack, default_model: Path) -> list[Row]:
    """Our Rasa as we run it, and Rasa as it comes (its default pipeline), with the same actions and tracker store."""
    model = training.current_model(ROOT)
    assert model is not None
    environment = stack.rasa().environ()
    environment.pop("RASA_TOKEN", None)
    with TemporaryDirectory() as folder:
        with running("rasa", default_model, environment, Path(folder) / "default.log") as rasa:
            default = _measure(rasa)
        with running("nlu_components.start", model, environment, Path(folder) / "ours.log") as rasa:
            ours = _measure(rasa)
    rows = []
    for name, measured, bar in (("Rasa's default pipeline", default, None), ("our pipeline", ours, 25)):
        rows += [
            Row(f"a message understood, {name}, p50", p50(measured.parses) * 1000, "ms"),
            Row(f"a message understood, {name}, p95", p95(measured.parses) * 1000, "ms", bar),
            Row(f"turn straight to Rasa, {name}, p50", p50(measured.turns) * 1000, "ms"),
            Row(f"turn straight to Rasa, {name}, p95", p95(measured.turns) * 1000, "ms"),
            Row(f"turns per second, {name}, 16 senders", measured.rate, "1/s"),
            Row(f"processor time of Rasa for a turn, {name}", measured.work * 1000, "ms"),
        ]
    return [
        *rows,
        Row("turn, p95, ours / default", p95(ours.turns) / p95(default.turns), "x"),
        Row("turns per second, ours / default", ours.rate / default.rate, "x", 2, at_least=True),
        Row("processor time of Rasa for a turn, ours / default", ours.work / default.work, "x"),
        Row("Rasa ready after, ours / default", ours.rasa.ready_seconds / default.rasa.ready_seconds, "x", 0.5),
        Row("memory of Rasa with its default pipeline", default.rasa.memory_mb, "MB"),
    ]


def _measure(rasa: RunningRasa) -> Measured:
    messages = [text for text, _ in read_examples(OWN_TEST)]
    chosen = messages[:: max(1, len(messages) // MESSAGES)]
    for text in chosen[:WARM_UP]:
        parse(rasa.url, text)
    parses = [_seconds_to_parse(rasa.url, text) for text in chosen]
    before = work_of(rasa.process)
    took = _one_after_the_other(rasa.url)
    work = (work_of(rasa.process) - before) / TURNS
    return Measured(rasa, parses, took, turns.rasa_throughput(rasa.url), work)


def _seconds_to_parse(url: str, text: str) -> float:
    began = time.perf_counter()
    parse(url, text)
    return time.perf_counter() - began


def _one_after_the_other(url: str) -> list[float]:
    took = []
    for number in range(TURNS):
        if number % TURNS_PER_SENDER == 0:
            sender = uuid4().hex
        took.append(ask(url, sender, turns.ASKED))
    return took


if __name__ == "__main__":
    sys.exit(main())
