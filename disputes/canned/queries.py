"""Every SELECT of canned replies."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from disputes.canned.tables import CannedReply
from disputes.people.tables import Staff, Team, TeamMember


def all_replies(session: Session) -> Sequence[CannedReply]:
    """Every one in use, by code, with its team and who changed it last."""
    found = (
        select(CannedReply)
        .where(CannedReply.removed_at.is_(None))
        .options(joinedload(CannedReply.team), joinedload(CannedReply.changed_by))
        .order_by(CannedReply.code)
    )
    return session.scalars(found).all()


def replies_for(session: Session, staff: Staff) -> Sequence[CannedReply]:
    """Those this member of staff writes with: everybody's, and those of their teams."""
    own = select(TeamMember.team_id).where(TeamMember.staff_id == staff.id)
    found = (
        select(CannedReply)
        .where(
            CannedReply.removed_at.is_(None),
            or_(CannedReply.team_id.is_(None), CannedReply.team_id.in_(own)),
        )
        .order_by(CannedReply.code)
    )
    return session.scalars(found).all()


def locked(session: Session, reply_id: UUID) -> CannedReply | None:
    """One in use, its row locked until the transaction ends."""
    found = select(CannedReply).where(CannedReply.id == reply_id, CannedReply.removed_at.is_(None))
    return session.scalar(found.with_for_update())


def by_code(session: Session, code: str) -> CannedReply | None:
    """The one in use with this code."""
    return session.scalar(select(CannedReply).where(CannedReply.code == code, CannedReply.removed_at.is_(None)))


def teams(session: Session) -> Sequence[Team]:
    """The teams a reply may belong to, by name."""
    return session.scalars(select(Team).order_by(Team.name)).all()
