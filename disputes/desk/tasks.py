"""What waits for staff, due first on top."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse

from disputes import database
from disputes.cases import queries, tasks
from disputes.desk.access import Desk
from disputes.desk.pages import desk_page

router = APIRouter(prefix="/tasks")


@router.get("")
def waiting(request: Request, desk: Desk) -> HTMLResponse:
    """My work, and what waits for anybody of my role."""
    with database.transaction() as session:
        found = queries.open_tasks(session, staff_id=desk.staff.id, role=desk.staff.role)
    return desk_page(request, desk, "desk/tasks.html", {"tasks": found})


@router.post("/{task_id}/done")
def done(desk: Desk, task_id: UUID) -> RedirectResponse:
    """Ticks a task off."""
    with database.transaction() as session:
        case = tasks.dismiss(session, task_id, desk.staff.role)
    return RedirectResponse(f"/desk/cases/{case.reference}", HTTPStatus.SEE_OTHER)
