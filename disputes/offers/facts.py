"""What was offered and agreed, for letters, exports and erasure."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases.tables import Case, CaseEvent
from disputes.offers import queries
from disputes.offers.tables import Counter, Offer, Remedy


def offer_of_event(session: Session, event: CaseEvent) -> Offer | None:
    """The answer that an event is about, with its remedies: made, bettered, accepted, refused or countered."""
    offer_id = event.data.get("offer_id")
    return queries.offer_with_id(session, event.case_id, UUID(offer_id)) if offer_id else None


def remedy_of_event(session: Session, event: CaseEvent) -> Remedy | None:
    """The remedy that an event is about: delivered, failed or overdue."""
    remedy_id = event.data.get("remedy_id")
    return queries.remedy_with_id(session, event.case_id, UUID(remedy_id)) if remedy_id else None


def export_of(session: Session, case: Case) -> dict[str, Any]:
    """Everything that was offered and agreed in a case, as plain values for JSON; ids of staff, not their names.

    The `source_id` of a remedy is its offer, or the mediation that it was agreed in.
    """
    return {
        "offers": [_offer(offer) for offer in queries.offers_of(session, case.id)],
        "remedies": [_remedy(remedy) for remedy in queries.remedies_of_case(session, case.id)],
        "counters": [_counter(counter) for counter in queries.counters_of(session, case.id)],
    }


def erase(session: Session, case: Case) -> None:
    """Blanks every text that people wrote into offers, remedies and counters. Codes, figures and dates stay."""
    for offer in queries.offers_of(session, case.id):
        offer.findings = offer.reasons = ""
        offer.point_reasons = {}
        offer.takes_part = offer.time_limits = None
    for remedy in queries.remedies_of_case(session, case.id):
        remedy.conditions = remedy.proof = remedy.failed_words = None
    for counter in queries.counters_of(session, case.id):
        counter.words = ""
    session.flush()


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "id": str(offer.id),
        "number": offer.number,
        "stage": offer.stage,
        "staff_id": str(offer.staff_id),
        "made_at": _moment(offer.made_at),
        "position": offer.position,
        "findings": offer.findings,
        "reasons": offer.reasons,
        "point_reasons": offer.point_reasons,
        "clauses": offer.clauses,
        "grants_all": offer.grants_all,
        "outcome_code": offer.outcome_code,
        "cause": offer.cause,
        "takes_part": offer.takes_part,
        "time_limits": offer.time_limits,
        "outside": offer.outside,
        "answer": offer.answer,
        "answered_at": _moment(offer.answered_at),
        "replaced_by": str(offer.replaced_by_id) if offer.replaced_by_id else None,
    }


def _remedy(remedy: Remedy) -> dict[str, Any]:
    return {
        "id": str(remedy.id),
        "source_id": str(remedy.source_id),
        "kind": remedy.kind,
        "amount": None if remedy.amount is None else str(remedy.amount),
        "currency": remedy.currency,
        "conditions": remedy.conditions,
        "due_days": remedy.due_days,
        "state": remedy.state,
        "agreed_at": _moment(remedy.agreed_at),
        "due_at": _moment(remedy.due_at),
        "delivered_at": _moment(remedy.delivered_at),
        "proof": remedy.proof,
        "failed_at": _moment(remedy.failed_at),
        "failed_words": remedy.failed_words,
    }


def _counter(counter: Counter) -> dict[str, Any]:
    return {
        "offer_id": str(counter.offer_id),
        "words": counter.words,
        "made_at": _moment(counter.made_at),
        "answered_at": _moment(counter.answered_at),
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
