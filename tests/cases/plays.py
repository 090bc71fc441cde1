"""Cases brought to a stage by steps of the table alone, for tests of the clocks; the verbs have tests of their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import engine, queries, states
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CaseTimer
from disputes.deadlines import service
from disputes.people.tables import Staff
from tests.cases.factories import filed, staff

CUSTOMER = Actor("customer")
CLOCK = Actor("clock")


@dataclass
class Played:
    """A case and the people who have it."""

    case: Case
    agent: Staff
    manager: Staff

    @property
    def by_agent(self) -> Actor:
        return Actor("staff", "agent", self.agent.id)

    @property
    def by_manager(self) -> Actor:
        return Actor("staff", "manager", self.manager.id)


def play(session: Session, stage: str, **changes: Any) -> Played:
    """A case at that stage, everything of it done now. `grants_all` and `open_remedies` may be given."""
    grants_all, open_remedies = changes.pop("grants_all", False), changes.pop("open_remedies", 0)
    played = Played(filed(session, **changes), staff(session), staff(session, role="manager", name="Max Boss"))
    case = played.case = queries.locked(session, played.case.id)
    case.grants_all, case.open_remedies = grants_all, open_remedies
    for step, actor in _way(stage, played):
        if step is states.TAKEN:
            case.investigator, case.investigator_id = played.agent, played.agent.id
        if step is states.FINAL_RESPONSE:
            case.decider, case.decider_id = played.manager, played.manager.id
        data = {"investigator": str(played.agent.id)} if step is states.TAKEN else None
        engine.move(session, case, step, actor, data=data)
    session.flush()
    return played


def _way(stage: str, played: Played) -> list[tuple[states.Transition, Actor]]:
    taken = (states.TAKEN, played.by_agent)
    escalated = (states.ESCALATED, played.by_manager)
    final = [taken, escalated, (states.FINAL_RESPONSE, played.by_manager)]
    mediation = [taken, (states.MEDIATION_OFFERED, played.by_agent)]
    offered = [taken, (states.OFFERED, played.by_agent)]
    return {
        "filed": [],
        "investigating": [taken],
        "awaiting_customer": [taken, (states.ASKED, played.by_agent)],
        "outcome_offered": offered,
        "mediation_offered": mediation,
        "in_mediation": [*mediation, (states.MEDIATION_STARTED, played.by_agent)],
        "escalated": [taken, escalated],
        "final_response": final,
        "resolved": [*offered, (states.ACCEPTED, CUSTOMER)],
        "final_accepted": [*final, (states.FINAL_ACCEPTED, CUSTOMER)],
        "withdrawn": [taken, (states.WITHDRAWN, CUSTOMER)],
    }[stage]


def sweep_at(session: Session, case: Case, moment: datetime) -> int:
    """Acts on the case as of that moment."""
    with clock.set_to(moment):
        return service.act_on_case(session, case.id)


def timers(session: Session, case: Case) -> list[tuple[str, datetime]]:
    """What runs, by date."""
    rows = session.scalars(select(CaseTimer).where(CaseTimer.case_id == case.id).order_by(CaseTimer.due_at))
    return [(row.kind, row.due_at) for row in rows if row.suspended_at is None]


def due(session: Session, case: Case, kind: str) -> datetime:
    """The date of the first timer of that kind."""
    return next(due_at for name, due_at in timers(session, case) if name == kind)


def events(session: Session, case: Case) -> list[CaseEvent]:
    """The history, in order."""
    return list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)))


def kinds(session: Session, case: Case) -> list[str]:
    """The history as kinds of events."""
    return [event.kind for event in events(session, case)]
