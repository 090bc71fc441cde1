"""Scripted agents: they take what waits, step in where they are wanted, answer twice, and end the chat as is wished."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import uuid4

import aiohttp
from yarl import URL

from disputes.people import service as people
from tests.chaos.line import DeskLine, Shown
from tests.chaos.world import World
from tests.serving import hidden

LOOK_SECONDS: Final = 0.4
PATIENCE: Final = 60.0
AT_ONCE: Final = 5

_WORK = """
SELECT id::text, owner, agent_id::text FROM conversations
WHERE owner = 'queue' OR (owner = 'agent' AND agent_id = %s) OR (owner = 'bot' AND id = ANY(%s::uuid[]))
ORDER BY waiting_since NULLS LAST
"""


@dataclass
class Agent:
    """One agent. `said`: what was stored of their words, by conversation."""

    world: World
    staff_id: str
    token: str
    random: Random
    said: list[tuple[str, str]] = field(default_factory=list)
    conflicts: int = 0

    def __post_init__(self) -> None:
        self._serving: dict[str, asyncio.Task[None]] = {}
        self._csrf = ""

    async def work(self) -> None:
        """Works until cancelled."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as self._http:
            self._http.cookie_jar.update_cookies({people.SESSION_COOKIE: self.token}, URL(self.world.url))
            # A tab of the desk that follows nothing: who has one open is there.
            desk = self._line(str(uuid4()))
            desk.open()
            try:
                while True:
                    await self._look()
                    await asyncio.sleep(LOOK_SECONDS * self.random.uniform(0.5, 1.5))
            finally:
                for task in self._serving.values():
                    task.cancel()
                await asyncio.gather(*self._serving.values(), return_exceptions=True)
                await desk.close()

    def _line(self, chat: str) -> DeskLine:
        return DeskLine(self._http, self.world.url, "say", "/desk", conversation_id=chat)

    async def _look(self) -> None:
        self._serving = {chat: task for chat, task in self._serving.items() if not task.done()}
        wanted = [] if self.world.closing else list(self.world.wanted)
        rows = await self.world.rows(_WORK, self.staff_id, wanted)
        mine = [row[0] for row in rows if row[2] == self.staff_id]
        for chat in mine:
            self._serve(chat)
        if len(mine) >= AT_ONCE:
            return
        for chat, owner, _holder in self.random.sample(rows, len(rows)):
            if owner in ("queue", "bot"):
                await self._act(chat, "claim" if owner == "queue" else "take-over")
                return

    def _serve(self, chat: str) -> None:
        if chat not in self._serving:
            self._serving[chat] = asyncio.create_task(self._talk(chat))

    async def _talk(self, chat: str) -> None:
        """Says hello, waits for a word, answers, and ends it; whatever breaks in between is gone on with."""
        line = self._line(chat)
        line.open()
        try:
            if await self._says(line, chat, f"Hello, how can I help? {uuid4().hex[:8]}"):
                await line.wait(lambda: self._answered(line.texts()), PATIENCE)
                await self._says(line, chat, f"That is settled then. {uuid4().hex[:8]}")
            self.world.wanted.discard(chat)
            await self._act(chat, "close" if self.world.endings.get(chat) == "close" else "hand-back")
        finally:
            await line.close()

    async def _says(self, line: DeskLine, chat: str, text: str) -> bool:
        with contextlib.suppress(TimeoutError):
            if await asyncio.wait_for(line.send(text=text), PATIENCE * 2):
                self.said.append((chat, text))
                return True
        return False

    def _answered(self, shown: list[Shown]) -> bool:
        """The customer has written after the agent's last word."""
        agents = [each.seq for each in shown if each.sender in ("agent", "")]
        return any(each.sender == "customer" and each.seq > max(agents, default=0) for each in shown)

    async def _act(self, chat: str, verb: str) -> None:
        """One button of the desk; somebody else may have been faster, or the program may be away."""
        address = f"{self.world.url}/desk/chats/{chat}"
        try:
            if not self._csrf:
                async with self._http.get(address) as page:
                    self._csrf = hidden(await page.text(), "csrf_token") if page.ok else ""
            headers = {"X-CSRF-Token": self._csrf, "Sec-Fetch-Site": "same-origin"}
            async with self._http.post(f"{address}/{verb}", headers=headers, allow_redirects=False) as answer:
                self.conflicts += answer.status == 409
        except (aiohttp.ClientError, TimeoutError, OSError):
            return
