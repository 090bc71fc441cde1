"""The customer's wish for mediation, before anybody suggested it."""

from typing import Final

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states, tasks
from disputes.cases import queries as cases
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict
from disputes.mediation.access import NOT_OVER, check_speaks_for
from disputes.mediation.words import LONGEST_WORDS, written
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "mediation")

ASKED: Final = "mediation_asked"
"""The task of whoever has the case: the customer waits for a word about mediation."""
CAN_ASK: Final = frozenset({"filed", "investigating", "awaiting_customer", "escalated"})
CLAUSE: Final = "C5"


def request(session: Session, case: Case, actor: Actor, words: str) -> CaseEvent:
    """The customer wishes for mediation; whoever has the case gets a task to answer. Asking twice asks once.

    Raises `Invalid` for no words, `NotAllowed` for anybody else, `Conflict` at a stage where it cannot be.
    """
    if actor.kind not in states.CUSTOMER_OR_CHAT:
        raise states.NotAllowed(say("only_customer"))
    text = written(words, "words", LONGEST_WORDS, say("why"))
    case = cases.locked(session, case.id)
    if case.state not in CAN_ASK:
        raise Conflict(say("not_at_this_stage"))
    if tasks.is_open(session, case, ASKED):
        asked = cases.last_event(session, case.id, "mediation_requested")
        if asked is not None:
            return asked
    event = engine.note(session, case, "mediation_requested", actor, notice="NM", clause=CLAUSE, text=text)
    days = policy.current().clocks_for(case.category).named_person_business_days
    due = policy.current().calendar.due_after_business_days(clock.now(), days)
    tasks.open_task(session, case, ASKED, due_at=due, event=event)
    return event


def decline_request(session: Session, case: Case, staff: Staff, reason: str) -> CaseEvent:
    """The shop does not follow the customer's wish, and tells why. Raises `Conflict` when none waits."""
    why = written(reason, "reason", LONGEST_WORDS, "Please write why. The customer reads it.")
    case = cases.locked(session, case.id)
    actor = Actor("staff", staff.role, staff.id)
    check_speaks_for(session, case, "shop", actor)
    if not asks_for_it(session, case):
        raise Conflict("No wish for mediation waits for an answer.")
    tasks.finish(session, case, ASKED)
    return engine.note(
        session, case, "mediation_request_declined", actor, notice="NMd", clause=CLAUSE, text=why, reason=why
    )


def asks_for_it(session: Session, case: Case) -> bool:
    """True while a wish for mediation waits for a word of whoever has the case."""
    return case.state not in NOT_OVER and tasks.is_open(session, case, ASKED)
