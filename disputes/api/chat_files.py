"""Files of the chat, for the widget on whatever site it stands.

The session of the chat comes in a header, never in an address: addresses end up in logs and histories.
"""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Header, Request, UploadFile
from starlette.responses import Response

from disputes import database
from disputes.api.schemas import ChatFileSent, errors
from disputes.chat import files, uploads
from disputes.chat import service as chat
from disputes.chat.lines import line
from disputes.edge.addresses import ip_digest
from disputes.edge.downloads import download
from disputes.edge.limits import note_upload
from disputes.edge.uploads import given_file, in_turn
from disputes.errors import Refused
from disputes.files.contents import MEDIA_TYPES

router = APIRouter(prefix="/chat/files")

BEARER: Final = "Bearer "
BINARY: Final = {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA_TYPES.values()}


class Unknown(Refused):
    """No such chat is known."""

    status = HTTPStatus.UNAUTHORIZED
    code = "session_unknown"


def chat_of(authorization: Annotated[str, Header(max_length=300)] = "") -> UUID:
    """The chat whose session was sent. Raises `Unknown`."""
    found = database.run(chat.conversation_of_session, authorization.removeprefix(BEARER))
    if found is None:
        raise Unknown(line("unknown_chat"))
    return found


type Chat = Annotated[UUID, Depends(chat_of)]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=errors((400, 401, 403, 404, 409, 413, 422, 429, 503)),
    dependencies=[Depends(in_turn)],
)
def send(
    request: Request,
    chat_id: Chat,
    file: Annotated[UploadFile, File()],
    client_id: Annotated[str, Form(min_length=1, max_length=100)],
) -> ChatFileSent:
    """Sends a photo or a document in the chat of `Authorization: Bearer <session id>`; answers with its message.

    The same `client_id` is the same file, however often it is sent.
    """
    database.run(note_upload, chat_id, ip_digest(request))
    name, content = given_file(file)
    return ChatFileSent.model_validate(uploads.upload(chat_id, name, content, client_id=client_id))


@router.get("/{file_id}", responses=errors((401, 404, 422, 503)) | {200: {"content": BINARY}}, response_class=Response)
def fetch(chat_id: Chat, file_id: UUID) -> Response:
    """A file of that chat, as a download."""
    file = database.run(files.found, chat_id, file_id)
    return download(files.content_of(file), file.file_name, MEDIA_TYPES[file.kind])


@router.get(
    "/{file_id}/preview",
    responses=errors((401, 404, 422, 503)) | {200: {"content": {"image/jpeg": BINARY["image/jpeg"]}}},
    response_class=Response,
)
def preview(chat_id: Chat, file_id: UUID) -> Response:
    """A small picture of it. 404 for a document."""
    file = database.run(files.found, chat_id, file_id)
    return download(files.preview_of(file), "preview.jpg", "image/jpeg")
