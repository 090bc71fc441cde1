"""Browsers in which staff are signed in: how a session begins, who is behind one, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import DisputesError, NotFound
from disputes.people import audit, queries, visits
from disputes.people.tables import Staff, StaffSession
from disputes.people.tokens import digest_of, new_token
from disputes.settings import settings

SESSION_LASTS: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)
SESSION_COOKIE: Final = "disputes_desk"
"""The cookie that carries the token of a browser session, for pages and for the desk's sockets."""
ENDED_CHANNEL: Final = "staff_sessions_ended"
"""Told in the database, with the id of the member of staff, so that open sockets are looked at at once."""

type Proof = Literal["password", "link", "provider"]

log = structlog.get_logger(__name__)


class SignInNeeded(DisputesError):
    """Nobody is signed in here, or not any more."""

    status = 401
    code = "sign_in_needed"


class SecondStepNeeded(DisputesError):
    """This role must set up the second step of signing in before anything else."""

    status = 403
    code = "second_step_needed"


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that worked; `token` is for the cookie and is kept nowhere else."""

    staff: Staff
    token: str


def begin(session: Session, staff: Staff, proved_by: Proof, *, second_step: bool = False) -> SignedIn:
    """Begins a session with a new token: whatever cookie the browser had before is worth nothing for it."""
    token, at, visit = new_token(), clock.now(), visits.current()
    begun = StaffSession(
        staff=staff,
        token_digest=digest_of(token),
        csrf_token=new_token(),
        created_at=at,
        seen_at=at,
        expires_at=at + SESSION_LASTS,
        ended_at=None,
        proved_by=proved_by,
        second_step_at=at if second_step else None,
        browser=visit.browser,
        place=visit.place,
    )
    session.add(begun)
    session.flush()
    after = {"proved_by": proved_by, "second_step": second_step}
    audit.note(session, "sign_in.done", by=staff, about=("session", begun.id), after=after)
    log.info("signed in", staff_id=str(staff.id), by=proved_by, second_step=second_step)
    return SignedIn(staff, token)


def current_staff(session: Session, token: str | None, *, setting_up: bool = False) -> StaffSession:
    """The browser session behind a cookie, with its `staff` and `csrf_token`.

    Raises SignInNeeded for nobody, and SecondStepNeeded while the role must set up a second step and has not;
    `setting_up` is for the pages on which it does.
    """
    found = queries.session_by_digest(session, digest_of(token)) if token else None
    at = clock.now()
    if found is None or found.ended_at or found.expires_at <= at or not found.staff.active:
        raise SignInNeeded("Please sign in.")
    if at - found.seen_at > SEEN_EVERY:
        found.seen_at = at
    if not setting_up and lacks_second_step(found):
        raise SecondStepNeeded("Set up the second step of signing in first. Your role needs it.")
    return found


def staff_for_token(session: Session, token: str | None) -> Staff:
    """The member of staff whom a session cookie stands for. SignInNeeded, SecondStepNeeded."""
    return current_staff(session, token).staff


def lacks_second_step(found: StaffSession) -> bool:
    """True when the role needs a second step and the session has none; a sign-in provider asks for its own."""
    needed = found.staff.role in settings().two_step_role_names
    return needed and found.second_step_at is None and found.proved_by != "provider"


def sign_out(session: Session, token: str | None) -> None:
    """Ends the browser session; ending it again changes nothing."""
    found = queries.session_by_digest(session, digest_of(token)) if token else None
    if found and not found.ended_at:
        _end(session, [found], found.staff)


def live_sessions(session: Session, staff_id: UUID) -> Sequence[StaffSession]:
    """Where that person is signed in now, the one seen last on top."""
    return queries.live_sessions(session, staff_id, clock.now())


def end_session(session: Session, staff_id: UUID, session_id: UUID, by: Staff) -> None:
    """Ends one session of that person. NotFound when it is none of theirs; an ended one stays as it is."""
    found = queries.session_by_id(session, session_id)
    if found is None or found.staff_id != staff_id:
        raise NotFound("There is no such session.")
    if found.ended_at is None:
        _end(session, [found], by)


def end_sessions(session: Session, staff_id: UUID, by: Staff | None, *, but: UUID | None = None) -> int:
    """Ends every session of that person, all but one when it is named; returns how many."""
    found = [live for live in live_sessions(session, staff_id) if live.id != but]
    _end(session, found, by)
    return len(found)


def _end(session: Session, ended: Sequence[StaffSession], by: Staff | None) -> None:
    for one in ended:
        one.ended_at = clock.now()
        audit.note(session, "session.ended", by=by, about=("session", one.id), after={"of": str(one.staff_id)})
        tell = text("SELECT pg_notify(:channel, :staff_id)")
        session.execute(tell, {"channel": ENDED_CHANNEL, "staff_id": str(one.staff_id)})
        log.info("session ended", staff_id=str(one.staff_id))
    session.flush()
