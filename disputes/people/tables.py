"""Customers, staff, the proofs of who somebody is, and the record of what staff did with their rights."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.database import Base

TIME = TIMESTAMP(timezone=True)


class Customer(Base):
    """A person with at least one way to reach them, until erased. One row a distinct name and contact."""

    __tablename__ = "customers"
    __table_args__ = (
        CheckConstraint("email IS NOT NULL OR phone IS NOT NULL OR erased_at IS NOT NULL", name="reachable"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index("ix_customers_email", "email"),
        Index("ix_customers_phone", "phone"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)
    erased_at: Mapped[datetime | None] = mapped_column(TIME)


class Staff(Base):
    """A person who works for the shop. `takes_chats` is their own choice: available for new chats, or away.

    `version` goes up by one at each change of the row by an administrator, so that two of them do not undo each other.
    `issuer` and `subject` name the person at the sign-in provider, from their first sign-in there on.
    """

    __tablename__ = "staff"
    __table_args__ = (
        CheckConstraint("role IN ('agent', 'manager', 'mediator', 'admin')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="subject_of_issuer"),
        UniqueConstraint("issuer", "subject"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    chat_limit: Mapped[int] = mapped_column(default=5)
    takes_chats: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)


class Team(Base):
    """People who take the same chats. `assignment` is how its chats find somebody; None: as the policy says.

    At most one team is the default one: chats of no other team go there. Without one they are everybody's.
    """

    __tablename__ = "teams"
    __table_args__ = (
        CheckConstraint("assignment IN ('manual', 'least_loaded')", name="assignment"),
        Index("uq_teams_is_default", "is_default", unique=True, postgresql_where=text("is_default")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    is_default: Mapped[bool] = mapped_column(default=False)
    assignment: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)


class TeamMember(Base):
    """A member of staff belongs to a team; one may belong to several."""

    __tablename__ = "team_members"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True, index=True)


class StaffSession(Base):
    """A browser in which a member of staff is signed in. Only a digest of the cookie is kept.

    `second_step_at`: when a second proof was given for it. `place` is a network, never a whole address.
    """

    __tablename__ = "staff_sessions"
    __table_args__ = (CheckConstraint("proved_by IN ('password', 'link', 'provider')", name="proved_by"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    csrf_token: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)
    seen_at: Mapped[datetime] = mapped_column(TIME)
    expires_at: Mapped[datetime] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    proved_by: Mapped[str]
    second_step_at: Mapped[datetime | None] = mapped_column(TIME)
    browser: Mapped[str | None]
    place: Mapped[str | None]
    staff: Mapped[Staff] = relationship(lazy="raise")


class SignInLink(Base):
    """A link that signs a member of staff in once. Only a digest of its token is kept."""

    __tablename__ = "sign_in_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(TIME)
    expires_at: Mapped[datetime] = mapped_column(TIME)
    used_at: Mapped[datetime | None] = mapped_column(TIME)
    staff: Mapped[Staff] = relationship(lazy="raise")


class HalfSignIn(Base):
    """A first proof (password or link) that waits for the second step. Only a digest of its token is kept."""

    __tablename__ = "half_sign_ins"
    __table_args__ = (CheckConstraint("proved_by IN ('password', 'link')", name="proved_by"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    proved_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(TIME)
    expires_at: Mapped[datetime] = mapped_column(TIME)
    used_at: Mapped[datetime | None] = mapped_column(TIME)
    staff: Mapped[Staff] = relationship(lazy="raise")


class SecondStep(Base):
    """The authenticator app of a member of staff. `secret` is encrypted with a key that is not in the database.

    Until `confirmed_at` it asks nobody for anything. `last_step` is the period of the last code that was taken: it and
    those before it are not taken again.
    """

    __tablename__ = "second_steps"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(TIME)
    confirmed_at: Mapped[datetime | None] = mapped_column(TIME)


class RecoveryCode(Base):
    """A code for whoever has lost their authenticator, good once. Its digest is salted with its own id."""

    __tablename__ = "recovery_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str]
    used_at: Mapped[datetime | None] = mapped_column(TIME)


class AuditEntry(Base):
    """One privileged act: who, what, on which object, from which network. Appended, never changed.

    Triggers refuse UPDATE, TRUNCATE, and DELETE of what is younger than half a year. `before` and `after` hold ids,
    figures and what is known of staff, never anything about a customer. `operator` is the user at the command line.
    """

    __tablename__ = "audit"
    __table_args__ = (
        CheckConstraint("actor IN ('staff', 'command', 'nobody', 'system')", name="actor"),
        CheckConstraint("actor <> 'staff' OR staff_id IS NOT NULL", name="staff_named"),
        CheckConstraint("(actor = 'command') = (operator IS NOT NULL)", name="operator_named"),
        CheckConstraint("subject_kind IS NOT NULL OR subject_id IS NULL", name="subject_of_a_kind"),
        Index("ix_audit_at", "at", "id"),
        Index("ix_audit_staff_id", "staff_id", "at"),
        Index("ix_audit_subject_id", "subject_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    at: Mapped[datetime] = mapped_column(TIME)
    actor: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    operator: Mapped[str | None]
    act: Mapped[str]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[UUID | None]
    place: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class SignInAttempt(Base):
    """A failed sign-in, kept for an hour, so that guessing is slowed down for every process alike."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_digest_at", "digest", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str]
    at: Mapped[datetime] = mapped_column(TIME)


class StatusRequest(Base):
    """Somebody asks how a complaint stands; proof is a code mailed to the address on file.

    The row is the same whether or not anything matches: the job that mails the code finds that out. `by_shop`: there
    was no code, the shop has said who they are, and every complaint under that address is meant.
    """

    __tablename__ = "status_requests"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        CheckConstraint("by_shop = (lookup IS NULL)", name="by_shop"),
        Index("ix_status_requests_lookup", "lookup", "created_at"),
        Index("ix_status_requests_email", "email", "created_at"),
        Index(
            "ix_status_requests_ip_digest",
            "ip_digest",
            "created_at",
            postgresql_where=text("ip_digest IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    lookup: Mapped[str | None]
    email: Mapped[str]
    by_shop: Mapped[bool] = mapped_column(default=False)
    ip_digest: Mapped[str | None]
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    code_digest: Mapped[str | None]
    code_expires_at: Mapped[datetime | None] = mapped_column(TIME)
    code_sent_at: Mapped[datetime | None] = mapped_column(TIME)
    tries: Mapped[int] = mapped_column(default=0)
    verified_at: Mapped[datetime | None] = mapped_column(TIME)
    verified_until: Mapped[datetime | None] = mapped_column(TIME)
    created_at: Mapped[datetime] = mapped_column(TIME)


class IdentityToken(Base):
    """A token of the shop that was believed, and the browser (its visitor) that brought it: no other may bring it."""

    __tablename__ = "identity_tokens"

    digest: Mapped[str] = mapped_column(primary_key=True)
    visitor_digest: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(TIME)
