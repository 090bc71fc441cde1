"""The text that settles a case: proposed by the neutral person, thought over, and accepted by both sides."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states
from disputes.cases import queries as cases
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.errors import Conflict, Invalid
from disputes.mediation import attempts, queries
from disputes.mediation.access import as_neutral, attempt_of, check_in_time, check_speaks_for, due_of
from disputes.mediation.tables import Mediation, MediationSettlement
from disputes.mediation.wishes import CLAUSE
from disputes.mediation.words import LONGEST_SETTLEMENT, Party, written
from disputes.offers import service as offers
from disputes.offers.service import RemedyDraft, remedy_faults
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "mediation")


def propose_settlement(
    session: Session, case: Case, neutral: Staff, text: str, remedies: Sequence[RemedyDraft] = ()
) -> MediationSettlement:
    """The neutral person proposes a text, with what the shop is to give. Both sides are told from when they can
    accept it.

    Another text takes the place of the one before: the time to think starts anew, and a yes to the old one is void.
    The same text again changes nothing. Raises `Invalid` for what cannot be given, `Conflict` when the mediation
    ends before the time to think does.
    """
    case = cases.locked(session, case.id)
    mediation = attempt_of(session, case)
    as_neutral(session, mediation.id, neutral)
    clean = written(text, "text", LONGEST_SETTLEMENT, "Please write what both sides agree on.")
    wrong = remedy_faults(remedies, policy.current())
    if wrong:
        raise Invalid("Please check what the shop is to give.", wrong)
    offers.none_on_its_way(session, case)
    given = [draft.model_dump(mode="json") for draft in remedies]
    known = queries.settlement_of(session, mediation.id)
    if known is not None and (known.text, known.remedies) == (clean, given):
        return known
    accept_from = clock.now() + timedelta(hours=policy.current().clocks_for(case.category).mediation_think_hours)
    last = due_of(session, case, "mediation_end")
    if last is not None and accept_from > last:
        raise Conflict(
            "The mediation ends before the time to think is over. Ask both sides to agree to more time first."
        )
    if known is not None:
        known.replaced_at = clock.now()
        session.flush()
    settlement = MediationSettlement(
        mediation_id=mediation.id, text=clean, remedies=given, proposed_at=clock.now(), accept_from=accept_from
    )
    session.add(settlement)
    session.flush()
    engine.note(
        session,
        case,
        "settlement_proposed",
        Actor("staff", "mediator", neutral.id),
        notice="NSt",
        clause=CLAUSE,
        data=_ids(mediation, settlement) | {"accept_from": accept_from.isoformat()},
    )
    return settlement


def accept_settlement(
    session: Session, case: Case, party: Party, actor: Actor, *, settlement_id: UUID | None = None
) -> MediationSettlement:
    """One side accepts the text that is proposed. With the second yes the case is settled (T16), and what the shop
    gives is tracked until it is delivered.

    Name the text that was read with `settlement_id`. A yes said twice counts once. Raises `NotAllowed` for whoever
    does not speak for that side, `Conflict` before the time to think is over, after the end, or for another text.
    """
    case = cases.locked(session, case.id)
    check_speaks_for(session, case, party, actor)
    states.check(states.MEDIATION_SETTLED, engine.standing_of(session, case), actor)
    check_in_time(session, case, "mediation_end")
    mediation = attempt_of(session, case)
    settlement = queries.settlement_of(session, mediation.id)
    if settlement is None:
        raise Conflict(say("no_agreement"))
    if settlement_id not in (None, settlement.id):
        raise Conflict(say("text_changed"))
    if getattr(settlement, f"{party}_accepted_at") is not None:
        return settlement
    if clock.now() < settlement.accept_from:
        shop, start = policy.current(), settlement.accept_from
        raise Conflict(say("think", day=shop.say_date(start), time=shop.say_time(start)))
    setattr(settlement, f"{party}_accepted_at", clock.now())
    if party == "shop":
        settlement.shop_staff_id = actor.staff_id
    session.flush()
    data = _ids(mediation, settlement)
    engine.note(
        session,
        case,
        "settlement_accepted",
        actor,
        notice="none: the letter goes when both sides have accepted",
        clause=CLAUSE,
        data=data | {"party": party},
    )
    if settlement.customer_accepted_at is not None and settlement.shop_accepted_at is not None:
        _settle(session, case, settlement, actor, data)
    return settlement


def drafts_of(settlement: MediationSettlement) -> list[RemedyDraft]:
    """What the shop gives by this text."""
    return [RemedyDraft.model_validate(given) for given in settlement.remedies]


def _settle(session: Session, case: Case, settlement: MediationSettlement, actor: Actor, data: dict[str, Any]) -> None:
    mediation = attempt_of(session, case)
    mediation.outcome = "settled"
    tracked = offers.track(session, case, drafts_of(settlement), mediation.id)
    data = data | {"remedy_ids": [str(remedy.id) for remedy in tracked]}
    event = engine.move(session, case, states.MEDIATION_SETTLED, actor, data=data)
    offers.promise(session, case, event)
    attempts.end(session, case)


def _ids(mediation: Mediation, settlement: MediationSettlement) -> dict[str, Any]:
    return {"mediation_id": str(mediation.id), "settlement_id": str(settlement.id)}
