"""Whoever has a complaint may leave, or get another role: it goes to somebody else, or an alarm says nobody has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from disputes.cases import engine, queries, service, states, tasks
from disputes.cases.sensitive import names_of, reader_of
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case, CaseTask
from disputes.errors import Conflict, Invalid
from disputes.people.tables import Staff

QUIET: Final = "none: they are told who has it next"


@dataclass(frozen=True)
class PassedOn:
    """References of the complaints that somebody else has now, and of those that wait for somebody; of sensitive ones
    only how many, unless whoever asked may read of them."""

    given: Sequence[str]
    waiting: Sequence[str]


def held_by(session: Session, staff: Staff) -> Sequence[Case]:
    """Open complaints that this person looks into, or decides now; those due first on top."""
    return [case for case in queries.open_cases_of_staff(session, staff.id) if _needs_somebody(case, staff)]


def pass_on(session: Session, leaving: Staff, by: Staff, to: Staff | None) -> PassedOn:
    """Gives the complaints of somebody who has left to `to`, where the rules allow it; an alarm is opened for the rest.

    Reviews always wait: whoever takes one must not have worked on the case. Tasks of theirs are anybody's of the role.
    The caller has taken the role or the account from `leaving` before.
    """
    given, waiting = [], []
    for case_id in sorted(case.id for case in held_by(session, leaving)):
        case = queries.locked(session, case_id)
        if not _needs_somebody(case, leaving):
            continue
        if to is not None and _give(session, case, by, to):
            given.append(case)
        else:
            _alarm(session, case, by)
            waiting.append(case)
    free = update(CaseTask).where(CaseTask.staff_id == leaving.id, CaseTask.done_at.is_(None))
    session.execute(free.values(staff_id=None).execution_options(synchronize_session=False))
    reader = reader_of(by)
    return PassedOn(names_of(given, reader), names_of(waiting, reader))


def pass_on_reviews(session: Session, demoted: Staff, by: Staff) -> Sequence[str]:
    """Opens the alarm for the reviews of somebody who is a manager no more; what they look into stays theirs."""
    waiting = []
    for case_id in sorted(case.id for case in held_by(session, demoted)):
        case = queries.locked(session, case_id)
        if _needs_somebody(case, demoted) and states.is_with_management(case.state, case.prior_state):
            _alarm(session, case, by)
            waiting.append(case)
    return names_of(waiting, reader_of(by))


def _needs_somebody(case: Case, leaving: Staff) -> bool:
    if states.is_with_management(case.state, case.prior_state):
        return case.decider_id == leaving.id and case.state != "final_response"
    return case.investigator_id == leaving.id


def _give(session: Session, case: Case, by: Staff, to: Staff) -> bool:
    if states.is_with_management(case.state, case.prior_state):
        return False
    try:
        service.give(session, case, by, to)
    except (NotAllowed, Conflict, Invalid):
        return False
    return True


def _alarm(session: Session, case: Case, by: Staff) -> None:
    event = engine.note(session, case, "holder_left", service.acting(by), notice=QUIET, for_customer=False)
    kind = "unowned_review" if states.is_with_management(case.state, case.prior_state) else "unowned"
    tasks.open_task(session, case, kind, due_at=case.next_date, event=event)
