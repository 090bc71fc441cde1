"""Pages of the desk: what all of them show around their own part."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from disputes.desk.access import AtDesk
from disputes.desk.stages import STAGES
from disputes.edge.templates import page
from disputes.people.roles import AT_THE_DESK, LABELS


def desk_page(
    request: Request, desk: AtDesk, template: str, values: Mapping[str, Any] | None = None, *, status: int = 200
) -> HTMLResponse:
    """A page of the desk, with whoever is signed in and the token that its forms need.

    A template that extends `frame` is a page by itself, or what a panel of another page has asked for.
    """
    around = {
        "frame": "desk/work.html" if is_part(request) else "desk/layout.html",
        "staff": desk.staff,
        "role": LABELS[desk.staff.role],
        "at_the_desk": desk.staff.role in AT_THE_DESK,
        "csrf_token": desk.csrf_token,
        "stages": STAGES,
    }
    return page(request, template, {**around, **(values or {})}, status=status)


def is_part(request: Request) -> bool:
    """True when a script of the page asks for a part of it (htmx), not a browser for the whole."""
    return "hx-request" in request.headers
