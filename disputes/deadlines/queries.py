"""Which timers are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session

from disputes.cases.tables import Case, CaseTimer


@dataclass(frozen=True)
class Mark:
    """The place in the list of timers that are over, up to which it has been read."""

    due_at: datetime
    timer_id: UUID


START = Mark(datetime.min.replace(tzinfo=UTC), UUID(int=0))
_SWEEPING = 4_207_001
"""Any number, the same everywhere: whoever queues jobs for cases holds this lock."""


def cases_over(session: Session, now: datetime, after: Mark, limit: int) -> tuple[list[UUID], Mark | None]:
    """Cases with a timer that was over before `now`, those due first on top, and where to read on; None at the end.

    A case comes again when another of its timers is on a later page.
    """
    over = (
        select(CaseTimer.case_id, CaseTimer.due_at, CaseTimer.id)
        .where(
            CaseTimer.suspended_at.is_(None),
            CaseTimer.due_at < now,
            tuple_(CaseTimer.due_at, CaseTimer.id) > (after.due_at, after.timer_id),
        )
        .order_by(CaseTimer.due_at, CaseTimer.id)
        .limit(limit)
    )
    rows = session.execute(over).all()
    cases = list(dict.fromkeys(row.case_id for row in rows))
    return cases, Mark(rows[-1].due_at, rows[-1].id) if len(rows) == limit else None


def timers_of(session: Session, case: Case) -> Sequence[CaseTimer]:
    """The timers of a case that run."""
    return session.scalars(
        select(CaseTimer).where(CaseTimer.case_id == case.id, CaseTimer.suspended_at.is_(None))
    ).all()


def runs(session: Session, case: Case, kind: str) -> bool:
    """True when a case has such a timer."""
    found = exists().where(CaseTimer.case_id == case.id, CaseTimer.kind == kind, CaseTimer.suspended_at.is_(None))
    return bool(session.scalar(select(found)))


def wait_for_turn(session: Session) -> None:
    """Holds back a second sweep until the end of this transaction."""
    session.execute(select(func.pg_advisory_xact_lock(_SWEEPING)))
