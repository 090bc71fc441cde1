"""Complaints, staff and status requests to start from."""

from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import filing
from disputes.cases.schemas import Complaint
from disputes.cases.tables import Case
from disputes.people.tables import Staff

DEFAULTS: dict[str, Any] = {
    "name": "Mia Hughes",
    "email": "mia.hughes@example.com",
    "order_number": "10023",
    "category": "lost",
    "description": "The parcel never arrived, although it says delivered.",
    "desired_outcome": "My money back",
    "source": "chat",
}


def complaint(**changes: Any) -> Complaint:
    """A complaint about a lost parcel, with changes."""
    return filing.read_complaint(DEFAULTS | changes)


def filed(session: Session, **changes: Any) -> Case:
    """A filed complaint."""
    return filing.file_complaint(session, complaint(**changes), filing_key=f"test:{uuid4()}")


def staff(session: Session, *, role: str = "agent", name: str = "Ann Baker") -> Staff:
    """A member of staff."""
    person = Staff(email=f"{uuid4().hex}@shop.example", name=name, role=role, created_at=clock.now())
    session.add(person)
    session.flush()
    return person


def queued(session: Session, task: str) -> list[dict[str, Any]]:
    """The arguments of the jobs of that name that wait, oldest first."""
    rows = session.execute(
        text("SELECT args FROM procrastinate_jobs WHERE task_name = :task ORDER BY id"), {"task": task}
    )
    return [dict(args) for (args,) in rows]
