"""Complaints as cases, and what happened to each."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.cases.states import STATES
from disputes.database import Base
from disputes.people.tables import TIME, Customer, Staff


class Case(Base):
    """A formal complaint on its way through the policy. Its history is in `CaseEvent`."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("source IN ('chat', 'form', 'staff', 'shop')", name="source"),
        CheckConstraint("length(description) BETWEEN 1 AND 20000", name="description_length"),
        Index("ix_cases_order_number", "order_number"),
        Index("ix_cases_customer_id", "customer_id"),
        Index(
            "ix_cases_open_by_expected_end",
            "expected_end",
            postgresql_where=text("state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(unique=True)
    filing_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    source: Mapped[str]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    filed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    investigator_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    order_number: Mapped[str | None]
    category: Mapped[str]
    description: Mapped[str]
    desired_outcome: Mapped[str | None]
    informal_outcome: Mapped[str | None]
    scope_review: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    filed_at: Mapped[datetime] = mapped_column(TIME)
    next_date: Mapped[datetime | None] = mapped_column(TIME)
    first_answer_by: Mapped[datetime] = mapped_column(TIME)
    expected_end: Mapped[datetime] = mapped_column(TIME)
    hard_cap: Mapped[datetime] = mapped_column(TIME)
    last_event_seq: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    customer: Mapped[Customer] = relationship(lazy="raise")
    investigator: Mapped[Staff | None] = relationship(lazy="raise", foreign_keys=[investigator_id])


class CaseEvent(Base):
    """One line of a case's history. Appended, never changed: a trigger refuses UPDATE and DELETE."""

    __tablename__ = "case_events"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        CheckConstraint("actor_kind IN ('customer', 'staff', 'assistant', 'clock', 'system')", name="actor_kind"),
        CheckConstraint("audience IN ('everyone', 'staff')", name="audience"),
        CheckConstraint("(actor_kind = 'staff') = (staff_id IS NOT NULL)", name="staff_named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    actor_kind: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    audience: Mapped[str] = mapped_column(default="everyone")
    clause_id: Mapped[str | None]
    reason: Mapped[str | None]
    notice: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    at: Mapped[datetime] = mapped_column(TIME)
    case: Mapped[Case] = relationship(lazy="raise")
    staff: Mapped[Staff | None] = relationship(lazy="raise")
