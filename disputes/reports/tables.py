"""Who wants the weekly report."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from disputes.database import Base
from disputes.people.tables import TIME


class WeeklyChoice(Base):
    """What somebody said about the weekly report; without a row, managers get it and administrators do not."""

    __tablename__ = "weekly_choices"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    wanted: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(TIME)
