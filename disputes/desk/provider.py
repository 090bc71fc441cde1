"""Signing in with the shop's own sign-in provider. Open to everybody, and not there where none is set."""

import json
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from disputes import database, jobs
from disputes.administration import leaving
from disputes.desk.sign_in import DOOR, HOME, door, enter, own_path
from disputes.edge.cookies import drop_cookie, set_cookie, signed, unsigned
from disputes.errors import NotFound, Refused
from disputes.people import oidc, provider
from disputes.people.oidc import Begun, NotProved, Provider, ProviderAway
from disputes.settings import settings

router = APIRouter(prefix="/sign-in/provider")
log = structlog.get_logger(__name__)

COOKIE: Final = "disputes_provider"
LASTS: Final = 600
NOT_THERE: Final = "You did not sign in at the provider. Begin again, or use your password."
TOO_LATE: Final = "This sign-in took too long, or was begun in another browser. Please begin it again."


@router.get("")
def begin(request: Request, next: str = HOME) -> Response:
    """Sends the browser to the provider; what only this browser may bring back is in a cookie of it."""
    try:
        begun = _provider().begin(_callback())
    except ProviderAway as away:
        log.warning("provider away", reason=away.reason)
        return door(request, "", next, away.message, HTTPStatus.SERVICE_UNAVAILABLE)
    kept = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": own_path(next)}
    response = RedirectResponse(begun.address, HTTPStatus.SEE_OTHER)
    set_cookie(response, COOKIE, signed("provider", json.dumps(kept)), lasts=LASTS, path=DOOR)
    return response


@router.get("/callback")
def come_back(request: Request, code: str = "", state: str = "", error: str = "", iss: str = "") -> Response:
    """Lets in whoever the provider has signed in, if they work here."""
    chosen, kept = _provider(), _kept(request)
    if kept is None:
        return _refuse(request, HOME, TOO_LATE, HTTPStatus.BAD_REQUEST)
    after = own_path(str(kept["next"]))
    if error or not code or (iss and iss != chosen.issuer):
        return _refuse(request, after, NOT_THERE, HTTPStatus.BAD_REQUEST)
    begun = Begun("", str(kept["state"]), str(kept["nonce"]), str(kept["verifier"]))
    try:
        identity = chosen.complete(begun, code=code, state=state, redirect_uri=_callback())
        with database.transaction() as session:
            found = provider.sign_in_by_provider(session, identity)
            if found is not None and found.role_before is not None:
                jobs.defer(session, leaving.PASS_ON, staff_id=str(found.done.staff.id))
    except (NotProved, ProviderAway) as fault:
        log.warning("sign-in with the provider failed", reason=fault.reason)
        return _refuse(request, after, fault.message, fault.status)
    except Refused as fault:
        return _refuse(request, after, fault.message, fault.status)
    if found is None:
        return _refuse(request, after, provider.UNKNOWN, HTTPStatus.FORBIDDEN)
    response = enter(request, found.done, after)
    drop_cookie(response, COOKIE, path=DOOR)
    return response


def _provider() -> Provider:
    found = oidc.current()
    if found is None:
        raise NotFound("There is no sign-in provider here.")
    return found


def _callback() -> str:
    return f"{settings().base_url}{oidc.CALLBACK}"


def _kept(request: Request) -> dict[str, Any] | None:
    """What this browser took along; None when it is not this browser, or too late."""
    text = unsigned("provider", request.cookies.get(COOKIE), lasts=LASTS)
    return json.loads(text) if text else None


def _refuse(request: Request, after: str, sentence: str, status: int) -> Response:
    response = door(request, "", after, sentence, status)
    drop_cookie(response, COOKIE, path=DOOR)
    return response
