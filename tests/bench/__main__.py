"""Measures everything and prints the table; writes var/bench.json. Ends with 1 when a bar is missed."""

import gzip
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from disputes.local import training
from tests.bench import board, cases, live, search, turns
from tests.bench.default_rasa import memory_of, running, train_default
from tests.bench.rows import Row, table, write
from tests.stack import ROOT, Stack, running_stack


def main() -> int:
    """Runs every measurement in one go, so that each ratio compares like with like."""
    rows: list[Row] = []
    default_model = train_default(ROOT / "var" / "bench")
    with running_stack() as stack:
        rows += turns.whole_turn_against_straight(stack)
        rows += turns.system_throughput(stack)
        rows += turns.long_conversation(stack)
        rows += memory(stack)
        rows += live.in_one_process(stack)
        rows += against_default(stack, default_model)
        stack.stop()
        rows.append(Row("everything ready after a second start", stack.start(), "s", 30))
        rows.append(Row("everything stopped after Ctrl-C", stack.stop(), "s", 5))
    rows += live.side_by_side()
    with cases.own_database():
        rows += cases.of_cases()
    with cases.own_database():
        rows += board.of_board()
    with cases.own_database():
        rows += search.of_search()
    for name, limit in (("widget.js", 30), ("desk-chat.js", 40)):
        script = ROOT / "disputes" / "site" / "static" / name
        rows.append(Row(f"{name}, gzip", len(gzip.compress(script.read_bytes(), 9)) / 1024, "KB", limit))
    print(table(rows))
    write(rows, ROOT / "var" / "bench.json")
    return 0 if all(row.ok is not False for row in rows) else 1


def memory(stack: Stack) -> list[Row]:
    """Resident memory after the turns above."""
    return [
        Row("memory of the app (web, actions, worker)", memory_of(stack.app()), "MB", 250),
        Row("memory of Rasa", memory_of(stack.rasa()), "MB", 750),
    ]


def against_default(stack: Stack, default_model: Path) -> list[Row]:
    """Our Rasa as we run it, and Rasa as it comes (its default pipeline), with the same actions and tracker store."""
    model = training.current_model(ROOT)
    assert model is not None
    environment = stack.rasa().environ()
    environment.pop("RASA_TOKEN", None)
    with TemporaryDirectory() as folder:
        with running("rasa", default_model, environment, Path(folder) / "default.log") as default:
            default_rate = turns.rasa_throughput(default.url)
        with running("nlu_components.start", model, environment, Path(folder) / "ours.log") as ours:
            our_rate = turns.rasa_throughput(ours.url)
    return [
        Row("turns per second, Rasa's default pipeline, 16 senders", default_rate, "1/s"),
        Row("turns per second, our pipeline, 16 senders", our_rate, "1/s"),
        Row("turns per second, ours / default", our_rate / default_rate, "x", 2, at_least=True),
        Row("Rasa ready after, ours / default", ours.ready_seconds / default.ready_seconds, "x", 0.5),
        Row("memory of Rasa with its default pipeline", default.memory_mb, "MB"),
    ]


if __name__ == "__main__":
    sys.exit(main())
