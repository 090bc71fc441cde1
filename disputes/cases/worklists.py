"""The lists of work at the desk: which cases are in each, in which order, and how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from disputes import clock, policy
from disputes.cases.sensitive import Reader, may_read
from disputes.cases.states import CASE_WORKERS, ENDED, OPEN, is_with_management
from disputes.cases.tables import Case, CasePromise, CaseTask
from disputes.people.tables import Staff

type Name = Literal["mine", "today", "overdue", "unowned", "open", "ended"]

NAMES: Final[tuple[Name, ...]] = get_args(Name.__value__)
PAGE: Final = 100
ENDED_COUNTED: Final = 1000
"""Ended cases are no work, and there may be a million: nobody needs to know more exactly than that."""

_OURS: Final = ("filed", "investigating", "escalated", "mediation_offered")
"""Where the next date asks something of the shop; at the others somebody else answers by it."""

_LATE_WORK: Final = ("final_overdue", "remedy_overdue")


@dataclass(frozen=True)
class Line:
    """One row. `holder` looks after the case; None is an alarm while it is open. `late`: a date we told is over."""

    case: Case
    holder: Staff | None
    late: bool
    unowned: bool


@dataclass(frozen=True)
class Page:
    """So many rows of a list; `number` counts from 1. `first` and `last` are places in the whole list."""

    lines: list[Line]
    number: int
    pages: int
    count: int

    @property
    def first(self) -> int:
        """The place of the first row."""
        return (self.number - 1) * PAGE + 1

    @property
    def last(self) -> int:
        """The place of the last row."""
        return self.first + len(self.lines) - 1


def counts(session: Session, staff_id: UUID, reader: Reader | None = None) -> dict[Name, int]:
    """How many cases are in each list of this person, as far as the `reader` may read of them."""
    conditions = _conditions(staff_id, clock.now())
    readable = may_read(reader)
    work = [name for name in NAMES if name != "ended"]
    columns = [func.count().filter(conditions[name]).label(name) for name in work]
    row = session.execute(select(*columns).select_from(Case).where(_AT_WORK, readable)).one()
    some = select(Case.id).where(conditions["ended"], readable).limit(ENDED_COUNTED).subquery()
    ended = session.scalars(select(func.count()).select_from(some)).one()
    return {**{name: int(getattr(row, name)) for name in work}, "ended": ended}


def page_of(
    session: Session, name: Name, staff_id: UUID, count: int, number: int = 1, *, reader: Reader | None = None
) -> Page:
    """A page of a list with `count` cases: urgent ones on top, then those due first; ended ones newest first.

    A number that is too high is the last page: a list may have become shorter.
    """
    pages = max(ceil(count / PAGE), 1)
    number = min(max(number, 1), pages)
    now = clock.now()
    conditions = _conditions(staff_id, now)
    order = (Case.ended_at.desc(), Case.id) if name == "ended" else _BY_URGENCY
    found = (
        select(Case, conditions["overdue"].label("late"), conditions["unowned"].label("unowned"))
        .where(conditions[name], may_read(reader))
        .options(joinedload(Case.customer), joinedload(Case.investigator), joinedload(Case.decider))
        .order_by(*order)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    lines = [Line(row[0], holder_of(row[0]), row[1], row[2]) for row in session.execute(found)]
    return Page(lines, number, pages, count)


def holder_of(found: Case) -> Staff | None:
    """Who looks after a case, as far as they still work on cases: the manager while it is with management."""
    holder = found.decider if is_with_management(found.state, found.prior_state) else found.investigator
    return holder if holder is not None and holder.active and holder.role in CASE_WORKERS else None


_HOLDER_ID: Final = case(
    (or_(Case.state.in_(("escalated", "final_response")), Case.prior_state == "escalated"), Case.decider_id),
    else_=Case.investigator_id,
)
_HOLDER: Final = select(Staff.id).where(Staff.id == _HOLDER_ID, Staff.active, Staff.role.in_(CASE_WORKERS))
_IS_OPEN: Final = Case.state.not_in(ENDED)
_OWES: Final = and_(Case.state.in_(ENDED), Case.open_remedies > 0)
_AT_WORK: Final = or_(_IS_OPEN, _OWES)
_BY_URGENCY: Final = (Case.urgent.desc(), Case.next_date, Case.filed_at, Case.id)


def _conditions(staff_id: UUID, now: datetime) -> Mapping[Name, ColumnElement[bool]]:
    """What puts a case into each list."""
    calendar = policy.current().calendar
    tonight = calendar.end_of_day(calendar.day_of(now))
    overdue = _overdue(now)
    ours = or_(Case.state.in_(_OURS), Case.open_remedies > 0)
    return {
        "mine": and_(_AT_WORK, or_(Case.investigator_id == staff_id, Case.decider_id == staff_id)),
        "today": and_(_AT_WORK, ours, Case.next_date.between(now, tonight), not_(overdue)),
        "overdue": overdue,
        "unowned": and_(_IS_OPEN, Case.state != "final_response", not_(exists(_HOLDER))),
        "open": _IS_OPEN,
        "ended": and_(Case.state.in_(ENDED), Case.ended_at.is_not(None)),
    }


def _overdue(now: datetime) -> ColumnElement[bool]:
    """A date we told is over, and what was promised for it is still to be done.

    The sweep moves on from a date within a minute, so the date itself rarely shows it: what it left behind does.
    """
    unnamed = exists().where(
        CasePromise.case_id == Case.id, CasePromise.what == "named_person", CasePromise.state == "missed"
    )
    late_work = exists().where(CaseTask.case_id == Case.id, CaseTask.kind.in_(_LATE_WORK), CaseTask.done_at.is_(None))
    past_cap = and_(Case.state.in_(OPEN - {"final_response"}), Case.hard_cap < now, Case.final_sent_at.is_(None))
    return and_(
        _AT_WORK,
        or_(
            func.coalesce(Case.next_date < now, false()),
            past_cap,
            and_(Case.state == "filed", unnamed),
            late_work,
        ),
    )
