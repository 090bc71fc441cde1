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
    Subquery,
    and_,
    cast,
    collate,
    exists,
    func,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.orm import Session

from disputes.cases.sensitive import Reader, may_read, may_read_chat
from disputes.cases.tables import Case
from disputes.notifications.tables import Notification
from disputes.people.roles import MANAGING
from disputes.people.tables import Staff, Team, TeamMember
from disputes.reports.filters import NOBODY, NOT_SAID, ONE_OF, PAIRED, Filters
from disputes.reports.rows import Rows
from disputes.reports.tables import WeeklyChoice

type By = Literal["week", "category", "cause", "agent", "what", "kind", "pair"]
type Order = Literal["slowest", "soonest", "newest"]

_READS_MUCH: Final = text(
    """
    SELECT set_config('work_mem', '32MB', true), set_config('random_page_cost', '1.1', true),
        set_config('plan_cache_mode', 'force_custom_plan', true),
        set_config('max_parallel_workers_per_gather', '0', true)
    """
)
"""For the transaction of a report: sorts stay in memory, indexes are used although many rows are read, and three years
are not read in the way that was right for a week. Nobody's report takes all processors away from the chats."""

HALF: Final = 0.5
NINE_OF_TEN: Final = 0.9


@dataclass(frozen=True)
class Group:
    """The rows with one key: how many they are, and how many became what. Where a time is measured, half of them took
    at most `p50` seconds, nine of ten at most `p90`."""

    key: str | None = None
    n: int = 0
    p50: float | None = None
    p90: float | None = None
    longest: float | None = None
    whats: Mapping[str, int] = field(default_factory=dict)


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


def counted(
    session: Session, rows: Rows, filters: Filters, *, bys: Sequence[By] = (), whats: Sequence[str] = (), zone: str
) -> tuple[Group, dict[By, list[Group]]]:
    """Counts a figure: all of it together, and in groups for each of `bys`, in the order of the keys (none comes last).

    It is one statement, so that the groups, the parts of each and the whole are told of the same rows.
    """
    part = _narrowed(rows, filters)
    keys = [_key(part, by, zone).label(f"by_{by}") for by in bys]
    keyed = select(part.c.what, part.c.seconds, *keys).subquery()
    columns = [keyed.c[f"by_{by}"] for by in bys]
    figures: list[ColumnElement[Any]] = [
        func.count(),
        func.percentile_cont(HALF).within_group(keyed.c.seconds),
        func.percentile_cont(NINE_OF_TEN).within_group(keyed.c.seconds),
        func.max(keyed.c.seconds),
        *(func.count().filter(keyed.c.what == what) for what in whats),
    ]
    whole = tuple_()
    statement = select(*(func.grouping(column) for column in columns), *columns, *figures).group_by(
        func.grouping_sets(whole, *(tuple_(column) for column in columns))
    )
    session.execute(_READS_MUCH)
    total, groups = Group(), {by: list[Group]() for by in bys}
    for row in session.execute(statement):
        told = row[2 * len(bys) :]
        here = [(by, row[len(bys) + place]) for place, by in enumerate(bys) if not row[place]]
        if not here:
            total = _group(None, told, whats)
        for by, key in here:
            groups[by].append(_group(None if key is None else str(key), told, whats))
    for found in groups.values():
        found.sort(key=lambda group: (group.key is None, group.key or ""))
    return total, groups


def listed(
    session: Session,
    rows: Rows,
    filters: Filters,
    *,
    order: Order,
    reader: Reader | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Iterator[Line]:
    """The rows themselves, with whose they are: those that the reader may read of."""
    part = _narrowed(rows, filters)
    found = (
        select(part, Staff.name, Case.reference, Case.state)
        .select_from(part)
        .outerjoin(Staff, Staff.id == part.c.agent)
        .outerjoin(Case, Case.id == part.c.subject_id)
        .where(_is_readable(part, reader))
        .order_by(*_order(part, order), part.c.subject_id, part.c.kind)
        .limit(limit)
        .offset(offset)
    )
    session.execute(_READS_MUCH)
    return (Line(*row) for row in session.execute(found))


def count_hidden(session: Session, rows: Rows, filters: Filters, reader: Reader) -> int:
    """How many rows are counted that the reader may not read of."""
    part = _narrowed(rows, filters)
    found = select(func.count()).select_from(part).outerjoin(Case, Case.id == part.c.subject_id)
    session.execute(_READS_MUCH)
    return session.scalars(found.where(~_is_readable(part, reader))).one()


def people(session: Session) -> dict[str, str]:
    """Everybody who works on cases or chats, or did, by id: their name."""
    found = select(Staff.id, Staff.name).where(Staff.role != "mediator").order_by(Staff.name)
    return {str(staff_id): name for staff_id, name in session.execute(found)}


def team_names(session: Session) -> dict[str, str]:
    """All teams by id: their name."""
    return {str(team_id): name for team_id, name in session.execute(select(Team.id, Team.name).order_by(Team.name))}


def readers_without_letter(session: Session, key: str) -> Sequence[Staff]:
    """Whoever wants the weekly report and has no letter whose key is this with their id: managers unless they said no,
    administrators if they said yes."""
    written = exists().where(Notification.dedupe_key == func.concat(key, Staff.id))
    found = (
        select(Staff)
        .outerjoin(WeeklyChoice, WeeklyChoice.staff_id == Staff.id)
        .where(Staff.active, Staff.role.in_(MANAGING), ~written)
        .where(func.coalesce(WeeklyChoice.wanted, Staff.role == "manager"))
    )
    return session.scalars(found.order_by(Staff.email)).all()


def wants_weekly(session: Session, staff: Staff) -> bool:
    """True when this person gets the weekly report."""
    choice = session.get(WeeklyChoice, staff.id)
    return choice.wanted if choice else staff.role == "manager"


def _group(key: str | None, told: Sequence[Any], whats: Sequence[str]) -> Group:
    n, p50, p90, longest, *parts = told
    found = {what: count for what, count in zip(whats, parts, strict=True) if count}
    return Group(key, n, p50, p90, longest, found)


def _narrowed(rows: Rows, filters: Filters) -> Subquery:
    part = rows.subquery()
    wanted: Select[Any] = select(part)
    if filters.what is not None:
        wanted = wanted.where(part.c.what.in_(filters.what.split(ONE_OF)))
    chosen = {name: getattr(filters, name) for name in ("category", "cause", "agent", "kind")}
    for name, value in chosen.items():
        if value in (NOBODY, NOT_SAID):
            wanted = wanted.where(part.c[name].is_(None))
        elif value is not None:
            wanted = wanted.where(part.c[name] == value)
    if filters.team is not None:
        wanted = wanted.where(part.c.agent.in_(select(TeamMember.staff_id).where(TeamMember.team_id == filters.team)))
    return wanted.subquery()


def _is_readable(part: Subquery, reader: Reader | None) -> ColumnElement[bool]:
    return and_(or_(Case.id.is_(None), may_read(reader)), may_read_chat(reader, part.c.subject_id))


def _key(part: Subquery, by: By, zone: str) -> ColumnElement[Any]:
    if by == "week":
        return cast(func.date_trunc("week", func.timezone(zone, part.c.at)), Date)
    if by == "pair":
        return collate(func.concat(part.c.category, PAIRED, part.c.cause), "C")
    return part.c[by] if by == "agent" else collate(part.c[by], "C")


def _order(part: Subquery, order: Order) -> Sequence[ColumnElement[Any]]:
    if order == "soonest":
        return [part.c.at]
    if order == "newest":
        return [part.c.at.desc()]
    return [part.c.seconds.desc().nulls_last(), part.c.at]
