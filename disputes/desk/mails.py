"""Mail that waits for a person: nothing matched it, somebody else sent it, or files in it were refused."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import structlog
from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import queries as case_queries
from disputes.cases import references
from disputes.cases.tables import Case
from disputes.desk import preview
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page
from disputes.desk.preview import MovedOn
from disputes.desk.preview_page import Given, preview_page
from disputes.errors import Conflict, Invalid, NotFound
from disputes.inbound import service
from disputes.inbound.matching import survivor

WHY: Final = {
    "no_case": "No open complaint has this address.",
    "other_address": "It names a complaint or answers a chat, but comes from another address than the one known there.",
    "only_sender": "A chat has written to this address, but the mail does not say that it answers it.",
    "many": "Many mails about this came today. Perhaps a program writes them.",
    "failed_check": "Our mail server doubts that it comes from this address.",
    "several_cases": "This address has several open complaints.",
    "empty": "There are no words in it.",
    "refused_files": "It is in its case. Some files of it could not be taken.",
}
NO_SUCH_CASE: Final = "There is no complaint with this reference."

router = APIRouter(prefix="/mails")
log = structlog.get_logger(__name__)


@router.get("")
def mails(request: Request, desk: Desk) -> HTMLResponse:
    """The mail, oldest first."""
    return _list(request, desk)


@router.post("/{mail_id}/assign")
def assign(
    request: Request, desk: Desk, mail_id: UUID, given: Given, reference: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Files a mail into the case with that reference; one that sends a letter there shows it first."""
    if given.wants_change:
        return _list(request, desk)
    try:
        with database.transaction() as session:
            case = _case(session, reference)
            outcome = preview.take(
                session,
                case,
                desk.staff,
                lambda session, case: service.assign_mail(session, mail_id, desk.staff, case),
                given.seen,
            )
            goes_on = survivor(session, case)
    except (Invalid, Conflict, NotFound, MovedOn) as fault:
        return _list(request, desk, notice=fault.message, status=fault.status)
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, goes_on.reference, back="/desk/mails")
    log.info("mail assigned", mail_id=str(mail_id), staff_id=str(desk.staff.id))
    return RedirectResponse(f"/desk/cases/{goes_on.reference}", HTTPStatus.SEE_OTHER)


@router.post("/{mail_id}/into-chat")
def into_chat(request: Request, desk: Desk, mail_id: UUID) -> Response:
    """Puts a mail into the chat that it may answer."""
    try:
        with database.transaction() as session:
            row = service.put_into_chat(session, mail_id, desk.staff)
    except (Conflict, NotFound) as fault:
        return _list(request, desk, notice=fault.message, status=fault.status)
    log.info("mail put into chat", mail_id=str(mail_id), staff_id=str(desk.staff.id))
    return RedirectResponse(f"/desk/chats/{row.conversation_id}", HTTPStatus.SEE_OTHER)


@router.post("/{mail_id}/dismiss")
def dismiss(request: Request, desk: Desk, mail_id: UUID) -> Response:
    """Takes a mail off the list."""
    try:
        with database.transaction() as session:
            service.dismiss_mail(session, mail_id, desk.staff)
    except (Conflict, NotFound) as fault:
        return _list(request, desk, notice=fault.message, status=fault.status)
    return RedirectResponse("/desk/mails", HTTPStatus.SEE_OTHER)


def _case(session: Session, reference: str) -> Case:
    written = references.normalise(reference)
    found = case_queries.case_by_reference(session, written) if written else None
    if found is None:
        raise Invalid(NO_SUCH_CASE, {"reference": NO_SUCH_CASE})
    return found


def _list(request: Request, desk: AtDesk, *, notice: str | None = None, status: int = HTTPStatus.OK) -> HTMLResponse:
    with database.transaction() as session:
        found = service.mails_to_read(session, desk.staff)
    values = {"mails": found, "why": WHY, "notice": notice, "most": service.MOST_SHOWN}
    return desk_page(request, desk, "desk/mails.html", values, status=status)
