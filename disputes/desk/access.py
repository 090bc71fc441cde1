"""Who sits at the desk: every page of it asks here first."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from disputes import database
from disputes.edge.origins import READING
from disputes.errors import Refused
from disputes.people import service as people
from disputes.people.roles import ADMINS, AT_THE_DESK, MANAGING
from disputes.people.tables import Staff


@dataclass(frozen=True)
class AtDesk:
    """The member of staff who asks, their browser session, and the token that the forms of it carry."""

    staff: Staff
    csrf_token: str
    session_id: UUID


async def given_csrf_token(request: Request) -> str:
    """The token that came with a form or in a header; "" without one."""
    if request.method in READING:
        return ""
    in_header = request.headers.get("x-csrf-token")
    if in_header is not None:
        return in_header
    value = (await request.form()).get("csrf_token")
    return value if isinstance(value, str) else ""


def signed_in(request: Request, csrf_token: Annotated[str, Depends(given_csrf_token)]) -> AtDesk:
    """The member of staff behind the request. SignInNeeded for nobody, Refused for a form that is not ours."""
    return _signed_in(request, csrf_token, setting_up=False)


def setting_up(request: Request, csrf_token: Annotated[str, Depends(given_csrf_token)]) -> AtDesk:
    """The same on the few pages that are open before a second step that the role needs has been set up."""
    return _signed_in(request, csrf_token, setting_up=True)


def _signed_in(request: Request, csrf_token: str, *, setting_up: bool) -> AtDesk:
    with database.transaction() as session:
        token = request.cookies.get(people.SESSION_COOKIE)
        found = people.current_staff(session, token, setting_up=setting_up)
    if request.method not in READING and not compare_digest(csrf_token.encode(), found.csrf_token.encode()):
        raise Refused("This page is out of date. Please open it again and repeat what you did.")
    return AtDesk(found.staff, found.csrf_token, found.id)


def with_role(roles: frozenset[str], who: str = "agents and managers") -> Callable[[AtDesk], AtDesk]:
    """A check that lets in some roles only."""

    def allowed(desk: Annotated[AtDesk, Depends(signed_in)]) -> AtDesk:
        if desk.staff.role not in roles:
            raise Refused(f"This part of the desk is for {who}.")
        return desk

    return allowed


at_the_desk = with_role(AT_THE_DESK)
managing = with_role(MANAGING, "managers and administrators")
administering = with_role(ADMINS, "administrators")

type SignedIn = Annotated[AtDesk, Depends(signed_in)]
type SettingUp = Annotated[AtDesk, Depends(setting_up)]
type Desk = Annotated[AtDesk, Depends(at_the_desk)]
type Managing = Annotated[AtDesk, Depends(managing)]
type Administering = Annotated[AtDesk, Depends(administering)]
