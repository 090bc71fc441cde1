"""Every SELECT about messages that were left for people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from disputes.chat.tables import Conversation, LeftMessage
from disputes.people.tables import Staff

MOST: int = 100

_IS_LATE = and_(LeftMessage.ended_at.is_(None), LeftMessage.late_at.is_not(None))


@dataclass(frozen=True)
class Late:
    """A message that nobody has answered by the day that was promised; `holder` has its chat, None: nobody."""

    message: LeftMessage
    chat: Conversation
    holder: Staff | None


def open_of(session: Session, conversation_id: UUID) -> LeftMessage | None:
    """What waits for an answer in this chat."""
    return session.scalar(
        select(LeftMessage)
        .where(LeftMessage.conversation_id == conversation_id, LeftMessage.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def late(session: Session, *, unowned: bool = False) -> Sequence[Late]:
    """What is late, the oldest promise first; `unowned`: only where nobody has the chat either."""
    found = (
        select(LeftMessage, Conversation, Staff)
        .join(Conversation, Conversation.id == LeftMessage.conversation_id)
        .outerjoin(Staff, Staff.id == Conversation.agent_id)
        .where(_IS_LATE)
        .order_by(LeftMessage.promised_by, LeftMessage.id)
        .limit(MOST)
    )
    if unowned:
        found = found.where(Conversation.agent_id.is_(None))
    return [Late(*row) for row in session.execute(found)]


def count_late(session: Session) -> tuple[int, int]:
    """How many are late, and how many of these nobody has."""
    nobodys = func.count().filter(Conversation.agent_id.is_(None))
    found = (
        select(func.count(), nobodys)
        .select_from(LeftMessage)
        .join(Conversation, Conversation.id == LeftMessage.conversation_id)
        .where(_IS_LATE)
    )
    row = session.execute(found).one()
    return row[0], row[1]


def late_of(session: Session, conversation_ids: Collection[UUID]) -> set[UUID]:
    """Which of these chats hold a message that is late."""
    found = select(LeftMessage.conversation_id).where(LeftMessage.conversation_id.in_(conversation_ids), _IS_LATE)
    return set(session.scalars(found))


def promised_before(session: Session, conversation_id: UUID) -> datetime | None:
    """The promise of this chat that nobody has been told yet to be late; None: there is none."""
    waiting = open_of(session, conversation_id)
    return waiting.promised_by if waiting is not None and waiting.late_at is None else None
