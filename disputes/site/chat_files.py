"""A file of a chat by its short-lived address, for widgets that know no other way to ask for one."""

from fastapi import APIRouter
from starlette.responses import Response

from disputes import database
from disputes.chat import file_links, files
from disputes.edge.downloads import download
from disputes.errors import NotFound
from disputes.files.contents import MEDIA_TYPES
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "page")

router = APIRouter(include_in_schema=False)


@router.get("/chat/files/{token}")
def fetch(token: str) -> Response:
    """The file, as a download; a picture may also be shown by the page that the chat stands on."""
    link = file_links.read(token)
    if link is None:
        raise NotFound(say("link_over"))
    file = database.run(files.found, *link)
    answer = download(files.content_of(file), file.file_name, MEDIA_TYPES[file.kind])
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
