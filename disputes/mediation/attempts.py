"""Mediation from the first wish for it to its end. Every verb runs in the caller's transaction, on a locked case."""

from decimal import Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states, tasks
from disputes.cases import queries as cases
from disputes.cases.clocks import Timer
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict
from disputes.mediation import confidential, neutrals, queries
from disputes.mediation.access import (
    NOT_OVER,
    OFFERED,
    as_neutral,
    attempt_of,
    check_in_time,
    check_speaks_for,
    due_of,
)
from disputes.mediation.tables import Mediation, MediationConsent
from disputes.mediation.wishes import ASKED, CLAUSE
from disputes.mediation.words import LONGEST_WORDS, PARTIES, Party, consent_words, how_to_stop, written
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "mediation")

NEUTRAL_ASKED: Final = "neutral_asked"
"""The task of the neutral person: to say whether they have ties with anybody in the case."""


def why_not_propose(session: Session, case: Case, actor: Actor, amount: Decimal | None = None) -> str | None:
    """Why this actor cannot suggest mediation now, in a sentence; None when they can. `amount` is what it is about."""
    refusal = states.why_not(states.MEDIATION_OFFERED, engine.standing_of(session, case), actor)
    if refusal is None:
        refusal = policy.current().may_mediate(case.category, amount)
    if refusal is None and not neutrals.neutrals_for(session, case):
        refusal = "No neutral person is free who has no ties with anybody in this complaint."
    return refusal


def propose(
    session: Session,
    case: Case,
    actor: Actor,
    *,
    neutral_id: UUID | None = None,
    reason: str | None = None,
    amount: Decimal | None = None,
) -> Mediation:
    """Suggests mediation to the other side (T13), with this neutral person or the first who is free of ties.

    Nobody has agreed to anything by that, not even who suggests it. Raises `NotAllowed` by the table, `Conflict`
    where the policy or ties speak against it; `amount` is what the matter is about, where that is known.
    """
    case = cases.locked(session, case.id)
    states.check(states.MEDIATION_OFFERED, engine.standing_of(session, case), actor)
    refusal = why_not_propose(session, case, actor, amount)
    if refusal is not None:
        raise Conflict(refusal)
    free = neutrals.neutrals_for(session, case)
    chosen = next((one for one in free if neutral_id in (None, one.staff_id)), None)
    if chosen is None:
        raise Conflict("This neutral person has ties with somebody in this complaint, or is not free. Choose another.")
    end(session, case)
    mediation = Mediation(
        case_id=case.id,
        neutral_id=chosen.staff_id,
        neutral_name=chosen.name,
        neutral_organisation=chosen.organisation,
        cost=policy.current().mediation.cost,
        proposed_by="shop" if actor.kind == "staff" else "customer",
        proposed_at=clock.now(),
    )
    session.add(mediation)
    case.neutral_id = chosen.staff_id
    session.flush()
    event = engine.move(
        session,
        case,
        states.MEDIATION_OFFERED,
        actor,
        data={"mediation_id": str(mediation.id), "neutral_id": str(chosen.staff_id)},
        reason=written(reason, "reason", LONGEST_WORDS, "") if reason and reason.strip() else None,
    )
    tasks.finish(session, case, ASKED)
    tasks.open_task(
        session,
        case,
        NEUTRAL_ASKED,
        due_at=case.next_date,
        subject_id=mediation.id,
        event=event,
        staff_id=chosen.staff_id,
    )
    if mediation.proposed_by == "customer":
        tasks.open_task(session, case, ASKED, due_at=case.next_date, event=event)
    return mediation


def words_for(session: Session, case: Case, party: Party) -> str:
    """What that side has to read before it answers; `consent` takes a yes to these words only."""
    return consent_words(attempt_of(session, case), case, party)


def consent(  # noqa: PLR0917 - the six are one sentence, said by pages and by the chat alike
    session: Session, case: Case, party: Party, actor: Actor, agreed: bool, words_shown: str
) -> MediationConsent:
    """One side's answer, kept with the words it saw. A no ends it (T15). The last of both yes and the neutral
    person's word that they have no ties starts it (T14).

    A yes said twice counts once. Raises `NotAllowed` for whoever does not speak for that side or at another stage,
    `Conflict` after the last day, or when the words are not those that hold now.
    """
    case = cases.locked(session, case.id)
    check_speaks_for(session, case, party, actor)
    step = states.MEDIATION_STARTED if agreed else states.MEDIATION_DECLINED
    known = queries.consents_of(session, attempt_of(session, case).id).get(party) if case.state in NOT_OVER else None
    if known is not None and known.agreed and agreed:
        return known
    states.check(step, engine.standing_of(session, case), actor)
    check_in_time(session, case, "mediation_answer")
    mediation = attempt_of(session, case)
    words = consent_words(mediation, case, party)
    if agreed and words_shown.split() != words.split():
        raise Conflict(say("words_changed"))
    given = _keep_answer(session, case, mediation, actor, party=party, agreed=agreed, words=words, known=known)
    if agreed:
        _start_when_ready(session, case, mediation, actor)
    else:
        _decline(session, case, mediation, actor, why="no", outcome="declined", by=party)
    return given


def declare(session: Session, mediation_id: UUID, neutral: Staff, *, free: bool) -> Mediation:
    """The neutral person says whether they are free of ties with everybody in the case.

    Free: the mediation starts when both sides agreed. Not free, or the program knows of ties: it ends without
    anybody having said no (T15, or T17 once it runs), and whoever has the case may suggest somebody else.
    """
    mediation, case = as_neutral(session, mediation_id, neutral, within=NOT_OVER, lock=True)
    actor = Actor("staff", "mediator", neutral.id)
    staff = session.get_one(Staff, neutral.id)
    if free and (case.state not in OFFERED or mediation.no_conflict_at is not None):
        return mediation
    if free and neutrals.conflict_of(session, case, staff) is None:
        check_in_time(session, case, "mediation_answer")
        mediation.no_conflict_at = clock.now()
        tasks.finish(session, case, NEUTRAL_ASKED)
        _start_when_ready(session, case, mediation, actor)
        return mediation
    mediation.conflict_at = clock.now()
    if case.state in OFFERED:
        _decline(session, case, mediation, actor, why="conflict", outcome="conflict", by="neutral")
    else:
        _move_out(session, case, mediation, actor, why="conflict", outcome="conflict")
    return mediation


def stop(session: Session, case: Case, actor: Actor, words: str | None = None) -> CaseEvent:
    """The customer, the shop or the neutral person ends a running mediation (T17). Nobody has to say why."""
    case = cases.locked(session, case.id)
    states.check(states.MEDIATION_ENDED, engine.standing_of(session, case), actor)
    reason = written(words, "words", LONGEST_WORDS, "") if words and words.strip() else None
    return _move_out(session, case, attempt_of(session, case), actor, why="stopped", outcome="stopped", reason=reason)


def extend(session: Session, case: Case, actor: Actor, party: Party) -> Mediation:
    """One side agrees to give a running mediation more time, once. When both do, it ends later and they are told."""
    case = cases.locked(session, case.id)
    check_speaks_for(session, case, party, actor)
    states.check(states.MEDIATION_ENDED, engine.standing_of(session, case), actor)
    check_in_time(session, case, "mediation_end")
    mediation = attempt_of(session, case)
    if mediation.extended_at is not None:
        raise Conflict(say("longer_once"))
    if getattr(mediation, f"longer_{party}_at") is None:
        setattr(mediation, f"longer_{party}_at", clock.now())
    if mediation.longer_customer_at is None or mediation.longer_shop_at is None:
        session.flush()
        return mediation
    old = due_of(session, case, "mediation_end") or clock.now()
    days = policy.current().clocks_for(case.category).mediation_extension_days
    new = policy.current().calendar.due_after_days(old, days)
    mediation.extended_at = clock.now()
    engine.set_timer(session, case, Timer("mediation_end", new))
    data = {"mediation_id": str(mediation.id), "old": old.isoformat(), "new": new.isoformat()}
    engine.note(session, case, "mediation_extended", actor, notice="N12x", clause=CLAUSE, data=data)
    return mediation


def end(session: Session, case: Case) -> None:
    """Notes that an attempt is over once the locked case has left mediation, and destroys what was confidential.

    Nothing happens while it is not over: in mediation, or withdrawn and still to be taken up again. May be called
    at any time and again.
    """
    if case.state in NOT_OVER or case.state == "withdrawn":
        return
    mediation = queries.without_end(session, case.id)
    if mediation is not None:
        mediation.ended_at = clock.now()
        tasks.finish(session, case, NEUTRAL_ASKED, subject_id=mediation.id)
    session.flush()
    confidential.destroy(session, case.id)


def destroy_leftovers(session: Session) -> int:
    """Destroys what is confidential of mediations whose case was withdrawn and can no more be taken up again.

    Every other end destroys it at once. Returns how many mediations were ended; to be run daily.
    """
    calendar = policy.current().calendar
    found = (
        select(Case.id)
        .join(Mediation, Mediation.case_id == Case.id)
        .where(Mediation.ended_at.is_(None), Case.state == "withdrawn")
    )
    ended = 0
    for case_id in session.scalars(found).all():
        case = cases.locked(session, case_id)
        mediation = queries.without_end(session, case.id)
        if mediation is None or case.state != "withdrawn" or case.ended_at is None:
            continue
        days = policy.current().clocks_for(case.category).withdraw_undo_days
        if clock.now() > calendar.due_after_days(case.ended_at, days):
            mediation.ended_at, mediation.outcome = clock.now(), "stopped"
            session.flush()
            confidential.destroy(session, case.id)
            ended += 1
    return ended


def _keep_answer(
    session: Session,
    case: Case,
    mediation: Mediation,
    actor: Actor,
    *,
    party: Party,
    agreed: bool,
    words: str,
    known: MediationConsent | None,
) -> MediationConsent:
    if known is not None:
        known.replaced_at = clock.now()
        session.flush()
    given = MediationConsent(
        mediation_id=mediation.id,
        party=party,
        agreed=agreed,
        words=words,
        how_to_stop=how_to_stop(party),
        staff_id=actor.staff_id if actor.kind == "staff" else None,
        answered_at=clock.now(),
    )
    session.add(given)
    session.flush()
    engine.note(
        session,
        case,
        "consent_given",
        actor,
        notice="none: whoever answered reads the receipt on the page",
        clause=CLAUSE,
        data={
            "mediation_id": str(mediation.id),
            "consent_id": str(given.id),
            "party": party,
            "agreed": agreed,
            "words": sha256(words.encode()).hexdigest(),
        },
    )
    if party == "shop":
        tasks.finish(session, case, ASKED)
    return given


def _start_when_ready(session: Session, case: Case, mediation: Mediation, actor: Actor) -> None:
    answers = queries.consents_of(session, mediation.id)
    if not all(party in answers and answers[party].agreed for party in PARTIES):
        return
    if mediation.no_conflict_at is None:
        return
    neutral = queries.staff_now(session, mediation.neutral_id)
    if neutral is None or neutrals.conflict_of(session, case, neutral) is not None:
        _decline(session, case, mediation, actor, why="conflict", outcome="conflict", by="neutral")
        return
    mediation.started_at = clock.now()
    engine.move(
        session,
        case,
        states.MEDIATION_STARTED,
        actor,
        data={
            "mediation_id": str(mediation.id),
            "consent_ids": [str(answers[party].id) for party in PARTIES],
        },
    )
    tasks.finish(session, case, ASKED, NEUTRAL_ASKED)
    confidential.share_complaint(session, mediation, case)


def _decline(
    session: Session, case: Case, mediation: Mediation, actor: Actor, *, why: str, outcome: str, by: str
) -> None:
    mediation.outcome = outcome
    event = engine.move(
        session,
        case,
        states.MEDIATION_DECLINED,
        actor,
        data={"mediation_id": str(mediation.id), "why": why, "by": by},
    )
    tasks.finish(session, case, ASKED, NEUTRAL_ASKED)
    end(session, case)
    if why == "conflict":
        days = policy.current().clocks_for(case.category).named_person_business_days
        due = policy.current().calendar.due_after_business_days(clock.now(), days)
        tasks.open_task(session, case, ASKED, due_at=due, event=event)


def _move_out(
    session: Session,
    case: Case,
    mediation: Mediation,
    actor: Actor,
    *,
    why: str,
    outcome: str,
    reason: str | None = None,
) -> CaseEvent:
    mediation.outcome = outcome
    by = {"customer": "customer", "staff": "shop"}.get(actor.kind, actor.kind)
    by = "neutral" if actor.role == "mediator" else by
    event = engine.move(
        session,
        case,
        states.MEDIATION_ENDED,
        actor,
        data={"mediation_id": str(mediation.id), "why": why, "by": by},
        reason=reason,
    )
    end(session, case)
    return event
