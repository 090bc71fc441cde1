"""Every SELECT about the queue: its order, how long people wait in it, and in which chats something is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from disputes.chat.schemas import Claim
from disputes.chat.tables import Conversation, LeftMessage, Ownership, StaffPresence
from disputes.people.tables import Staff, Team

RECENT_CLAIMS = 50


@dataclass(frozen=True)
class Before:
    """What was over by when: chats in which nothing has happened since are looked at."""

    now: datetime
    lease_ended: datetime | None
    customer_silent_since: datetime
    assistant_idle_since: datetime


def goes_first() -> ColumnElement[bool]:
    """Which chats are taken before the others, however long these have waited."""
    return or_(Conversation.urgent, Conversation.vulnerable, Conversation.care_seq.is_not(None))


def position(session: Session, conversation: Conversation) -> int:
    """The place of a waiting chat among those of its team: 1 is next."""
    first = conversation.goes_first
    earlier = or_(
        Conversation.waiting_since < conversation.waiting_since,
        and_(Conversation.waiting_since == conversation.waiting_since, Conversation.id < conversation.id),
    )
    before = and_(goes_first(), earlier) if first else or_(goes_first(), earlier)
    statement = select(func.count()).where(
        Conversation.owner == "queue",
        Conversation.id != conversation.id,
        Conversation.team_id.is_not_distinct_from(conversation.team_id),
        before,
    )
    return int(session.scalar(statement) or 0) + 1


def claims_since(session: Session, team_id: UUID | None, since: datetime) -> list[Claim]:
    """The newest claims of that team's chats since then, in order of time.

    Messages that were left do not count, however often they came back to the queue: nobody sat and waited.
    """
    queued = aliased(Ownership)
    was_left = exists().where(
        LeftMessage.conversation_id == queued.conversation_id,
        LeftMessage.at <= Ownership.at,
        or_(LeftMessage.ended_at.is_(None), LeftMessage.ended_at >= queued.at),
    )
    statement = (
        select(queued.at, Ownership.at)
        .join(
            queued,
            and_(queued.conversation_id == Ownership.conversation_id, queued.epoch == Ownership.epoch - 1),
        )
        .where(
            Ownership.at > since,
            Ownership.owner == "agent",
            queued.owner == "queue",
            ~was_left,
            queued.team_id.is_not_distinct_from(team_id),
        )
        .order_by(Ownership.at.desc())
        .limit(RECENT_CLAIMS)
    )
    return [Claim(*row) for row in reversed(session.execute(statement).all())]


def next_to_assign(
    session: Session, general: str, without_teams: Sequence[UUID | None], without: Sequence[UUID]
) -> Conversation | None:
    """The first waiting chat that the program gives to somebody, locked; chats that somebody works on are left out.

    `general` is how teams find people that have no way of their own; `without`: what was tried already.
    """
    how = func.coalesce(Team.assignment, literal(general))
    statement = (
        select(Conversation)
        .outerjoin(Team, Team.id == Conversation.team_id)
        .where(Conversation.owner == "queue", how == "least_loaded", Conversation.id.not_in(without))
        .order_by(goes_first().desc(), Conversation.waiting_since, Conversation.id)
        .limit(1)
        .with_for_update(of=Conversation, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    for team_id in without_teams:
        statement = statement.where(Conversation.team_id.is_distinct_from(team_id))
    return session.scalar(statement)


def chats_over(session: Session, before: Before, limit: int) -> list[UUID]:
    """Chats in which a time may be over; `timers.what_is_over` says for each, under its lock, whether and which."""
    held = Conversation.owner == "agent"
    found = [
        select(Conversation.id).where(Conversation.owner == "queue", Conversation.claim_by < before.now),
        select(Conversation.id).where(held, Conversation.answer_by < before.now),
        select(LeftMessage.conversation_id).where(
            LeftMessage.ended_at.is_(None), LeftMessage.late_at.is_(None), LeftMessage.promised_by < before.now
        ),
        select(Conversation.id).where(
            held,
            Conversation.last_agent_at < before.customer_silent_since,
            Conversation.last_agent_at > func.coalesce(Conversation.last_customer_at, Conversation.created_at),
        ),
        select(Conversation.id).where(
            Conversation.owner == "bot",
            Conversation.last_customer_at < before.assistant_idle_since,
            Conversation.updated_at < before.assistant_idle_since,
        ),
    ]
    if before.lease_ended is not None:
        still_there = exists().where(
            StaffPresence.staff_id == Conversation.agent_id, StaffPresence.expires_at > before.lease_ended
        )
        works_here = exists().where(Staff.id == Conversation.agent_id, Staff.active)
        found.append(select(Conversation.id).where(held, ~(still_there & works_here)))
    either = union_all(*found).subquery()
    return list(session.scalars(select(either.c.id).distinct().limit(limit)))
