"""Which web sites may do what: forms are taken from our own pages only, the chat also from the shop's."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from fastapi import Request
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from disputes.errors import Refused
from disputes.settings import settings
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "failures")

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class OpenToShops:
    """Lets scripts on the web sites of ALLOWED_ORIGINS read the answers of the addresses that the chat uses.

    No cookie is sent or taken there: whoever asks proves themselves in a header.
    """

    def __init__(self, app: ASGIApp, *, prefix: str, headers: Sequence[str]) -> None:
        self.app, self._prefix = app, prefix
        self._open = CORSMiddleware(
            app, allow_origins=settings().origins, allow_methods=["GET", "POST"], allow_headers=headers, max_age=600
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"].startswith(self._prefix)
        await (self._open if is_open else self.app)(scope, receive, send)


def from_own_pages(request: Request) -> None:
    """Refuses a form that another web site sent through the customer's browser.

    Browsers say where a request comes from in Sec-Fetch-Site, older ones in Origin. A program that says
    neither is let through: it has no cookies of anybody.
    """
    if request.method in READING:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Refused(say("other_site"))
    elif origin is not None and urlsplit(origin).netloc not in _own_hosts(request):
        raise Refused(say("other_site"))


def _own_hosts(request: Request) -> set[str]:
    return {urlsplit(settings().base_url).netloc, request.headers.get("host", "")}
