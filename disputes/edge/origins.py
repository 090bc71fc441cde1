"""Forms are taken from our own pages only."""

from urllib.parse import urlsplit

from fastapi import Request

from disputes.errors import Refused
from disputes.settings import settings

READING = frozenset({"GET", "HEAD", "OPTIONS"})


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
            raise Refused("This form was sent from another web site. Please open it here and send it again.")
    elif origin is not None and urlsplit(origin).netloc not in _own_hosts(request):
        raise Refused("This form was sent from another web site. Please open it here and send it again.")


def _own_hosts(request: Request) -> set[str]:
    return {urlsplit(settings().base_url).netloc, request.headers.get("host", "")}
