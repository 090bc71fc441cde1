"""Every SELECT about staff, their sessions and sign-ins."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, joinedload

from disputes.people.tables import (
    AuditEntry,
    HalfSignIn,
    RecoveryCode,
    SecondStep,
    SignInAttempt,
    SignInLink,
    Staff,
    StaffSession,
    Team,
    TeamMember,
)


def staff_by_email(session: Session, email: str) -> Staff | None:
    """The member of staff with this address, in lower case."""
    return session.scalar(select(Staff).where(Staff.email == email))


def staff_by_subject(session: Session, issuer: str, subject: str) -> Staff | None:
    """The member of staff whom the sign-in provider knows under this subject."""
    return session.scalar(select(Staff).where(Staff.issuer == issuer, Staff.subject == subject))


def case_workers(session: Session) -> list[Staff]:
    """Everybody who can work on cases, by name."""
    statement = select(Staff).where(Staff.active, Staff.role.in_(("agent", "manager"))).order_by(Staff.name)
    return list(session.scalars(statement))


def staff_by_id(session: Session, staff_id: UUID) -> Staff | None:
    """The member of staff."""
    return session.get(Staff, staff_id)


def everybody(session: Session) -> Sequence[Staff]:
    """All members of staff, those who left as well, by name."""
    return session.scalars(select(Staff).order_by(func.lower(Staff.name), Staff.email)).all()


def locked_staff(session: Session, staff_id: UUID) -> Staff | None:
    """The member of staff as they are now; nobody else changes the row until the transaction ends."""
    found = select(Staff).where(Staff.id == staff_id).with_for_update(key_share=True)
    return session.scalar(found.execution_options(populate_existing=True))


def locked_admins(session: Session) -> Sequence[Staff]:
    """The active administrators as they are now, their rows locked in one order."""
    found = select(Staff).where(Staff.role == "admin", Staff.active).order_by(Staff.id)
    found = found.with_for_update(key_share=True)
    return session.scalars(found.execution_options(populate_existing=True)).all()


def live_sessions(session: Session, staff_id: UUID, now: datetime) -> Sequence[StaffSession]:
    """The sessions of a person that hold, the one seen last on top."""
    found = select(StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.expires_at > now
    )
    return session.scalars(found.order_by(StaffSession.seen_at.desc(), StaffSession.id)).all()


def session_by_id(session: Session, session_id: UUID) -> StaffSession | None:
    """The browser session, whether or not it still holds."""
    return session.get(StaffSession, session_id)


def half_by_digest(session: Session, digest: str) -> HalfSignIn | None:
    """The sign-in that waits for a code, with its member of staff."""
    found = select(HalfSignIn).where(HalfSignIn.token_digest == digest)
    return session.scalar(found.options(joinedload(HalfSignIn.staff, innerjoin=True)))


def unused_halves(session: Session, staff_id: UUID) -> Sequence[HalfSignIn]:
    """The sign-ins of a person that wait for a code."""
    return session.scalars(
        select(HalfSignIn).where(HalfSignIn.staff_id == staff_id, HalfSignIn.used_at.is_(None))
    ).all()


def second_step(session: Session, staff_id: UUID, *, lock: bool = False) -> SecondStep | None:
    """The authenticator of a person; `lock` lets one try at a time look at its codes."""
    found = select(SecondStep).where(SecondStep.staff_id == staff_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalar(found)


def second_steps(session: Session) -> Sequence[SecondStep]:
    """Every authenticator."""
    return session.scalars(select(SecondStep)).all()


def have_second_step(session: Session) -> frozenset[UUID]:
    """Who is asked for a code."""
    return frozenset(session.scalars(select(SecondStep.staff_id).where(SecondStep.confirmed_at.is_not(None))))


def unused_codes(session: Session, staff_id: UUID) -> Sequence[RecoveryCode]:
    """The recovery codes of a person that are still good."""
    return session.scalars(
        select(RecoveryCode).where(RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None))
    ).all()


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


def has_act_since(session: Session, act: str, staff_id: UUID, subject_id: UUID, since: datetime) -> bool:
    """True when that person's act on that object is on record since then."""
    found = select(AuditEntry.id).where(
        AuditEntry.subject_id == subject_id,
        AuditEntry.staff_id == staff_id,
        AuditEntry.act == act,
        AuditEntry.at > since,
    )
    return bool(session.scalar(select(found.exists())))


def teams(session: Session) -> Sequence[Team]:
    """All teams, by name."""
    return session.scalars(select(Team).order_by(func.lower(Team.name), Team.id)).all()


def locked_team(session: Session, team_id: UUID) -> Team | None:
    """The team as it is now; nobody else changes it until the transaction ends."""
    found = select(Team).where(Team.id == team_id).with_for_update(key_share=True)
    return session.scalar(found.execution_options(populate_existing=True))


def is_member(session: Session, team_id: UUID, staff_id: UUID) -> bool:
    """True when that person belongs to the team."""
    return session.get(TeamMember, (team_id, staff_id)) is not None


def members_by_team(session: Session) -> dict[UUID, list[Staff]]:
    """Who belongs to which team, by name."""
    found = select(TeamMember.team_id, Staff).join(Staff, Staff.id == TeamMember.staff_id)
    by_team: dict[UUID, list[Staff]] = {}
    for team_id, staff in session.execute(found.order_by(func.lower(Staff.name), Staff.id)):
        by_team.setdefault(team_id, []).append(staff)
    return by_team


def last_seen(session: Session) -> dict[UUID, datetime]:
    """When each person was last at the desk, as far as sessions are kept."""
    found = select(StaffSession.staff_id, func.max(StaffSession.seen_at)).group_by(StaffSession.staff_id)
    return {row[0]: row[1] for row in session.execute(found)}


def last_act(session: Session, act: str) -> AuditEntry | None:
    """The newest entry of that act."""
    found = select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return session.scalars(found.limit(1)).first()
