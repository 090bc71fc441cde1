"""What the scripted people share: the address, the database to look into, the mail that came, and who wants what."""

import asyncio
import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psycopg

from tests.notifications.mail_server import MailServer

CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")
CODE_SECONDS = 180.0
"""A letter whose worker died while it was sent is taken over after two minutes."""

ANOTHER_CODE_SECONDS = 15.0


@dataclass
class World:
    """Shared by everybody in one run.

    `endings`: how an agent is to end a chat; `wanted`: chats to step into; `closing`: nobody begins anything more.
    """

    http: aiohttp.ClientSession
    url: str
    dsn: str
    mail: MailServer
    endings: dict[str, str] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)
    closing: bool = False
    _codes: dict[str, str] = field(default_factory=dict)
    _used: dict[str, str] = field(default_factory=dict)
    _read_up_to: int = 0

    def close(self) -> None:
        """From now on nobody begins anything."""
        self.closing = True

    async def rows(self, statement: str, *values: Any) -> list[Any]:
        """What the database holds; waits while it is away."""
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(self.dsn, autocommit=True, connect_timeout=5)
                async with connection:
                    cursor = await connection.execute(statement, values)
                    return await cursor.fetchall()
            except psycopg.OperationalError:
                await asyncio.sleep(0.3)

    async def conversation_of(self, session_id: str) -> str:
        """The conversation behind a browser's session id."""
        digest = hashlib.sha256(session_id.encode()).hexdigest()
        rows = await self.rows("SELECT id FROM conversations WHERE session_digest = %s", digest)
        return str(rows[0][0])

    async def code_for(self, email: str) -> str:
        """The newest code that was mailed to this address; one that was used already only when no other comes.

        Raises TimeoutError when none comes in CODE_SECONDS.
        """
        used, asked_at = self._used.get(email), time.monotonic()
        async with asyncio.timeout(CODE_SECONDS):
            while True:
                self._read_mail()
                code = self._codes.get(email)
                if code is not None and (code != used or time.monotonic() - asked_at > ANOTHER_CODE_SECONDS):
                    self._used[email] = code
                    return code
                await asyncio.sleep(0.2)

    def _read_mail(self) -> None:
        """Takes the codes out of what came since: each letter is parsed once, however many wait for one."""
        new = self.mail.received[self._read_up_to :]
        self._read_up_to += len(new)
        for letter in new:
            part = letter.get_body(("plain",))
            found = CODE.search(str(part.get_content())) if part and "code" in str(letter["Subject"]) else None
            if found:
                self._codes[letter["To"].addresses[0].addr_spec] = "".join(found.groups())
