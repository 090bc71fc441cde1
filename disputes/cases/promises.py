"""The ledger of promises: every date the customer was told, and whether we kept it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.states import PAUSED
from disputes.cases.tables import Case, CaseEvent, CasePromise

BY_ITSELF: Final = timedelta(hours=1)
"""What happens by itself happens in the minutes after its date; that is still in time."""

STAND_STILL: Final = frozenset({"first_answer", "final_response"})
"""Promises whose date waits while the customer or a neutral person has the case; the letters say so."""


def tell(session: Session, event: CaseEvent, what: str, due: datetime) -> None:
    """Notes that the letter of this event promises `what` by `due`.

    The same date told again is no new promise. Another date moves the old one, with the kind of the event as reason.
    A date that passed while somebody else had the case was waiting with it: it is moved, not missed.
    """
    known = _open(session, event.case_id, what)
    if known is not None and known.due_at == due:
        return
    promise = CasePromise(
        id=uuid4(),
        case_id=event.case_id,
        event_id=event.id,
        what=what,
        notice=event.notice or "",
        due_at=due,
        told_at=event.at,
        state="open",
    )
    session.add(promise)
    session.flush()
    if known is not None:
        stood_still = what in STAND_STILL and event.from_state in PAUSED
        known.state = "missed" if clock.now() > known.due_at and not stood_still else "moved"
        known.settled_at, known.moved_reason, known.replaced_by_id = clock.now(), event.kind, promise.id
        session.flush()


def settle(session: Session, case: Case, what: str, *, grace: timedelta = timedelta()) -> None:
    """What was promised has been done: kept when in time, else missed. Nothing happens without such a promise."""
    known = _open(session, case.id, what)
    if known is not None:
        known.state = "kept" if clock.now() <= known.due_at + grace else "missed"
        known.settled_at = clock.now()
        session.flush()


def miss(session: Session, case: Case, what: str) -> None:
    """The date is over and it has not been done."""
    known = _open(session, case.id, what)
    if known is not None:
        known.state, known.settled_at = "missed", clock.now()
        session.flush()


def drop(session: Session, case: Case, *, keep: frozenset[str] = frozenset()) -> None:
    """The case took a way on which its open promises mean nothing any more (withdrawn, settled, joined).

    What is over is missed all the same; `keep` names what stays promised. Remedies always do.
    """
    statement = select(CasePromise).where(CasePromise.case_id == case.id, CasePromise.state == "open")
    for promise in session.scalars(statement):
        if promise.what in keep or promise.what.startswith("remedy"):
            continue
        promise.state = "missed" if clock.now() > promise.due_at else "dropped"
        promise.settled_at = clock.now()
    session.flush()


def _open(session: Session, case_id: object, what: str) -> CasePromise | None:
    statement = select(CasePromise).where(
        CasePromise.case_id == case_id, CasePromise.what == what, CasePromise.state == "open"
    )
    return session.scalar(statement)
