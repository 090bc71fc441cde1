"""Days on which the shop is closed, besides those that the policy file names."""

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from disputes.database import Base


class ClosedDay(Base):
    """A day on which nobody works, entered at the desk."""

    __tablename__ = "closed_days"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    day: Mapped[date] = mapped_column(unique=True)
    name: Mapped[str]
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
