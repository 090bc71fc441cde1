"""One's own account: the password, and the way out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.desk.access import AtDesk, SignedIn
from disputes.desk.pages import desk_page
from disputes.edge.cookies import drop_cookie
from disputes.errors import Invalid
from disputes.people import service as people

router = APIRouter()


@router.get("/account")
def account(request: Request, desk: SignedIn) -> HTMLResponse:
    """Who I am here, and a form for a new password."""
    return _page(request, desk)


@router.post("/account/password")
def change_password(
    request: Request,
    desk: SignedIn,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Changes the password of whoever knows the current one, or has none yet."""
    if desk.staff.password_hash and not people.has_password(desk.staff, current):
        return _page(request, desk, {"current": "This is not your current password."})
    try:
        with database.transaction() as session:
            people.set_password(session, desk.staff, password)
    except Invalid as fault:
        return _page(request, desk, fault.fields)
    return _page(request, desk, done=True)


@router.post("/sign-out")
def sign_out(request: Request, _desk: SignedIn) -> Response:
    """Ends the session in this browser."""
    with database.transaction() as session:
        people.sign_out(session, request.cookies.get(people.SESSION_COOKIE))
    response = RedirectResponse("/desk/sign-in", HTTPStatus.SEE_OTHER)
    drop_cookie(response, people.SESSION_COOKIE)
    return response


def _page(request: Request, desk: AtDesk, faults: dict[str, str] | None = None, *, done: bool = False) -> HTMLResponse:
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return desk_page(request, desk, "desk/account.html", {"faults": faults or {}, "done": done}, status=status)
