"""Attempts at mediation, what each side said to them, and what they agreed on in the end.

What is said in confidence (the neutral's notes, talks with one side alone, shared papers) is in a schema of its own,
and is destroyed by a trigger in the same transaction in which the mediation ends, whoever or whatever ends it.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from disputes.database import Base
from disputes.people.tables import TIME

PRIVATE: Final = "mediation_private"
"""The schema of what is said in confidence. Only `confidential.py` reads it."""


class Mediation(Base):
    """One attempt to settle a case with a neutral person.

    Name, organisation and cost are kept as both sides were told them. `outcome` stays empty where a clock ended it:
    then the case tells. `longer_*_at`: since when a side agrees to the one extension.
    """

    __tablename__ = "mediations"
    __table_args__ = (
        CheckConstraint("proposed_by IN ('customer', 'shop')", name="proposed_by"),
        CheckConstraint("outcome IN ('declined', 'conflict', 'settled', 'stopped')", name="outcome"),
        Index("ix_mediations_case_id", "case_id"),
        Index("ix_mediations_neutral_id", "neutral_id"),
        Index("uq_mediations_running", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    neutral_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    neutral_name: Mapped[str]
    neutral_organisation: Mapped[str]
    cost: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(TIME)
    no_conflict_at: Mapped[datetime | None] = mapped_column(TIME)
    conflict_at: Mapped[datetime | None] = mapped_column(TIME)
    started_at: Mapped[datetime | None] = mapped_column(TIME)
    longer_customer_at: Mapped[datetime | None] = mapped_column(TIME)
    longer_shop_at: Mapped[datetime | None] = mapped_column(TIME)
    extended_at: Mapped[datetime | None] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    outcome: Mapped[str | None]


class MediationConsent(Base):
    """One side's answer: the very words it agreed to (or not), when, by whom, and how it can stop.

    Each side's answer is a row of its own. Whoever thinks again leaves the earlier answer standing, replaced.
    """

    __tablename__ = "mediation_consents"
    __table_args__ = (
        CheckConstraint("party IN ('customer', 'shop')", name="party"),
        CheckConstraint("(party = 'shop') = (staff_id IS NOT NULL)", name="staff_named"),
        Index(
            "uq_mediation_consents_standing",
            "mediation_id",
            "party",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    mediation_id: Mapped[UUID] = mapped_column(ForeignKey("mediations.id"))
    party: Mapped[str]
    agreed: Mapped[bool]
    words: Mapped[str]
    how_to_stop: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime] = mapped_column(TIME)
    replaced_at: Mapped[datetime | None] = mapped_column(TIME)


class MediationSettlement(Base):
    """A text that the neutral proposes. Nobody can accept it before `accept_from`; another text replaces it.

    Kept after the end only when both accepted it. `text` is empty once the case has been erased.
    """

    __tablename__ = "mediation_settlements"
    __table_args__ = (
        CheckConstraint("(shop_accepted_at IS NULL) = (shop_staff_id IS NULL)", name="shop_named"),
        Index(
            "uq_mediation_settlements_standing",
            "mediation_id",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    mediation_id: Mapped[UUID] = mapped_column(ForeignKey("mediations.id"))
    text: Mapped[str | None]
    remedies: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    proposed_at: Mapped[datetime] = mapped_column(TIME)
    accept_from: Mapped[datetime] = mapped_column(TIME)
    customer_accepted_at: Mapped[datetime | None] = mapped_column(TIME)
    shop_accepted_at: Mapped[datetime | None] = mapped_column(TIME)
    shop_staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    replaced_at: Mapped[datetime | None] = mapped_column(TIME)


class PrivateNote(Base):
    """What the neutral wrote for nobody but themselves."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_mediation_id", "mediation_id"), {"schema": PRIVATE})

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    mediation_id: Mapped[UUID] = mapped_column(ForeignKey("mediations.id"))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(TIME)


class PrivateMessage(Base):
    """One message between the neutral and one side alone. The other side never reads it."""

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("party IN ('customer', 'shop')", name="party"),
        Index("ix_messages_mediation_id", "mediation_id"),
        {"schema": PRIVATE},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    mediation_id: Mapped[UUID] = mapped_column(ForeignKey("mediations.id"))
    party: Mapped[str]
    by_neutral: Mapped[bool]
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(TIME)


class SharedPaper(Base):
    """What one side put on the table for the neutral and the other side: words, or a piece of evidence of the case."""

    __tablename__ = "papers"
    __table_args__ = (
        CheckConstraint("party IN ('customer', 'shop')", name="party"),
        CheckConstraint("(text IS NULL) <> (evidence_id IS NULL)", name="one_thing"),
        Index("ix_papers_mediation_id", "mediation_id"),
        {"schema": PRIVATE},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    mediation_id: Mapped[UUID] = mapped_column(ForeignKey("mediations.id"))
    party: Mapped[str]
    text: Mapped[str | None]
    evidence_id: Mapped[UUID | None]
    at: Mapped[datetime] = mapped_column(TIME)
