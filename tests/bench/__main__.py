"""Measures and prints the table; writes var/bench.json. Ends with 1 when a bar is missed.

`python -m tests.bench` measures everything, `python -m tests.bench turns search` only these parts, and writes nothing.
"""

import argparse
import gzip
import sys
from collections.abc import Callable

from tests.bench import board, cases, live, search, turns, understanding
from tests.bench.default_rasa import memory_of, train_default
from tests.bench.rows import Row, table, write
from tests.stack import ROOT, Stack, running_stack

type Part = Callable[[], list[Row]]
type PartOfStack = Callable[[Stack], list[Row]]


def of_turns(stack: Stack) -> list[Row]:
    """Turns one after the other, many at once, and late in a conversation."""
    return [
        *turns.whole_turn_against_straight(stack),
        *turns.system_throughput(stack),
        *turns.long_conversation(stack),
    ]


def memory(stack: Stack) -> list[Row]:
    """Resident memory, after the turns when they were measured before."""
    return [
        Row("memory of the app (web, actions, worker)", memory_of(stack.app()), "MB", 250),
        Row("memory of Rasa", memory_of(stack.rasa()), "MB", 750),
    ]


def against_default(stack: Stack) -> list[Row]:
    """Our Rasa beside Rasa as it comes."""
    return understanding.against_default(stack, train_default(ROOT / "var" / "bench"))


def start_and_stop(stack: Stack) -> list[Row]:
    """How long everything takes to come and to go."""
    stack.stop()
    return [
        Row("everything ready after a second start", stack.start(), "s", 30),
        Row("everything stopped after Ctrl-C", stack.stop(), "s", 5),
    ]


def on_own_database(measure: Part) -> Part:
    """The same measurement on an empty database that is thrown away."""

    def measured() -> list[Row]:
        with cases.own_database():
            return measure()

    return measured


def of_scripts() -> list[Row]:
    """How much of ours a browser loads."""
    static = ROOT / "disputes" / "site" / "static"
    return [
        Row(f"{name}, gzip", len(gzip.compress((static / name).read_bytes(), 9)) / 1024, "KB", limit)
        for name, limit in (("widget.js", 30), ("desk-chat.js", 40))
    ]


ON_STACK: dict[str, PartOfStack] = {
    "turns": of_turns,
    "memory": memory,
    "live": live.in_one_process,
    "understanding": against_default,
    "start": start_and_stop,
}
"""One program serves all of them, in this order; the last one stops it."""

ALONE: dict[str, Part] = {
    "two": live.side_by_side,
    "cases": on_own_database(cases.of_cases),
    "board": on_own_database(board.of_board),
    "search": on_own_database(search.of_search),
    "scripts": of_scripts,
}


def main() -> int:
    """Runs the parts that were named, or every one, in one go, so that each ratio compares like with like."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures speed and memory.")
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join((*ON_STACK, *ALONE))}; none: all")
    named = parser.parse_args().parts
    if unknown := set(named) - {*ON_STACK, *ALONE}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    rows = measured(set(named or (*ON_STACK, *ALONE)))
    print(table(rows))
    if not named:
        write(rows, ROOT / "var" / "bench.json")
    return 0 if all(row.ok is not False for row in rows) else 1


def measured(wanted: set[str]) -> list[Row]:
    """The rows of these parts."""
    rows: list[Row] = []
    if wanted & set(ON_STACK):
        if "understanding" in wanted:
            train_default(ROOT / "var" / "bench")  # not while the program runs
        with running_stack() as stack:
            for name, measure in ON_STACK.items():
                if name in wanted:
                    rows += measure(stack)
    for name, measure_alone in ALONE.items():
        if name in wanted:
            rows += measure_alone()
    return rows


if __name__ == "__main__":
    sys.exit(main())
