"""Every SELECT about who is at the desk, which teams there are, and how many chats each person holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from disputes.chat.tables import Conversation, CustomerPresence, Ownership, StaffPresence, WebProcess
from disputes.people.roles import AT_THE_DESK
from disputes.people.tables import Staff, Team, TeamMember


@dataclass(frozen=True)
class Colleague:
    """Somebody who is at the desk and takes chats, with how many they hold."""

    id: UUID
    name: str
    role: str
    held: int
    limit: int

    @property
    def has_room(self) -> bool:
        """True while one more chat fits."""
        return self.held < self.limit


def has_lease(now: datetime, active_since: datetime | None = None) -> ColumnElement[bool]:
    """That a member of staff is at the desk; with `active_since` also did something there since then."""
    lease = exists().where(StaffPresence.staff_id == Staff.id, StaffPresence.expires_at > now)
    if active_since is not None:
        active = exists().where(StaffPresence.staff_id == Staff.id, StaffPresence.active_at > active_since)
        return lease & active
    return lease


def available(
    session: Session, now: datetime, *, active_since: datetime | None, team_id: UUID | None = None
) -> list[Colleague]:
    """Who is at the desk and takes chats (of that team), those with the fewest chats first."""
    held = (
        select(func.count())
        .where(Conversation.owner == "agent", Conversation.agent_id == Staff.id)
        .correlate(Staff)
        .scalar_subquery()
    )
    statement = (
        select(Staff.id, Staff.name, Staff.role, held, Staff.chat_limit)
        .where(Staff.active, Staff.takes_chats, Staff.role.in_(AT_THE_DESK), has_lease(now, active_since))
        .order_by(held, Staff.name, Staff.id)
    )
    if team_id is not None:
        statement = statement.where(_is_member(team_id))
    return [Colleague(*row) for row in session.execute(statement)]


def is_at_desk(session: Session, staff_id: UUID, now: datetime) -> bool:
    """True when that member of staff has a lease."""
    return bool(session.scalar(select(exists().where(Staff.id == staff_id, Staff.active, has_lease(now)))))


def last_lease(session: Session, staff_id: UUID) -> datetime | None:
    """When the longest lease of that member of staff ends, or ended."""
    return session.scalar(select(func.max(StaffPresence.expires_at)).where(StaffPresence.staff_id == staff_id))


def a_web_process_up_since(session: Session, since: datetime, seen_after: datetime) -> bool:
    """True when some web process has been up all the time since then."""
    found = exists().where(WebProcess.started_at <= since, WebProcess.seen_at > seen_after)
    return bool(session.scalar(select(found)))


def customer_is_here(session: Session, conversation_id: UUID, now: datetime) -> bool:
    """True when a browser of the customer follows the conversation, in whichever web process."""
    found = exists().where(CustomerPresence.conversation_id == conversation_id, CustomerPresence.expires_at > now)
    return bool(session.scalar(select(found)))


def default_team(session: Session) -> Team | None:
    """Where chats go that ask for no team."""
    return session.scalar(select(Team).where(Team.is_default))


def team_named(session: Session, name: str) -> Team | None:
    """The team of that name, however it is spelt."""
    return session.scalar(select(Team).where(func.lower(Team.name) == name.strip().lower()))


def teams(session: Session) -> Sequence[Team]:
    """All teams, by name."""
    return session.scalars(select(Team).order_by(Team.name)).all()


def held_before_the_end(session: Session, conversation: Conversation) -> Staff | None:
    """Whoever held a chat right before it ended; None when that was the assistant, or the queue."""
    before = (
        select(Ownership.agent_id)
        .where(Ownership.conversation_id == conversation.id, Ownership.epoch == conversation.epoch - 1)
        .scalar_subquery()
    )
    return session.scalar(select(Staff).where(Staff.id == before))


def _is_member(team_id: UUID) -> ColumnElement[bool]:
    return exists().where(TeamMember.team_id == team_id, TeamMember.staff_id == Staff.id)
