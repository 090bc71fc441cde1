"""Measures a configuration of the understanding: `python -m tests.dialogue.measure_nlu CONFIG.yml [...]`.

For each file: trains it in Rasa on data/nlu, starts Rasa with it, sends every message of nlu_test.yml, and prints one
row of the table in docs/nlu.md. With `--picture FILE.svg` it also draws what was taken for what, of the last
configuration. Needs .venv-rasa; takes about two minutes a file.
"""

import argparse
import os
import re
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import psutil
import requests
import yaml

from disputes.local.training import QUIET, rasa_command
from disputes.teaching import intents
from tests.dialogue.confusion import picture
from tests.stack import free_port, wait_until

ROOT = Path(__file__).parent.parent.parent
OWN_TEST = Path(__file__).parent / "nlu_test.yml"
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
READY_SECONDS = 180


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.dialogue.measure_nlu")
    parser.add_argument("configurations", nargs="+", type=Path, metavar="CONFIG.yml")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg")
    arguments = parser.parse_args()
    messages = read_examples(OWN_TEST)
    best: list[tuple[str, str]] = []
    print(
        "| configuration | accuracy | macro-F1 | in scope lost | out of scope turned away | parse p50 / p95 (ms) ",
        end="",
    )
    print("| memory (MB) | ready (s) | trains in (s) |")
    for config in arguments.configurations:
        with tempfile.TemporaryDirectory() as folder:
            seconds = _train(config, Path(folder))
            with _rasa(Path(folder) / "model.tar.gz") as (url, ready, process):
                for message, _ in messages[:20]:
                    parse(url, message)
                rows = [(expected, *_timed_parse(url, message)) for message, expected in messages]
                memory = process.memory_info().rss / 1e6
        times = [milliseconds for _, _, _, milliseconds in rows]
        best = [(expected, top) for expected, _, top, _ in rows]
        inside = [intent for expected, intent, _, _ in rows if expected != OUT_OF_SCOPE]
        outside = [intent for expected, intent, _, _ in rows if expected == OUT_OF_SCOPE]
        print(
            f"| {config.stem} | {accuracy(best):.3f} | {macro_f1(best):.3f} "
            f"| {inside.count(FALLBACK) / len(inside):.2f} "
            f"| {sum(intent in (FALLBACK, OUT_OF_SCOPE) for intent in outside) / len(outside):.2f} "
            f"| {median(times):.0f} / {quantiles(times, n=20)[-1]:.0f} | {memory:.0f} | {ready:.0f} | {seconds:.0f} |",
            flush=True,
        )
    if arguments.picture:
        arguments.picture.write_text(picture(best, [list(group.intents) for group in intents.groups()]))


def read_examples(path: Path) -> list[tuple[str, str]]:
    """The messages of a Rasa NLU file with their intents."""
    blocks = yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
    return [
        (line.removeprefix("- "), block["intent"])
        for block in blocks
        for line in block["examples"].splitlines()
        if line.startswith("- ")
    ]


def parse(url: str, text: str, token: str | None = None) -> tuple[str, str]:
    """What Rasa takes a message for, with the fallback, and the likeliest intent without it."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = requests.post(f"{url}/model/parse", json={"text": text}, headers=headers, timeout=30).json()
    ranking = [each["name"] for each in answer["intent_ranking"] if each["name"] != FALLBACK]
    return answer["intent"]["name"], ranking[0]


def accuracy(pairs: list[tuple[str, str]]) -> float:
    """The share of messages whose intent was found."""
    return sum(expected == found for expected, found in pairs) / len(pairs)


def macro_f1(pairs: list[tuple[str, str]]) -> float:
    """The mean over the expected intents of the harmonic mean of recall and precision."""
    right: dict[str, int] = defaultdict(int)
    wanted: dict[str, int] = defaultdict(int)
    given: dict[str, int] = defaultdict(int)
    for expected, found in pairs:
        wanted[expected] += 1
        given[found] += 1
        right[expected] += expected == found
    return sum(2 * right[intent] / (wanted[intent] + given[intent]) for intent in wanted) / len(wanted)


def _timed_parse(url: str, text: str) -> tuple[str, str, float]:
    began = time.perf_counter()
    intent, top = parse(url, text)
    return intent, top, (time.perf_counter() - began) * 1000


def _train(config: Path, folder: Path) -> float:
    began = time.perf_counter()
    arguments = ["train", "nlu", "--nlu", "data/nlu", "--config", str(config.absolute()), "--domain", "domain.yml"]
    arguments += ["--out", str(folder), "--fixed-model-name", "model"]
    done = subprocess.run(
        [*rasa_command(ROOT), *arguments],
        cwd=ROOT,
        env=os.environ | QUIET,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)[-2000:])
    return time.perf_counter() - began


@contextmanager
def _rasa(model: Path) -> Iterator[tuple[str, float, psutil.Process]]:
    port, began = free_port(), time.perf_counter()
    arguments = ["run", "-i", "127.0.0.1", "-p", str(port), "-m", str(model), "--enable-api", "--endpoints", os.devnull]
    child = subprocess.Popen(
        [*rasa_command(ROOT), *arguments],
        cwd=ROOT,
        env=os.environ | QUIET,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), READY_SECONDS, "Rasa was not ready")
        yield url, time.perf_counter() - began, psutil.Process(child.pid)
    finally:
        child.terminate()
        child.wait(30)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


if __name__ == "__main__":
    main()
