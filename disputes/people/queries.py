"""Every SELECT about staff, their sessions and sign-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload

from disputes.people.tables import SignInAttempt, SignInLink, Staff, StaffSession


def staff_by_email(session: Session, email: str) -> Staff | None:
    """The member of staff with this address, in lower case."""
    return session.scalar(select(Staff).where(Staff.email == email))


def case_workers(session: Session) -> list[Staff]:
    """Everybody who can work on cases, by name."""
    statement = select(Staff).where(Staff.active, Staff.role.in_(("agent", "manager"))).order_by(Staff.name)
    return list(session.scalars(statement))


def staff_by_id(session: Session, staff_id: UUID) -> Staff | None:
    """The member of staff."""
    return session.get(Staff, staff_id)


def session_by_digest(session: Session, digest: str) -> StaffSession | None:
    """The browser session with its member of staff, whether or not it still holds."""
    statement = (
        select(StaffSession)
        .where(StaffSession.token_digest == digest)
        .options(joinedload(StaffSession.staff, innerjoin=True))
    )
    return session.scalar(statement)


def link_by_digest(session: Session, digest: str, *, lock: bool) -> SignInLink | None:
    """The one-time link with its member of staff; `lock` keeps a second use waiting for this one."""
    statement = (
        select(SignInLink)
        .where(SignInLink.token_digest == digest)
        .options(joinedload(SignInLink.staff, innerjoin=True))
    )
    if lock:
        statement = statement.with_for_update(of=SignInLink)
    return session.scalar(statement)


def unused_links(session: Session, staff_id: UUID) -> list[SignInLink]:
    """The links of a member of staff that nobody has used."""
    statement = select(SignInLink).where(SignInLink.staff_id == staff_id, SignInLink.used_at.is_(None))
    return list(session.scalars(statement))


def attempts_since(session: Session, digest: str, since: datetime) -> int:
    """How many attempts were noted under this digest."""
    statement = select(func.count()).where(SignInAttempt.digest == digest, SignInAttempt.at > since)
    return int(session.scalar(statement) or 0)


def wait_for_turn(session: Session, digest: str) -> None:
    """Lets attempts under one digest through one at a time, until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:digest, 0))"), {"digest": digest})
