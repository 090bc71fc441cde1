"""Cases that are looked into."""

from typing import Any

from sqlalchemy.orm import Session

from disputes.cases import queries, service
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.people.tables import Staff
from tests.cases.factories import filed

CUSTOMER = Actor("customer")
ASSISTANT = Actor("assistant")


def taken(session: Session, by: Staff, **changes: Any) -> Case:
    """A complaint that this person looks into."""
    return service.take(session, filed(session, **changes), by)


def reviewed(session: Session, case: Case, manager: Staff) -> Case:
    """The same, with management: handed over, and taken on by that manager."""
    investigator = case.investigator
    assert investigator is not None
    service.escalate(session, case, investigator, "It needs somebody with more say.")
    return service.take_review(session, queries.locked(session, case.id), manager)
