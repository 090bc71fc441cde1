"""Our answers to a complaint: the first one, a better one in its place, and the final response."""

from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states
from disputes.cases import queries as case_queries
from disputes.cases.states import CASE_WORKERS, Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.investigation import service as investigation
from disputes.offers import queries, remedies, replies
from disputes.offers.schemas import FinalDraft, OfferDraft, complete
from disputes.offers.standing import newest, still_open
from disputes.offers.tables import Offer
from disputes.people.tables import Staff


def make_offer(session: Session, case: Case, staff: Staff, draft: OfferDraft) -> CaseEvent:
    """The investigator's answer (T8), which the customer has until the next date to accept or refuse.

    Raises `NotAllowed`, `Conflict` while a point of the plan has no finding, `Invalid` with a sentence for each part
    that is missing. The event has the `offer_id`.
    """
    case = case_queries.locked(session, case.id)
    actor = _staff(staff)
    states.check(states.OFFERED, engine.standing_of(session, case), actor)
    _all_examined(session, case)
    offer = _write(session, case, staff, draft, stage="first")
    return engine.move(session, case, states.OFFERED, actor, data=_facts(session, offer))


def better(session: Session, case: Case, staff: Staff, draft: OfferDraft) -> CaseEvent:
    """A new answer in the place of one that the customer has not accepted; their time for it starts anew.

    Answers a counter-offer. Raises `NotAllowed` for anybody but the person who has the case, `Conflict` when no
    answer is open, `Invalid` as `make_offer` does.
    """
    case = case_queries.locked(session, case.id)
    refusal = why_not_better(case, staff)
    if refusal is not None:
        raise NotAllowed(refusal)
    old = newest(session, case)
    still_open(session, case, old)
    offer = _write(session, case, staff, draft, stage="first")
    replies.counter_answered(session, case, old)
    engine.replan(session, case)
    return engine.note(
        session,
        case,
        "outcome_bettered",
        _staff(staff),
        notice="N7",
        clause=states.OFFERED.clause,
        data={**_facts(session, offer), "replaces": str(old.id)},
    )


def why_not_better(case: Case, staff: Staff) -> str | None:
    """Why this person may not put another answer in the place of the open one; None when they may."""
    if staff.role not in CASE_WORKERS:
        return "This is for agents and managers."
    if case.state != "outcome_offered":
        return "This is not possible at the stage the complaint is in."
    if staff.id != case.investigator_id:
        return "Only the person who looks into this complaint may do this."
    return None


def final_response(session: Session, case: Case, staff: Staff, draft: FinalDraft) -> CaseEvent:
    """The manager's final response (T18), with the options outside the shop for the customer's country.

    Raises `NotAllowed` also for whoever ever investigated the case (four eyes), `Invalid` for a form with an empty
    part, `Conflict` while something agreed before is still to be delivered.
    """
    case = case_queries.locked(session, case.id)
    actor = _staff(staff)
    states.check(states.FINAL_RESPONSE, engine.standing_of(session, case), actor)
    remedies.none_on_its_way(session, case)
    offer = _write(session, case, staff, draft, stage="final")
    remedies.replace_failed(session, case)
    return engine.move(session, case, states.FINAL_RESPONSE, actor, data=_facts(session, offer))


def _write(session: Session, case: Case, staff: Staff, draft: OfferDraft, *, stage: str) -> Offer:
    """Writes an answer after all has been checked, and what the clocks and lists need to know of it on the case."""
    final = draft if isinstance(draft, FinalDraft) else None
    if (stage == "final") != (final is not None):
        raise Invalid("This form is for another stage of the complaint.")
    complete(draft, policy.current(), [point.id for point in investigation.plan(session, case)])
    offer = Offer(
        id=uuid4(),
        case_id=case.id,
        number=queries.last_number(session, case.id) + 1,
        stage=stage,
        staff_id=staff.id,
        made_at=clock.now(),
        position=draft.position,
        findings=draft.findings,
        reasons=draft.reasons,
        point_reasons={str(point): reason for point, reason in draft.point_reasons.items() if reason},
        clauses=list(dict.fromkeys(draft.clauses)),
        grants_all=draft.grants_all,
        outcome_code=draft.outcome_code,
        cause=draft.cause,
        takes_part=final.takes_part if final else None,
        time_limits=final.time_limits if final else None,
        outside=_outside(case) if final else None,
    )
    session.add(offer)
    session.flush()
    for earlier in queries.standing_offers(session, case.id, stage, before=offer.number):
        earlier.replaced_by_id = offer.id
    session.add_all(remedies.draft_rows(draft.remedies, case=case, source_id=offer.id, offer_id=offer.id))
    case.outcome_code, case.cause, case.grants_all = offer.outcome_code, offer.cause, offer.grants_all
    session.flush()
    return offer


def _outside(case: Case) -> dict[str, Any]:
    """The options outside as they are known today; kept, since the directory changes."""
    rules = policy.current()
    answer = rules.outside_options_for(case.country or rules.shop.country, clock.now())
    return {
        "general": answer.general,
        "takes_part": answer.takes_part,
        "time_limits": answer.time_limits,
        "options": [option.model_dump(mode="json") for option in answer.options],
    }


def _facts(session: Session, offer: Offer) -> dict[str, Any]:
    rows = queries.remedies_offered(session, offer.id)
    return {
        "offer_id": str(offer.id),
        "position": offer.position,
        "outcome_code": offer.outcome_code,
        "cause": offer.cause,
        "grants_all": offer.grants_all,
        "remedies": [[str(remedy.id), remedy.due_days] for remedy in rows],  # for `cases.forecast`
    }


def _all_examined(session: Session, case: Case) -> None:
    left = investigation.points_without_finding(session, case)
    if left:
        points = "; ".join(point.text for point in left)
        raise Conflict(f"Please note what you found on every point first. Still open: {points}")


def _staff(staff: Staff) -> Actor:
    return Actor("staff", staff.role, staff.id)
