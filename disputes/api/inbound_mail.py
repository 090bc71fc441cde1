"""Mail handed over by a mail server or a mail service: one signed request a message."""

import hmac
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel

from disputes import clock, database
from disputes.api.schemas import errors
from disputes.errors import DisputesError, NotFound, Refused
from disputes.inbound import service as inbound
from disputes.settings import settings

FRESH_SECONDS: Final = 300
MAIL: Final = "message/rfc822"

router = APIRouter()


class Unsigned(DisputesError):
    """The request does not say who it is from."""

    status = 401
    code = "unsigned"


class MailReceived(BaseModel):
    """What became of the mail: in its case, for staff to read, unmatched, dropped, a bounce, or known already."""

    outcome: Literal["filed", "to_read", "unmatched", "dropped", "bounce", "known"]


def signature_of(key: str, timestamp: str, body: bytes) -> str:
    """What X-Signature must be: "sha256=" and the HMAC of timestamp, a dot, and the message as it is."""
    return "sha256=" + hmac.new(key.encode(), timestamp.encode() + b"." + body, sha256).hexdigest()


async def signed_mail(
    request: Request,
    x_signature: Annotated[str | None, Header(description="sha256= and an HMAC in hex of TIMESTAMP.BODY")] = None,
    x_timestamp: Annotated[str | None, Header(description="seconds since 1970, at most five minutes off")] = None,
) -> bytes:
    """The message, once it is clear that it comes from whoever has the key. Only then is more than its head read."""
    key = settings().inbound_mail_key
    if not key:
        raise NotFound("This is not switched on.")
    if not x_signature or not x_timestamp:
        raise Unsigned("Please sign the request with X-Signature and X-Timestamp.")
    if not _is_fresh(x_timestamp):
        raise Refused("The time in X-Timestamp is too far from ours.")
    body = await request.body()
    expected = signature_of(key, x_timestamp, body)
    if not hmac.compare_digest(x_signature.encode(errors="replace"), expected.encode()):
        raise Refused("The signature is not right.")
    return body


@router.post(
    "/inbound-mail",
    status_code=HTTPStatus.ACCEPTED,
    responses=errors((400, 401, 403, 404, 413, 422, 503)),
    openapi_extra={
        "requestBody": {"required": True, "content": {MAIL: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def take_mail(mail: Annotated[bytes, Depends(signed_mail)]) -> MailReceived:
    """Takes one message as it came over the wire. Off (404) unless INBOUND_MAIL_KEY is set.

    Sent again it does nothing and is "known", so a sender that got no answer simply repeats it.
    """
    received = database.run(inbound.receive, mail, via="webhook")
    return MailReceived(outcome=received.outcome)


def _is_fresh(timestamp: str) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        return False
    return abs(clock.now().timestamp() - int(timestamp)) <= FRESH_SECONDS
