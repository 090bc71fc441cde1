"""Who sits at the desk: every page of it asks here first."""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated

from fastapi import Depends, Request

from disputes import database
from disputes.edge.origins import READING
from disputes.errors import Refused
from disputes.people import service as people
from disputes.people.roles import AT_THE_DESK
from disputes.people.tables import Staff


@dataclass(frozen=True)
class AtDesk:
    """The member of staff who asks, and the token that the forms of this browser session carry."""

    staff: Staff
    csrf_token: str


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
    with database.transaction() as session:
        found = people.current_staff(session, request.cookies.get(people.SESSION_COOKIE))
    if request.method not in READING and not compare_digest(csrf_token.encode(), found.csrf_token.encode()):
        raise Refused("This page is out of date. Please open it again and repeat what you did.")
    return AtDesk(found.staff, found.csrf_token)


def with_role(roles: frozenset[str]) -> Callable[[AtDesk], AtDesk]:
    """A check that lets in some roles only."""

    def allowed(desk: Annotated[AtDesk, Depends(signed_in)]) -> AtDesk:
        if desk.staff.role not in roles:
            raise Refused("This part of the desk is for agents and managers.")
        return desk

    return allowed


at_the_desk = with_role(AT_THE_DESK)

type SignedIn = Annotated[AtDesk, Depends(signed_in)]
type Desk = Annotated[AtDesk, Depends(at_the_desk)]
