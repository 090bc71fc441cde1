"""How an answer stands: open, answered, replaced or over; told from the case, so that a clock writes nothing here."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine
from disputes.cases.tables import Case
from disputes.errors import Conflict, NotFound
from disputes.offers import queries
from disputes.offers.tables import Counter, Offer
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "offers")

type State = Literal["open", "accepted", "refused", "assumed", "replaced", "unanswered", "withdrawn"]

ANSWERED_IN: Final = {"first": "outcome_offered", "final": "final_response"}
"""The state of the case in which an answer of that stage is open."""

_TIMER: Final = {"first": "offer", "final": "review_close"}


def current_offer(session: Session, case: Case) -> Offer | None:
    """The last answer that the customer was given, with its remedies; see `state_of` for whether it is open."""
    return queries.newest_offer(session, case.id)


def counter_of(session: Session, offer: Offer) -> Counter | None:
    """What the customer would rather have than this offer, while nobody has answered it."""
    return queries.open_counter(session, offer.id)


def state_of(offer: Offer, case: Case) -> State:
    """How an answer stands, told from the case: a clock that runs out writes nothing here.

    "open": it can be accepted. "assumed": silence settled it. "unanswered": it ran out, or the case took another way.
    A refused final response can still be accepted in time.
    """
    if offer.replaced_by_id is not None:
        return "replaced"
    match offer.answer:
        case "accepted" | "refused" | "assumed":
            return offer.answer
    if case.state == ANSWERED_IN[offer.stage]:
        return "open"
    if case.state == "withdrawn" and case.withdrawn_from == ANSWERED_IN[offer.stage]:
        return "withdrawn"
    return "unanswered"


def expires_at(session: Session, case: Case, offer: Offer) -> datetime | None:
    """The last moment at which an open answer can be accepted, as the clock enforces it; None when it is not open."""
    if case.state != ANSWERED_IN[offer.stage]:
        return None
    kind = _TIMER[offer.stage]
    return min((timer.due_at for timer in engine.timers_of(session, case) if timer.kind == kind), default=None)


def newest(session: Session, case: Case) -> Offer:
    """The last answer of a case. Raises `Conflict` when there is none yet."""
    offer = queries.newest_offer(session, case.id)
    if offer is None:
        raise Conflict(say("not_answered"))
    return offer


def offer_with(session: Session, case: Case, offer_id: UUID) -> Offer:
    """That answer. Raises `NotFound` when it is not one of this case."""
    offer = queries.offer_with_id(session, case.id, offer_id)
    if offer is None:
        raise NotFound(say("no_such"))
    return offer


def still_open(session: Session, case: Case, offer: Offer) -> None:
    """Raises `Conflict`, saying how things stand now, unless the customer can still answer that offer."""
    rules, state = policy.current(), state_of(offer, case)
    if state == "replaced":
        day = rules.say_date(newest(session, case).made_at)
        raise Conflict(say("newer", day=day))
    if state == "accepted" and offer.answered_at is not None:
        day = rules.say_date(offer.answered_at)
        raise Conflict(f"{say('accepted', day=day)} {_how_it_stands(case)}")
    if case.state == ANSWERED_IN[offer.stage]:
        until = expires_at(session, case, offer)
        if until is not None and clock.now() > until:
            raise Conflict(f"{say('over_since', day=rules.say_date(until))} {_what_now(case, offer)}")
        return
    if state == "refused" and offer.answered_at is not None:
        day = rules.say_date(offer.answered_at)
        raise Conflict(f"{say('refused', day=day)} {_how_it_stands(case)}")
    if state == "withdrawn":
        raise Conflict(f"{say('withdrawn')} {_how_it_stands(case)}")
    raise Conflict(f"{say('over')} {_how_it_stands(case)}")


def _what_now(case: Case, offer: Offer) -> str:
    """What the clock is about to do with an answer that has run out."""
    if offer.stage == "final":
        return say("case_closes")
    if case.grants_all:
        return say("counts_as_agreed")
    return say("manager_reviews")


def _how_it_stands(case: Case) -> str:
    return policy.current().stages[case.state].next_step
