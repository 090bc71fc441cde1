"""The ledger of promises: every date the customer was told, and whether we kept it."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.states import PAUSED
from disputes.cases.tables import Case, CaseEvent, CasePromise

BY_ITSELF: Final = timedelta(hours=1)
"""What happens by itself happens in the minutes after its date; that is still in time."""

STAND_STILL: Final = frozenset({"first_answer", "final_response"})
"""Promises whose date waits while the customer or a neutral person has the case; the letters say so."""


class Ledger:
    """The open promises of a locked case, read once; what becomes of them is written with the next flush."""

    def __init__(self, session: Session, case_id: UUID) -> None:
        self._session = session
        found = select(CasePromise).where(CasePromise.case_id == case_id, CasePromise.state == "open")
        self._open = {promise.what: promise for promise in session.scalars(found)}

    def tell(self, event: CaseEvent, what: str, due: datetime) -> None:
        """Notes that the letter of this event promises `what` by `due`.

        The same date told again is no new promise. Another date moves the old one, with the kind of the event as
        reason. A date that passed while somebody else had the case was waiting with it: it is moved, not missed.
        """
        known = self._open.get(what)
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
        self._session.add(promise)
        self._open[what] = promise
        if known is None:
            return
        self._session.flush()  # the old one names the new one
        stood_still = what in STAND_STILL and event.from_state in PAUSED
        known.state = "missed" if clock.now() > known.due_at and not stood_still else "moved"
        known.settled_at, known.moved_reason, known.replaced_by_id = clock.now(), event.kind, promise.id

    def settle(self, what: str, *, grace: timedelta = timedelta()) -> None:
        """What was promised has been done: kept when in time, else missed. Nothing happens without such a promise."""
        known = self._open.pop(what, None)
        if known is not None:
            known.state = "kept" if clock.now() <= known.due_at + grace else "missed"
            known.settled_at = clock.now()

    def miss(self, what: str) -> None:
        """The date is over and it has not been done."""
        known = self._open.pop(what, None)
        if known is not None:
            known.state, known.settled_at = "missed", clock.now()

    def drop(self, *, keep: frozenset[str] = frozenset()) -> None:
        """The case took a way on which its open promises mean nothing any more (withdrawn, settled, joined).

        What is over is missed all the same; `keep` names what stays promised. Remedies always do.
        """
        for what, promise in list(self._open.items()):
            if what in keep or what.startswith("remedy"):
                continue
            promise.state = "missed" if clock.now() > promise.due_at else "dropped"
            promise.settled_at = clock.now()
            del self._open[what]


def tell(session: Session, event: CaseEvent, what: str, due: datetime) -> None:
    """One promise by itself; see `Ledger.tell`."""
    Ledger(session, event.case_id).tell(event, what, due)
    session.flush()


def settle(session: Session, case: Case, what: str) -> None:
    """One by itself; see `Ledger.settle`."""
    Ledger(session, case.id).settle(what)
    session.flush()


def miss(session: Session, case: Case, what: str) -> None:
    """One by itself; see `Ledger.miss`."""
    Ledger(session, case.id).miss(what)
    session.flush()
