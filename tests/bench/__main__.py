"""Measures everything and prints the table; writes var/bench.json. Ends with 1 when a bar is missed."""

import gzip
import sys

from tests.bench import board, cases, live, search, turns, understanding
from tests.bench.default_rasa import memory_of, train_default
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
        rows += understanding.against_default(stack, default_model)
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


if __name__ == "__main__":
    sys.exit(main())
