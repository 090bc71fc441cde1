"""The second step of signing in: a code from an authenticator app (TOTP, RFC 6238), or a recovery code.

The app's secret is kept encrypted, recovery codes as digests; both are shown once, when they are made.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID, uuid4

import pyotp
import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import Conflict, Invalid, TooMany, Unavailable
from disputes.people import attempts, audit, queries, secret_box, sessions
from disputes.people.tables import HalfSignIn, RecoveryCode, SecondStep, Staff
from disputes.people.tokens import keyed_digest
from disputes.settings import settings

DIGITS: Final = 6
PERIOD: Final = timedelta(seconds=30)
CODES: Final = 10
CODE_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH: Final = 12
SET_UP_WITHIN: Final = timedelta(minutes=30)
WRONG: Final = "This code is not right, or it has been used. Wait for the next one."
_PURPOSE: Final = "second step"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SetUp:
    """What an authenticator app needs; shown once, while it is set up. `address` is for the QR code."""

    secret: str
    address: str


@dataclass(frozen=True)
class TwoStep:
    """How somebody stands: on or not, whether their role needs it, and how many recovery codes are left."""

    is_on: bool
    is_needed: bool
    codes_left: int


def standing(session: Session, staff: Staff) -> TwoStep:
    """How this person stands."""
    found = queries.second_step(session, staff.id)
    is_on = found is not None and found.confirmed_at is not None
    codes = len(queries.unused_codes(session, staff.id)) if is_on else 0
    return TwoStep(is_on, staff.role in settings().two_step_role_names, codes)


def is_on(session: Session, staff_id: UUID) -> bool:
    """True when this person is asked for a code."""
    found = queries.second_step(session, staff_id)
    return found is not None and found.confirmed_at is not None


def begin(session: Session, staff: Staff, shop: str) -> SetUp:
    """Makes the secret for an app; nothing is asked for before `confirm`. Conflict when there is one already."""
    found = queries.second_step(session, staff.id, lock=True)
    if found is not None and found.confirmed_at is not None:
        raise Conflict("The second step is on already. Turn it off first to set up another app.")
    secret = pyotp.random_base32()
    sealed = secret_box.seal(_PURPOSE, staff.id, secret)
    if found is None:
        found = SecondStep(staff_id=staff.id, last_step=0, created_at=clock.now(), secret=sealed, confirmed_at=None)
        session.add(found)
    found.secret, found.created_at, found.last_step = sealed, clock.now(), 0
    session.flush()
    return _set_up(secret, staff, shop)


def resume(session: Session, staff: Staff, shop: str) -> SetUp | None:
    """The set-up that this person has begun within half an hour and not confirmed."""
    found = queries.second_step(session, staff.id)
    if found is None or found.confirmed_at is not None or clock.now() - found.created_at > SET_UP_WITHIN:
        return None
    return _set_up(_secret_of(found), staff, shop)


def confirm(session: Session, staff: Staff, typed: str, *, session_id: UUID) -> list[str]:
    """Turns the second step on when the app shows the right code; returns the recovery codes, to be shown once.

    Ends the other sessions of this person, which came about without it. Raises `Invalid` for a wrong code.
    """
    found = queries.second_step(session, staff.id, lock=True)
    if found is None or found.confirmed_at is not None or clock.now() - found.created_at > SET_UP_WITHIN:
        raise Conflict("This set-up has ended. Please begin again.")
    if not _takes(found, typed):
        raise Invalid(WRONG, {"code": WRONG})
    found.confirmed_at = clock.now()
    here = queries.session_by_id(session, session_id)
    if here is not None and here.staff_id == staff.id:
        here.second_step_at = clock.now()
    sessions.end_sessions(session, staff.id, staff, but=session_id)
    audit.note(session, "two_step.on", by=staff, about=("staff", staff.id))
    log.info("second step on", staff_id=str(staff.id))
    return _new_codes(session, staff)


def check(session: Session, staff: Staff, typed: str, *, ip_digest: str, known_device: str | None = None) -> bool:
    """True when this is a code of the app, not used before, or an unused recovery code, which is used up by it.

    A wrong one is counted and on record, so commit. TooMany: ten wrong ones in a quarter of an hour, as for passwords.
    Unavailable: the secret cannot be read any more.
    """
    counted = _counted(staff, ip_digest, known_device)
    if attempts.too_many(session, counted):
        raise TooMany("There were too many wrong codes. Try again in 15 minutes.")
    found = queries.second_step(session, staff.id, lock=True)
    is_asked = found is not None and found.confirmed_at is not None
    if found is not None and is_asked and (_takes(found, typed) or _takes_recovery(session, staff, typed)):
        session.flush()
        return True
    attempts.note(session, counted)
    audit.note_stranger(session, "sign_in.code_failed", about=staff)
    log.info("wrong code", staff_id=str(staff.id))
    return False


def make_new_codes(session: Session, staff: Staff) -> list[str]:
    """New recovery codes in place of the old ones. The caller has checked a code."""
    if not is_on(session, staff.id):
        raise Conflict("The second step is not on.")
    audit.note(session, "two_step.codes_made", by=staff, about=("staff", staff.id))
    return _new_codes(session, staff)


def turn_off(session: Session, staff: Staff) -> None:
    """Signing in takes one step again. The caller has checked a code. Conflict where the role needs two."""
    if staff.role in settings().two_step_role_names:
        raise Conflict("Your role needs the second step. An administrator can reset it, to set up another app.")
    _forget(session, staff.id)
    audit.note(session, "two_step.off", by=staff, about=("staff", staff.id))


def reset(session: Session, staff: Staff, by: Staff | None) -> None:
    """An administrator takes the second step off somebody who has lost it, and ends their sessions."""
    if by is not None and by.id == staff.id:
        raise Conflict("Another administrator has to reset yours.")
    _forget(session, staff.id)
    sessions.end_sessions(session, staff.id, by)
    audit.note(session, "two_step.reset", by=by, about=("staff", staff.id))


def unreadable(session: Session) -> int:
    """How many secrets cannot be read with the SECRET_KEY of now."""
    count = 0
    for found in queries.second_steps(session):
        try:
            secret_box.unseal(_PURPOSE, found.staff_id, found.secret)
        except secret_box.Unreadable:
            count += 1
    return count


def _forget(session: Session, staff_id: UUID) -> None:
    for table in (SecondStep, RecoveryCode, HalfSignIn):
        session.execute(delete(table).where(table.staff_id == staff_id))


def _takes(found: SecondStep, typed: str) -> bool:
    """True for the code of this period or of the one before or after, when it is younger than the last one taken."""
    code = "".join(typed.split())
    if len(code) != DIGITS or not (code.isascii() and code.isdecimal()):
        return False
    app = pyotp.TOTP(_secret_of(found))
    now = int(clock.now().timestamp() // PERIOD.total_seconds())
    right = [step for step in (now - 1, now, now + 1) if compare_digest(app.generate_otp(step), code)]
    fresh = [step for step in right if step > found.last_step]
    if not fresh:
        return False
    found.last_step = max(fresh)
    return True


def _takes_recovery(session: Session, staff: Staff, typed: str) -> bool:
    code = "".join(sign for sign in typed.lower() if sign in CODE_SIGNS)
    right = [
        row for row in queries.unused_codes(session, staff.id) if compare_digest(row.digest, _digest_of(row.id, code))
    ]
    for row in right:
        row.used_at = clock.now()
        log.info("recovery code used", staff_id=str(staff.id))
    return bool(right)


def _new_codes(session: Session, staff: Staff) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff.id))
    shown = []
    for _ in range(CODES):
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
        code_id = uuid4()
        session.add(RecoveryCode(id=code_id, staff_id=staff.id, digest=_digest_of(code_id, code), used_at=None))
        shown.append("-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4)))
    session.flush()
    return shown


def _digest_of(code_id: UUID, code: str) -> str:
    return keyed_digest("recovery code", f"{code_id}:{code}")


def _secret_of(found: SecondStep) -> str:
    try:
        return secret_box.unseal(_PURPOSE, found.staff_id, found.secret)
    except secret_box.Unreadable as fault:
        log.warning("second step unreadable: SECRET_KEY has changed", staff_id=str(found.staff_id))
        raise Unavailable("Your codes cannot be checked any more. Ask an administrator to reset them.") from fault


def _set_up(secret: str, staff: Staff, shop: str) -> SetUp:
    return SetUp(secret, pyotp.TOTP(secret).provisioning_uri(name=staff.email, issuer_name=shop))


def _counted(staff: Staff, ip_digest: str, known_device: str | None) -> list[str]:
    if known_device:
        return [keyed_digest("code from device", f"{staff.id} {known_device}")]
    return [keyed_digest("code of", str(staff.id)), keyed_digest("code from address", ip_digest)]
