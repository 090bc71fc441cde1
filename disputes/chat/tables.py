"""Conversations and their messages."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.database import Base
from disputes.people.tables import TIME, Staff


class Conversation(Base):
    """A chat with one customer. `owner` says who may speak; `epoch` goes up by one at each change of owner."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("owner IN ('bot', 'queue', 'agent', 'closed')", name="owner"),
        CheckConstraint("(owner = 'agent') = (agent_id IS NOT NULL)", name="agent_owns"),
        CheckConstraint("(owner = 'queue') = (waiting_since IS NOT NULL)", name="queue_waits"),
        Index("ix_conversations_waiting", "waiting_since", postgresql_where=text("owner = 'queue'")),
        Index("ix_conversations_agent_id", "agent_id", postgresql_where=text("owner = 'agent'")),
        Index("ix_conversations_updated_at", "updated_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    session_digest: Mapped[str] = mapped_column(unique=True)
    owner: Mapped[str] = mapped_column(default="bot")
    epoch: Mapped[int] = mapped_column(default=0)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    waiting_since: Mapped[datetime | None] = mapped_column(TIME)
    handoff_reason: Mapped[str | None]
    handoff_summary: Mapped[str | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    delivered_seq: Mapped[int] = mapped_column(default=0)
    rasa_round: Mapped[int] = mapped_column(default=1)
    rasa_turns: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status_request_id: Mapped[UUID | None] = mapped_column(ForeignKey("status_requests.id"))
    page: Mapped[str | None]
    locale: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    agent: Mapped[Staff | None] = relationship(lazy="raise")


class Message(Base):
    """One message. `seq` is given under the lock of the conversation's row: order never depends on a clock.

    `reply_to` and `reply_index` make the reply to a message unique, so that a turn run twice is stored once.
    `trace` names the clause that an answer about the process rests on, and the version of the policy.
    `turn` tells how far the assistant's turn for a customer's message has come.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("reply_to", "reply_index"),
        Index(
            "uq_messages_conversation_id_client_id",
            "conversation_id",
            "client_id",
            unique=True,
            postgresql_where=text("client_id IS NOT NULL"),
        ),
        CheckConstraint("author IN ('customer', 'bot', 'agent', 'system')", name="author"),
        CheckConstraint("audience IN ('everyone', 'staff')", name="audience"),
        CheckConstraint("turn IN ('waiting', 'answered', 'dropped', 'failed')", name="turn"),
        CheckConstraint("(author = 'agent') = (staff_id IS NOT NULL)", name="agent_named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    author: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    author_name: Mapped[str | None]
    audience: Mapped[str] = mapped_column(default="everyone")
    text: Mapped[str]
    payload: Mapped[str | None]
    note: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    quick_replies: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    attachment: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    trace: Mapped[str | None]
    client_id: Mapped[str | None]
    reply_to: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    reply_index: Mapped[int | None]
    turn: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)
