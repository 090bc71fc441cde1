"""Letters with a secret in them: the code for the status of a complaint, the link to the desk.

The secret is made when the letter leaves and exists nowhere but in it; the stored copy shows dots instead.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries as case_queries
from disputes.notifications import letters, queries, service
from disputes.notifications.service import Draft
from disputes.people import codes
from disputes.people import service as people
from disputes.people.tables import Staff, StatusRequest
from disputes.settings import settings

HIDDEN: Final = "••••••"
SIGN_IN_HOURS: Final = people.LINK_LASTS // timedelta(hours=1)

log = structlog.get_logger(__name__)


def draft_status_code(session: Session, request_id: UUID) -> Draft | None:
    """The letter with a fresh code for a request, when it matches a complaint and the limits leave room.

    None when nothing is to be sent: no match, sent already, out of date, or over a limit. It goes to the address
    on file, which is the one that was typed, else there is no match.
    """
    request = session.get(StatusRequest, request_id, with_for_update=True)
    if request is None or request.lookup is None or request.code_sent_at is not None:
        return None
    if request.verified_at is not None:
        _note_arrived(session, request)
        return None
    if request.code_expires_at is None or clock.now() >= request.code_expires_at:
        _give_up(session, request)
        return None
    cases = case_queries.cases_for_status(session, request.lookup, request.email)
    if not cases:
        return None
    if not codes.may_send(session, request):
        log.info("status_code.over_limit", request_id=str(request.id))
        return None
    code, until = codes.issue(session, request), request.code_expires_at
    row = service.add(
        session,
        letters.status_code(HIDDEN, until, policy.current(), settings().base_url),
        kind="status_code",
        dedupe_key=f"status_code:{request.id}",
        recipient=cases[0].customer.email,
        queue=False,
    )
    letter = letters.status_code(code, until, policy.current(), settings().base_url)
    return service.begin_try(session, row.id, letter=letter)


def note_code_sent(session: Session, request_id: UUID, notification_id: UUID) -> None:
    """Notes that the code has left; from now on it counts towards the limits."""
    session.get_one(StatusRequest, request_id, with_for_update=True).code_sent_at = clock.now()
    service.note_sent(session, notification_id)


def draft_sign_in_link(session: Session, staff_id: UUID, cause: str) -> Draft | None:
    """The letter with a fresh link to the desk; `cause` names the wish, so that one wish sends one letter."""
    staff = session.get(Staff, staff_id)
    if staff is None or not staff.active:
        return None
    base_url, shop_policy = settings().base_url, policy.current()
    row = service.add(
        session,
        letters.sign_in_link(staff.name, HIDDEN, SIGN_IN_HOURS, shop_policy, base_url),
        kind="sign_in_link",
        dedupe_key=f"sign_in_link:{staff.id}:{cause}",
        recipient=staff.email,
        queue=False,
    )
    if row.state != "pending":
        return None
    link = f"{base_url}{people.new_sign_in_link(session, staff)}"
    letter = letters.sign_in_link(staff.name, link, SIGN_IN_HOURS, shop_policy, base_url)
    return service.begin_try(session, row.id, letter=letter)


def _note_arrived(session: Session, request: StatusRequest) -> None:
    """A code that was entered has left, although whoever sent it died before noting so."""
    row = queries.notification_of_key(session, f"status_code:{request.id}")
    if row is not None and row.state == "pending":
        note_code_sent(session, request.id, row.id)


def _give_up(session: Session, request: StatusRequest) -> None:
    """A code that could not be mailed in time is a failed letter, for staff to see."""
    row = queries.notification_of_key(session, f"status_code:{request.id}")
    if row is not None:
        service.note_trouble(session, row.id, row.last_error or "out of date before it could be sent", final=True)
