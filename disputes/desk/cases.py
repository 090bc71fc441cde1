"""The desk's cases: the list, and one case with all that is known of it."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from disputes import clock, database
from disputes.cases import queries, states, times
from disputes.desk import case_page, case_steps
from disputes.desk.access import Desk
from disputes.desk.pages import desk_page
from disputes.edge.forms import given_form
from disputes.errors import NotFound

router = APIRouter(prefix="/cases")

type Show = Literal["open", "mine", "unowned", "ended"]

SHOWN: Final = {"open": "Open", "mine": "Mine", "unowned": "Nobody's yet", "ended": "Ended"}
MOST: Final = 200
KEPT_OVER: Final = timedelta(days=90)


@router.get("")
def cases(request: Request, desk: Desk, show: Show = "open") -> HTMLResponse:
    """Cases, those due first on top."""
    narrowed: dict[str, dict[str, Any]] = {
        "open": {},
        "mine": {"handler_id": desk.staff.id},
        "unowned": {"unassigned": True},
        "ended": {"ended": True},
    }
    with database.transaction() as session:
        found = queries.cases_for_desk(session, limit=MOST, **narrowed[show])
        counts = {
            "open": queries.count_open(session),
            "late": queries.count_open(session, overdue_at=clock.now()),
        }
        rate = times.kept_rate(session, clock.now() - KEPT_OVER)
    values = {"cases": found, "show": show, "shown": SHOWN, "counts": counts, "ended": states.ENDED, "most": MOST}
    values |= {"kept": rate.kept, "due": rate.kept + rate.missed}
    return desk_page(request, desk, "desk/cases.html", values)


@router.get("/{reference}")
def case(request: Request, desk: Desk, reference: str) -> HTMLResponse:
    """One case."""
    return case_page.show(request, desk, reference)


@router.post("/{reference}/steps/{name}")
def take_step(
    request: Request, desk: Desk, reference: str, name: str, typed: Annotated[dict[str, str], Depends(given_form)]
) -> Response:
    """Takes a step of the case."""
    if name not in case_steps.STEPS:
        raise NotFound("There is no such step.")
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, found: case_steps.take(session, found, desk.staff, name, typed),
        typed=typed,
    )
