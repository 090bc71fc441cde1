"""The desk's cases: the lists of work, and one case with all that is known of it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database
from disputes.cases import states, times, worklists
from disputes.cases.sensitive import reader_of
from disputes.cases.worklists import Name
from disputes.chat import left_queries
from disputes.desk import case_page, case_steps, offers
from disputes.desk.access import AtDesk, Desk
from disputes.desk.case_page import Place
from disputes.desk.pages import desk_page, is_part
from disputes.desk.preview_page import Given
from disputes.errors import NotFound

router = APIRouter(prefix="/cases")

LABELS: Final[dict[Name, str]] = {
    "mine": "Mine",
    "today": "Due today",
    "overdue": "Overdue",
    "unowned": "Nobody's",
    "open": "Open",
    "ended": "Ended",
}
KEPT_OVER: Final = timedelta(days=90)

type PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("")
def cases(request: Request, desk: Desk, show: Name = "open", page: PageNumber = 1) -> HTMLResponse:
    """One list of work."""
    with database.transaction() as session:
        values = _list(session, desk, show, page)
        rate = times.kept_rate(session, clock.now() - KEPT_OVER)
    values |= {"kept": rate.kept, "due": rate.kept + rate.missed}
    return desk_page(request, desk, "desk/cases.html", values)


@router.get("/list")
def cases_list(request: Request, desk: Desk, show: Name = "open", page: PageNumber = 1) -> HTMLResponse:
    """The list alone, for the page to renew it."""
    with database.transaction() as session:
        values = _list(session, desk, show, page)
    return desk_page(request, desk, "desk/cases_list.html", values)


def _list(session: Session, desk: AtDesk, show: Name, number: int) -> dict[str, Any]:
    reader = reader_of(desk.staff)
    counts = worklists.counts(session, desk.staff.id, reader)
    late, nobodys = left_queries.count_late(session)
    left = left_queries.late(session, unowned=show == "unowned") if show in ("overdue", "unowned") else ()
    return {
        "show": show,
        "labels": LABELS,
        "counts": counts,
        "with_messages": {**counts, "overdue": counts["overdue"] + late, "unowned": counts["unowned"] + nobodys},
        "left": left,
        "most_ended": worklists.ENDED_COUNTED,
        "page": worklists.page_of(session, show, desk.staff.id, counts[show], number, reader=reader),
        "ended": states.ENDED,
    }


@router.get("/{reference}")
def case(
    request: Request, desk: Desk, reference: str, *, chat: UUID | None = None, step: str | None = None
) -> HTMLResponse:
    """One case; from a chat with the way back to it, and with the form of `step` open."""
    return case_page.show(request, desk, reference, typed={"step": step} if step else None, place=Place(chat))


@router.get("/{reference}/acts/{act}")
def act(request: Request, desk: Desk, reference: str, act: str, chat: UUID) -> Response:
    """What is to be filled in for one act, for the panel beside that chat; as a page of its own, the case."""
    if not is_part(request):
        return RedirectResponse(f"/desk/cases/{reference}?chat={chat}", HTTPStatus.SEE_OTHER)
    if act == offers.ACT:
        return offers.answer_form(request, desk, reference, chat)
    return case_page.show(request, desk, reference, place=Place(chat, act))


@router.get("/{reference}/news")
def news(
    request: Request,
    desk: Desk,
    reference: str,
    *,
    since: Annotated[int, Query(ge=0)],
    chat: UUID | None = None,
    act: str = "",
) -> HTMLResponse:
    """What has happened in a case after that line of its history, for whoever has its page open, or works on it beside
    a chat."""
    return case_page.news(request, desk, reference, since, Place(chat, act))


@router.post("/{reference}/steps/{name}")
def take_step(request: Request, desk: Desk, reference: str, name: str, given: Given) -> Response:
    """Takes a step of the case; one that sends a letter shows it first."""
    if name not in case_steps.STEPS:
        raise NotFound("There is no such step.")
    typed = dict(given.fields)
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, found: case_steps.take(session, found, desk.staff, name, typed),
        given,
        typed={**typed, "step": name},
    )
