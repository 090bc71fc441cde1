"""The thread of a conversation: the one place where a message gets its place in the order."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.chat import hints, left
from disputes.chat.lines import line
from disputes.chat.schemas import Json
from disputes.chat.tables import Conversation, Message
from disputes.people.tables import Staff

ANSWER = "chat.answer"
"""Name of the job that takes a message to the assistant: `turns.answer`."""

LOOK_FOR_UNSEEN = "chat.look_for_unseen"
"""Name of the job that looks whether the customer has seen a person's reply in time: `absent.mail_unseen`."""


def append(
    session: Session,
    conversation: Conversation,
    author: str,
    text: str,
    *,
    staff: Staff | None = None,
    lists: bool = False,
    **columns: Any,
) -> Message:
    """Adds one message to the end of the thread. The caller holds the lock on the conversation's row."""
    conversation.last_seq += 1
    conversation.updated_at = clock.now()
    message = Message(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        author=author,
        staff_id=staff.id if staff else None,
        author_name=staff.name if staff else None,
        text=text,
        created_at=conversation.updated_at,
        **columns,
    )
    session.add(message)
    if author == "customer":
        conversation.last_customer_at = conversation.updated_at
    elif author == "agent" and message.audience != "staff":
        conversation.last_agent_at, conversation.answer_by = conversation.updated_at, None
    session.flush()
    if author == "agent" and message.audience != "staff":
        left.end(session, conversation.id, "answered")
        in_time = timedelta(seconds=policy.current().chat.unseen_reply_seconds)
        jobs.defer(session, LOOK_FOR_UNSEEN, after=in_time, message_id=str(message.id))
    asked = message.seq if message.turn == "waiting" else None
    hints.conversation_changed(session, conversation.id, lists=lists, asked=asked)
    return message


def ask_assistant(session: Session, message: Message) -> None:
    """Queues the assistant's turn for a message; turns of one conversation run one at a time, in order."""
    message.turn = "waiting"
    jobs.defer(session, ANSWER, lock=lock_name(message.conversation_id), message_id=str(message.id))


def tell_assistant(
    session: Session, conversation: Conversation, payload: str, text: str = "", note: Json | None = None
) -> Message:
    """Lets the assistant know of something that the customer did not type, and have its say about it.

    `text` is the line people see; without one the row is for staff only.
    """
    message = append(
        session,
        conversation,
        "system",
        text or payload,
        audience="everyone" if text else "staff",
        payload=payload,
        note=note,
    )
    ask_assistant(session, message)
    return message


def as_json(message: Message) -> Json:
    """A message as the sockets send it (see the contract in docs/architecture.md)."""
    shown: Json = {
        "id": str(message.id),
        "seq": message.seq,
        "from": message.author,
        "name": author_name(message),
        "at": message.created_at.isoformat(),
        "text": message.text,
    }
    for key in ("quick_replies", "attachment", "card", "client_id"):
        value = getattr(message, key)
        if value is not None:
            shown[key] = value
    if message.note and "card_of" in message.note:
        shown["card_of"] = message.note["card_of"]
    if message.client_id and message.client_id.startswith("mail:"):
        shown["by_mail"] = True
    if message.audience == "staff":
        shown["note"] = True
    if message.author == "customer" and message.turn == "waiting":
        shown["waiting"] = True
    return shown


def author_name(message: Message) -> str | None:
    """The name shown with a message: the agent's own, or the assistant's."""
    if message.author == "bot":
        return line("assistant")
    return message.author_name


def lock_name(conversation_id: UUID) -> str:
    """The job lock that keeps the turns of one conversation in order."""
    return f"conversation:{conversation_id}"
