"""Who reads the page of a complaint: proved by a code for a look-up, or by the link in one of our letters."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from disputes.cases import progress, queries
from disputes.cases.progress import NotVerified
from disputes.cases.tables import Case
from disputes.edge.cookies import drop_cookie, set_cookie, signed, unsigned
from disputes.people import codes

COOKIE: Final = "disputes_status"
PATH: Final = "/status"
ASKED, PROVED, LINKED = "status asked", "status proved", "case linked"
ASKED_LASTS: Final = 15 * 60
PROVED_LASTS: Final = int(codes.VERIFIED_FOR.total_seconds())


def remember_asked(response: Response, request_id: UUID) -> None:
    """Notes in the browser which request a code is being waited for."""
    set_cookie(response, COOKIE, signed(ASKED, str(request_id)), lasts=ASKED_LASTS, path=PATH)


def remember_proved(response: Response, request_id: UUID) -> None:
    """Notes in the browser that the code of this request was right."""
    set_cookie(response, COOKIE, signed(PROVED, str(request_id)), lasts=PROVED_LASTS, path=PATH)


def remember_linked(response: Response, case: Case) -> None:
    """Notes in the browser that it came from a letter to the address on file of this case."""
    set_cookie(response, COOKIE, signed(LINKED, f"{case.id}:{case.customer_id}"), lasts=PROVED_LASTS, path=PATH)


def forget(response: Response) -> None:
    """Takes every proof away from the browser."""
    drop_cookie(response, COOKIE, path=PATH)


def asked(request: Request) -> UUID | None:
    """The request whose code is being waited for in this browser."""
    value = unsigned(ASKED, request.cookies.get(COOKIE), lasts=ASKED_LASTS)
    return UUID(value) if value else None


def proved_cases(session: Session, request: Request) -> Sequence[Case]:
    """The complaints that whoever has this browser may see and act on, newest first. Raises `NotVerified`."""
    cookie = request.cookies.get(COOKIE)
    request_id = unsigned(PROVED, cookie, lasts=PROVED_LASTS)
    if request_id:
        return progress.proved_cases(session, UUID(request_id))
    linked = unsigned(LINKED, cookie, lasts=PROVED_LASTS)
    if linked:
        case_id, _, customer_id = linked.partition(":")
        case = queries.case_by_id(session, UUID(case_id))
        if case is not None and str(case.customer_id) == customer_id:
            return [case]
    raise NotVerified


def proved_case(session: Session, request: Request, reference: str) -> Case:
    """One of them by its reference. Raises `NotVerified` for any other, whether or not it exists."""
    for case in proved_cases(session, request):
        if case.reference == reference:
            return case
    raise NotVerified
