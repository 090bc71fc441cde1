"""Who of the staff looked at what of a case, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.tables import Case, CaseView
from disputes.investigation import queries
from disputes.people.tables import Staff

ONE_LOOK: Final = timedelta(minutes=10)
"""Opening the same page again within this time is the same look."""


@dataclass(frozen=True)
class View:
    """One look: whose, at what ("case", "evidence:<id>", ...), when it began."""

    staff_id: UUID
    name: str
    what: str
    at: datetime


def log_view(session: Session, case: Case | UUID, staff: Staff, what: str) -> None:
    """Notes that this person looks at this part of the case; one line for all looks within ten minutes.

    `what` is a short word such as "case", "bundle", or "evidence:<id>".
    """
    case_id = case if isinstance(case, UUID) else case.id
    key = f"view:{case_id}:{staff.id}:{what}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    now = clock.now()
    if not queries.has_view_since(session, case_id, staff.id, what, now - ONE_LOOK):
        session.add(CaseView(id=uuid4(), case_id=case_id, staff_id=staff.id, what=what, at=now))
        session.flush()


def views_of(session: Session, case: Case) -> list[View]:
    """Every look at a case, newest first."""
    return [View(staff.id, staff.name, view.what, view.at) for view, staff in queries.views_of(session, case.id)]
