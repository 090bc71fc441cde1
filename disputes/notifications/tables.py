"""Letters: written as rows first, sent afterwards."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from disputes.database import Base
from disputes.people.tables import TIME


class Notification(Base):
    """One letter to one person, and what became of it.

    `dedupe_key` is made of ids, so that the same cause never sends a second letter. `skipped` has its reason
    in `last_error` (for example: the complainant gave only a telephone number). `clauses`, `policy_digest` and `seal`
    are what the letter rests on and the history it closes with. Until `claimed_until` one worker is sending it.
    `conversation_id` is set for mail from a chat.
    """

    __tablename__ = "notifications"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sent', 'failed', 'skipped')", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        Index("ix_notifications_recipient_day", "case_id", "recipient", "created_at"),
        Index(
            "ix_notifications_conversation_id",
            "conversation_id",
            "created_at",
            postgresql_where=text("conversation_id IS NOT NULL"),
        ),
        Index("ix_notifications_pending", "created_at", postgresql_where=text("state = 'pending'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    conversation_id: Mapped[UUID | None]
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_events.id"))
    event_kind: Mapped[str | None]
    clauses: Mapped[list[str]] = mapped_column(JSONB, default=list)
    policy_digest: Mapped[str | None]
    seal: Mapped[str | None]
    recipient: Mapped[str | None]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str]
    state: Mapped[str] = mapped_column(default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(TIME)
    sent_at: Mapped[datetime | None] = mapped_column(TIME)
    claimed_until: Mapped[datetime | None] = mapped_column(TIME)
