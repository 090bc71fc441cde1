"""Signing in with a password or a one-time link. These pages are open to everybody."""

from http import HTTPStatus
from secrets import token_urlsafe
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.edge.addresses import ip_digest
from disputes.edge.cookies import set_cookie, signed, unsigned
from disputes.edge.templates import page
from disputes.errors import Invalid, NotFound, TooMany
from disputes.people import service as people
from disputes.people.tokens import keyed_digest

router = APIRouter(prefix="/sign-in")

HOME: Final = "/desk"
HOME_OF_NEUTRALS: Final = "/desk/mediations"
DEVICE_COOKIE: Final = "disputes_device"
DEVICE_LASTS: Final = 90 * 24 * 3600
NO_MATCH: Final = "This e-mail address and password do not belong together."


@router.get("")
def sign_in_page(request: Request, next: str = HOME) -> HTMLResponse:
    """The sign-in form."""
    return _page(request, "", next)


@router.post("")
def sign_in(
    request: Request,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = HOME,
) -> Response:
    """Signs in with a password."""
    try:
        with database.transaction() as session:
            done = people.sign_in(
                session, email, password, ip_digest=ip_digest(request), known_device=_known_device(request, email)
            )
    except TooMany as fault:
        return _page(request, email, next, fault.message, HTTPStatus.TOO_MANY_REQUESTS)
    if done is None:
        return _page(request, email, next, NO_MATCH, HTTPStatus.BAD_REQUEST)
    return _enter(done, _own_path(next))


@router.get("/link/{token}")
def link_page(request: Request, token: str) -> HTMLResponse:
    """Whose link it is, with a button: programs that look at the links of a letter do not use it up."""
    return _link_page(request, token)


@router.post("/link/{token}")
def use_link(request: Request, token: str, new_password: Annotated[str, Form()] = "") -> Response:
    """Signs in with the link, once; sets a new password if one is given."""
    try:
        with database.transaction() as session:
            done = people.use_sign_in_link(session, token, new_password=new_password or None)
    except Invalid as fault:
        return _link_page(request, token, fault.message)
    except NotFound as fault:
        return _page(request, "", HOME, fault.message, HTTPStatus.NOT_FOUND)
    return _enter(done, HOME)


def _enter(done: people.SignedIn, path: str) -> Response:
    if done.staff.role == "mediator" and path == HOME:
        path = HOME_OF_NEUTRALS
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    set_cookie(response, people.SESSION_COOKIE, done.token, lasts=int(people.SESSION_LASTS.total_seconds()))
    device = f"{_owner_of_device(done.staff.email)} {token_urlsafe(16)}"
    set_cookie(response, DEVICE_COOKIE, signed("device", device), lasts=DEVICE_LASTS, path="/desk/sign-in")
    return response


def _known_device(request: Request, email: str) -> str | None:
    """The random name this browser got when this very e-mail signed in from it."""
    named = unsigned("device", request.cookies.get(DEVICE_COOKIE), lasts=DEVICE_LASTS) or ""
    owner, _, name = named.partition(" ")
    return name if owner == _owner_of_device(email.strip().lower()) else None


def _owner_of_device(email: str) -> str:
    return keyed_digest("owner of device", email)


def _own_path(path: str) -> str:
    """Only a page of the desk: a link must not send people elsewhere after they signed in."""
    is_own = path == HOME or path.startswith(f"{HOME}/")
    return path if is_own and "\\" not in path and path.isprintable() else HOME


def _page(
    request: Request, email: str, after: str, fault: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    return page(request, "desk/sign_in.html", {"email": email, "next": _own_path(after), "fault": fault}, status=status)


def _link_page(request: Request, token: str, fault: str | None = None) -> HTMLResponse:
    try:
        with database.transaction() as session:
            staff = people.staff_for_link(session, token)
    except NotFound as missing:
        return _page(request, "", HOME, missing.message, HTTPStatus.NOT_FOUND)
    status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
    return page(request, "desk/link.html", {"staff": staff, "token": token, "fault": fault}, status=status)
