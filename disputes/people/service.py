"""Staff: who they are, and how they prove it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import Conflict, DisputesError, Invalid, NotFound, TooMany
from disputes.people import attempts, passwords, queries
from disputes.people.roles import ROLES
from disputes.people.tables import SignInLink, Staff, StaffSession
from disputes.people.tokens import digest_of, keyed_digest, new_token

SESSION_LASTS: Final = timedelta(hours=12)
LINK_LASTS: Final = timedelta(hours=24)
SEEN_EVERY: Final = timedelta(minutes=1)
SESSION_COOKIE: Final = "disputes_desk"
"""The cookie that carries the token of a browser session, for pages and for the desk's sockets."""
LINK_PATH: Final = "/desk/sign-in/link/{token}"

log = structlog.get_logger(__name__)


class SignInNeeded(DisputesError):
    """Nobody is signed in here, or not any more."""

    status = 401
    code = "sign_in_needed"


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that worked; `token` is for the cookie and is kept nowhere else."""

    staff: Staff
    token: str


def add_staff(session: Session, email: str, name: str, role: str) -> Staff:
    """Adds somebody, still without password. Invalid: a faulty value; Conflict: the address is taken."""
    name = " ".join(name.split())
    faults = {}
    if role not in ROLES:
        faults["role"] = f"The role is one of {', '.join(ROLES)}."
    if not name:
        faults["name"] = "Enter the name that customers will read."
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        faults["email"] = "Enter an e-mail address, like name@example.com."
    if faults:
        raise Invalid(" ".join(faults.values()), faults)
    if queries.staff_by_email(session, address):
        raise Conflict("There already is a member of staff with this e-mail address.")
    staff = Staff(
        email=address,
        name=name,
        role=role,
        active=True,
        chat_limit=5,
        created_at=clock.now(),
        password_hash=None,
    )
    session.add(staff)
    session.flush()
    log.info("staff added", staff_id=str(staff.id), role=role)
    return staff


def staff_with_email(session: Session, email: str) -> Staff:
    """The member of staff with this address. NotFound."""
    staff = queries.staff_by_email(session, email.strip().lower())
    if staff is None:
        raise NotFound("There is no member of staff with this e-mail address.")
    return staff


def set_password(session: Session, staff: Staff, password: str) -> None:
    """Gives a member of staff a new password. Invalid, with the reason, when it is too weak."""
    if fault := passwords.fault_of(password):
        raise Invalid(fault, {"password": fault})
    found = queries.staff_by_id(session, staff.id)
    if found is None:
        raise NotFound("There is no such member of staff.")
    found.password_hash = passwords.hashed(password)
    session.flush()
    log.info("password set", staff_id=str(found.id))


def has_password(staff: Staff, password: str) -> bool:
    """True when this is the password of this member of staff, for confirming who sits there."""
    return passwords.matches(staff.password_hash, password)


def sign_in(
    session: Session, email: str, password: str, *, ip_digest: str, known_device: str | None = None
) -> SignedIn | None:
    """Signs in with a password; None when e-mail and password do not match (which is noted, so commit).

    TooMany: ten failures in a quarter of an hour from this address or for this e-mail. `known_device` is the
    random name of a browser in which this very e-mail signed in before: it has ten tries of its own, so that
    strangers who guess cannot keep the owner out. Takes as long for an e-mail nobody has.
    """
    address = email.strip().lower()
    counted = _counted(address, ip_digest, known_device)
    if attempts.too_many(session, counted):
        raise TooMany("There were too many attempts. Try again in 15 minutes, or use a one-time sign-in link.")
    staff = queries.staff_by_email(session, address)
    is_right = passwords.matches(staff.password_hash if staff else None, password)
    if staff is None or not staff.active or not is_right:
        attempts.note(session, counted)
        log.info("sign-in failed", staff_id=str(staff.id) if staff else None)
        return None
    if staff.password_hash and passwords.is_outdated(staff.password_hash):
        staff.password_hash = passwords.hashed(password)
    log.info("signed in", staff_id=str(staff.id), by="password")
    return _begin_session(session, staff)


def new_sign_in_link(session: Session, staff: Staff) -> str:
    """The path of a new link that signs this person in once, within 24 hours. Earlier links stop working."""
    at = clock.now()
    for earlier in queries.unused_links(session, staff.id):
        earlier.used_at = at
    token = new_token()
    session.add(
        SignInLink(
            staff_id=staff.id,
            token_digest=digest_of(token),
            created_at=at,
            expires_at=at + LINK_LASTS,
            used_at=None,
        )
    )
    session.flush()
    log.info("sign-in link made", staff_id=str(staff.id))
    return LINK_PATH.format(token=token)


def staff_for_link(session: Session, token: str) -> Staff:
    """Whose link this is, without using it up. NotFound when it was used, has ended, or never was."""
    return _usable_link(session, token, lock=False).staff


def use_sign_in_link(session: Session, token: str, *, new_password: str | None = None) -> SignedIn:
    """Signs in with a one-time link and uses it up; may set a new password on the way.

    NotFound when the link was used, has ended, or never was. Invalid (the link stays good) when the new
    password is too weak.
    """
    link = _usable_link(session, token, lock=True)
    if new_password:
        set_password(session, link.staff, new_password)
    link.used_at = clock.now()
    log.info("signed in", staff_id=str(link.staff_id), by="link")
    return _begin_session(session, link.staff)


def current_staff(session: Session, token: str | None) -> StaffSession:
    """The browser session behind a cookie, with its `staff` and `csrf_token`. SignInNeeded otherwise."""
    found = queries.session_by_digest(session, digest_of(token)) if token else None
    at = clock.now()
    if found is None or found.ended_at or found.expires_at <= at or not found.staff.active:
        raise SignInNeeded("Please sign in.")
    if at - found.seen_at > SEEN_EVERY:
        found.seen_at = at
    return found


def staff_for_token(session: Session, token: str | None) -> Staff:
    """The member of staff whom a session cookie stands for. SignInNeeded otherwise."""
    return current_staff(session, token).staff


def sign_out(session: Session, token: str | None) -> None:
    """Ends the browser session; ending it again changes nothing."""
    found = queries.session_by_digest(session, digest_of(token)) if token else None
    if found and not found.ended_at:
        found.ended_at = clock.now()
        log.info("signed out", staff_id=str(found.staff_id))


def _usable_link(session: Session, token: str, *, lock: bool) -> SignInLink:
    link = queries.link_by_digest(session, digest_of(token), lock=lock)
    if link is None or link.used_at or link.expires_at <= clock.now() or not link.staff.active:
        raise NotFound("This sign-in link has been used already, or it has ended. Ask for a new one.")
    return link


def _begin_session(session: Session, staff: Staff) -> SignedIn:
    token, at = new_token(), clock.now()
    session.add(
        StaffSession(
            staff=staff,
            token_digest=digest_of(token),
            csrf_token=new_token(),
            created_at=at,
            seen_at=at,
            expires_at=at + SESSION_LASTS,
            ended_at=None,
        )
    )
    session.flush()
    return SignedIn(staff, token)


def _counted(address: str, ip_digest: str, known_device: str | None) -> list[str]:
    if known_device:
        return [keyed_digest("sign-in from device", f"{address} {known_device}")]
    return [keyed_digest("sign-in to", address), keyed_digest("sign-in from address", ip_digest)]
