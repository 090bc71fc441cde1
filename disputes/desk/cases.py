"""The desk's cases: the list, and one case with all that is known of it."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal, NamedTuple

import structlog
from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database, policy
from disputes.cases import progress, queries, references, service, states, timeline
from disputes.cases.tables import Case
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page
from disputes.errors import Conflict, NotFound
from disputes.notifications import queries as letters

router = APIRouter(prefix="/cases")
log = structlog.get_logger(__name__)

type Show = Literal["open", "mine", "unowned", "ended"]

SHOWN: Final = {"open": "Open", "mine": "Mine", "unowned": "Nobody's yet", "ended": "Ended"}
STEPS: Final = {"taken": "Take the case"}
"""The steps that staff press a button for, by their event."""
MOST: Final = 200


class Clock(NamedTuple):
    """A date that was promised, and how far the way to it has been walked (0 to 100)."""

    label: str
    due: datetime
    walked: int
    state: Literal["running", "late", "over"]


@router.get("")
def cases(request: Request, desk: Desk, show: Show = "open") -> HTMLResponse:
    """Cases, those due first on top."""
    narrowed: dict[str, dict[str, Any]] = {
        "open": {},
        "mine": {"investigator_id": desk.staff.id},
        "unowned": {"unassigned": True},
        "ended": {"ended": True},
    }
    with database.transaction() as session:
        found = queries.cases_for_desk(session, limit=MOST, **narrowed[show])
        counts = {
            "open": queries.count_open(session),
            "late": queries.count_open(session, overdue_at=clock.now()),
        }
    values = {"cases": found, "show": show, "shown": SHOWN, "counts": counts, "ended": states.ENDED, "most": MOST}
    return desk_page(request, desk, "desk/cases.html", values)


@router.get("/{reference}")
def case(request: Request, desk: Desk, reference: str) -> HTMLResponse:
    """One case."""
    return _case(request, desk, reference)


@router.post("/{reference}/take")
def take(request: Request, desk: Desk, reference: str) -> Response:
    """Takes the case on. The customer is told who it is."""
    return _act(request, desk, reference, lambda session, found: service.take(session, found, desk.staff))


def _act(request: Request, desk: AtDesk, reference: str, change: Callable[[Session, Case], object]) -> Response:
    try:
        with database.transaction() as session:
            found = _found(session, reference)
            change(session, found)
    except Conflict as lost:
        return _case(request, desk, reference, notice=lost.message, status=HTTPStatus.CONFLICT)
    return RedirectResponse(f"/desk/cases/{found.reference}", HTTPStatus.SEE_OTHER)


def _case(
    request: Request, desk: AtDesk, reference: str, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    with database.transaction() as session:
        found = _found(session, reference)
        log.info("case viewed", case_id=str(found.id), staff_id=str(desk.staff.id))
        values = {
            "case": found,
            "stands": progress.progress_of_cases(session, [found])[0],
            "history": timeline.lines_for_staff(queries.events_of(session, [found.id]), policy.current()),
            "letters": letters.notifications_of_case(session, found.id),
            "clocks": _clocks(found, clock.now()),
            "steps": _steps(found, desk),
            "notice": notice,
        }
    return desk_page(request, desk, "desk/case.html", values, status=status)


def _found(session: Session, reference: str) -> Case:
    written = references.normalise(reference)
    found = queries.case_by_reference(session, written) if written else None
    if found is None:
        raise NotFound("There is no case with this reference.")
    return found


def _steps(found: Case, desk: AtDesk) -> list[tuple[str, str, str | None]]:
    """Each step that leads on from here: its event, what it is called, and why this person may not take it."""
    may = {step.event for step in states.open_steps(found.state, states.Actor("staff", desk.staff.role))}
    onward = [step for step in states.TRANSITIONS if found.state in step.sources and step.event in STEPS]
    return [(step.event, STEPS[step.event], None if step.event in may else _why_not(step)) for step in onward]


def _why_not(step: states.Transition) -> str:
    return f"This is for {' and '.join(sorted(f'{role}s' for role in step.roles))}." if step.roles else "Not by hand."


def _clocks(found: Case, now: datetime) -> list[Clock]:
    """The dates that were promised when the case was filed, and the one that is next."""
    is_over = found.state in states.ENDED
    promised = [
        ("First answer", found.first_answer_by),
        ("Final response", found.expected_end),
        ("Outside options open", found.hard_cap),
    ]
    if found.state == "filed" and found.next_date:
        promised.insert(0, ("A named person", found.next_date))
    return [
        Clock(label, due, _walked(found.filed_at, due, now), "over" if is_over else "late" if due < now else "running")
        for label, due in promised
    ]


def _walked(start: datetime, due: datetime, now: datetime) -> int:
    whole = (due - start).total_seconds()
    return 100 if whole <= 0 else max(0, min(100, round(100 * (now - start).total_seconds() / whole)))
