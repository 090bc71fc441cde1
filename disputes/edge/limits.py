"""How much, and how often, strangers may send."""

from http import HTTPStatus
from typing import Final

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from disputes import policy
from disputes.errors import TooMany
from disputes.people import attempts
from disputes.people.tokens import keyed_digest

LARGEST_BODY: Final = 1_000_000
LARGER: Final = {"/api/inbound-mail": 15_000_000}
"""Where more may be sent: a mail with pictures."""

UPLOADS: Final = "/evidence"
"""How addresses end that take a file: as large as the policy allows, and what a form puts around it."""

FILINGS: Final = 20
"""Complaints from one address of the network in a quarter of an hour. Each may send a letter to whoever it names."""


class BodyLimit:
    """Refuses requests whose body is larger than any form of ours can be."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken = 0
        most = LARGER.get(scope["path"], LARGEST_BODY)
        if scope["path"].endswith(UPLOADS):
            most += policy.current().evidence.megabytes_each * 1_000_000

        async def receive_within_limit() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(HTTPStatus.CONTENT_TOO_LARGE)
            return message

        await self.app(scope, receive_within_limit, send)


def note_filing(session: Session, ip_digest: str) -> None:
    """Counts a written complaint from that address of the network. TooMany after twenty in a quarter of an hour."""
    digests = [keyed_digest("filing from address", ip_digest)]
    if attempts.too_many(session, digests, most=FILINGS):
        shop = policy.current().shop
        raise TooMany(
            "Many complaints came from your connection just now. Please try again in a quarter of an hour, "
            f"or write to {shop.support_email}."
        )
    attempts.note(session, digests)
