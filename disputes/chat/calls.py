"""Calling back customers who left a telephone number: what came of it is noted, and the customer told."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.progress import mask_phone
from disputes.chat import handoff, left, left_queries, presence, thread
from disputes.chat.lines import line
from disputes.chat.schemas import Waiting
from disputes.chat.tables import Conversation
from disputes.errors import Conflict
from disputes.people.tables import Staff

PHONE: Final = "contact_phone"
"""The fact under which a number is kept that was told to the assistant, or left with a message."""


def waiting_of(session: Session, conversation: Conversation) -> Waiting | None:
    """What the customer left and waits for an answer, with the number to call them at; None: nothing does."""
    message = left_queries.open_of(session, conversation.id)
    if message is None:
        return None
    return Waiting(
        since=message.at,
        promised_by=message.promised_by,
        is_late=message.promised_by < clock.now(),
        phone=conversation.facts.get(PHONE),
        calls=message.calls,
        called_at=message.called_at,
    )


def called(session: Session, conversation_id: UUID, staff: Staff, *, reached: bool) -> None:
    """Whoever holds the chat has called. Reached: that is the answer. Not reached: it waits on, as was promised.

    Raises Conflict for anybody else, and when nothing waits for a call any more.
    """
    conversation = handoff.held_by(session, conversation_id, staff)
    message, phone = left_queries.open_of(session, conversation_id), conversation.facts.get(PHONE)
    if message is None or not phone:
        raise Conflict("Nobody waits for a call here any more.")
    presence.staff_act(session, staff)
    message.calls, message.called_at = message.calls + 1, clock.now()
    session.flush()
    conversation.facts_version += 1
    if reached:
        left.end(session, conversation_id, "reached")
        conversation.last_agent_at, conversation.answer_by = clock.now(), None
    words = line("call_reached" if reached else "call_missed", name=staff.name, phone=mask_phone(str(phone)))
    thread.append(session, conversation, "system", words, lists=True)
