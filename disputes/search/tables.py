"""The index of words. Triggers of the database keep it in the transaction of each change; see its migration."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from disputes.database import Base
from disputes.people.tables import TIME

_CORE, _OTHER = text("is_core"), text("NOT is_core")


class SearchEntry(Base):
    """The words of one row, without the row's text: what is erased there is gone here in the same transaction.

    `source` and `row_id` name the row; `case_id` or `conversation_id` is where it belongs. A core entry is the one of
    a case or a chat itself, with names and numbers; the others are what was written in it.
    """

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_core", "words", postgresql_using="gin", postgresql_where=_CORE),
        Index("ix_search_entries_words", "words", postgresql_using="gin", postgresql_where=_OTHER),
        Index("ix_search_entries_core_at", "at", postgresql_where=_CORE),
        Index("ix_search_entries_at", "at", postgresql_where=_OTHER),
        Index("ix_search_entries_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index(
            "ix_search_entries_conversation_id", "conversation_id", postgresql_where=text("conversation_id IS NOT NULL")
        ),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_core: Mapped[bool]
    case_id: Mapped[UUID | None]
    conversation_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(TIME)
    words: Mapped[str] = mapped_column(TSVECTOR)
