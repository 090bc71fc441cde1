"""Somebody leaves, or gets another role: nothing that they held is left to nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases import holders, states
from disputes.cases.tables import Case
from disputes.chat import leaving as chat_leaving
from disputes.chat import queries as chat_queries
from disputes.mediation import service as mediation
from disputes.people import service as people
from disputes.people import teams
from disputes.people.roles import AT_THE_DESK
from disputes.people.service import Details
from disputes.people.tables import Staff

PASS_ON: Final = "administration.pass_on"  # noqa: S105
"""The job that does it after a role was changed by somebody else than an administrator."""


@dataclass(frozen=True)
class Left:
    """What became of what somebody held: chats, references of complaints, and of cases in mediation."""

    staff: Staff
    chats: int = 0
    given: Sequence[str] = ()
    waiting: Sequence[str] = ()
    mediations: Sequence[str] = ()


def held_chats(session: Session, staff: Staff) -> int:
    """How many chats would go back to the queue if this person left now."""
    return chat_queries.chats_held_by(session, staff.id)


def held_cases(session: Session, staff: Staff) -> Sequence[Case]:
    """The complaints that would need somebody else if this person left now."""
    return holders.held_by(session, staff)


def deactivate(session: Session, by: Staff, staff_id: UUID, version: int, *, heir_id: UUID | None = None) -> Left:
    """Switches an account off and passes on what it held: chats to the queue, complaints to the heir or an alarm,
    mediations to a manager.

    Raises as `people.deactivate`.
    """
    chat_leaving.lock_chats_of(session, staff_id)
    staff = people.deactivate(session, by, staff_id, version)
    return _pass_on(session, staff, by, heir_id)


def change(
    session: Session,
    by: Staff,
    staff_id: UUID,
    version: int,
    new: Details,
    *,
    team_ids: Collection[UUID] = (),
    heir_id: UUID | None = None,
) -> Left:
    """Sets somebody's details and teams; what the new role cannot hold any more is passed on.

    Raises as `people.change`.
    """
    before = people.staff_with_id(session, staff_id).role
    if new.role not in AT_THE_DESK:
        chat_leaving.lock_chats_of(session, staff_id)
    staff = people.change(session, by, staff_id, version, new)
    teams.set_teams(session, by, staff, team_ids if staff.active and staff.role in AT_THE_DESK else ())
    return _pass_on(session, staff, by, heir_id) if staff.role != before else Left(staff)


def pass_on(session: Session, staff_id: UUID) -> Left:
    """Passes on what somebody holds and, in the role that they have now, cannot; by nobody's choice."""
    chat_leaving.lock_chats_of(session, staff_id)
    staff = people.staff_with_id(session, staff_id)
    return _pass_on(session, staff, staff, None)


def _pass_on(session: Session, staff: Staff, by: Staff, heir_id: UUID | None) -> Left:
    heir = people.staff_with_id(session, heir_id) if heir_id else None
    given: Sequence[str] = ()
    waiting: Sequence[str] = ()
    mediations: Sequence[str] = ()
    chats = 0
    if not staff.active or staff.role not in AT_THE_DESK:
        chats = chat_leaving.free_chats(session, staff, by)
    if not staff.active or staff.role not in states.CASE_WORKERS:
        done = holders.pass_on(session, staff, by, heir)
        given, waiting = done.given, done.waiting
    elif staff.role not in states.MANAGERS:
        waiting = holders.pass_on_reviews(session, staff, by)
    if not staff.active or staff.role != "mediator":
        mediations = mediation.neutral_left(session, staff, by)
    return Left(staff, chats, given, waiting, mediations)
