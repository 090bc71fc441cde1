"""Every SELECT about files of chats."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes.chat.tables import ChatFile, ChatFileView, Conversation, Message, Ownership


def files_of(session: Session, conversation_id: UUID) -> Sequence[ChatFile]:
    """Every file of a chat, oldest first."""
    found = select(ChatFile).where(ChatFile.conversation_id == conversation_id)
    return session.scalars(found.order_by(ChatFile.at, ChatFile.id)).all()


def customers_files(session: Session, conversation_id: UUID, round_: int) -> Sequence[ChatFile]:
    """What the customer sent in one round of a chat, oldest first."""
    found = select(ChatFile).where(
        ChatFile.conversation_id == conversation_id, ChatFile.round == round_, ChatFile.author == "customer"
    )
    return session.scalars(found.order_by(ChatFile.at, ChatFile.id)).all()


def count_files(session: Session, conversation: Conversation, author: str) -> int:
    """How many files one side has sent in the present round."""
    found = select(func.count()).where(
        ChatFile.conversation_id == conversation.id,
        ChatFile.round == conversation.rasa_round,
        ChatFile.author == author,
    )
    return int(session.scalar(found) or 0)


def same_file(session: Session, conversation: Conversation, author: str, sha256: str) -> ChatFile | None:
    """The file with exactly this content that this side has sent in the present round."""
    return session.scalar(
        select(ChatFile).where(
            ChatFile.conversation_id == conversation.id,
            ChatFile.round == conversation.rasa_round,
            ChatFile.author == author,
            ChatFile.sha256 == sha256,
        )
    )


def last_other_than_files(session: Session, conversation_id: UUID) -> Message | None:
    """The newest line that everybody sees and that is not a file of the customer."""
    files = select(ChatFile.message_id).where(ChatFile.conversation_id == conversation_id)
    found = select(Message).where(
        Message.conversation_id == conversation_id, Message.audience == "everyone", Message.id.not_in(files)
    )
    return session.scalar(found.order_by(Message.seq.desc()).limit(1))


def last_ended(session: Session, conversation_id: UUID) -> datetime | None:
    """When a chat was last ended."""
    found = select(func.max(Ownership.at)).where(
        Ownership.conversation_id == conversation_id, Ownership.owner == "closed"
    )
    return session.scalar(found)


def has_reply(session: Session, message_id: UUID) -> bool:
    """True when something was said in reply to this message."""
    return session.scalar(select(select(Message.id).where(Message.reply_to == message_id).exists())) is True


def has_view_since(session: Session, file_id: UUID, staff_id: UUID, since: datetime) -> bool:
    """True when this person's look at this file has been noted since then."""
    found = select(ChatFileView.id).where(
        ChatFileView.file_id == file_id, ChatFileView.staff_id == staff_id, ChatFileView.at > since
    )
    return session.scalar(select(found.exists())) is True


def stored_names_among(session: Session, names: Sequence[str]) -> frozenset[str]:
    """Which of these names in the file store belong to a file of a chat."""
    return frozenset(session.scalars(select(ChatFile.stored_as).where(ChatFile.stored_as.in_(names))))
