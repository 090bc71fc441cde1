"""Beside a conversation: how its customer can be reached, a copy of it by mail, and whether it has helped."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.chat import reach, transcript
from disputes.desk.access import AtDesk, Desk
from disputes.desk.looks import note_read
from disputes.desk.pages import desk_page, is_part
from disputes.errors import Invalid, TooMany

LETTERS: Final = {
    "chat_reply": "Replies that were not seen",
    "chat_received": "That their mail has come",
    "chat_not_helped": "What else there is",
    "chat_transcript": "A copy of the chat",
}
STATES: Final = {"pending": "on its way", "sent": "sent", "failed": "did not arrive", "skipped": "not sent"}
NO_ADDRESS: Final = "No e-mail address of this customer is known. Type the one they told you."

router = APIRouter()
log = structlog.get_logger(__name__)


@router.get("/chats/{conversation_id}/reach")
def show(request: Request, desk: Desk, conversation_id: UUID) -> HTMLResponse:
    """The part by itself, for the page to load and renew."""
    return _part(request, desk, conversation_id)


@router.post("/chats/{conversation_id}/transcript")
def send_copy(
    request: Request, desk: Desk, conversation_id: UUID, email: Annotated[str, Form(max_length=254)] = ""
) -> Response:
    """Mails the customer a copy of the chat, to the address that is known or to the one they have told."""
    try:
        with database.transaction() as session:
            sent = transcript.send(session, conversation_id, email, staff=desk.staff)
            note_read(session, desk, conversation_id)
    except transcript.AddressNeeded as fault:
        return _part(request, desk, conversation_id, notice=NO_ADDRESS, status=fault.status)
    except (Invalid, TooMany) as fault:
        return _part(request, desk, conversation_id, notice=fault.message, status=fault.status)
    log.info("chat.copy_sent", conversation_id=str(conversation_id), staff_id=str(desk.staff.id))
    if is_part(request):
        return _part(request, desk, conversation_id, said=f"A copy is on its way to {sent.masked}.")
    return RedirectResponse(f"/desk/chats/{conversation_id}", HTTPStatus.SEE_OTHER)


def _part(
    request: Request,
    desk: AtDesk,
    conversation_id: UUID,
    *,
    notice: str | None = None,
    said: str | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    with database.transaction() as session:
        found = reach.reach_of(session, conversation_id)
        note_read(session, desk, conversation_id)
    values = {
        "chat_id": conversation_id,
        "reach": found,
        "letters": LETTERS,
        "states": STATES,
        "notice": notice,
        "said": said,
    }
    return desk_page(request, desk, "desk/chat_reach.html", values, status=status)
