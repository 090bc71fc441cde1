"""What waits for staff, due first on top."""

from http import HTTPStatus
from math import ceil
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse

from disputes import database
from disputes.cases import queries, tasks
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page

router = APIRouter(prefix="/tasks")


PAGE: Final = 100

type PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("")
def waiting(request: Request, desk: Desk, page: PageNumber = 1) -> HTMLResponse:
    """My work, and what waits for anybody of my role."""
    return desk_page(request, desk, "desk/tasks.html", _waiting(desk, page))


@router.get("/list")
def waiting_list(request: Request, desk: Desk, page: PageNumber = 1) -> HTMLResponse:
    """The list alone, for the page to renew it."""
    return desk_page(request, desk, "desk/tasks_list.html", _waiting(desk, page))


def _waiting(desk: AtDesk, number: int) -> dict[str, Any]:
    staff = desk.staff
    with database.transaction() as session:
        count = queries.count_open_tasks(session, staff)
        pages = max(ceil(count / PAGE), 1)
        number = min(number, pages)
        first = (number - 1) * PAGE
        found = queries.open_tasks(session, staff, offset=first, limit=PAGE)
    return {"tasks": found, "count": count, "number": number, "pages": pages, "first": first + 1}


@router.post("/{task_id}/done")
def done(desk: Desk, task_id: UUID) -> RedirectResponse:
    """Ticks a task off."""
    with database.transaction() as session:
        case = tasks.dismiss(session, task_id, desk.staff.role)
    return RedirectResponse(f"/desk/cases/{case.reference}", HTTPStatus.SEE_OTHER)
