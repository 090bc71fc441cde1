"""A neutral person leaves: a manager is told, because a mediation without them only waits for its last day."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from disputes.cases import engine, tasks
from disputes.cases import queries as cases
from disputes.cases import service as work
from disputes.mediation import queries
from disputes.mediation.access import NOT_OVER
from disputes.people.tables import Staff

QUIET: Final = "none: a manager tells them what comes next"


def neutral_left(session: Session, neutral: Staff, by: Staff) -> Sequence[str]:
    """Has a manager see to every mediation of this person that is not over; returns the references of the cases."""
    found = []
    for _, case in queries.of_neutral(session, neutral.id, NOT_OVER):
        locked = cases.locked(session, case.id)
        if locked.state in NOT_OVER and locked.neutral_id == neutral.id:
            event = engine.note(session, locked, "neutral_left", work.acting(by), notice=QUIET, for_customer=False)
            tasks.open_task(session, locked, "neutral_gone", due_at=locked.next_date, event=event)
            found.append(locked.reference)
    return found
