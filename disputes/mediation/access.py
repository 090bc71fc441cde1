"""Who may do and read what in a mediation; asked anew each time, of the tables and not of what a caller holds."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import engine, states
from disputes.cases import queries as cases
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case
from disputes.errors import Conflict
from disputes.mediation import queries
from disputes.mediation.tables import Mediation
from disputes.mediation.words import Party
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "mediation")

OFFERED: Final = frozenset({"mediation_offered"})
RUNNING: Final = frozenset({"in_mediation"})
NOT_OVER: Final = OFFERED | RUNNING


def attempt_of(session: Session, case: Case) -> Mediation:
    """The attempt a case is in now. Raises `NotAllowed` when it is in none."""
    found = queries.latest(session, case.id) if case.state in NOT_OVER else None
    if found is None or found.ended_at is not None:
        raise NotAllowed(say("none_now"))
    return found


def as_neutral(
    session: Session, mediation_id: UUID, reader: Staff | None, *, within: frozenset[str] = RUNNING, lock: bool = False
) -> tuple[Mediation, Case]:
    """The attempt and its case, for its neutral person alone and only while it is `within` these states.

    Everybody else reads the same refusal (`NotAllowed`), also when there is no such attempt. With `lock` nobody
    else changes the case until the end of the transaction.
    """
    refusal = NotAllowed("Only the neutral person of a running mediation may do this.")
    mediation = queries.by_id(session, mediation_id)
    if reader is None or mediation is None or mediation.neutral_id != reader.id:
        raise refusal
    staff = queries.staff_now(session, reader.id)
    if staff is None or not staff.active or staff.role != "mediator":
        raise refusal
    case = cases.locked(session, mediation.case_id) if lock else session.get_one(Case, mediation.case_id)
    if not lock:
        session.refresh(case, ["state"])
    session.refresh(mediation)
    if case.state not in within or mediation.ended_at is not None:
        raise refusal
    return mediation, case


def check_speaks_for(session: Session, case: Case, party: Party, actor: Actor) -> None:
    """Raises `NotAllowed` unless this actor may speak for that side: the customer, or whoever has the case."""
    refusal = why_not_speak_for(session, case, party, actor)
    if refusal is not None:
        raise NotAllowed(refusal)


def why_not_speak_for(session: Session, case: Case, party: Party, actor: Actor) -> str | None:
    """Why this actor may not speak for that side, in a sentence; None when they may."""
    if party == "customer":
        return None if actor.kind == "customer" else say("only_customer")
    staff = queries.staff_now(session, actor.staff_id) if actor.kind == "staff" and actor.staff_id else None
    if staff is None or not staff.active or staff.role != actor.role or staff.role not in states.CASE_WORKERS:
        return "Only the shop may say this."
    if staff.id not in (case.investigator_id, case.decider_id) and staff.role not in states.MANAGERS:
        return "Only the person who has this complaint, or a manager, may do this."
    return None


def check_in_time(session: Session, case: Case, timer: str) -> None:
    """Raises `Conflict` when the time for it is over, also when no clock has acted on that yet."""
    due = due_of(session, case, timer)
    if due is not None and clock.now() > due:
        raise Conflict(say("over"))


def due_of(session: Session, case: Case, timer: str) -> datetime | None:
    """When that clock of the case is over; None when it does not run."""
    return next((one.due_at for one in engine.timers_of(session, case) if one.kind == timer), None)
