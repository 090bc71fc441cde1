"""The desk's chats: who waits, what I hold, and one conversation with what is known of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import queries as case_queries
from disputes.chat import desk_view, endings, handoff, presence, transfer
from disputes.chat.schemas import DeskLists
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page, is_part
from disputes.errors import Conflict, NotFound, Unavailable
from disputes.orders.schemas import Order
from disputes.orders.service import look_up, normalise_number

router = APIRouter()
log = structlog.get_logger(__name__)


class Lists(NamedTuple):
    """The lists as the page shows them: chats of the assistant apart from those of colleagues."""

    waiting: list[Any]
    mine: list[Any]
    assistant: list[Any]
    colleagues: list[Any]


@router.get("")
def chats(request: Request, desk: Desk) -> HTMLResponse:
    """The lists, with no conversation open."""
    with database.transaction() as session:
        values = {**_lists(session, desk), "chat": None, "current": None}
    return desk_page(request, desk, "desk/chats.html", values)


@router.get("/lists")
def lists(request: Request, desk: Desk, current: UUID | None = None) -> HTMLResponse:
    """The lists alone, for the page to renew them."""
    with database.transaction() as session:
        values = {**_lists(session, desk), "current": current}
    return desk_page(request, desk, "desk/lists.html", values)


@router.get("/chats/{conversation_id}")
def chat(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """One conversation, with the lists beside it."""
    log.info("conversation viewed", conversation_id=str(conversation_id), staff_id=str(desk.staff.id))
    return _chat(request, desk, conversation_id)


@router.get("/chats/{conversation_id}/context")
def context(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """What is known of a conversation, for the page to renew it."""
    return _context(request, desk, conversation_id)


@router.get("/chats/{conversation_id}/order")
def order(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """What the order system says about the order this is about. It may be slow, so it comes by itself."""
    with database.transaction() as session:
        facts = desk_view.conversation_view(session, conversation_id).facts
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
        show = _context if is_part(request) else _chat
        return show(request, desk, conversation_id, notice=lost.message, status=HTTPStatus.CONFLICT)
    if is_part(request):
        return _context(request, desk, conversation_id)
    return RedirectResponse(f"/desk/chats/{conversation_id}", HTTPStatus.SEE_OTHER)


def _chat(
    request: Request, desk: AtDesk, conversation_id: UUID, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    with database.transaction() as session:
        values = {
            **_known(session, desk, conversation_id),
            **_lists(session, desk),
            "current": conversation_id,
            "notice": notice,
        }
    return desk_page(request, desk, "desk/chats.html", values, status=status)


def _context(
    request: Request, desk: AtDesk, conversation_id: UUID, *, notice: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    with database.transaction() as session:
        values = {**_known(session, desk, conversation_id), "notice": notice}
    return desk_page(request, desk, "desk/context.html", values, status=status)


def _lists(session: Session, desk: AtDesk) -> dict[str, Any]:
    here = presence.staffing(session)
    return {"lists": _sorted(desk_view.desk_lists(session, desk.staff)), "here": here}


def _known(session: Session, desk: AtDesk, conversation_id: UUID) -> dict[str, Any]:
    view = desk_view.conversation_view(session, conversation_id)
    is_mine = view.owner == "agent" and view.agent_id == desk.staff.id
    return {
        "chat": view,
        "is_mine": is_mine,
        "pass_on_to": transfer.choices(session, desk.staff) if is_mine else None,
        "cases": case_queries.cases_of_conversation(session, conversation_id),
    }


def _look_up(number: str) -> tuple[Order | None, str | None]:
    try:
        return look_up(number), None
    except (NotFound, Unavailable) as fault:
        return None, fault.message


def _sorted(lists: DeskLists) -> Lists:
    return Lists(
        waiting=lists.waiting,
        mine=lists.mine,
        assistant=[line for line in lists.others if line.owner == "bot"],
        colleagues=[line for line in lists.others if line.owner == "agent"],
    )
