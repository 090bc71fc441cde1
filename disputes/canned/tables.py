"""Canned replies."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.database import Base
from disputes.people.tables import TIME, Staff, Team

CODE_SHAPE = "^[a-z0-9][a-z0-9-]{1,29}$"


class CannedReply(Base):
    """A text for customers with blanks such as {name}. Of one team, or (without) of everybody.

    Who changed it last, and when, stays with it. A removed one is kept; its code may be given again.
    """

    __tablename__ = "canned_replies"
    __table_args__ = (
        CheckConstraint(f"code ~ '{CODE_SHAPE}'", name="code_shape"),
        Index("uq_canned_replies_code", "code", unique=True, postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(TIME)
    changed_at: Mapped[datetime] = mapped_column(TIME)
    changed_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None] = mapped_column(TIME)
    team: Mapped[Team | None] = relationship(lazy="raise")
    changed_by: Mapped[Staff] = relationship(lazy="raise")
