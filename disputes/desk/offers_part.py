"""What the page of a case shows of our answers, of what the customer said to them, and of what we owe."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from disputes.cases import states
from disputes.cases.tables import Case
from disputes.desk import offer_form
from disputes.offers import queries
from disputes.offers import service as offers
from disputes.people.tables import Staff

POSITIONS: Final = {
    "accept": "We agree",
    "offer": "We offer something, without agreeing on every point",
    "reject": "We refuse",
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("open", "badge-due"),
    "accepted": ("accepted", "badge-good"),
    "refused": ("refused", "badge-late"),
    "assumed": ("settled by silence", "badge-good"),
    "replaced": ("replaced by a newer one", "badge-neutral"),
    "unanswered": ("not answered in time", "badge-late"),
    "withdrawn": ("the complaint is withdrawn", "badge-neutral"),
}
REMEDY_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("to be delivered", "badge-due"),
    "delivered": ("delivered", "badge-good"),
    "failed": ("failed", "badge-late"),
    "replaced": ("replaced", "badge-neutral"),
}


class Answer(NamedTuple):
    """One of our answers, and how it stands in words."""

    offer: offers.Offer
    by: str
    state: str
    badge: str
    until: datetime | None
    counters: list[offers.Counter]


def values_for(session: Session, case: Case, staff: Staff) -> dict[str, Any]:
    """What "desk/offers.html" needs, besides `case`, `csrf_token`, `typed`, `policy` and `now`."""
    answers = _answers(session, case)
    is_worker = staff.role in states.CASE_WORKERS
    kind = offer_form.KIND_IN.get(case.state)
    return {
        "offers": {
            "answers": answers,
            "positions": POSITIONS,
            "kind": kind,
            "label": offer_form.LABELS[kind] if kind else None,
            "why_no_answer": offer_form.why_not(session, case, staff) if kind else None,
            "open": next((answer for answer in answers if answer.until is not None), None),
            "remedies": [(remedy, *REMEDY_STATES[remedy.state]) for remedy in offers.remedies_of(session, case)],
            "why_no_work": None if is_worker else "This is for agents and managers.",
        }
    }


def _answers(session: Session, case: Case) -> list[Answer]:
    counters = queries.counters_of(session, case.id)
    found = []
    for offer in reversed(queries.offers_of(session, case.id)):
        state = offers.state_of(offer, case)
        until = offers.expires_at(session, case, offer) if state in ("open", "refused") else None
        by = session.get_one(Staff, offer.staff_id).name
        said = [counter for counter in counters if counter.offer_id == offer.id]
        found.append(Answer(offer, by, *STATES[state], until, said))
    return found
