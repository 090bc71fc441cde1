"""Tables and the rows behind a figure as CSV: UTF-8, one line of names, and nothing that a spreadsheet would run.

What is in a file is what its page shows, and no customer's name, address or words.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from disputes import policy
from disputes.reports.figures import Figure
from disputes.reports.queries import Line
from disputes.reports.sheets import Cell, Column, Sheet
from disputes.reports.weekly import Change
from disputes.reports.words import HOUR

MARK: Final = "\ufeff"
"""Tells spreadsheets that this is UTF-8."""

RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins like this for a formula."""

LINE_COLUMNS: Final = (
    "reference", "chat", "date", "hours", "what", "kind", "category", "cause", "with", "stage",
)  # fmt: skip
"""The columns of a file of cases or chats behind a figure."""

CHANGE_COLUMNS: Final = ("week", "counted", "category", "cause", "n", "usual")
"""The columns of a file of causes."""

type Value = str | int | float | None


@dataclass(frozen=True)
class File:
    """The bytes of a file, and how many rows there are under its names."""

    content: bytes
    rows: int


def of_sheet(sheet: Sheet) -> File:
    """A table; a time takes three columns (how many, half and nine of ten within so many hours), a share two."""
    names = [sheet.by, *(name for column in sheet.columns for name in column_names(column))]
    rows = [[row.key or row.label, *(value for cell in row.cells for value in _values(cell))] for row in sheet.rows]
    return written(names, rows)


def of_lines(figure: Figure, lines: Iterable[Line]) -> File:
    """What is behind a figure."""
    rules = policy.current()

    def row(line: Line) -> list[Value]:
        return [
            line.reference,
            None if line.reference else str(line.subject_id),
            _local(line.at),
            _hours(line.seconds),
            figure.what_label(line.what),
            figure.kind_label(line.kind, rules),
            rules.category_label(line.category) if line.category else None,
            rules.causes.get(line.cause, line.cause) if line.cause else None,
            line.agent_name,
            line.state,
        ]

    return written(LINE_COLUMNS, [row(line) for line in lines])


def of_changes(week: str, filed: Sequence[Change], answered: Sequence[Change]) -> File:
    """Categories of what was filed in a week, and categories with causes of what was answered, with a usual week."""
    rows = [
        [week, counted, one.filters.category, one.filters.cause, one.n, round(one.usual, 2)]
        for counted, changes in (("filed", filed), ("first_answer", answered))
        for one in changes
    ]
    return written(CHANGE_COLUMNS, rows)


def column_names(column: Column) -> list[str]:
    """The names in a file that a column of a table becomes."""
    if column.told == "time":
        return [f"{column.id}_n", f"{column.id}_half_within_hours", f"{column.id}_nine_of_ten_within_hours"]
    return [column.id, f"{column.id}_of"] if column.told == "share" else [column.id]


def safe(value: Value) -> Value:
    """The value, with an apostrophe before words that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RUNS) else value


def _values(cell: Cell) -> list[Value]:
    if cell.column.told == "time":
        return [cell.n, _hours(cell.group.p50), _hours(cell.group.p90)]
    return [cell.part, cell.n] if cell.column.told == "share" else [cell.n]


def written(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> File:
    """A file of these columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([safe(value) for value in row] for row in rows)
    return File((MARK + text.getvalue()).encode(), len(rows))


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / HOUR, 2)


def _local(at: datetime) -> str:
    return at.astimezone(policy.current().calendar.zone).isoformat(sep=" ", timespec="minutes")
