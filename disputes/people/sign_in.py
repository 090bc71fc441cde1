"""Signing in: with a password or a one-time link, and then with a second step where it is on."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import Invalid, NotFound, TooMany
from disputes.people import attempts, audit, passwords, queries, sessions, two_step
from disputes.people.sessions import Proof, SignedIn, SignInNeeded
from disputes.people.tables import HalfSignIn, SignInLink, Staff
from disputes.people.tokens import digest_of, keyed_digest, new_token

LINK_LASTS: Final = timedelta(hours=24)
HALF_LASTS: Final = timedelta(minutes=10)
LINK_PATH: Final = "/desk/sign-in/link/{token}"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class HalfSignedIn:
    """A first proof that was right; `token` is for a cookie, until the code comes. It opens nothing by itself."""

    staff: Staff
    token: str


def sign_in(
    session: Session, email: str, password: str, *, ip_digest: str, known_device: str | None = None
) -> SignedIn | HalfSignedIn | None:
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
        audit.note_stranger(session, "sign_in.failed", about=staff)
        log.info("sign-in failed", staff_id=str(staff.id) if staff else None)
        return None
    if staff.password_hash and passwords.is_outdated(staff.password_hash):
        staff.password_hash = passwords.hashed(password)
    return _first_step(session, staff, "password")


def new_sign_in_link(session: Session, staff: Staff, *, by: Staff | None = None) -> str:
    """The path of a new link that signs this person in once, within 24 hours. Earlier links stop working."""
    at = clock.now()
    spend_links(session, staff.id)
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
    audit.note(session, "link.made", by=by, about=("staff", staff.id))
    log.info("sign-in link made", staff_id=str(staff.id))
    return LINK_PATH.format(token=token)


def spend_links(session: Session, staff_id: UUID) -> None:
    """Makes every unused link of this person worthless, and every sign-in that waits for its second step."""
    at = clock.now()
    for link in queries.unused_links(session, staff_id):
        link.used_at = at
    for half in queries.unused_halves(session, staff_id):
        half.used_at = at


def staff_for_link(session: Session, token: str) -> Staff:
    """Whose link this is, without using it up. NotFound when it was used, has ended, or never was."""
    return _usable_link(session, token, lock=False).staff


def use_sign_in_link(session: Session, token: str, *, new_password: str | None = None) -> SignedIn | HalfSignedIn:
    """Signs in with a one-time link and uses it up; may set a new password on the way, where one step is enough.

    NotFound when the link was used, has ended, or never was. Invalid (the link stays good) when the new
    password is too weak.
    """
    link = _usable_link(session, token, lock=True)
    if new_password and not two_step.is_on(session, link.staff_id):
        set_password(session, link.staff, new_password)
    link.used_at = clock.now()
    return _first_step(session, link.staff, "link")


def half_signed_in(session: Session, token: str | None) -> HalfSignIn:
    """The sign-in that waits for a code, with its `staff`. SignInNeeded when there is none (any more)."""
    found = queries.half_by_digest(session, digest_of(token)) if token else None
    if found is None or found.used_at or found.expires_at <= clock.now() or not found.staff.active:
        raise SignInNeeded("Please sign in again: the code came too late.")
    return found


def second_step(
    session: Session, token: str | None, typed: str, *, ip_digest: str, known_device: str | None = None
) -> SignedIn | None:
    """Completes a sign-in with a code; None when the code is wrong (which is noted, so commit).

    SignInNeeded when no sign-in waits for it; TooMany, Unavailable as `two_step.check`.
    """
    half = half_signed_in(session, token)
    if not two_step.check(session, half.staff, typed, ip_digest=ip_digest, known_device=known_device):
        return None
    # The row of the second step is locked by now: of two tries at once, the other sees this one used.
    session.refresh(half, ["used_at"])
    if half.used_at is not None:
        raise SignInNeeded("Please sign in again.")
    half.used_at = clock.now()
    return sessions.begin(session, half.staff, _proof(half.proved_by), second_step=True)


def set_password(session: Session, staff: Staff, password: str, *, session_id: UUID | None = None) -> None:
    """Gives a member of staff a new password; every session but this one ends, and so does every link.

    Invalid, with the reason, when it is too weak.
    """
    if fault := passwords.fault_of(password):
        raise Invalid(fault, {"password": fault})
    found = queries.staff_by_id(session, staff.id)
    if found is None:
        raise NotFound("There is no such member of staff.")
    found.password_hash = passwords.hashed(password)
    session.flush()
    sessions.end_sessions(session, found.id, found, but=session_id)
    spend_links(session, found.id)
    audit.note(session, "password.set", by=found, about=("staff", found.id))
    log.info("password set", staff_id=str(found.id))


def confirms(session: Session, staff: Staff, password: str) -> bool:
    """True when this is the password of this member of staff, for confirming who sits there; else noted, so commit.

    TooMany after ten wrong ones in a quarter of an hour.
    """
    counted = [keyed_digest("confirming", str(staff.id))]
    if attempts.too_many(session, counted):
        raise TooMany("There were too many wrong passwords. Try again in 15 minutes.")
    if passwords.matches(staff.password_hash, password):
        return True
    attempts.note(session, counted)
    audit.note_stranger(session, "sign_in.failed", about=staff, after={"signed_in": True})
    return False


def _first_step(session: Session, staff: Staff, proved_by: Proof) -> SignedIn | HalfSignedIn:
    """What a right first proof leads to: a session, or a wait for the code."""
    if not two_step.is_on(session, staff.id):
        return sessions.begin(session, staff, proved_by)
    token, at = new_token(), clock.now()
    session.add(
        HalfSignIn(
            staff=staff,
            token_digest=digest_of(token),
            proved_by=proved_by,
            created_at=at,
            expires_at=at + HALF_LASTS,
            used_at=None,
        )
    )
    session.flush()
    return HalfSignedIn(staff, token)


def _usable_link(session: Session, token: str, *, lock: bool) -> SignInLink:
    link = queries.link_by_digest(session, digest_of(token), lock=lock)
    if link is None or link.used_at or link.expires_at <= clock.now() or not link.staff.active:
        raise NotFound("This sign-in link has been used already, or it has ended. Ask for a new one.")
    return link


def _proof(proved_by: str) -> Proof:
    return "link" if proved_by == "link" else "password"


def _counted(address: str, ip_digest: str, known_device: str | None) -> list[str]:
    if known_device:
        return [keyed_digest("sign-in from device", f"{address} {known_device}")]
    return [keyed_digest("sign-in to", address), keyed_digest("sign-in from address", ip_digest)]
