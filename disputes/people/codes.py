"""Proofs of who reads a mailbox: six-digit codes, or the word of the shop. Only a digest of a code is ever stored.

Every request looks the same from outside, whether or not anything matches it: it runs out at the same moment, and
wrong codes are counted on it in the same way.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.people.tables import StatusRequest
from disputes.people.tokens import keyed_digest

DIGITS = 6
VALID_FOR = timedelta(minutes=10)
VERIFIED_FOR = timedelta(minutes=30)
TRIES = 3
PER_IP = (5, timedelta(minutes=15))
SENT_PER_LOOKUP = (10, timedelta(hours=1))
SENT_PER_MAILBOX = (3, timedelta(hours=1))
SENT_PER_CONVERSATION = 6

type CheckResult = Literal["verified", "wrong", "expired", "too_many"]


@dataclass(frozen=True)
class CodeCheck:
    """What became of a typed code. `until`: how long the proof lasts, when it is one.

    "too_many": no try is left, a new code is needed. "expired": the code is too old, or has been used.
    """

    result: CheckResult
    until: datetime | None = None

    @property
    def ok(self) -> bool:
        return self.result == "verified"


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def digest_of(request_id: UUID, code: str) -> str:
    """What is stored of a code: useless without the secret key, and for any other request."""
    return keyed_digest("status code", f"{request_id}:{code}")


def digest_of_mailbox(email: str) -> str:
    """A name for a mailbox that does not tell the address; for the locks of jobs."""
    return keyed_digest("mailbox", email)[:32]


def check(session: Session, request_id: UUID, typed: str) -> CodeCheck:
    """Checks a typed code and counts the try. Never raises for a wrong one: that would take the count back.

    An unknown request, a request nothing matches and a wrong code give the same answers.
    """
    request = session.scalar(
        select(StatusRequest)
        .where(StatusRequest.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    code = "".join(sign for sign in typed if sign.isdecimal() and sign.isascii())
    right = hmac.compare_digest(
        digest_of(request_id, code), (request.code_digest if request else None) or keyed_digest("status code", "none")
    )
    if request is None:
        return CodeCheck("wrong")
    now = clock.now()
    if request.verified_at is not None or request.code_expires_at is None or now >= request.code_expires_at:
        return CodeCheck("expired")
    if request.tries >= TRIES:
        return CodeCheck("too_many")
    request.tries += 1
    if not right:
        return CodeCheck("too_many" if request.tries >= TRIES else "wrong")
    request.verified_at = now
    request.verified_until = now + VERIFIED_FOR
    return CodeCheck("verified", request.verified_until)


def is_proof_again(request: StatusRequest, typed: str) -> bool:
    """Whether this is the code that has already proved this request, typed once more while the proof holds."""
    if request.verified_until is None or clock.now() >= request.verified_until:
        return False
    return hmac.compare_digest(digest_of(request.id, typed), request.code_digest or "")


def believe_shop(session: Session, email: str, conversation_id: UUID, before: StatusRequest | None) -> StatusRequest:
    """A proof for every complaint under that address, as long as one by code: the shop has said who is signed in.

    `before` is what that chat has had until now: a code that is on its way, or has proved something, goes on to count.
    """
    now = clock.now()
    if before is not None and not before.by_shop and _may_still_count(before, now):
        return before
    if before is not None and before.by_shop and before.email == email and (before.verified_until or now) > now:
        before.verified_until = now + VERIFIED_FOR
        return before
    request = StatusRequest(
        lookup=None,
        email=email,
        by_shop=True,
        ip_digest=None,
        conversation_id=conversation_id,
        verified_at=now,
        verified_until=now + VERIFIED_FOR,
        created_at=now,
    )
    session.add(request)
    session.flush()
    return request


def end(request: StatusRequest) -> None:
    """The proof counts no longer, and its code neither."""
    now = clock.now()
    request.code_expires_at = min(request.code_expires_at or now, now)
    request.verified_until = min(request.verified_until, now) if request.verified_until else None


def _may_still_count(request: StatusRequest, now: datetime) -> bool:
    if request.verified_until is not None:
        return request.verified_until > now
    return request.tries < TRIES and request.code_expires_at is not None and request.code_expires_at > now


def too_many_from(session: Session, ip_digest: str) -> bool:
    """True when that address has asked as often as it may. Holds off others from there until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"status:{ip_digest}", 0))))
    most, period = PER_IP
    asked = select(func.count()).where(
        StatusRequest.ip_digest == ip_digest, StatusRequest.created_at > clock.now() - period
    )
    return session.scalars(asked).one() >= most


def may_send(session: Session, request: StatusRequest) -> bool:
    """True while the limits of letters for that order, mailbox and conversation leave room for one more.

    Only codes that were sent count: asking with a wrong address must not shut the owner out.
    """
    now = clock.now()
    sent = select(func.count()).where(StatusRequest.code_sent_at.is_not(None), StatusRequest.id != request.id)
    most_lookup, period_lookup = SENT_PER_LOOKUP
    most_mailbox, period_mailbox = SENT_PER_MAILBOX
    rooms = [
        (
            sent.where(StatusRequest.lookup == request.lookup, StatusRequest.created_at > now - period_lookup),
            most_lookup,
        ),
        (
            sent.where(StatusRequest.email == request.email, StatusRequest.created_at > now - period_mailbox),
            most_mailbox,
        ),
    ]
    if request.conversation_id is not None:
        rooms.append((sent.where(StatusRequest.conversation_id == request.conversation_id), SENT_PER_CONVERSATION))
    return all(session.scalars(counted).one() < most for counted, most in rooms)


def issue(session: Session, request: StatusRequest) -> str:
    """Makes the code of a request and stores its digest; an earlier code of the request is void."""
    code = new_code()
    request.code_digest = digest_of(request.id, code)
    session.flush()
    return code
