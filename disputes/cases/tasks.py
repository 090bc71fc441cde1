"""Work that waits for staff. A task is opened once, however often its cause comes back, until it is done."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.cases.states import CASE_WORKERS, MANAGERS, NotAllowed
from disputes.cases.tables import Case, CaseEvent, CaseTask
from disputes.errors import Conflict, NotFound
from disputes.people.tables import Staff

TELL_STAFF: Final = "notifications.tell_staff"
MAILED: Final = frozenset(
    {
        "urgent",
        "unowned",
        "due_soon",
        "final_overdue",
        "remedy_overdue",
        "letter_failed",
        "mediation_asked",
        "neutral_asked",
        "neutral_gone",
    }
)
"""Tasks that staff also get by mail; within office hours only."""

DISMISSABLE: Final = frozenset({"new_information", "unhappy", "scope_review", "due_soon", "letter_failed", "urgent"})
"""Tasks that staff tick off; all others end when what they ask for is done."""

FOR: Final = {
    "unowned": "agent",
    "unowned_review": "manager",
    "urgent": "manager",
    "due_soon": "agent",
    "final_overdue": "manager",
    "remedy_overdue": "manager",
    "deliver_remedy": "agent",
    "letter_failed": "agent",
    "mail_to_read": "agent",
    "redirect_proposed": "manager",
    "mediation_asked": "agent",
    "neutral_asked": "mediator",
    "neutral_gone": "manager",
    "scope_review": "agent",
    "new_information": "agent",
    "counter_offer": "agent",
    "remedy_failed": "agent",
    "unhappy": "manager",
}
"""Every kind of task, and the role it is for when nobody has the case."""


def open_task(
    session: Session,
    case: Case,
    kind: str,
    *,
    due_at: datetime | None = None,
    subject_id: UUID | None = None,
    event: CaseEvent | None = None,
    staff_id: UUID | None = None,
) -> None:
    """Puts work into the lists of staff; with `event` as its cause also into their mail, when the office is open."""
    role = FOR[kind]
    row = {
        "id": uuid4(),
        "case_id": case.id,
        "kind": kind,
        "subject_id": subject_id,
        "role": role,
        "staff_id": staff_id or _whose(session, case, role),
        "due_at": due_at,
        "created_at": clock.now(),
    }
    session.execute(insert(CaseTask).values(**row).on_conflict_do_nothing())
    if event is not None and kind in MAILED:
        open_at, now = clock.now(), clock.now()
        if not policy.current().is_office_open(now):
            open_at = policy.current().next_opening(now)
        jobs.defer(
            session,
            TELL_STAFF,
            lock=f"staff:{case.id}",  # not the letters' lock: what waits for the office would keep them waiting too
            after=open_at - now if open_at > now else None,
            case_id=str(case.id),
            kind=kind,
            event_id=str(event.id),
        )


def finish(session: Session, case: Case, *kinds: str, subject_id: UUID | None = None) -> None:
    """The work is done; all open tasks of these kinds, or every one when no kind is named."""
    statement = update(CaseTask).where(CaseTask.case_id == case.id, CaseTask.done_at.is_(None))
    if kinds:
        statement = statement.where(CaseTask.kind.in_(kinds))
    if subject_id is not None:
        statement = statement.where(CaseTask.subject_id == subject_id)
    session.execute(statement.values(done_at=clock.now()).execution_options(synchronize_session=False))


def may_dismiss(kind: str, role: str) -> bool:
    """True for a task that somebody of that role may tick off; what is for managers only they do."""
    return kind in DISMISSABLE and role in {FOR[kind], "manager"}


def dismiss(session: Session, task_id: UUID, role: str) -> Case:
    """Somebody of that role ticks a task off; returns its case.

    Raises `NotFound` for none, `Conflict` for one that ends by itself, `NotAllowed` for one of another role.
    """
    task = session.get(CaseTask, task_id, with_for_update=True)
    if task is None:
        raise NotFound("There is no such task.")
    if task.kind not in DISMISSABLE:
        raise Conflict("This ends by itself, when what it asks for is done.")
    if not may_dismiss(task.kind, role):
        raise NotAllowed(f"This task is for {FOR[task.kind]}s.")
    task.done_at = task.done_at or clock.now()
    return session.get_one(Case, task.case_id)


def is_open(session: Session, case: Case, kind: str) -> bool:
    """True when such work waits."""
    statement = select(func.count()).where(
        CaseTask.case_id == case.id, CaseTask.kind == kind, CaseTask.done_at.is_(None)
    )
    return bool(session.scalar(statement))


def _whose(session: Session, case: Case, role: str) -> UUID | None:
    """Whoever has the case, while they still work on cases."""
    by_decider = role == "manager" or case.state == "escalated"
    staff_id = case.decider_id if by_decider else case.investigator_id
    staff = session.get(Staff, staff_id) if staff_id else None
    roles = MANAGERS if by_decider else CASE_WORKERS
    return staff_id if staff is not None and staff.active and staff.role in roles else None
