"""How much, and how often, strangers may send."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from disputes import policy
from disputes.chat.lines import line
from disputes.errors import TooMany
from disputes.people import attempts
from disputes.people.tokens import keyed_digest
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "failures")

LARGEST_BODY: Final = 1_000_000
LARGER: Final = {"/api/inbound-mail": 15_000_000}
"""Where more may be sent: a mail with pictures."""

UPLOADS: Final = ("/evidence", "/files")
"""How addresses end that take a file: as large as the policy allows, and what a form puts around it."""

FILES_OF_A_CHAT: Final = 30
FILES_FROM_AN_ADDRESS: Final = 100
"""Files that are sent in a quarter of an hour, also those that are refused: each is work to look at."""

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
        raise TooMany(say("many_filings", email=policy.current().shop.support_email))
    attempts.note(session, digests)


def note_upload(session: Session, conversation_id: UUID, ip_digest: str) -> None:
    """Counts a file that is sent in a chat. TooMany after thirty of one chat, or a hundred from one address of the
    network, in a quarter of an hour."""
    of_chat = keyed_digest("files of chat", str(conversation_id))
    from_address = keyed_digest("files from address", ip_digest)
    if attempts.too_many(session, [of_chat], most=FILES_OF_A_CHAT) or attempts.too_many(
        session, [from_address], most=FILES_FROM_AN_ADDRESS
    ):
        raise TooMany(line("file_too_often"))
    attempts.note(session, [of_chat, from_address])
