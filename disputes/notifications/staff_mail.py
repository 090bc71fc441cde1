"""Letters to staff about work that waits. They name the case and the date, and nobody's data: the desk has the rest."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import queries as case_queries
from disputes.cases.sensitive import is_readable, reader_of
from disputes.cases.states import MANAGERS
from disputes.cases.tables import Case, CaseTask
from disputes.notifications import letters, service
from disputes.people.tables import Staff
from disputes.settings import settings


def write_for_task(session: Session, case_id: UUID, kind: str, event_id: UUID) -> int:
    """Writes to whose task it is, or to all active staff of the role when it is nobody's; returns how many letters.

    None once the task is done. The same event never writes twice to the same person.
    """
    case = case_queries.case_by_id(session, case_id)
    found = select(CaseTask).where(CaseTask.case_id == case_id, CaseTask.kind == kind, CaseTask.done_at.is_(None))
    tasks = session.scalars(found.order_by(CaseTask.created_at.desc())).all()
    if case is None or not tasks:
        return 0
    written = 0
    shop_policy, base_url = policy.current(), settings().base_url
    for person in _people(session, case, tasks[0]):
        letter = letters.staff_task(
            shop_policy,
            base_url,
            name=person.name,
            what=shop_policy.tasks.get(kind, kind.replace("_", " ").capitalize()),
            reference=case.reference,
            due_at=tasks[0].due_at,
            link=f"{base_url}/desk/mediations"
            if person.role == "mediator"
            else f"{base_url}/desk/cases/{case.reference}",
        )
        service.add(
            session,
            letter,
            kind="staff_task",
            dedupe_key=f"task:{kind}:{event_id}:{person.id}",
            recipient=person.email,
            queue=True,
        )
        written += 1
    return written


def _people(session: Session, case: Case, task: CaseTask) -> Sequence[Staff]:
    """A sensitive complaint is named to those alone who may read of it: managers, where nobody of the role may."""
    holder = session.get(Staff, task.staff_id) if task.staff_id else None
    if holder is not None and holder.active:
        return [holder]
    found = select(Staff).where(Staff.role == task.role, Staff.active)
    people = [person for person in session.scalars(found.order_by(Staff.email)) if is_readable(case, reader_of(person))]
    if people or not case.restricted:
        return people
    managers = select(Staff).where(Staff.role.in_(MANAGERS), Staff.active)
    return session.scalars(managers.order_by(Staff.email)).all()
