"""The SELECTs behind the figures of cases."""

from typing import Final

from sqlalchemy import ColumnElement, and_, case, exists, func, literal, or_
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import aliased

from disputes.cases.promises import STAND_STILL
from disputes.cases.states import DRAFT, OPEN, PAUSED
from disputes.cases.tables import Case, CaseEvent, CasePromise, CaseTask
from disputes.reports.rows import Column, Moment, Rows, rows, seconds_between

ANSWERS: Final = ("outcome_offered", "final_response")
ENDINGS: Final = ("accepted", "assumed_settled", "mediation_settled", "final_response")
"""Events that settle a case, or with which we have said our last word."""

REPLIES: Final = ("accepted", "final_accepted", "refused", "final_refused", "assumed_settled", "unanswered")
ALARMS: Final = ("unowned", "unowned_review")
BY_ITSELF: Final = "outside_door"
"""The clock itself keeps this promise, so nobody can be about to break it."""

_WITH_MANAGEMENT: Final = ("escalated", "final_response", "resolved")


def filed(moment: Moment) -> Rows:
    """Complaints that were filed."""
    return rows(
        Case.__table__,
        [Case.filed_at > moment.start, Case.filed_at <= moment.end, Case.state != DRAFT],
        subject_id=Case.id,
        at=Case.filed_at,
        kind=Case.source,
        category=Case.category,
        cause=Case.cause,
        agent=Case.investigator_id,
    )


def named(moment: Moment) -> Rows:
    """Complaints that somebody took on, and how long the customer had waited for a name."""
    return _of_events(
        moment,
        CaseEvent.kind == "taken",
        seconds=seconds_between(Case.filed_at, CaseEvent.at),
        agent=CaseEvent.data["investigator"].astext.cast(PG_UUID(as_uuid=True)),
    )


def first_answers(moment: Moment) -> Rows:
    """Our first answer on a complaint, and how long it took from filing."""
    return _of_events(
        moment,
        CaseEvent.kind.in_(ANSWERS),
        ~_earlier(ANSWERS),
        seconds=seconds_between(Case.filed_at, CaseEvent.at),
        kind=CaseEvent.kind,
        agent=CaseEvent.staff_id,
    )


def endings(moment: Moment) -> Rows:
    """Complaints that were settled or got our final response, how long that took, and which were opened again."""
    later = aliased(CaseEvent)
    opened_again = exists().where(later.case_id == CaseEvent.case_id, later.kind == "reopened")
    return _of_events(
        moment,
        CaseEvent.kind.in_(ENDINGS),
        ~_earlier(ENDINGS),
        seconds=seconds_between(Case.filed_at, CaseEvent.at),
        what=case((opened_again, "reopened"), else_="stayed"),
        kind=CaseEvent.kind,
        agent=func.coalesce(CaseEvent.staff_id, Case.investigator_id),
    )


def replies(moment: Moment) -> Rows:
    """What customers said to our answers; silence is a reply of its own."""
    of_management = CaseEvent.kind.in_(("final_accepted", "final_refused"))
    return _of_events(
        moment,
        CaseEvent.kind.in_(REPLIES),
        what=case(
            (CaseEvent.kind.in_(("accepted", "final_accepted")), "accepted"),
            (CaseEvent.kind.in_(("refused", "final_refused")), "refused"),
            else_="silent",
        ),
        kind=case((of_management, "final_response"), else_="outcome_offered"),
        agent=case((of_management, Case.decider_id), else_=Case.investigator_id),
    )


def content(moment: Moment) -> Rows:
    """Whether customers were content with how their complaint ended; the last answer of each counts."""
    later = aliased(CaseEvent)
    changed = exists().where(
        later.case_id == CaseEvent.case_id, later.kind == "satisfaction_given", later.seq > CaseEvent.seq
    )
    return _of_events(
        moment,
        CaseEvent.kind == "satisfaction_given",
        ~changed,
        what=case((CaseEvent.data["happy"].astext == "true", "content"), else_="unhappy"),
        agent=func.coalesce(Case.decider_id, Case.investigator_id),
    )


def promises(moment: Moment) -> Rows:
    """Dates that we told customers and that have come, and what became of each.

    A date that passes while the customer or a neutral person has the case stands still, and is not counted.
    """
    passed = and_(CasePromise.state == "open", CasePromise.due_at < moment.now, ~_stands_still())
    return _of_promises(
        CasePromise.due_at > moment.start,
        CasePromise.due_at <= moment.end,
        or_(CasePromise.state.in_(("kept", "missed", "moved")), passed),
        what=case((CasePromise.state == "open", "missed"), else_=CasePromise.state),
    )


def due_dates(moment: Moment) -> Rows:
    """Dates that we told customers and have not kept yet: over, today, tomorrow, or in the days after that."""
    return _of_promises(
        CasePromise.state == "open",
        CasePromise.due_at <= moment.ahead,
        CasePromise.what != BY_ITSELF,
        what=case(
            (_stands_still(), "still"),
            (CasePromise.due_at < moment.now, "broken"),
            (CasePromise.due_at <= moment.today, "today"),
            (CasePromise.due_at <= moment.tomorrow, "tomorrow"),
            else_="soon",
        ),
    )


def open_cases(moment: Moment) -> Rows:
    """Complaints that are open now, by age in days."""
    up_to = [(Case.filed_at > limit, f"to_{days}") for days, limit in moment.older_than.items()]
    return rows(
        Case.__table__,
        [Case.state.in_(OPEN)],
        subject_id=Case.id,
        at=Case.filed_at,
        seconds=seconds_between(Case.filed_at, literal(moment.now)),
        what=case(*up_to, else_="older"),
        kind=case((Case.hard_cap < moment.now, "past_cap"), (Case.next_date < moment.now, "overdue"), else_="in_time"),
        category=Case.category,
        cause=Case.cause,
        agent=_holder(),
    )


def alarms(moment: Moment) -> Rows:
    """Complaints that nobody looks after now, and since when."""
    return rows(
        Case.__table__.join(CaseTask.__table__, CaseTask.case_id == Case.id),
        [CaseTask.done_at.is_(None), CaseTask.kind.in_(ALARMS)],
        subject_id=Case.id,
        at=CaseTask.created_at,
        seconds=seconds_between(CaseTask.created_at, literal(moment.now)),
        what=CaseTask.kind,
        category=Case.category,
        cause=Case.cause,
    )


def _of_events(moment: Moment, *where: ColumnElement[bool], **columns: Column) -> Rows:
    return rows(
        CaseEvent.__table__.join(Case.__table__, Case.id == CaseEvent.case_id),
        [CaseEvent.at > moment.start, CaseEvent.at <= moment.end, *where],
        subject_id=CaseEvent.case_id,
        at=CaseEvent.at,
        category=Case.category,
        cause=Case.cause,
        **columns,
    )


def _of_promises(*where: ColumnElement[bool], what: Column) -> Rows:
    by_one_person = CasePromise.what.not_in(("named_person", BY_ITSELF))
    return rows(
        CasePromise.__table__.join(Case.__table__, Case.id == CasePromise.case_id),
        where,
        subject_id=CasePromise.case_id,
        at=CasePromise.due_at,
        what=what,
        kind=func.split_part(CasePromise.what, ":", 1),
        category=Case.category,
        cause=Case.cause,
        agent=case((by_one_person, _holder())),
    )


def _earlier(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    before = aliased(CaseEvent)
    return exists().where(before.case_id == CaseEvent.case_id, before.kind.in_(kinds), before.seq < CaseEvent.seq)


def _stands_still() -> ColumnElement[bool]:
    """True where somebody else has the case, so that dates of our own wait; what was agreed is owed all the same."""
    return and_(Case.state.in_(PAUSED), CasePromise.what.in_(STAND_STILL))


def _holder() -> Column:
    """Who has the case: whoever decides once it is with management, else whoever looks into it."""
    with_management = or_(
        Case.state.in_(_WITH_MANAGEMENT) & (Case.decider_id.is_not(None) | (Case.state == "escalated")),
        Case.state.in_(PAUSED) & (Case.prior_state == "escalated"),
    )
    return case((with_management, Case.decider_id), else_=Case.investigator_id)
