"""Complaints as cases, what happened to each, what was promised, and what is due."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.cases.states import DRAFT, STATES
from disputes.database import Base
from disputes.people.tables import TIME, Customer, Staff

_RUNNING = text("suspended_at IS NULL")


class Case(Base):
    """A formal complaint on its way through the policy. Its history is in `CaseEvent`.

    Dates of the case (`first_answer_by`, `expected_end`, `hard_cap`) are what was promised, and `CaseTimer` has what
    acts on them; `cases.engine` writes both from one function. `prior_state` is where BACK leads, `withdrawn_from`
    the same for a withdrawal. `paused_at`: since when our own target stands still. `grants_all`, `open_remedies` and
    `final_sent_at` are what the clocks need to know of the offers.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint(f"state IN {(DRAFT, *STATES)}", name="state"),
        CheckConstraint("source IN ('chat', 'form', 'staff', 'shop')", name="source"),
        CheckConstraint("length(description) BETWEEN 1 AND 20000", name="description_length"),
        CheckConstraint("resolution IN ('confirmed', 'assumed', 'settled')", name="resolution"),
        CheckConstraint(
            "outcome_code IN ('upheld', 'partly_upheld', 'not_upheld', 'goodwill', 'settled', 'no_finding')",
            name="outcome_code",
        ),
        CheckConstraint("open_remedies >= 0", name="open_remedies"),
        Index("ix_cases_order_number", "order_number"),
        Index("ix_cases_customer_id", "customer_id"),
        Index(
            "ix_cases_open_by_next_date",
            "next_date",
            postgresql_where=text("state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')"),
        ),
        Index("ix_cases_filed_at", "filed_at"),
        Index(
            "ix_cases_open_work",
            text("urgent DESC"),
            "next_date",
            "filed_at",
            "id",
            postgresql_where=text("state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')"),
        ),
        Index("ix_cases_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
        Index("ix_cases_erasure_asked_at", "erasure_asked_at", postgresql_where=text("erasure_asked_at IS NOT NULL")),
        Index("ix_cases_hold_until", "hold_until", postgresql_where=text("hold_until IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    reference: Mapped[str] = mapped_column(unique=True)
    filing_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    prior_state: Mapped[str | None]
    withdrawn_from: Mapped[str | None]
    source: Mapped[str]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customers.id"))
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    filed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    investigator_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    decider_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    neutral_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    linked_to_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    order_number: Mapped[str | None]
    category: Mapped[str]
    description: Mapped[str]
    desired_outcome: Mapped[str | None]
    informal_outcome: Mapped[str | None]
    reseller: Mapped[str | None]
    country: Mapped[str | None]
    policy_digest: Mapped[str]
    scope_review: Mapped[bool] = mapped_column(default=False)
    urgent: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False)
    filed_at: Mapped[datetime] = mapped_column(TIME)
    next_date: Mapped[datetime | None] = mapped_column(TIME)
    first_answer_by: Mapped[datetime] = mapped_column(TIME)
    expected_end: Mapped[datetime] = mapped_column(TIME)
    hard_cap: Mapped[datetime] = mapped_column(TIME)
    paused_at: Mapped[datetime | None] = mapped_column(TIME)
    first_extended: Mapped[bool] = mapped_column(default=False)
    final_extended: Mapped[bool] = mapped_column(default=False)
    review_used: Mapped[bool] = mapped_column(default=False)
    grants_all: Mapped[bool] = mapped_column(default=False)
    open_remedies: Mapped[int] = mapped_column(default=0)
    resolution: Mapped[str | None]
    outcome_code: Mapped[str | None]
    cause: Mapped[str | None]
    final_sent_at: Mapped[datetime | None] = mapped_column(TIME)
    deadlock_notice_at: Mapped[datetime | None] = mapped_column(TIME)
    final_overdue_at: Mapped[datetime | None] = mapped_column(TIME)
    remedy_overdue_at: Mapped[datetime | None] = mapped_column(TIME)
    last_call_at: Mapped[datetime | None] = mapped_column(TIME)
    window_ends: Mapped[datetime | None] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    hold_until: Mapped[datetime | None] = mapped_column(TIME)
    contact_erased_at: Mapped[datetime | None] = mapped_column(TIME)
    erased_at: Mapped[datetime | None] = mapped_column(TIME)
    erasure_asked_at: Mapped[datetime | None] = mapped_column(TIME)
    last_event_seq: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(default="")
    updated_at: Mapped[datetime] = mapped_column(TIME)
    customer: Mapped[Customer] = relationship(lazy="raise")
    investigator: Mapped[Staff | None] = relationship(lazy="raise", foreign_keys=[investigator_id])
    decider: Mapped[Staff | None] = relationship(lazy="raise", foreign_keys=[decider_id])


class CaseEvent(Base):
    """One line of a case's history. Appended, never changed: a trigger refuses UPDATE and DELETE.

    No person's words or names are in it, only ids: what somebody wrote is in `CaseEventText`, so that it can be
    erased while the chain of hashes stays whole. `due_at` is the date a clock acted on; `at` is when it did.
    """

    __tablename__ = "case_events"
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        CheckConstraint("actor_kind IN ('customer', 'staff', 'assistant', 'clock', 'system')", name="actor_kind"),
        CheckConstraint("audience IN ('everyone', 'staff')", name="audience"),
        CheckConstraint("(actor_kind = 'staff') = (staff_id IS NOT NULL)", name="staff_named"),
        Index("ix_case_events_kind_at", "kind", "at", postgresql_include=["case_id", "seq"]),
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
    notice: Mapped[str | None]
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    text_digest: Mapped[str | None]
    due_at: Mapped[datetime | None] = mapped_column(TIME)
    at: Mapped[datetime] = mapped_column(TIME)
    prev_hash: Mapped[str]
    hash: Mapped[str]
    case: Mapped[Case] = relationship(lazy="raise")
    staff: Mapped[Staff | None] = relationship(lazy="raise")
    words: Mapped["CaseEventText | None"] = relationship(lazy="raise", uselist=False)


class CaseEventText(Base):
    """What a person wrote with an event. It can be erased; the salt goes with it, so the digest tells nothing."""

    __tablename__ = "case_event_texts"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"), primary_key=True)
    text: Mapped[str | None]
    reason: Mapped[str | None]
    salt: Mapped[str]


class CaseTimer(Base):
    """A date on which something happens by itself. The sweep acts on those that are over and removes them.

    `subject_id` names what it is about where a case has several (a remedy). While `suspended_at` is set (the case
    is withdrawn) it does not run.
    """

    __tablename__ = "case_timers"
    __table_args__ = (
        Index("ix_case_timers_due_at", "due_at", postgresql_where=_RUNNING),
        Index("ix_case_timers_case_id", "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(TIME)
    subject_id: Mapped[UUID | None]
    suspended_at: Mapped[datetime | None] = mapped_column(TIME)


class CasePromise(Base):
    """A date the customer was told: in which event, for what, and what became of it.

    `moved_reason` says why a later promise took its place; `replaced_by_id` is that one.
    """

    __tablename__ = "case_promises"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'kept', 'missed', 'moved', 'dropped')", name="state"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
        Index("ix_case_promises_case_id", "case_id"),
        Index("ix_case_promises_due_at", "due_at"),
        Index("ix_case_promises_open_due_at", "due_at", postgresql_where=text("state = 'open'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("case_events.id"))
    what: Mapped[str]
    notice: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(TIME)
    told_at: Mapped[datetime] = mapped_column(TIME)
    state: Mapped[str] = mapped_column(default="open")
    settled_at: Mapped[datetime | None] = mapped_column(TIME)
    moved_reason: Mapped[str | None]
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_promises.id"))


class CaseTask(Base):
    """Work that waits for staff: somebody must take a case, a letter bounced, a remedy is late.

    One open task of a kind for each case and subject. `role` is who it is for when `staff_id` is nobody yet.
    """

    __tablename__ = "case_tasks"
    __table_args__ = (
        Index(
            "uq_case_tasks_open",
            "case_id",
            "kind",
            text("coalesce(subject_id, case_id)"),
            unique=True,
            postgresql_where=text("done_at IS NULL"),
        ),
        Index("ix_case_tasks_open_due_at", "due_at", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    role: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    due_at: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME)
    done_at: Mapped[datetime | None] = mapped_column(TIME)
    case: Mapped[Case] = relationship(lazy="raise")


class CaseView(Base):
    """Who of the staff (or which neutral) looked at a case, when; kept as evidence of who knew what."""

    __tablename__ = "case_views"
    __table_args__ = (Index("ix_case_views_case_id", "case_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(TIME)


class PolicyVersion(Base):
    """The text of the policy under which a case was filed, kept for the day somebody asks which words held then."""

    __tablename__ = "policy_versions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    first_used_at: Mapped[datetime] = mapped_column(TIME)


class TimeTest(Base):
    """How well the expected times that we tell came true for the cases that ended in a month (its first day).

    Of `cases`, `measured` had enough before them to tell a time from; so many of these took no longer than told.
    """

    __tablename__ = "time_tests"

    month: Mapped[date] = mapped_column(primary_key=True)
    cases: Mapped[int]
    measured: Mapped[int]
    within_median: Mapped[int]
    within_p80: Mapped[int]
    tested_at: Mapped[datetime] = mapped_column(TIME)


class ExpectedTime(Base):
    """How long it took from a stage to the end, by category, as measured in the night of `measured_at`.

    Half of `cases` cases took at most `median_days`, four of five `p80_days`.
    """

    __tablename__ = "expected_times"

    category: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    cases: Mapped[int]
    median_days: Mapped[int]
    p80_days: Mapped[int]
    measured_at: Mapped[datetime] = mapped_column(TIME)
