"""Every question to the tables of the investigation."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from disputes.cases.tables import CaseEvent, CaseView
from disputes.investigation.tables import Answer, Evidence, Point, PointFinding, Question
from disputes.people.tables import Staff


def points_of(session: Session, case_id: UUID) -> Sequence[Point]:
    """The plan of a case, each point with everything that was found."""
    found = select(Point).where(Point.case_id == case_id).order_by(Point.position)
    found = found.options(selectinload(Point.findings).joinedload(PointFinding.staff))
    return session.scalars(found.execution_options(populate_existing=True)).all()


def last_asked(session: Session, case_id: UUID) -> CaseEvent | None:
    """The event with which the complainant was last asked something."""
    asked = select(Question.event_id).where(Question.case_id == case_id)
    found = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.id.in_(asked))
    return session.scalars(found.order_by(CaseEvent.seq.desc()).limit(1)).first()


def asked_in(session: Session, event_id: UUID) -> Sequence[Question]:
    """The questions of one event, in their order."""
    return session.scalars(select(Question).where(Question.event_id == event_id).order_by(Question.position)).all()


def questions_of(session: Session, case_id: UUID) -> Sequence[tuple[Question, CaseEvent]]:
    """Every question of a case with the event it was asked in, oldest first."""
    found = (
        select(Question, CaseEvent)
        .join(CaseEvent, CaseEvent.id == Question.event_id)
        .where(Question.case_id == case_id)
        .options(joinedload(CaseEvent.staff))
        .order_by(CaseEvent.seq, Question.position)
    )
    return [(question, event) for question, event in session.execute(found)]


def answer_of_key(session: Session, case_id: UUID, key: str) -> Answer | None:
    """The answer that was given under that key of its sender."""
    return session.scalar(_answers(Answer.case_id == case_id, Answer.key == key))


def answers_of(session: Session, case_id: UUID) -> Sequence[Answer]:
    """Every answer of a case, oldest first."""
    return session.scalars(_answers(Answer.case_id == case_id).order_by(CaseEvent.seq)).all()


def evidence_of(session: Session, case_id: UUID, *, with_erased: bool = False) -> Sequence[Evidence]:
    """The files of a case, oldest first; those that are erased only when asked for."""
    found = select(Evidence).where(Evidence.case_id == case_id).options(joinedload(Evidence.staff))
    if not with_erased:
        found = found.where(Evidence.erased_at.is_(None))
    return session.scalars(found.order_by(Evidence.at, Evidence.id)).all()


def evidence(session: Session, evidence_id: UUID) -> Evidence | None:
    """One file, when it is not erased."""
    found = select(Evidence).where(Evidence.id == evidence_id, Evidence.erased_at.is_(None))
    return session.scalar(found.options(joinedload(Evidence.staff)))


def same_evidence(session: Session, case_id: UUID, sha256: str) -> Evidence | None:
    """The file of a case that has exactly this content."""
    found = select(Evidence).where(Evidence.case_id == case_id, Evidence.sha256 == sha256, Evidence.erased_at.is_(None))
    return session.scalar(found.options(joinedload(Evidence.staff)))


def count_evidence(session: Session, case_id: UUID, *, from_staff: bool) -> int:
    """How many files one side has in a case."""
    side = Evidence.staff_id.is_not(None) if from_staff else Evidence.staff_id.is_(None)
    found = select(func.count()).where(Evidence.case_id == case_id, Evidence.erased_at.is_(None), side)
    return session.scalars(found).one()


def stored_names_among(session: Session, names: Sequence[str]) -> frozenset[str]:
    """Which of these names in the file store belong to a file that is kept."""
    found = select(Evidence.stored_as).where(Evidence.stored_as.in_(names), Evidence.erased_at.is_(None))
    return frozenset(session.scalars(found))


def has_view_since(session: Session, case_id: UUID, staff_id: UUID, what: str, since: datetime) -> bool:
    """True when this person's look at this has been noted since then."""
    found = select(CaseView.id).where(
        CaseView.case_id == case_id, CaseView.staff_id == staff_id, CaseView.what == what, CaseView.at > since
    )
    return session.scalar(select(found.exists())) is True


def views_of(session: Session, case_id: UUID) -> Sequence[tuple[CaseView, Staff]]:
    """Every noted look at a case and whose it was, newest first."""
    found = select(CaseView, Staff).join(Staff, Staff.id == CaseView.staff_id).where(CaseView.case_id == case_id)
    return [(view, staff) for view, staff in session.execute(found.order_by(CaseView.at.desc(), CaseView.id))]


def _answers(*wanted: ColumnElement[bool]) -> Select[Answer]:
    return select(Answer).join(Answer.event).where(*wanted).options(joinedload(Answer.event), joinedload(Answer.staff))
