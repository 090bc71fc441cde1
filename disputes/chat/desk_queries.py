"""Every SELECT behind the desk's lists of chats and its side panel.

Each list is read by an index and cut off, whatever there is in the tables: with ten thousand open chats the page costs
what it costs with fifty.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload

from disputes.cases.sensitive import Reader, may_read_chat
from disputes.cases.tables import Case
from disputes.chat.queue_queries import goes_first
from disputes.chat.staff_queries import has_lease
from disputes.chat.tables import Conversation, ConversationViewer, Message, ReadMarks, StaffPresence
from disputes.people.roles import AT_THE_DESK
from disputes.people.tables import Customer, Staff, StatusRequest, TeamMember

_WITH_AGENT = joinedload(Conversation.agent)


@dataclass(frozen=True)
class LastLine:
    """What was said last in a chat, and how many messages of the customer nobody of the staff has read."""

    author: str
    text: str
    at: datetime
    unread: int


@dataclass(frozen=True)
class Present:
    """Somebody at the desk: whether they take chats, and how many they hold of how many they may."""

    id: UUID
    name: str
    takes_chats: bool
    held: int
    limit: int


def waiting(session: Session, limit: int) -> Sequence[Conversation]:
    """Who waits for a person: what goes first on top, then whoever waits longest."""
    found = select(Conversation).where(Conversation.owner == "queue")
    order = (goes_first().desc(), Conversation.waiting_since, Conversation.id)
    return session.scalars(found.order_by(*order).limit(limit)).all()


def held_by(session: Session, staff_id: UUID, limit: int) -> Sequence[Conversation]:
    """The chats of one agent, in the order they came to them, so that rows keep their place while people write."""
    found = select(Conversation).where(Conversation.owner == "agent", Conversation.agent_id == staff_id)
    order = (goes_first().desc(), Conversation.first_waiting_since, Conversation.id)
    return session.scalars(found.order_by(*order).limit(limit)).all()


def held_by_others(session: Session, staff_id: UUID, limit: int) -> Sequence[Conversation]:
    """The chats of everybody else, by who holds them."""
    found = (
        select(Conversation)
        .join(Conversation.agent)
        .where(Conversation.owner == "agent", Conversation.agent_id != staff_id)
        .options(_WITH_AGENT)
        .order_by(Staff.name, Conversation.first_waiting_since, Conversation.id)
    )
    return session.scalars(found.limit(limit)).all()


def with_assistant(session: Session, since: datetime, limit: int) -> Sequence[Conversation]:
    """Chats of the assistant in which the customer has written since then, the newest first."""
    found = select(Conversation).where(Conversation.owner == "bot", Conversation.last_customer_at >= since)
    return session.scalars(found.order_by(Conversation.last_customer_at.desc()).limit(limit)).all()


def count_waiting(session: Session) -> int:
    """How many wait for a person."""
    return int(session.scalar(select(func.count()).where(Conversation.owner == "queue")) or 0)


def last_lines(session: Session, conversation_ids: Collection[UUID]) -> dict[UUID, LastLine]:
    """What was said last in each of these chats (notices and pressed buttons are not), and what is unread in it."""
    if not conversation_ids:
        return {}
    newest = (
        select(Message.author, Message.text, Message.created_at)
        .where(Message.conversation_id == Conversation.id, Message.audience == "everyone", Message.author != "system")
        .order_by(Message.seq.desc())
        .limit(1)
        .lateral()
    )
    unread = (
        select(func.count().label("unread"))
        .where(
            Message.conversation_id == Conversation.id,
            Message.seq > func.coalesce(ReadMarks.staff_seen_seq, 0),
            Message.author == "customer",
        )
        .lateral()
    )
    found = (
        select(Conversation.id, newest.c.author, newest.c.text, newest.c.created_at, unread.c.unread)
        .outerjoin(ReadMarks, ReadMarks.conversation_id == Conversation.id)
        .join(newest, true())
        .join(unread, true())
        .where(Conversation.id.in_(conversation_ids))
    )
    return {row[0]: LastLine(row[1], row[2], row[3], row[4]) for row in session.execute(found)}


def next_for(session: Session, staff_id: UUID) -> Conversation | None:
    """The chat that this agent takes next, locked: what goes first, then their teams', then whoever waits longest.

    Chats that somebody else is taking in this moment are passed over.
    """
    own_teams = select(TeamMember.team_id).where(TeamMember.staff_id == staff_id)
    others = and_(Conversation.team_id.is_not(None), Conversation.team_id.not_in(own_teams))
    found = (
        select(Conversation)
        .where(Conversation.owner == "queue")
        .order_by(goes_first().desc(), others, Conversation.waiting_since, Conversation.id)
        .limit(1)
        .with_for_update(of=Conversation, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.scalar(found)


def proven_emails(session: Session, conversation_id: UUID) -> list[str]:
    """The addresses that the customer has proved to be theirs in this chat, with a code."""
    found = select(StatusRequest.email).where(
        StatusRequest.conversation_id == conversation_id, StatusRequest.verified_at.is_not(None)
    )
    return sorted(set(session.scalars(found)))


def chats_with_proof(session: Session, emails: Collection[str]) -> set[UUID]:
    """Chats in which one of these addresses was proved, or a complaint filed under it."""
    if not emails:
        return set()
    proved = select(StatusRequest.conversation_id).where(
        StatusRequest.email.in_(emails),
        StatusRequest.verified_at.is_not(None),
        StatusRequest.conversation_id.is_not(None),
    )
    filed = (
        select(Case.conversation_id)
        .join(Customer, Customer.id == Case.customer_id)
        .where(Customer.email.in_(emails), Case.conversation_id.is_not(None))
    )
    return {found for found in session.scalars(proved.union(filed)) if found is not None}


def earlier_chats(
    session: Session,
    conversation: Conversation,
    proved: Collection[UUID],
    email: str | None,
    *,
    limit: int,
    reader: Reader | None,
) -> Sequence[Conversation]:
    """Other chats of whoever this seems to be, the newest first: by what was proved, by browser, by what was said."""
    same: list[ColumnElement[bool]] = [Conversation.visitor_digest == conversation.visitor_digest]
    if proved:
        same.append(Conversation.id.in_(proved))
    if email:
        same.append(said_email() == email.lower())
    found = select(Conversation).where(
        Conversation.id != conversation.id, Conversation.last_customer_at.is_not(None), or_(*same)
    )
    found = found.where(may_read_chat(reader, Conversation.id))
    return session.scalars(found.options(_WITH_AGENT).order_by(Conversation.created_at.desc()).limit(limit)).all()


def said_email() -> ColumnElement[str]:
    """The address that the customer gave to the assistant, as the index has it."""
    return func.lower(Conversation.facts["contact_email"].astext)


def team(session: Session, now: datetime) -> list[Present]:
    """Who is at the desk now, those first who take chats."""
    held = (
        select(func.count())
        .where(Conversation.owner == "agent", Conversation.agent_id == Staff.id)
        .correlate(Staff)
        .scalar_subquery()
    )
    found = (
        select(Staff.id, Staff.name, Staff.takes_chats, held, Staff.chat_limit)
        .where(Staff.active, Staff.role.in_(AT_THE_DESK), has_lease(now))
        .order_by(Staff.takes_chats.desc(), Staff.name, Staff.id)
    )
    return [Present(*row) for row in session.execute(found)]


def viewers(session: Session, conversation_id: UUID, now: datetime) -> list[tuple[UUID, str]]:
    """Who of the staff has this chat open in some tab, by name; whoever is gone is not in it."""
    found = (
        select(Staff.id, Staff.name)
        .join(StaffPresence, StaffPresence.staff_id == Staff.id)
        .join(ConversationViewer, ConversationViewer.lease_id == StaffPresence.id)
        .where(ConversationViewer.conversation_id == conversation_id, StaffPresence.expires_at > now)
        .distinct()
        .order_by(Staff.name)
    )
    return [(row[0], row[1]) for row in session.execute(found)]
