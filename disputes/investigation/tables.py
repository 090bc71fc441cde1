"""What a complaint is examined for and what was found, questions to the complainant with answers, and files."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.cases.tables import CaseEvent
from disputes.database import Base
from disputes.people.tables import TIME, Staff

_KEPT = text("erased_at IS NULL")


class Point(Base):
    """One point of the plan: something to find out. From the policy, or added by staff (`added_by_id`)."""

    __tablename__ = "case_points"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        CheckConstraint("length(text) <= 1200", name="text_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    position: Mapped[int]
    text: Mapped[str]
    added_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(TIME)
    findings: Mapped[list["PointFinding"]] = relationship(lazy="raise", order_by="PointFinding.number")


class PointFinding(Base):
    """What somebody found out about a point. Never changed: a later one, with the next number, takes its place."""

    __tablename__ = "case_findings"
    __table_args__ = (
        UniqueConstraint("point_id", "number"),
        CheckConstraint("result IN ('confirmed', 'not_confirmed', 'unclear')", name="result"),
        CheckConstraint("length(finding) <= 4000", name="finding_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("case_points.id"))
    number: Mapped[int]
    finding: Mapped[str]
    result: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(TIME)
    staff: Mapped[Staff] = relationship(lazy="raise")


class Question(Base):
    """One question to the complainant. Those of one event were asked together, and are answered together."""

    __tablename__ = "case_questions"
    __table_args__ = (
        UniqueConstraint("event_id", "position"),
        CheckConstraint("position BETWEEN 1 AND 5", name="position"),
        CheckConstraint("length(text) <= 400", name="text_length"),
        Index("ix_case_questions_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"))
    position: Mapped[int]
    text: Mapped[str]


class Answer(Base):
    """What the complainant said to the questions of `asked_event_id`, in their words.

    `event_id` is the step that it caused, or the note of a `late` one: the case had moved on before it came. The
    event keeps a salted digest of the words; the salt is erased with them. `key` is its sender's name for it.
    """

    __tablename__ = "case_answers"
    __table_args__ = (
        UniqueConstraint("case_id", "key"),
        CheckConstraint("channel IN ('chat', 'page', 'mail', 'staff')", name="channel"),
        CheckConstraint("(channel = 'staff') = (staff_id IS NOT NULL)", name="staff_named"),
        CheckConstraint("length(text) <= 20000", name="text_length"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    asked_event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"))
    key: Mapped[str]
    channel: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    salt: Mapped[str]
    late: Mapped[bool]
    at: Mapped[datetime] = mapped_column(TIME)
    event: Mapped[CaseEvent] = relationship(lazy="raise", foreign_keys=[event_id])
    staff: Mapped[Staff | None] = relationship(lazy="raise")


class Evidence(Base):
    """A file in a case. `stored_as` is its random name in the file store, `sha256` is of what is stored there.

    `file_name` is what its sender called it. From the complainant unless `staff_id` names who added it.
    """

    __tablename__ = "case_evidence"
    __table_args__ = (
        UniqueConstraint("stored_as"),
        CheckConstraint("kind IN ('jpg', 'png', 'pdf')", name="kind"),
        CheckConstraint("size > 0", name="size"),
        Index("uq_case_evidence_same", "case_id", "sha256", unique=True, postgresql_where=_KEPT),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"))
    file_name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(TIME)
    erased_at: Mapped[datetime | None] = mapped_column(TIME)
    staff: Mapped[Staff | None] = relationship(lazy="raise")
