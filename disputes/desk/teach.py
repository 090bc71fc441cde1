"""Messages that the assistant read wrongly: what was meant, and the examples for the next training."""

from http import HTTPStatus
from math import ceil
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database
from disputes.cases.states import CASE_WORKERS
from disputes.desk.access import AtDesk, Desk, Managing
from disputes.desk.pages import desk_page
from disputes.edge.downloads import download
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.teaching import intents, service
from disputes.teaching.masking import LONGEST

SIGNS: Final = {
    "fallback": "Not understood",
    "unsure": "Not sure",
    "button": "Corrected by a button",
    "person": "Wanted a person right after",
}

router = APIRouter(prefix="/teach")
exports = APIRouter(prefix="/teach/examples")

type PageNumber = Annotated[int, Query(ge=1, le=100_000)]
type Words = Annotated[str, Form()]


@router.get("")
def doubts(request: Request, desk: Desk, page: PageNumber = 1) -> HTMLResponse:
    """Messages that somebody should look at."""
    return _page(request, desk, page)


@router.post("/{message_id}/teach")
def teach(request: Request, desk: Desk, message_id: UUID, *, intent: Words = "", example: Words = "") -> Response:
    """Somebody says what a message meant."""
    try:
        with database.transaction() as session:
            service.teach(session, desk.staff, message_id, intent, example)
    except (Conflict, Invalid, NotFound) as fault:
        typed = {str(message_id): (intent, example)}
        return _page(request, desk, notice=fault.message, typed=typed, status=fault.status)
    return RedirectResponse("/desk/teach", HTTPStatus.SEE_OTHER)


@router.post("/{message_id}/nothing")
def nothing(request: Request, desk: Desk, message_id: UUID) -> Response:
    """There is nothing to learn from a message."""
    try:
        with database.transaction() as session:
            service.nothing_to_learn(session, desk.staff, message_id)
    except (Conflict, NotFound) as fault:
        return _page(request, desk, notice=fault.message, status=fault.status)
    return RedirectResponse("/desk/teach", HTTPStatus.SEE_OTHER)


@exports.get("")
def examples(request: Request, desk: Managing) -> HTMLResponse:
    """What was taught since the last training, to be read once more before it is taken."""
    return _examples(request, desk)


@exports.post("/{message_id}")
def correct(request: Request, desk: Managing, message_id: UUID, example: Words = "") -> Response:
    """Changes an example; an empty one is left out."""
    try:
        with database.transaction() as session:
            service.correct(session, desk.staff, message_id, example)
    except Conflict as fault:
        return _examples(request, desk, notice=fault.message, status=fault.status)
    return RedirectResponse("/desk/teach/examples", HTTPStatus.SEE_OTHER)


@exports.post("")
def take(request: Request, desk: Managing) -> Response:
    """The examples as a file for `data/nlu`."""
    try:
        with database.transaction() as session:
            text = service.export(session, desk.staff)
    except Conflict as fault:
        return _examples(request, desk, notice=fault.message, status=fault.status)
    return download(text.encode(), f"taught-{clock.now():%Y-%m-%d}.yml", "application/yaml")


def _page(
    request: Request,
    desk: AtDesk,
    number: int = 1,
    *,
    notice: str | None = None,
    typed: dict[str, tuple[str, str]] | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    if desk.staff.role not in CASE_WORKERS:
        raise Refused("This is for agents and managers.")
    with database.transaction() as session:
        found, count = service.doubts(session, number)
        waiting = len(service.taught(session))
    values: dict[str, Any] = {
        "doubts": found,
        "count": count,
        "number": number,
        "pages": max(ceil(count / service.PAGE), 1),
        "taught": waiting,
        "groups": intents.groups(),
        "signs": SIGNS,
        "longest": LONGEST,
        "notice": notice,
        "typed": typed or {},
    }
    return desk_page(request, desk, "desk/teach.html", values, status=status)


def _examples(
    request: Request, desk: AtDesk, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    with database.transaction() as session:
        found = service.taught(session)
    values = {"examples": found, "says": intents.says, "longest": LONGEST, "notice": notice}
    return desk_page(request, desk, "desk/teach_examples.html", values, status=status)
