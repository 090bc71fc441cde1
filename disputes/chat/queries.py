"""Every SELECT of the chat."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from disputes.chat.lines import line
from disputes.chat.tables import Conversation, Message, Ownership, TurnReading
from disputes.people.tables import StatusRequest

PAGE = 500


def by_session(session: Session, digest: str) -> Conversation | None:
    """The conversation that a browser's session id belongs to."""
    return session.scalar(select(Conversation).where(Conversation.session_digest == digest))


def open_of_visitor(session: Session, visitor_digest: str) -> Conversation | None:
    """The open conversation of a visitor, locked."""
    statement = (
        select(Conversation)
        .where(Conversation.visitor_digest == visitor_digest, Conversation.owner != "closed")
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )
    return session.scalar(statement)


def open_of_person(session: Session, identity_digest: str) -> Conversation | None:
    """The newest open conversation of somebody whom the shop knows, locked."""
    statement = (
        select(Conversation)
        .where(Conversation.identity_digest == identity_digest, Conversation.owner != "closed")
        .order_by(Conversation.created_at.desc())
        .limit(1)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )
    return session.scalar(statement)


def seq_of_epoch(session: Session, conversation_id: UUID, epoch: int) -> int:
    """The last seq before the conversation came into that epoch."""
    statement = select(Ownership.seq).where(Ownership.conversation_id == conversation_id, Ownership.epoch == epoch)
    return session.scalar(statement) or 0


def customer_messages_after(session: Session, conversation_id: UUID, seq: int) -> list[Message]:
    """What the customer has written since then, in order."""
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.author == "customer", Message.seq > seq)
        .order_by(Message.seq)
    )
    return list(session.scalars(statement))


def was_asked_since(session: Session, conversation_id: UUID, payload: str, seq: int) -> bool:
    """True when a button with this payload was shown since then."""
    found = exists().where(
        Message.conversation_id == conversation_id,
        Message.seq > seq,
        Message.quick_replies.contains([{"payload": payload}]),
    )
    return bool(session.scalar(select(found)))


def locked(session: Session, conversation_id: UUID) -> Conversation | None:
    """The conversation, with its row locked until the transaction ends; freshly read."""
    statement = (
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(of=Conversation)
        .execution_options(populate_existing=True)
    )
    return session.scalar(statement)


def with_agent(session: Session, conversation_id: UUID) -> Conversation | None:
    """The conversation with its agent and its read marks loaded."""
    statement = (
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .options(joinedload(Conversation.agent), joinedload(Conversation.marks))
        .execution_options(populate_existing=True)
    )
    return session.scalar(statement)


def with_conversation(session: Session, message_id: UUID) -> tuple[Message, Conversation] | None:
    """A message and its conversation as they are now, without a lock."""
    statement = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id == message_id)
    )
    found = session.execute(statement).first()
    return (found[0], found[1]) if found else None


def message_by_client_id(session: Session, conversation_id: UUID, client_id: str) -> Message | None:
    """The message that a browser sent under this id of its own."""
    return session.scalar(
        select(Message).where(Message.conversation_id == conversation_id, Message.client_id == client_id)
    )


def last_customer_message(session: Session, conversation_id: UUID) -> Message | None:
    """The newest message that the customer wrote."""
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.author == "customer")
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return session.scalar(statement)


def message_at(session: Session, conversation_id: UUID, seq: int) -> Message | None:
    """The message at that place."""
    return session.scalar(select(Message).where(Message.conversation_id == conversation_id, Message.seq == seq))


def was_not_understood(session: Session, conversation_id: UUID, since: datetime) -> bool:
    """True when the assistant made nothing of what the customer typed last, if that was after `since`."""
    newest = (
        select(TurnReading.sign)
        .where(TurnReading.conversation_id == conversation_id, TurnReading.at > since)
        .order_by(TurnReading.at.desc())
        .limit(1)
    )
    return session.scalar(newest) == "fallback"


def button_title(session: Session, conversation_id: UUID, payload: str) -> str | None:
    """The title of a button with this payload that was shown in this conversation; None: there was none.

    The edit button of a card's row is called after the row's label.
    """
    offered = Message.quick_replies.contains([{"payload": payload}])
    card_edit = Message.card.contains({"rows": [{"edit": payload}]})
    statement = (
        select(Message.quick_replies, Message.card)
        .where(Message.conversation_id == conversation_id, Message.author != "customer", or_(offered, card_edit))
        .order_by(Message.seq.desc())
        .limit(1)
    )
    found = session.execute(statement).first()
    if found is None:
        return None
    for reply in found.quick_replies or []:
        if reply.get("payload") == payload:
            return str(reply.get("title", payload))
    rows: list[dict[str, Any]] = (found.card or {}).get("rows", [])
    return next((line("change_button", label=row["label"]) for row in rows if row.get("edit") == payload), None)


def heads(session: Session, conversation_ids: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
    """The last seq and the epoch of each of these conversations."""
    statement = select(Conversation.id, Conversation.last_seq, Conversation.epoch).where(
        Conversation.id.in_(conversation_ids)
    )
    return {row.id: (row.last_seq, row.epoch) for row in session.execute(statement)}


def messages_after(session: Session, conversation_id: UUID, seq: int, *, notes: bool) -> list[Message]:
    """Messages in order after `seq`, at most PAGE; private notes only with `notes`.

    What the chat tells the assistant alone (it was opened) is no message for anybody: such a row has a payload.
    """
    statement = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq > seq)
        .order_by(Message.seq)
        .limit(PAGE)
    )
    for_staff = or_(Message.author != "system", Message.payload.is_(None))
    everyone = Message.audience == "everyone"
    statement = statement.where(or_(everyone, for_staff) if notes else everyone)
    return list(session.scalars(statement))


def chats_of(session: Session, staff_id: UUID) -> Sequence[UUID]:
    """The open chats an agent holds, in one order."""
    held = select(Conversation.id).where(Conversation.owner == "agent", Conversation.agent_id == staff_id)
    return session.scalars(held.order_by(Conversation.id)).all()


def chats_held_by(session: Session, staff_id: UUID) -> int:
    """How many open chats an agent holds."""
    statement = select(func.count()).where(Conversation.owner == "agent", Conversation.agent_id == staff_id)
    return int(session.scalar(statement) or 0)


def status_request(session: Session, request_id: UUID) -> StatusRequest | None:
    """The request for a status code that a conversation waits for."""
    return session.get(StatusRequest, request_id)
