"""Answers to complaints, filled in completely, and cases that have got one."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.cases import complainant, queries, service
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CasePromise, CaseTask, CaseTimer
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.offers.schemas import FinalDraft, OfferDraft, RemedyDraft
from disputes.people.tables import Staff
from tests.cases.factories import filed

CUSTOMER = Actor("customer")
REFUND = RemedyDraft(kind="refund", amount=Decimal("49.90"), due_days=5)
VOUCHER = RemedyDraft(kind="voucher", amount=Decimal(10), conditions="For your next order.", due_days=10)
PARTS: dict[str, Any] = {
    "position": "offer",
    "findings": "The carrier left the parcel at another door.",
    "reasons": "We chose the carrier, so the loss is ours.",
    "clauses": ["C4"],
    "remedies": [REFUND],
    "outcome_code": "partly_upheld",
    "cause": "carrier",
}
FINAL_PARTS = {
    "takes_part": "We take part in arbitration in this case.",
    "time_limits": "You may accept until the case is closed. An arbiter asks for your letter within a year.",
}


def draft(**changes: Any) -> OfferDraft:
    """A complete first answer."""
    return OfferDraft(**PARTS | changes)


def granting_all(**changes: Any) -> OfferDraft:
    """One that gives all that was asked for."""
    return draft(**{"position": "accept", "outcome_code": "upheld", "grants_all": True} | changes)


def final_draft(**changes: Any) -> FinalDraft:
    """A complete final response."""
    return FinalDraft(**PARTS | FINAL_PARTS | changes)


def refusal(session: Session, case: Case, **changes: Any) -> dict[str, Any]:
    """What makes an answer a refusal, with a reason for each point of the plan."""
    reasons = {point.id: "The records do not show this." for point in investigation.plan(session, case)}
    return {"position": "reject", "outcome_code": "not_upheld", "remedies": [], "point_reasons": reasons} | changes


def examined(session: Session, by: Staff, **changes: Any) -> Case:
    """A case that this person has looked into, point by point."""
    case = service.take(session, filed(session, **changes), by)
    examine(session, case, by)
    return queries.locked(session, case.id)


def examine(session: Session, case: Case, by: Staff) -> None:
    """Notes a finding on every point."""
    for point in investigation.plan(session, case):
        investigation.record_finding(
            session, case, by, point.id, "The carrier's photo shows another door.", "confirmed"
        )


def offered(session: Session, by: Staff, answer: OfferDraft | None = None, **changes: Any) -> Case:
    """A case whose customer has our first answer."""
    case = examined(session, by, **changes)
    offers.make_offer(session, case, by, answer or draft())
    return queries.locked(session, case.id)


def reviewed(session: Session, case: Case, manager: Staff, words: str = "Not enough") -> Case:
    """The customer refused, and this manager has taken on the review."""
    offers.refuse(session, case, CUSTOMER, offer_id(session, case), words)
    return service.take_review(session, queries.locked(session, case.id), manager)


def answered_finally(session: Session, by: Staff, manager: Staff, answer: FinalDraft | None = None) -> Case:
    """A case with a final response."""
    case = reviewed(session, offered(session, by), manager)
    offers.final_response(session, case, manager, answer or final_draft())
    return queries.locked(session, case.id)


def settled(session: Session, by: Staff, answer: OfferDraft | None = None) -> Case:
    """A case whose customer has accepted our answer."""
    case = offered(session, by, answer)
    offers.accept(session, case, CUSTOMER, offer_id(session, case))
    return queries.locked(session, case.id)


def offer_id(session: Session, case: Case) -> UUID:
    """The id of the newest answer."""
    offer = offers.current_offer(session, case)
    assert offer is not None
    return offer.id


def timer(session: Session, case: Case, kind: str, subject_id: UUID | None = None) -> datetime | None:
    """When that clock of a case runs out; None when it does not run."""
    found = select(CaseTimer.due_at).where(CaseTimer.case_id == case.id, CaseTimer.kind == kind)
    if subject_id is not None:
        found = found.where(CaseTimer.subject_id == subject_id)
    return session.scalars(found.order_by(CaseTimer.due_at)).first()


def kinds(session: Session, case: Case) -> list[str]:
    """What has happened, in order."""
    return [event.kind for event in queries.events_of(session, [case.id])]


def with_new_facts(session: Session, case: Case, manager: Staff) -> Case:
    """The customer asks for a review (T22), and this manager has taken it on."""
    complainant.ask_review(session, case, CUSTOMER, "I found the photo.", reason="new_fact")
    return service.take_review(session, queries.locked(session, case.id), manager)


def last_event(session: Session, case: Case) -> CaseEvent:
    """What happened last."""
    return queries.events_of(session, [case.id])[-1]


def open_tasks(session: Session, case: Case) -> list[str]:
    """The kinds of work that wait, in order of name."""
    found = select(CaseTask.kind).where(CaseTask.case_id == case.id, CaseTask.done_at.is_(None))
    return sorted(session.scalars(found))


def promise_states(session: Session, case: Case, what: str) -> list[str]:
    """What became of the promises of that kind, oldest first."""
    found = select(CasePromise).where(CasePromise.case_id == case.id, CasePromise.what == what)
    return [promise.state for promise in session.scalars(found.order_by(CasePromise.told_at))]


A_MICROSECOND = timedelta(microseconds=1)
