"""Every question of the audit page: privileged acts and looks at cases as one list."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, String, Subquery, cast, func, literal, null, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from disputes.cases.tables import Case, CaseView
from disputes.people.tables import AuditEntry, Staff, StaffSession, Team


@dataclass(frozen=True)
class Wanted:
    """Which entries: of whom, about what, of which acts, from when to when. `before` is where the page before ended."""

    staff_id: UUID | None = None
    subject_ids: Collection[UUID] | None = None
    acts: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: tuple[datetime, UUID] | None = None


@dataclass(frozen=True)
class Row:
    """One entry as it is kept. A look at a case has the act "case.read" and says in `after` at what."""

    id: UUID
    at: datetime
    actor: str
    staff_id: UUID | None
    operator: str | None
    act: str
    subject_kind: str | None
    subject_id: UUID | None
    place: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def entries(session: Session, wanted: Wanted, limit: int) -> Sequence[Row]:
    """The newest entries that are wanted."""
    both = _both().subquery("entries")
    found = select(both).where(*_conditions(both, wanted)).order_by(both.c.at.desc(), both.c.id.desc()).limit(limit)
    return [Row(*row) for row in session.execute(found)]


def staff_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these members of staff."""
    return _by_id(session, select(Staff.id, Staff.name).where(Staff.id.in_(ids)))


def case_references(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The references of these cases."""
    return _by_id(session, select(Case.id, Case.reference).where(Case.id.in_(ids)))


def team_names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """The names of these teams, as far as they are still there."""
    return _by_id(session, select(Team.id, Team.name).where(Team.id.in_(ids)))


def owners_of_sessions(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Whose these browser sessions are, as far as they are still kept."""
    found = select(StaffSession.id, Staff.name).join(Staff, Staff.id == StaffSession.staff_id)
    return _by_id(session, found.where(StaffSession.id.in_(ids)))


def sessions_of(session: Session, staff_id: UUID) -> Sequence[UUID]:
    """The browser sessions of a person that are kept."""
    return session.scalars(select(StaffSession.id).where(StaffSession.staff_id == staff_id)).all()


def _both() -> CompoundSelect[Any]:
    acts = select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.actor,
        AuditEntry.staff_id,
        AuditEntry.operator,
        AuditEntry.act,
        AuditEntry.subject_kind,
        AuditEntry.subject_id,
        AuditEntry.place,
        AuditEntry.before,
        AuditEntry.after,
    )
    looks = select(
        CaseView.id,
        CaseView.at,
        literal("staff").label("actor"),
        CaseView.staff_id,
        cast(null(), String).label("operator"),
        literal("case.read").label("act"),
        literal("case").label("subject_kind"),
        CaseView.case_id.label("subject_id"),
        cast(null(), String).label("place"),
        cast(null(), JSONB).label("before"),
        func.jsonb_build_object("what", CaseView.what, type_=JSONB).label("after"),
    )
    return union_all(acts, looks)


def _conditions(both: Subquery, wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.staff_id is not None:
        found.append(both.c.staff_id == wanted.staff_id)
    if wanted.subject_ids is not None:
        found.append(both.c.subject_id.in_(wanted.subject_ids))
    if wanted.acts is not None:
        found.append(both.c.act.in_(wanted.acts))
    if wanted.since is not None:
        found.append(both.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(both.c.at <= wanted.until)
    if wanted.before is not None:
        found.append(tuple_(both.c.at, both.c.id) < wanted.before)
    return found


def _by_id(session: Session, found: Any) -> dict[UUID, str]:
    return {row[0]: row[1] for row in session.execute(found)}
