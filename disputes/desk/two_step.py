"""The second step of signing in, on one's own account: setting it up, new recovery codes, turning it off."""

from http import HTTPStatus
from typing import Annotated

import segno
from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database, policy
from disputes.desk.access import AtDesk, SettingUp
from disputes.desk.account import NOT_THE_PASSWORD, knows_password
from disputes.desk.pages import desk_page
from disputes.edge.addresses import ip_digest
from disputes.errors import Conflict, Invalid, TooMany, Unavailable
from disputes.people import two_step

router = APIRouter(prefix="/account/two-step")

HERE = "/desk/account/two-step"

type Code = Annotated[str, Form(max_length=64)]


@router.get("")
def how_it_stands(request: Request, desk: SettingUp) -> HTMLResponse:
    """On or off, or in the middle of setting it up."""
    return _page(request, desk)


@router.post("/begin")
def begin(request: Request, desk: SettingUp, password: Annotated[str, Form()] = "") -> Response:
    """Makes a secret for an app; whoever has a password gives it first."""
    try:
        if not knows_password(desk, password):
            return _page(request, desk, {"password": NOT_THE_PASSWORD})
        with database.transaction() as session:
            two_step.begin(session, desk.staff, policy.current().shop.name)
    except (Conflict, TooMany) as fault:
        return _page(request, desk, notice=fault.message, status=fault.status)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)


@router.post("/confirm")
def confirm(request: Request, desk: SettingUp, code: Code = "") -> HTMLResponse:
    """Turns it on with a code of the app, and shows the recovery codes this once."""
    try:
        with database.transaction() as session:
            codes = two_step.confirm(session, desk.staff, code, session_id=desk.session_id)
    except Invalid as fault:
        return _page(request, desk, fault.fields)
    except Conflict as fault:
        return _page(request, desk, notice=fault.message, status=fault.status)
    return _page(request, desk, codes=codes)


@router.post("/codes")
def new_codes(request: Request, desk: SettingUp, code: Code = "") -> HTMLResponse:
    """New recovery codes in place of the old ones, shown this once."""
    try:
        with database.transaction() as session:
            right = two_step.check(session, desk.staff, code, ip_digest=ip_digest(request))
            codes = two_step.make_new_codes(session, desk.staff) if right else None
    except (Conflict, TooMany, Unavailable) as fault:
        return _page(request, desk, notice=fault.message, status=fault.status)
    return _page(request, desk, codes=codes) if codes else _page(request, desk, {"code": two_step.WRONG})


@router.post("/off")
def turn_off(request: Request, desk: SettingUp, code: Code = "") -> Response:
    """Turns it off, where the role does not need it."""
    try:
        with database.transaction() as session:
            right = two_step.check(session, desk.staff, code, ip_digest=ip_digest(request))
            if right:
                two_step.turn_off(session, desk.staff)
    except (Conflict, TooMany, Unavailable) as fault:
        return _page(request, desk, notice=fault.message, status=fault.status)
    return RedirectResponse(HERE, HTTPStatus.SEE_OTHER) if right else _page(request, desk, {"off": two_step.WRONG})


def _page(
    request: Request,
    desk: AtDesk,
    faults: dict[str, str] | None = None,
    *,
    notice: str | None = None,
    codes: list[str] | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    with database.transaction() as session:
        standing = two_step.standing(session, desk.staff)
        set_up = None if standing.is_on else two_step.resume(session, desk.staff, policy.current().shop.name)
    values = {
        "standing": standing,
        "set_up": set_up,
        "picture": segno.make(set_up.address, micro=False).svg_data_uri(scale=5, light="#fff") if set_up else None,
        "faults": faults or {},
        "notice": notice,
        "codes": codes,
    }
    status = HTTPStatus.BAD_REQUEST if faults and status == HTTPStatus.OK else status
    return desk_page(request, desk, "desk/two_step.html", values, status=status)
