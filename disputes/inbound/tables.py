"""Mail as rows: what came, where it went."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from disputes.cases.tables import Case
from disputes.database import Base
from disputes.people.tables import TIME

STATES = ("filed", "to_read", "unmatched", "dismissed", "dropped", "bounce")


class InboundMail(Base):
    """One mail that came in, once: `key` is a digest that every copy of it has.

    `filed` is in its case, or in the chat that it answers; `to_read` and `unmatched` wait for staff, with `why`;
    `dropped` (a program wrote it) and `bounce` keep no word of it. `done_at` is empty while a person must look: also
    at a filed one of which files were refused. `text` is what was new in it, `original` all of its text, `raw` the
    whole while nobody has looked. `refused` names the files that were not taken, each with the reason.
    """

    __tablename__ = "inbound_mails"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("via IN ('imap', 'webhook')", name="via"),
        CheckConstraint(
            "state <> 'filed' OR case_id IS NOT NULL OR conversation_id IS NOT NULL", name="filed_somewhere"
        ),
        Index("ix_inbound_mails_case_id", "case_id", "received_at"),
        Index(
            "ix_inbound_mails_conversation_id",
            "conversation_id",
            "received_at",
            postgresql_where=text("conversation_id IS NOT NULL"),
        ),
        Index("ix_inbound_mails_waiting", "received_at", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    key: Mapped[str] = mapped_column(unique=True)
    via: Mapped[str]
    state: Mapped[str]
    why: Mapped[str | None]
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    conversation_id: Mapped[UUID | None]
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_events.id"))
    sender: Mapped[str | None]
    subject: Mapped[str | None]
    text: Mapped[str | None]
    original: Mapped[str | None]
    refused: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    raw: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    received_at: Mapped[datetime] = mapped_column(TIME)
    done_at: Mapped[datetime | None] = mapped_column(TIME)
    done_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    erased_at: Mapped[datetime | None] = mapped_column(TIME)
    case: Mapped[Case | None] = relationship(lazy="raise")
