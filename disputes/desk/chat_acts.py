"""What an agent does beside talking: comes and goes, calls back, passes a chat on, and says that it is urgent."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from disputes import database
from disputes.chat import calls, care, handoff, presence, transfer
from disputes.desk.access import AtDesk, Desk
from disputes.desk.chats import act, context, lists
from disputes.desk.pages import is_part

router = APIRouter()


@router.post("/availability")
def choose(request: Request, desk: Desk, takes_chats: Annotated[bool, Form()]) -> Response:
    """Available for new chats, or away. Chats that one holds stay."""
    with database.transaction() as session:
        presence.staff_act(session, desk.staff)
        presence.choose(session, desk.staff, takes_chats=takes_chats)
    desk.staff.takes_chats = takes_chats
    if is_part(request):
        return lists(request, desk)
    return RedirectResponse("/desk", HTTPStatus.SEE_OTHER)


@router.post("/chats/{conversation_id}/pass-on")
def pass_on(
    request: Request,
    desk: Desk,
    conversation_id: UUID,
    to: Annotated[str, Form(max_length=60)],
    note: Annotated[str, Form(max_length=transfer.NOTE_LIMIT)] = "",
) -> Response:
    """Passes the chat on to a colleague, a manager or a team that is there."""
    return act(
        request,
        desk,
        conversation_id,
        lambda session: transfer.pass_on(session, conversation_id, desk.staff, to, note),
    )


@router.post("/chats/{conversation_id}/called")
def called(request: Request, desk: Desk, conversation_id: UUID, reached: Annotated[bool, Form()]) -> Response:
    """Notes that whoever holds the chat has called the customer back, and whether they spoke."""
    database.run(calls.called, conversation_id, desk.staff, reached=reached)
    return _beside(request, desk, conversation_id)


@router.post("/chats/{conversation_id}/care")
def decide_care(request: Request, desk: Desk, conversation_id: UUID, needed: Annotated[bool, Form()]) -> Response:
    """Says whether the customer needs special care, where words of theirs have made the program ask."""
    database.run(care.decide, conversation_id, desk.staff, needed=needed)
    return _beside(request, desk, conversation_id)


@router.post("/chats/{conversation_id}/mark")
def mark(
    request: Request,
    desk: Desk,
    conversation_id: UUID,
    urgent: Annotated[bool, Form()] = False,
    vulnerable: Annotated[bool, Form()] = False,
) -> Response:
    """Says that the chat goes before others, or not any more."""
    return act(
        request,
        desk,
        conversation_id,
        lambda session: handoff.mark(session, conversation_id, desk.staff, urgent=urgent, vulnerable=vulnerable),
    )


def _beside(request: Request, desk: AtDesk, conversation_id: UUID) -> Response:
    """What is known beside the chat, as it is now; without scripts the page of the chat."""
    if is_part(request):
        return context(request, desk, conversation_id)
    return RedirectResponse(f"/desk/chats/{conversation_id}", HTTPStatus.SEE_OTHER)
