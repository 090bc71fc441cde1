"""What we offered, what the customer said to it, and what has to be delivered."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.database import Base
from disputes.people.tables import TIME


class Offer(Base):
    """An answer of ours: the first one (T8, or bettered) or a final response (T18). Its words never change.

    Until when it can be accepted, and what became of one that nobody answered, is in the case: see
    `service.state_of`. `replaced_by_id` is the better one that took its place. `point_reasons` has a reason for each
    point of the plan, by its id; `outside` is what the letter of a final response says about ways outside the shop.
    """

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        CheckConstraint("stage IN ('first', 'final')", name="stage"),
        CheckConstraint("position IN ('accept', 'offer', 'reject')", name="position"),
        CheckConstraint(
            "outcome_code IN ('upheld', 'partly_upheld', 'not_upheld', 'goodwill', 'no_finding')", name="outcome_code"
        ),
        CheckConstraint("answer IN ('accepted', 'refused', 'assumed')", name="answer"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("NOT (position = 'reject' AND grants_all)", name="grants_all"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    stage: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(TIME)
    position: Mapped[str]
    findings: Mapped[str]
    reasons: Mapped[str]
    point_reasons: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    clauses: Mapped[list[str]] = mapped_column(JSONB, default=list)
    grants_all: Mapped[bool]
    outcome_code: Mapped[str]
    cause: Mapped[str | None]
    takes_part: Mapped[str | None]
    time_limits: Mapped[str | None]
    outside: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None] = mapped_column(TIME)
    answer_event_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_events.id"))
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"))
    remedies: Mapped[list["Remedy"]] = relationship(lazy="raise", order_by="Remedy.number", viewonly=True)


class Remedy(Base):
    """Something to be given to the customer. `offered` until the offer is accepted; from then on tracked.

    `source_id` is the offer, or the mediation that ended in a settlement. `due_days` count from the acceptance;
    `due_at` is the date that holds now. `open` and `failed` ones keep a case from being closed. `replaced`: something
    else was agreed, or decided in a review, in its place.
    """

    __tablename__ = "remedies"
    __table_args__ = (
        UniqueConstraint("source_id", "number"),
        CheckConstraint("state IN ('offered', 'open', 'delivered', 'failed', 'replaced')", name="state"),
        CheckConstraint("state = 'offered' OR due_at IS NOT NULL", name="due"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="currency"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("due_days > 0", name="due_days"),
        Index("ix_remedies_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id"))
    source_id: Mapped[UUID]
    number: Mapped[int]
    kind: Mapped[str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    currency: Mapped[str | None]
    conditions: Mapped[str | None]
    due_days: Mapped[int]
    state: Mapped[str] = mapped_column(default="offered")
    agreed_at: Mapped[datetime | None] = mapped_column(TIME)
    due_at: Mapped[datetime | None] = mapped_column(TIME)
    delivered_at: Mapped[datetime | None] = mapped_column(TIME)
    delivered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    proof: Mapped[str | None]
    failed_at: Mapped[datetime | None] = mapped_column(TIME)
    failed_words: Mapped[str | None]


class Counter(Base):
    """What the customer would rather have. One for an offer at a time; a better offer answers it."""

    __tablename__ = "offer_counters"
    __table_args__ = (
        Index("uq_offer_counters_open", "offer_id", unique=True, postgresql_where=text("answered_at IS NULL")),
        Index("ix_offer_counters_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"))
    words: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(TIME)
    answered_at: Mapped[datetime | None] = mapped_column(TIME)
