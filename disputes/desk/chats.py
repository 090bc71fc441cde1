"""The desk's chats: who waits, what I hold, and one conversation with what is known of it."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final, NamedTuple
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from disputes import clock, database
from disputes.cases import queries as case_queries
from disputes.cases.sensitive import is_readable, reader_of
from disputes.cases.states import ENDED
from disputes.cases.tables import Case
from disputes.chat import desk_queries, desk_view, endings, handoff, presence, transfer
from disputes.chat.schemas import ConversationView
from disputes.desk import case_panel
from disputes.desk.access import AtDesk, Desk
from disputes.desk.looks import read_chat
from disputes.desk.pages import desk_page, is_part
from disputes.edge.templates import NO_STORE
from disputes.errors import Conflict, NotFound, Unavailable
from disputes.orders.schemas import Order
from disputes.orders.service import look_up, normalise_number
from disputes.people.tables import Staff

SAID: Final = "disputes-said"
"""The event by which the page's script shows a sentence above the lists."""

router = APIRouter()
log = structlog.get_logger(__name__)


class OfCustomer(NamedTuple):
    """A complaint of the customer in the side panel; `sure` when it is known to be theirs, and not only said."""

    case: Case
    from_here: bool
    sure: bool


@router.get("")
def chats(request: Request, desk: Desk) -> HTMLResponse:
    """The lists, with no conversation open."""
    return _nothing_open(request, desk)


@router.get("/lists")
def lists(request: Request, desk: Desk, current: str = "") -> HTMLResponse:
    """The lists alone, for the page to renew them. `current` is the chat that is open in it."""
    with database.transaction() as session:
        values = {**_lists(session, desk), "current": current}
    return desk_page(request, desk, "desk/lists.html", values)


@router.get("/pulse")
def pulse(desk: Desk) -> JSONResponse:
    """Who waits and what is unread, for pages of the desk that show no lists."""
    return JSONResponse(database.run(desk_view.pulse, desk.staff), headers=NO_STORE)


@router.post("/next")
def take_next(request: Request, desk: Desk) -> Response:
    """Takes the chat that waits longest."""
    notice = "Nobody is waiting."
    try:
        found = database.run(desk_view.claim_next, desk.staff)
    except Conflict as full:
        found, notice = None, full.message
    if found is None and is_part(request):
        return Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Trigger": json.dumps({SAID: notice})})
    if found is None:
        return _nothing_open(request, desk, notice=notice, status=HTTPStatus.CONFLICT)
    if is_part(request):
        return _chat(request, desk, found.id)
    return RedirectResponse(f"/desk/chats/{found.id}", HTTPStatus.SEE_OTHER)


@router.get("/chats/{conversation_id}")
def chat(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """One conversation, with the lists beside it; alone where the page has the lists already."""
    return _chat(request, desk, conversation_id)


@router.get("/chats/{conversation_id}/context")
def context(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """What is known of a conversation, for the page to renew it."""
    with database.transaction() as session:
        values = _known(session, desk, read_chat(session, desk, conversation_id))
    return desk_page(request, desk, "desk/context.html", values)


@router.get("/chats/{conversation_id}/holder")
def holder(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """Who holds a conversation and what can be done about it, for the page to renew it."""
    return _holder(request, desk, conversation_id)


@router.get("/chats/{conversation_id}/order")
def order(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """What the order system says about the order this is about. It may be slow, so it comes by itself."""
    with database.transaction() as session:
        facts = read_chat(session, desk, conversation_id).facts
    number = normalise_number(facts.get("order_number") or "")
    found, fault = _look_up(number) if number else (None, None)
    return desk_page(request, desk, "desk/order.html", {"order": found, "fault": fault})


@router.post("/chats/{conversation_id}/claim")
def claim(request: Request, desk: Desk, conversation_id: UUID) -> Response:
    """Takes a waiting chat. One of several wins; the others read who it was."""
    return act(request, desk, conversation_id, lambda session: handoff.claim(session, conversation_id, desk.staff))


@router.post("/chats/{conversation_id}/take-over")
def take_over(request: Request, desk: Desk, conversation_id: UUID) -> Response:
    """Steps into a chat that the assistant or a colleague holds."""
    return act(request, desk, conversation_id, lambda session: handoff.take_over(session, conversation_id, desk.staff))


@router.post("/chats/{conversation_id}/hand-back")
def hand_back(
    request: Request,
    desk: Desk,
    conversation_id: UUID,
    note: Annotated[str, Form(max_length=2000)] = "",
    outcome: Annotated[handoff.Outcome, Form()] = "go_on",
) -> Response:
    """Returns the chat to the assistant, with what was decided."""
    return act(
        request,
        desk,
        conversation_id,
        lambda session: handoff.hand_back(session, conversation_id, desk.staff, note, outcome),
    )


@router.post("/chats/{conversation_id}/close")
def close(request: Request, desk: Desk, conversation_id: UUID) -> Response:
    """Ends the chat."""
    return act(request, desk, conversation_id, lambda session: endings.close(session, conversation_id, desk.staff))


def act(request: Request, desk: AtDesk, conversation_id: UUID, change: Callable[[Session], object]) -> Response:
    """Changes who holds the chat, and shows what came of it."""
    try:
        with database.transaction() as session:
            change(session)
    except Conflict as lost:
        show = _holder if is_part(request) else _chat
        return show(request, desk, conversation_id, notice=lost.message, status=HTTPStatus.CONFLICT)
    if is_part(request):
        return _holder(request, desk, conversation_id)
    return RedirectResponse(f"/desk/chats/{conversation_id}", HTTPStatus.SEE_OTHER)


def _nothing_open(
    request: Request, desk: AtDesk, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    values: dict[str, Any] = {"chat": None, "current": "", "notice": notice}
    if not is_part(request):
        with database.transaction() as session:
            values |= _lists(session, desk)
    return desk_page(request, desk, "desk/chat.html" if is_part(request) else "desk/chats.html", values, status=status)


def _chat(
    request: Request, desk: AtDesk, conversation_id: UUID, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    with database.transaction() as session:
        view = read_chat(session, desk, conversation_id)
        values = {
            **_held(session, desk, view),
            **_known(session, desk, view),
            "current": str(conversation_id),
            "notice": notice,
        }
        if not is_part(request):
            values |= _lists(session, desk)
    return desk_page(request, desk, "desk/chat.html" if is_part(request) else "desk/chats.html", values, status=status)


def _holder(
    request: Request, desk: AtDesk, conversation_id: UUID, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    with database.transaction() as session:
        view = read_chat(session, desk, conversation_id)
        values = {**_held(session, desk, view), "notice": notice}
    return desk_page(request, desk, "desk/holder.html", values, status=status)


def _lists(session: Session, desk: AtDesk) -> dict[str, Any]:
    return {
        "lists": desk_view.desk_lists(session, desk.staff),
        "here": presence.staffing(session),
        "team": desk_queries.team(session, clock.now()),
    }


def _held(session: Session, desk: AtDesk, view: ConversationView) -> dict[str, Any]:
    is_mine = view.owner == "agent" and view.agent_id == desk.staff.id
    return {
        "chat": view,
        "is_mine": is_mine,
        "pass_on_to": transfer.choices(session, desk.staff) if is_mine else None,
    }


def _known(session: Session, desk: AtDesk, view: ConversationView) -> dict[str, Any]:
    cases, hidden = _cases(session, view, desk.staff)
    return {
        "chat": view,
        "cases": cases,
        "hidden": hidden,
        "acts_of": case_panel.acts_of(session, [each.case for each in cases if each.sure], desk.staff),
        "earlier": desk_view.earlier_chats(session, view.id, reader_of(desk.staff)),
    }


def _cases(session: Session, view: ConversationView, staff: Staff) -> tuple[list[OfCustomer], int]:
    """The complaints of this customer: of this chat, of a proven address, and of one that was only said.

    Sensitive ones are only counted, but for those of a chat that this person holds: they have just been told of it.
    """
    here = case_queries.cases_of_conversation(session, view.id)
    proven, said = desk_view.person_emails(session, view.id)
    theirs = case_queries.cases_of_person(session, proven)
    perhaps = case_queries.cases_of_person(session, [said] if said else [])
    found = {case.id: OfCustomer(case, from_here=False, sure=False) for case in perhaps}
    found |= {case.id: OfCustomer(case, from_here=False, sure=True) for case in theirs}
    found |= {case.id: OfCustomer(case, from_here=True, sure=True) for case in here}
    told = view.agent_id == staff.id
    shown = [each for each in found.values() if (each.from_here and told) or is_readable(each.case, reader_of(staff))]
    shown.sort(key=lambda each: (not each.from_here, each.case.state in ENDED, -each.case.filed_at.timestamp()))
    return shown, len(found) - len(shown)


def _look_up(number: str) -> tuple[Order | None, str | None]:
    try:
        return look_up(number), None
    except (NotFound, Unavailable) as fault:
        return None, fault.message
