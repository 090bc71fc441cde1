"""Messages that customers leave for people: the day that is promised for each, and how it ended.

Whoever leaves a message does not sit and wait. It waits for people without a limit, but not for ever: when the promised
day is over, it stands in the desk's lists of what is late until somebody has answered it.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import hints, left_queries
from disputes.chat.tables import Conversation, LeftMessage

type End = Literal["answered", "reached", "over"]
"""A person wrote back, or spoke with them on the telephone; or the chat went back to the assistant or ended first."""


def leave(session: Session, conversation: Conversation) -> LeftMessage:
    """The customer has left something that a person must answer; what is promised for an earlier one stays so.

    The caller holds the lock on the conversation's row.
    """
    waiting = left_queries.open_of(session, conversation.id)
    if waiting is not None:
        return waiting
    now, days = clock.now(), policy.current().chat.left_message_business_days
    promised = policy.current().calendar.due_after_business_days(now, days)
    message = LeftMessage(conversation_id=conversation.id, at=now, promised_by=promised, calls=0)
    session.add(message)
    session.flush()
    return message


def end(session: Session, conversation_id: UUID, how: End) -> None:
    """What was left waits no more; nothing happens where nothing does. The caller holds the lock on the row."""
    waits = update(LeftMessage).where(LeftMessage.conversation_id == conversation_id, LeftMessage.ended_at.is_(None))
    ended = waits.values(ended_at=clock.now(), ended_how=how).returning(LeftMessage.late_at)
    was_late = session.execute(ended, execution_options={"synchronize_session": "fetch"}).scalar()
    if was_late is not None:
        hints.work_changed(session)


def say_day(message: LeftMessage) -> str:
    """The day until whose end a person answers, as customers read it."""
    return policy.current().say_date(message.promised_by)
