"""Tables of figures: a row for each week, category, cause or member of staff, a column for each figure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from sqlalchemy.orm import Session

from disputes import policy
from disputes.errors import NotFound
from disputes.reports import queries, service
from disputes.reports.figures import FIGURES, Figure
from disputes.reports.filters import ONE_OF, Filters
from disputes.reports.queries import By, Group
from disputes.reports.words import MEDIAN_FROM, NINE_OF_TEN_FROM, say_day, say_share, say_time

type Told = Literal["count", "time", "share"]


@dataclass(frozen=True)
class Column:
    """What a column tells of its figure: how many, how long, or how many of those that became one of `of` became
    `part`. It is left out of tables with rows for `not_by`."""

    id: str
    label: str
    figure: Figure
    told: Told = "count"
    part: str | None = None
    of: tuple[str, ...] = ()
    not_by: By | None = None

    @property
    def whole(self) -> str | None:
        """What the rows that a share is of became; None where it is of all of them."""
        return ONE_OF.join(self.of) if self.of and set(self.of) != set(self.figure.whats) else None


@dataclass(frozen=True)
class Cell:
    """One figure of a row, and the filters that lead to what is behind it."""

    column: Column
    group: Group
    filters: Filters

    @property
    def n(self) -> int:
        """How many are behind it."""
        if self.column.told == "share":
            return sum(self.group.whats.get(what, 0) for what in self.column.of)
        if self.column.part is not None:
            return self.group.whats.get(self.column.part, 0)
        return self.group.n

    @property
    def part(self) -> int:
        """Of a share: how many of them became what it tells."""
        return self.group.whats.get(self.column.part or "", 0)

    @property
    def share(self) -> float | None:
        """The share, where there is anything to have one of."""
        return self.part / self.n if self.n else None

    @property
    def says(self) -> str:
        """The figure in words; empty where there are too few to say."""
        if self.column.told == "count":
            return f"{self.n:,}"
        if self.column.told == "share":
            return say_share(self.part, self.n)
        return say_time(self.group.p50) if self.group.p50 is not None and self.n >= MEDIAN_FROM else ""

    @property
    def nine_of_ten(self) -> str:
        """Of a time: within which nine of ten are; empty where there are too few to say."""
        if self.column.told != "time" or self.group.p90 is None or self.n < NINE_OF_TEN_FROM:
            return ""
        return say_time(self.group.p90)

    @property
    def of_part(self) -> Filters:
        """The filters for the part that a share tells."""
        return self.filters.with_(what=self.column.part)


@dataclass(frozen=True)
class Row:
    """One row. `groups` are its figures by id, `filters` lead to what is behind it."""

    key: str | None
    label: str
    cells: Sequence[Cell]
    groups: Mapping[str, Group]
    filters: Filters

    def cell(self, column_id: str) -> Cell:
        """The cell of that column."""
        return next(cell for cell in self.cells if cell.column.id == column_id)

    @property
    def is_empty(self) -> bool:
        """True when there is nothing behind any of its figures."""
        return not any(cell.n for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """A whole table with what it is of, and all rows together in `total`."""

    id: str
    title: str
    by: By
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: Row

    @property
    def figures(self) -> Sequence[Figure]:
        """The figures that it tells, each once."""
        return list({column.figure.id: column.figure for column in self.columns}.values())


@dataclass(frozen=True)
class Plan:
    """Which columns a sheet has, and how its rows may be grouped."""

    title: str
    columns: tuple[Column, ...]
    bys: tuple[By, ...]


BY_LABELS: Final[Mapping[By, str]] = {
    "week": "Week",
    "category": "Category",
    "cause": "Cause",
    "agent": "With whom",
    "kind": "Why",
    "what": "What became of it",
}


def _column(
    name: str,
    label: str,
    told: Told = "count",
    *,
    id: str | None = None,
    part: str | None = None,
    of: str = "",
    not_by: By | None = None,
) -> Column:
    return Column(id or name, label, FIGURES[name], told, part, tuple(of.split()), not_by)


_SETTLED: Final = "answered unclaimed left unanswered"

PLANS: Final[Mapping[str, Plan]] = {
    "cases": Plan(
        "Complaints",
        (
            _column("filed", "Filed"),
            _column("ended", "Resolved", id="resolved"),
            _column("first_answer", "First answer", "time"),
            _column("ended", "Resolution", "time", id="resolution"),
            _column("promises", "Promises kept", "share", part="kept", of="kept missed"),
            _column("replies", "Refused", "share", id="refused", part="refused", of="accepted refused silent"),
            _column("ended", "Opened again", "share", id="reopened", part="reopened", of="stayed reopened"),
            _column("content", "Content", "share", part="content", of="content unhappy"),
        ),
        ("week", "category", "cause", "agent"),
    ),
    "chats": Plan(
        "Chats",
        (
            _column("talks", "With a person", "share", part="person", of="assistant person", not_by="agent"),
            _column("handoffs", "Handed to people"),
            _column("handoffs", "Answered", "share", id="answered", part="answered", of=_SETTLED),
            _column("handoffs", "Nobody took it", "share", id="unclaimed", part="unclaimed", of=_SETTLED),
            _column("handoffs", "Left before", "share", id="left", part="left", of=_SETTLED),
            _column("waited", "Waited", "time"),
            _column("first_reply", "First reply", "time"),
            _column("chat_end", "Until the end", "time"),
            _column("satisfaction", "Helped", "share", id="helped", part="content", of="content middle unhappy"),
        ),
        ("week", "category", "cause", "agent"),
    ),
    "reasons": Plan(
        "Why chats came to people",
        (
            _column("handoffs", "Chats"),
            _column("handoffs", "Answered", "share", id="answered", part="answered", of=_SETTLED),
            _column("handoffs", "Nobody took it", "share", id="unclaimed", part="unclaimed", of=_SETTLED),
            _column("handoffs", "Left before", "share", id="left", part="left", of=_SETTLED),
            _column("waited", "Waited", "time"),
        ),
        ("kind",),
    ),
    "due": Plan(
        "Promises that may be broken",
        (
            _column("due", "Broken", id="broken", part="broken"),
            _column("due", "Today", id="today", part="today"),
            _column("due", "Tomorrow", id="tomorrow", part="tomorrow"),
            _column("due", "In 7 days", id="soon", part="soon"),
            _column("open", "Open complaints"),
        ),
        ("agent", "category"),
    ),
}


def sheet(session: Session, name: str, filters: Filters, by: By) -> Sheet:
    """A table. Raises `NotFound` for a table or a grouping there is not."""
    return sheets_by(session, name, filters, [by])[by]


def sheets_by(session: Session, name: str, filters: Filters, bys: Sequence[By]) -> dict[By, Sheet]:
    """The same table with its rows in several ways, which counts only once. Raises `NotFound` as `sheet` does."""
    plan = PLANS.get(name)
    if plan is None or not set(bys) <= set(plan.bys):
        raise NotFound("There is no such table.")
    figures = {column.figure.id: column.figure for column in plan.columns}
    counts = {figure_id: service.count_by(session, figure, filters, bys) for figure_id, figure in figures.items()}
    totals = {figure_id: total for figure_id, (total, _) in counts.items()}
    made = {}
    for by in bys:
        columns = [column for column in plan.columns if column.not_by != by]
        total = _row(columns, totals, filters, key=None, label="All")
        found = {figure_id: {group.key: group for group in groups[by]} for figure_id, (_, groups) in counts.items()}
        made[by] = Sheet(name, plan.title, by, columns, _rows(session, columns, found, filters, by), total)
    return made


def _rows(
    session: Session,
    columns: Sequence[Column],
    found: Mapping[str, Mapping[str | None, Group]],
    filters: Filters,
    by: By,
) -> list[Row]:
    labels = _labels(session, by)
    keys = _keys(by, filters, {key for groups in found.values() for key in groups})
    if by == "agent":
        keys.sort(key=lambda key: (key is None, labels(key).casefold()))
    return [
        _row(
            columns,
            {figure_id: groups.get(key, Group(key)) for figure_id, groups in found.items()},
            filters.in_group(by, key),
            key=key,
            label=labels(key),
        )
        for key in keys
    ]


def _row(
    columns: Sequence[Column], groups: Mapping[str, Group], filters: Filters, *, key: str | None, label: str
) -> Row:
    cells = [
        Cell(
            column,
            groups[column.figure.id],
            filters.with_(what=column.part if column.told == "count" else column.whole),
        )
        for column in columns
    ]
    return Row(key, label, cells, groups, filters)


def _keys(by: By, filters: Filters, seen: set[str | None]) -> list[str | None]:
    if by == "week":
        return [monday.isoformat() for monday in filters.period.mondays()]
    known = {"category": list(policy.current().categories), "cause": list(policy.current().causes)}.get(by, [])
    others = sorted(key for key in seen if key is not None and key not in known)
    return [*(key for key in known if key in seen), *others, *([None] if None in seen else [])]


def _labels(session: Session, by: By) -> Callable[[str | None], str]:
    rules = policy.current()
    if by == "agent":
        names = queries.people(session)
        return lambda key: names.get(key, "somebody who left") if key else "nobody"
    if by == "week":
        return lambda key: say_day(date.fromisoformat(key)) if key else "no date"
    if by == "category":
        return lambda key: rules.category_label(key) if key else "not said"
    if by == "cause":
        return lambda key: rules.causes.get(key, key) if key else "not said"
    kinds = FIGURES["handoffs"].kinds
    return lambda key: kinds.get(key or "", key or "not known")
