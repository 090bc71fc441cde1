"""What the customer says to an answer of ours: yes, no, something else, or nothing."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states, tasks
from disputes.cases import queries as case_queries
from disputes.cases.fields import FieldError, clean_note, note_needed
from disputes.cases.states import CASE_WORKERS, Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.offers import queries, remedies
from disputes.offers.standing import expires_at, offer_with, still_open
from disputes.offers.tables import Counter, Offer
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "offers")

_CUSTOMER: Final = frozenset({"customer", "assistant"})


def accept(session: Session, case: Case, actor: Actor, offer_id: UUID) -> CaseEvent:
    """The customer accepts an answer (T9), or a final response (T20): what it offers is tracked from now on.

    Accepting it again returns the first acceptance. Raises `NotFound` for an offer of another case, `NotAllowed`,
    and `Conflict`, which says how things stand, for one that is not open any more.
    """
    case = case_queries.locked(session, case.id)
    offer = offer_with(session, case, offer_id)
    if actor.kind not in _CUSTOMER:
        raise NotAllowed(say("only_customer"))
    known = _answered(session, offer, "accepted")
    if known is not None and case.state in ("resolved", "closed"):
        return known
    still_open(session, case, offer)
    step = states.ACCEPTED if offer.stage == "first" else states.FINAL_ACCEPTED
    states.check(step, engine.standing_of(session, case), actor)
    remedies.start(session, case, offer.remedies, clock.now())
    event = engine.move(session, case, step, actor, data=_agreed(case, offer))
    _answer(session, case, offer, "accepted", event)
    remedies.promise(session, case, event, staff_id=offer.staff_id)
    return event


def refuse(session: Session, case: Case, actor: Actor, offer_id: UUID, words: str | None = None) -> CaseEvent:
    """The customer refuses an answer, with or without words: a manager reviews the case (T10).

    Refusing a final response is only noted: the ways it names stay open, and it may still be accepted in time.
    Refusing it again returns the first refusal. Raises as `accept` does, and `Invalid` for too many words.
    """
    case = case_queries.locked(session, case.id)
    offer = offer_with(session, case, offer_id)
    said = _said(words)
    _may_speak(actor)
    known = _answered(session, offer, "refused")
    if known is not None and case.state in ("escalated", "final_response"):
        return known
    still_open(session, case, offer)
    data = {"offer_id": str(offer.id)}
    if offer.stage == "first":
        event = engine.move(session, case, states.REFUSED, actor, data=data, text=said)
        tasks.finish(session, case, "counter_offer")
    else:
        clause, notice = states.FINAL_RESPONSE.clause, "none: the final response names every way that is open"
        event = engine.note(session, case, "final_refused", actor, notice=notice, clause=clause, data=data, text=said)
    _answer(session, case, offer, "refused", event)
    return event


def counter(session: Session, case: Case, actor: Actor, offer_id: UUID, words: str) -> CaseEvent:
    """The customer says what would settle the matter instead; whoever has the case finds it in their tasks.

    The answer stays open, and its date stays, but silence does not count as agreement any more. One at a time: the
    same words again return the first one's event. Raises as `accept` does, `Invalid` without words, and `Conflict`
    while another one waits or for a final response.
    """
    case = case_queries.locked(session, case.id)
    offer = offer_with(session, case, offer_id)
    written = note_needed(words, "words", say("what_instead"))
    _may_speak(actor)
    still_open(session, case, offer)
    if offer.stage == "final":
        raise Conflict(say("is_final"))
    waiting = queries.open_counter(session, offer.id)
    if waiting is not None:
        first = session.get(CaseEvent, waiting.event_id)
        if waiting.words == written and first is not None:
            return first
        day = policy.current().say_date(waiting.made_at)
        raise Conflict(say("suggestion_waits", day=day))
    case.grants_all = False  # whoever asks for more was not given all: their silence must not settle the matter
    data = {"offer_id": str(offer.id), "grants_all": False}
    event = engine.note(
        session, case, "countered", actor, notice="none: the customer has just said it", data=data, text=written
    )
    session.add(Counter(case_id=case.id, offer_id=offer.id, event_id=event.id, words=written, made_at=clock.now()))
    session.flush()
    tasks.open_task(session, case, "counter_offer", due_at=expires_at(session, case, offer), event=event)
    return event


def assume_settled(session: Session, case: Case, was_due: datetime) -> CaseEvent:
    """Nobody answered an answer that gave all that was asked for (T11a): it counts as accepted. For the sweep."""
    offer = queries.newest_offer(session, case.id)
    data = settle_by_silence(session, case, was_due)
    event = engine.move(session, case, states.ASSUMED, Actor("clock"), start=was_due, data=data)
    if offer is not None:
        _answer(session, case, offer, "assumed", event)
        remedies.promise(session, case, event, staff_id=offer.staff_id)
    return event


def settle_by_silence(session: Session, case: Case, was_due: datetime) -> dict[str, Any]:
    """Tracks what the open answer of a locked case offers, before the step T11a; returns what its event is to hold.

    `assume_settled` does this, the step, and the promises together.
    """
    offer = queries.newest_offer(session, case.id)
    if offer is None:
        return {}
    remedies.start(session, case, offer.remedies, was_due)
    return _agreed(case, offer)


def counter_answered(session: Session, case: Case, offer: Offer) -> None:
    """Whatever the customer suggested in place of that offer has been answered."""
    waiting = queries.open_counter(session, offer.id)
    if waiting is not None:
        waiting.answered_at = clock.now()
    tasks.finish(session, case, "counter_offer")
    session.flush()


def _agreed(case: Case, offer: Offer) -> dict[str, Any]:
    remedy_ids = [str(remedy.id) for remedy in offer.remedies]
    return {"offer_id": str(offer.id), "remedy_ids": remedy_ids, "open_remedies": case.open_remedies}


def _answered(session: Session, offer: Offer, answer: str) -> CaseEvent | None:
    if offer.answer != answer or offer.answer_event_id is None or offer.replaced_by_id is not None:
        return None
    return session.get(CaseEvent, offer.answer_event_id)


def _answer(session: Session, case: Case, offer: Offer, answer: str, event: CaseEvent) -> None:
    offer.answer, offer.answered_at, offer.answer_event_id = answer, event.at, event.id
    counter_answered(session, case, offer)


def _may_speak(actor: Actor) -> None:
    if actor.kind not in _CUSTOMER and not (actor.kind == "staff" and actor.role in CASE_WORKERS):
        raise NotAllowed(say("customer_or_staff"))


def _said(words: str | None) -> str | None:
    try:
        return clean_note(words or "")
    except FieldError as fault:
        raise Invalid(str(fault), {"words": str(fault)}) from fault
