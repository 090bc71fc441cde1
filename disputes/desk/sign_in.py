"""Signing in with a password or a one-time link, and a code where it is on. These pages are open to everybody."""

from http import HTTPStatus
from secrets import token_urlsafe
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.edge.addresses import ip_digest
from disputes.edge.cookies import drop_cookie, set_cookie, signed, unsigned
from disputes.edge.templates import page
from disputes.errors import Invalid, NotFound, TooMany, Unavailable
from disputes.people import service as people
from disputes.people import two_step
from disputes.people.tokens import keyed_digest

router = APIRouter(prefix="/sign-in")

DOOR: Final = "/desk/sign-in"
HOME: Final = "/desk"
HOME_OF_NEUTRALS: Final = "/desk/mediations"
DEVICE_COOKIE: Final = "disputes_device"
DEVICE_LASTS: Final = 90 * 24 * 3600
HALF_COOKIE: Final = "disputes_half"
NO_MATCH: Final = "This e-mail address and password do not belong together."


@router.get("")
def sign_in_page(request: Request, next: str = HOME) -> HTMLResponse:
    """The sign-in form."""
    return door(request, "", next)


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
        return door(request, email, next, fault.message, HTTPStatus.TOO_MANY_REQUESTS)
    if done is None:
        return door(request, email, next, NO_MATCH, HTTPStatus.BAD_REQUEST)
    return _go_on(request, done, own_path(next))


@router.get("/code")
def code_page(request: Request, next: str = HOME) -> HTMLResponse:
    """Asks for the code of the second step; whoever has not given the first proof is sent back to the door."""
    return _code_page(request, next)


@router.post("/code")
def give_code(request: Request, code: Annotated[str, Form()] = "", next: Annotated[str, Form()] = HOME) -> Response:
    """Completes the sign-in with a code of the app or a recovery code."""
    token = request.cookies.get(HALF_COOKIE)
    try:
        with database.transaction() as session:
            email = people.half_signed_in(session, token).staff.email
            done = people.second_step(
                session, token, code[:64], ip_digest=ip_digest(request), known_device=_known_device(request, email)
            )
    except (TooMany, Unavailable) as fault:
        return _code_page(request, next, fault.message, fault.status)
    if done is None:
        return _code_page(request, next, two_step.WRONG, HTTPStatus.BAD_REQUEST)
    return enter(request, done, own_path(next))


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
        return door(request, "", HOME, fault.message, HTTPStatus.NOT_FOUND)
    return _go_on(request, done, HOME)


def enter(request: Request, done: people.SignedIn, path: str) -> Response:
    """Lets somebody in: a new cookie, and the session that this browser had before ends."""
    with database.transaction() as session:
        people.sign_out(session, request.cookies.get(people.SESSION_COOKIE))
    if done.staff.role == "mediator" and path == HOME:
        path = HOME_OF_NEUTRALS
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    set_cookie(response, people.SESSION_COOKIE, done.token, lasts=int(people.SESSION_LASTS.total_seconds()))
    device = f"{_owner_of_device(done.staff.email)} {token_urlsafe(16)}"
    set_cookie(response, DEVICE_COOKIE, signed("device", device), lasts=DEVICE_LASTS, path=DOOR)
    drop_cookie(response, HALF_COOKIE, path=DOOR)
    return response


def door(
    request: Request, email: str, after: str, fault: str | None = None, status: int = HTTPStatus.OK
) -> HTMLResponse:
    """The sign-in form, with what went wrong."""
    return page(request, "desk/sign_in.html", {"email": email, "next": own_path(after), "fault": fault}, status=status)


def own_path(path: str) -> str:
    """Only a page of the desk: a link must not send people elsewhere after they signed in."""
    is_own = path == HOME or path.startswith(f"{HOME}/")
    return path if is_own and "\\" not in path and path.isprintable() else HOME


def _go_on(request: Request, done: people.SignedIn | people.HalfSignedIn, path: str) -> Response:
    """In, or on to the code."""
    if isinstance(done, people.SignedIn):
        return enter(request, done, path)
    response = RedirectResponse(f"{DOOR}/code?{urlencode({'next': path})}", HTTPStatus.SEE_OTHER)
    set_cookie(response, HALF_COOKIE, done.token, lasts=int(people.HALF_LASTS.total_seconds()), path=DOOR)
    return response


def _known_device(request: Request, email: str) -> str | None:
    """The random name this browser got when this very e-mail signed in from it."""
    named = unsigned("device", request.cookies.get(DEVICE_COOKIE), lasts=DEVICE_LASTS) or ""
    owner, _, name = named.partition(" ")
    return name if owner == _owner_of_device(email.strip().lower()) else None


def _owner_of_device(email: str) -> str:
    return keyed_digest("owner of device", email)


def _code_page(request: Request, after: str, fault: str | None = None, status: int = HTTPStatus.OK) -> HTMLResponse:
    with database.transaction() as session:
        staff = people.half_signed_in(session, request.cookies.get(HALF_COOKIE)).staff
    values = {"name": staff.name, "next": own_path(after), "fault": fault}
    return page(request, "desk/code.html", values, status=status)


def _link_page(request: Request, token: str, fault: str | None = None) -> HTMLResponse:
    try:
        with database.transaction() as session:
            staff = people.staff_for_link(session, token)
            asks_code = two_step.is_on(session, staff.id)
    except NotFound as missing:
        return door(request, "", HOME, missing.message, HTTPStatus.NOT_FOUND)
    status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
    values = {"staff": staff, "token": token, "fault": fault, "asks_code": asks_code}
    return page(request, "desk/link.html", values, status=status)
