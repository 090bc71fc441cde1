"""One's own account: the password, where one is signed in, and the way out."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.desk.access import AtDesk, SettingUp, SignedIn, signed_in
from disputes.desk.pages import desk_page
from disputes.edge.cookies import drop_cookie
from disputes.errors import Invalid, TooMany
from disputes.people import service as people
from disputes.people import two_step

router = APIRouter(dependencies=[Depends(signed_in)])
always = APIRouter()
"""What is open before a second step that the role needs has been set up."""

HERE = "/desk/account"
NOT_THE_PASSWORD = "This is not your current password."  # noqa: S105


@router.get("/account")
def account(request: Request, desk: SignedIn) -> HTMLResponse:
    """Who I am here, where I am signed in, and a form for a new password."""
    return _page(request, desk)


@router.post("/account/password")
def change_password(
    request: Request,
    desk: SignedIn,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Changes the password of whoever knows the current one, or has none yet; other sessions end."""
    try:
        if not knows_password(desk, current):
            return _page(request, desk, {"current": NOT_THE_PASSWORD})
        with database.transaction() as session:
            people.set_password(session, desk.staff, password, session_id=desk.session_id)
    except TooMany as fault:
        return _page(request, desk, {"current": fault.message})
    except Invalid as fault:
        return _page(request, desk, fault.fields)
    return _page(request, desk, done="Your password has been changed. You are signed out everywhere else.")


@router.post("/account/sessions/{session_id}/end")
def end_session(desk: SignedIn, session_id: UUID) -> Response:
    """Signs me out in one other browser."""
    with database.transaction() as session:
        people.end_session(session, desk.staff.id, session_id, desk.staff)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post("/account/sessions/end-others")
def end_other_sessions(desk: SignedIn) -> Response:
    """Signs me out everywhere but here."""
    with database.transaction() as session:
        people.end_sessions(session, desk.staff.id, desk.staff, but=desk.session_id)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@always.post("/sign-out")
def sign_out(request: Request, _desk: SettingUp) -> Response:
    """Ends the session in this browser."""
    with database.transaction() as session:
        people.sign_out(session, request.cookies.get(people.SESSION_COOKIE))
    response = RedirectResponse("/desk/sign-in", HTTPStatus.SEE_OTHER)
    drop_cookie(response, people.SESSION_COOKIE)
    return response


def knows_password(desk: AtDesk, typed: str) -> bool:
    """True when whoever sits there types the password of the account, or it has none. TooMany."""
    if not desk.staff.password_hash:
        return True
    with database.transaction() as session:
        return people.confirms(session, desk.staff, typed)


def _page(
    request: Request, desk: AtDesk, faults: dict[str, str] | None = None, *, done: str | None = None
) -> HTMLResponse:
    with database.transaction() as session:
        values = {
            "faults": faults or {},
            "done": done,
            "has_password": bool(people.staff_with_id(session, desk.staff.id).password_hash),
            "sessions": people.live_sessions(session, desk.staff.id),
            "here": desk.session_id,
            "two_step": two_step.standing(session, desk.staff),
        }
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return desk_page(request, desk, "desk/account.html", values, status=status)
