"""Files of a chat at the desk: sent to the customer, looked at (which is noted), put with a complaint."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, RedirectResponse, Response

from disputes import database
from disputes.chat import files, files_to_case, uploads
from disputes.chat.tables import ChatFile
from disputes.desk.access import AtDesk, Desk
from disputes.desk.case_page import found_case
from disputes.desk.looks import note_read
from disputes.desk.pages import is_part
from disputes.edge.downloads import download
from disputes.edge.failures import Failure, error_body
from disputes.edge.uploads import given_file, in_turn
from disputes.errors import DisputesError
from disputes.files.contents import MEDIA_TYPES

router = APIRouter(prefix="/chats/{conversation_id}/files")
log = structlog.get_logger(__name__)


@router.post("", dependencies=[Depends(in_turn)])
def send(
    desk: Desk,
    conversation_id: UUID,
    file: Annotated[UploadFile, File()],
    client_id: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Sends a file to the customer; only whoever holds the chat may. Answers the composer in JSON."""
    name, content = given_file(file)
    try:
        sent = uploads.upload(conversation_id, name, content, client_id=client_id or str(uuid4()), staff=desk.staff)
    except DisputesError as fault:
        return JSONResponse(error_body(Failure(fault.status, fault.code, fault.message)), fault.status)
    return JSONResponse(sent, HTTPStatus.CREATED)


@router.get("/{file_id}")
def fetch(desk: Desk, conversation_id: UUID, file_id: UUID) -> Response:
    """A file, as a download. Who fetched it is noted."""
    file = _looked_at(desk, conversation_id, file_id)
    return download(files.content_of(file), file.file_name, MEDIA_TYPES[file.kind])


@router.get("/{file_id}/preview")
def preview(desk: Desk, conversation_id: UUID, file_id: UUID) -> Response:
    """A small picture of it, which is a look as well."""
    file = _looked_at(desk, conversation_id, file_id)
    return download(files.preview_of(file), "preview.jpg", "image/jpeg")


def _looked_at(desk: AtDesk, conversation_id: UUID, file_id: UUID) -> ChatFile:
    with database.transaction() as session:
        file = files.seen_by_staff(session, conversation_id, file_id, desk.staff)
        note_read(session, desk, conversation_id)
        return file


@router.post("/add")
def add_to_case(
    request: Request, desk: Desk, conversation_id: UUID, reference: Annotated[str, Form(max_length=40)]
) -> Response:
    """Puts what the customer has sent in this chat with a complaint of theirs."""

    def add(session: Session) -> None:
        case = found_case(session, reference)
        files_to_case.ask_by_staff(session, conversation_id, case, desk.staff)

    database.run(add)
    there = f"/desk/chats/{conversation_id}"
    return RedirectResponse(f"{there}/context" if is_part(request) else there, HTTPStatus.SEE_OTHER)
