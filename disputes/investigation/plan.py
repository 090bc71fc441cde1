"""The plan of an investigation: the points to examine, and what was found about each."""

from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries as cases
from disputes.cases.fields import clean_text
from disputes.cases.states import CASE_WORKERS, NotAllowed
from disputes.cases.tables import Case
from disputes.errors import Invalid, NotFound
from disputes.investigation import queries
from disputes.investigation.tables import Point, PointFinding
from disputes.people.tables import Staff

type Result = Literal["confirmed", "not_confirmed", "unclear"]

RESULTS: Final[tuple[str, ...]] = get_args(Result.__value__)
EXAMINED_IN: Final = frozenset({"investigating", "awaiting_customer", "escalated"})
"""Where findings may still change: before the outcome that rests on them, and not while a neutral has the case."""

LONGEST_POINT: Final = 400
LONGEST_FINDING: Final = 4_000
MOST_POINTS: Final = 30


@dataclass(frozen=True)
class Finding:
    """What stands at the moment about one point, for letters and forms."""

    point: str
    finding: str
    result: Result


def plan(session: Session, case: Case) -> list[Point]:
    """The points to examine, in order, each with its findings.

    Made from the policy at the first call after somebody has taken the case; empty before.
    """
    points = queries.points_of(session, case.id)
    if points or case.erased_at is not None or (case.investigator_id is None and case.decider_id is None):
        return list(points)
    case = cases.locked(session, case.id)
    if not queries.points_of(session, case.id):
        _add(session, case, policy.current().points_for(case.category))
    return list(queries.points_of(session, case.id))


def add_point(session: Session, case: Case, staff: Staff, text: str) -> Point:
    """Adds a point to the plan; the same words again change nothing.

    Raises `NotAllowed` for anybody but who has the case and at a stage where nothing is examined, `Invalid` for no
    words or too many.
    """
    written = _words(text, "text", "Please write what has to be looked into.", LONGEST_POINT)
    case = cases.locked(session, case.id)
    _check_examiner(case, staff)
    points = plan(session, case)
    for point in points:
        if point.text.casefold() == written.casefold():
            return point
    if len(points) >= MOST_POINTS:
        raise Invalid(f"The plan has {MOST_POINTS} points. Please put this into one of them.")
    _add(session, case, [written], staff)
    return queries.points_of(session, case.id)[-1]


def record_finding(  # noqa: PLR0917 - other packages call it so
    session: Session, case: Case, staff: Staff, point_id: UUID, finding: str, result: str
) -> PointFinding:
    """Records what was found about a point; it takes the place of an earlier finding, which stays to be read.

    The same again by the same person changes nothing. Raises `NotAllowed` for anybody but who has the case and once
    the outcome is out, `NotFound` for a point of another case, `Invalid` for an empty finding.
    """
    written = _words(finding, "finding", "Please write what you found, and from what.", LONGEST_FINDING)
    if result not in RESULTS:
        raise Invalid("Please choose a result.", {"result": "Please choose a result."})
    case = cases.locked(session, case.id)
    _check_examiner(case, staff)
    point = next((point for point in plan(session, case) if point.id == point_id), None)
    if point is None:
        raise NotFound("There is no such point in the plan of this case.")
    last = point.findings[-1] if point.findings else None
    if last is not None and (last.finding, last.result, last.staff_id) == (written, result, staff.id):
        return last
    number = last.number + 1 if last else 1
    found = PointFinding(
        id=uuid4(), point_id=point.id, number=number, finding=written, result=result, staff_id=staff.id, at=clock.now()
    )
    session.add(found)
    session.flush()
    return found


def findings_of(session: Session, case: Case) -> list[Finding]:
    """What stands about each point that something was found about, in the order of the plan."""
    return [
        Finding(point.text, point.findings[-1].finding, _result(point.findings[-1].result))
        for point in queries.points_of(session, case.id)
        if point.findings
    ]


def points_without_finding(session: Session, case: Case) -> list[Point]:
    """What still has to be looked into before an outcome can be offered."""
    return [point for point in plan(session, case) if not point.findings]


def why_not_examine(case: Case, staff: Staff) -> str | None:
    """Why this person may not record findings now; None when they may."""
    if staff.role not in CASE_WORKERS:
        return "This is for agents and managers."
    if staff.id not in (case.investigator_id, case.decider_id):
        return "Only the person who has this complaint may do this."
    if case.state not in EXAMINED_IN:
        return "Nothing is looked into at the stage the complaint is in."
    return None


def _check_examiner(case: Case, staff: Staff) -> None:
    refusal = why_not_examine(case, staff)
    if refusal is not None:
        raise NotAllowed(refusal)


def _add(session: Session, case: Case, texts: list[str], staff: Staff | None = None) -> None:
    start = len(queries.points_of(session, case.id)) + 1
    for position, text in enumerate(texts, start):
        point = Point(
            id=uuid4(),
            case_id=case.id,
            position=position,
            text=text,
            added_by_id=staff.id if staff else None,
            at=clock.now(),
        )
        session.add(point)
    session.flush()


def _words(typed: str, field: str, missing: str, longest: int) -> str:
    written = clean_text(typed)
    if not any(sign.isalnum() for sign in written):
        raise Invalid(missing, {field: missing})
    if len(written) > longest:
        too_long = f"Please shorten this to {longest:,} characters."
        raise Invalid(too_long, {field: too_long})
    return written


def _result(stored: str) -> Result:
    match stored:
        case "confirmed" | "not_confirmed":
            return stored
        case _:
            return "unclear"
