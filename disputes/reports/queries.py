"""Counts the rows of a figure, and lists the very same rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    String,
    Subquery,
    cast,
    func,
    null,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.people.tables import Staff
from disputes.reports.filters import NOBODY, NOT_SAID, Filters
from disputes.reports.rows import Rows

type By = Literal["week", "category", "cause", "agent", "what", "kind"]
type Order = Literal["slowest", "soonest", "newest"]

HALF: Final = 0.5
NINE_OF_TEN: Final = 0.9


@dataclass(frozen=True)
class Group:
    """The rows with one key: how many they are, and how many became what. `measured` of them have a time: half of
    those took at most `p50` seconds, nine of ten at most `p90`."""

    key: str | None = None
    n: int = 0
    measured: int = 0
    p50: float | None = None
    p90: float | None = None
    longest: float | None = None
    whats: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Counted:
    """All rows together, and by group in the order of the keys; those without a key come last."""

    total: Group
    groups: Sequence[Group] = ()


@dataclass(frozen=True)
class Line:
    """One case or chat behind a figure. `reference` and `state` are those of a case."""

    subject_id: UUID
    at: datetime
    seconds: float | None
    what: str | None
    kind: str | None
    category: str | None
    cause: str | None
    agent: UUID | None
    agent_name: str | None
    reference: str | None
    state: str | None


def counted(session: Session, rows: Rows, filters: Filters, by: By | None, zone: str) -> Counted:
    """Counts a figure, all together and in groups.

    It is one statement, so that the groups, the parts of each and the whole are told of the same rows.
    """
    part = _narrowed(rows, filters)
    key = _key(part, by, zone).label("key")
    keyed = select(key, part.c.what, part.c.seconds).subquery()
    statement = select(
        keyed.c.key,
        keyed.c.what,
        func.grouping(keyed.c.key),
        func.grouping(keyed.c.what),
        func.count(),
        func.count(keyed.c.seconds),
        func.percentile_cont(HALF).within_group(keyed.c.seconds),
        func.percentile_cont(NINE_OF_TEN).within_group(keyed.c.seconds),
        func.max(keyed.c.seconds),
    ).group_by(
        func.grouping_sets(tuple_(), tuple_(keyed.c.what), tuple_(keyed.c.key), tuple_(keyed.c.key, keyed.c.what))
    )
    wholes: dict[tuple[bool, str | None], list[Any]] = {}
    parts: dict[tuple[bool, str | None], dict[str, int]] = {}
    for found_key, what, every_key, every_what, *figures in session.execute(statement):
        place = (bool(every_key), found_key)
        if every_what:
            wholes[place] = figures
        elif what is not None:
            parts.setdefault(place, {})[what] = figures[0]
    groups = {place: _group(place[1], figures, parts.get(place, {})) for place, figures in wholes.items()}
    total = groups.pop((True, None), Group())
    return Counted(total, sorted(groups.values(), key=lambda group: (group.key is None, group.key or "")))


def listed(
    session: Session, rows: Rows, filters: Filters, *, order: Order, limit: int | None = None, offset: int = 0
) -> Iterator[Line]:
    """The rows themselves, with whose they are."""
    part = _narrowed(rows, filters)
    found = (
        select(part, Staff.name, Case.reference, Case.state)
        .select_from(part)
        .outerjoin(Staff, Staff.id == part.c.agent)
        .outerjoin(Case, Case.id == part.c.subject_id)
        .order_by(*_order(part, order), part.c.subject_id, part.c.kind)
        .limit(limit)
        .offset(offset)
    )
    return (Line(*row) for row in session.execute(found))


def people(session: Session) -> dict[str, str]:
    """Everybody who works on cases or chats, or did, by id: their name."""
    found = select(Staff.id, Staff.name).where(Staff.role != "mediator").order_by(Staff.name)
    return {str(staff_id): name for staff_id, name in session.execute(found)}


def _group(key: str | None, figures: Sequence[Any], whats: Mapping[str, int]) -> Group:
    n, measured, p50, p90, longest = figures
    return Group(key, n, measured, p50, p90, longest, whats)


def _narrowed(rows: Rows, filters: Filters) -> Subquery:
    part = rows.subquery()
    wanted: Select[Any] = select(part)
    chosen = {name: getattr(filters, name) for name in ("category", "cause", "agent", "what", "kind")}
    for name, value in chosen.items():
        if value in (NOBODY, NOT_SAID):
            wanted = wanted.where(part.c[name].is_(None))
        elif value is not None:
            wanted = wanted.where(part.c[name] == value)
    return wanted.subquery()


def _key(part: Subquery, by: By | None, zone: str) -> ColumnElement[Any]:
    if by is None:
        return cast(null(), String)
    if by == "week":
        monday = cast(func.date_trunc("week", func.timezone(zone, part.c.at)), Date)
        return cast(monday, String)
    return cast(part.c[by], String)


def _order(part: Subquery, order: Order) -> Sequence[ColumnElement[Any]]:
    if order == "soonest":
        return [part.c.at]
    if order == "newest":
        return [part.c.at.desc()]
    return [part.c.seconds.desc().nulls_last(), part.c.at]
