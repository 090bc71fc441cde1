"""Every SELECT for the hand-over card."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.chat.tables import ChatFile, Message

MESSAGES_READ = 12


def last_card(session: Session, conversation_id: UUID) -> Message | None:
    """The message with the newest hand-over card; not the lines that brought it up to date."""
    found = select(Message).where(
        Message.conversation_id == conversation_id,
        Message.card.contains({"kind": "handover"}),
        Message.note.is_(None) | ~Message.note.has_key("card_of"),
    )
    return session.scalar(found.order_by(Message.seq.desc()).limit(1))


def last_words(session: Session, conversation_id: UUID) -> Sequence[str]:
    """What the customer wrote last, newest first; no buttons, no files."""
    files = select(ChatFile.message_id).where(ChatFile.conversation_id == conversation_id)
    found = select(Message.text).where(
        Message.conversation_id == conversation_id,
        Message.author == "customer",
        Message.payload.is_(None),
        Message.id.not_in(files),
    )
    return session.scalars(found.order_by(Message.seq.desc()).limit(MESSAGES_READ)).all()
