"""A browser's line to a conversation, as the chat component keeps it: it comes back, resumes, and sends again."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp
import socketio

type Json = dict[str, Any]

ANSWER_SECONDS = 6.0
PAUSES = (0.2, 0.5, 1.0, 2.0)
PASSING = {"unavailable", "too_many"}
"""Refusals that mean: later. Everything else is an answer."""


@dataclass
class Shown:
    """One message as it was shown. `times`: how often it was delivered as new, which must be once."""

    seq: int
    sender: str
    text: str
    buttons: list[Json]
    client_id: str | None = None


@dataclass
class Outgoing:
    """One message that somebody wrote, until it is known to be stored."""

    client_id: str
    frame: Json
    done: asyncio.Future[bool]


@dataclass
class Line:
    """One follower of one conversation over as many connections as it takes.

    `http` makes the connections. `namespace` is the desk's for staff. Messages are kept by their number, as a
    browser shows them.
    """

    http: aiohttp.ClientSession
    url: str
    event: str
    namespace: str = "/"
    shown: dict[int, Shown] = field(default_factory=dict)
    state: Json = field(default_factory=dict)
    connections: int = 0
    refused: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.complete = 0
        self.changed = asyncio.Event()
        self._ready = asyncio.Event()
        self._waiting: list[Outgoing] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._client: Any = None
        self._broken = asyncio.Event()

    def open(self) -> None:
        """Connects, and goes on doing so until it is closed."""
        self._tasks = [asyncio.create_task(self._keep_connected()), asyncio.create_task(self._keep_sending())]

    async def close(self) -> None:
        """Leaves."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ready.clear()
        await self._hang_up()

    @property
    def is_up_to_date(self) -> bool:
        """The server has answered on this connection, with everything that was not here."""
        return self._ready.is_set()

    async def send(self, **frame: Any) -> bool:
        """Sends one message until it is stored; False when it was refused for good."""
        client_id = str(uuid4())
        outgoing = Outgoing(client_id, frame, asyncio.get_running_loop().create_future())
        self._waiting.append(outgoing)
        self._notice()
        return await outgoing.done

    def texts(self) -> list[Shown]:
        """What is on the screen, in order."""
        return [self.shown[seq] for seq in sorted(self.shown)]

    async def wait(self, condition: Callable[[], Any], seconds: float) -> bool:
        """Waits until something is so; False when it is not within the time."""
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), min(left, 1.0))
        return True

    # -- what differs between customers and staff --

    def resume_frame(self) -> tuple[str, Json]:
        """The event that asks for everything after what is here."""
        raise NotImplementedError

    def outgoing_frame(self, outgoing: Outgoing) -> Json:
        """One message as it goes over the wire."""
        raise NotImplementedError

    def confirmed(self, data: Any) -> None:
        """The server knows who we are."""

    # -- connections --

    async def _keep_connected(self) -> None:
        pause = 0
        while True:
            self._broken = asyncio.Event()
            try:
                await self._connect()
            except (socketio.exceptions.ConnectionError, OSError, TimeoutError):
                await asyncio.sleep(PAUSES[min(pause, len(PAUSES) - 1)])
                pause += 1
                continue
            pause = 0
            asked_at = 0.0
            while not self._broken.is_set():
                if not self._ready.is_set() and time.monotonic() - asked_at > ANSWER_SECONDS:
                    asked_at = time.monotonic()
                    await self._emit(*self.resume_frame())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._broken.wait(), 0.25)
            self._ready.clear()
            await self._hang_up()
            await asyncio.sleep(PAUSES[0])

    async def _connect(self) -> None:
        client = socketio.AsyncClient(reconnection=False, http_session=self.http)
        broken = self._broken
        client.on("disconnect", lambda *_reason: broken.set(), namespace=self.namespace)
        for event, handler in self._handlers().items():
            client.on(event, handler, namespace=self.namespace)
        await client.connect(self.url, transports=["websocket"], namespaces=[self.namespace], wait_timeout=10)
        self._client = client
        self.connections += 1

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # whatever is left of a line that is gone
                await asyncio.wait_for(client.disconnect(), 2)

    async def _emit(self, event: str, data: Json) -> None:
        with contextlib.suppress(Exception):  # a line that breaks is seen by `_broken`
            await self._client.emit(event, data, namespace=self.namespace)

    async def _keep_sending(self) -> None:
        """One message at a time, in order, again and again until it is stored or refused."""
        while True:
            await self._ready.wait()
            if not self._waiting:
                self.changed.clear()
                await self.wait(lambda: self._waiting, 5)
                continue
            outgoing = self._waiting[0]
            await self._emit(self.event, self.outgoing_frame(outgoing))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(outgoing.done), ANSWER_SECONDS)
            if outgoing.done.done():
                self._waiting.remove(outgoing)

    # -- what the server says --

    def _handlers(self) -> dict[str, Callable[..., None]]:
        return {
            "session_confirm": self.confirmed,
            "history": self._take_history,
            "bot_uttered": self._take_uttered,
            "message_stored": self._take_stored,
            "message_refused": self._take_refused,
            "conversation": self._take_state,
        }

    def _take_history(self, data: Json) -> None:
        for each in data["messages"]:
            self._add(each["seq"], each["from"], each["text"], each.get("quick_replies"), each.get("client_id"))
            self._settle(each.get("client_id"), stored=True)
        self.complete = max(self.complete, data["last_seq"])
        self._grow()
        self._ready.set()
        self._notice()

    def _take_uttered(self, data: Json) -> None:
        said = data["metadata"]
        self._add(said["seq"], said["from"], data.get("text", ""), data.get("quick_replies"), None)
        self._grow()
        self._notice()

    def _take_stored(self, data: Json) -> None:
        self._add(data["seq"], "", data["text"], None, data["client_id"])
        self._settle(data["client_id"], stored=True)
        self._grow()
        self._notice()

    def _take_refused(self, data: Json) -> None:
        if data["code"] not in PASSING:
            self.refused.append(data)
            self._settle(data["client_id"], stored=False)

    def _take_state(self, data: Json) -> None:
        self.state = data
        self._ready.set()
        self._notice()

    def _add(self, seq: int, sender: str, text: str, buttons: list[Json] | None, client_id: str | None) -> None:
        known = self.shown.get(seq)
        if known is None:
            self.shown[seq] = Shown(seq, sender, text, buttons or [], client_id)
        else:
            known.sender, known.buttons = known.sender or sender, known.buttons or (buttons or [])

    def _grow(self) -> None:
        while self.complete + 1 in self.shown:
            self.complete += 1

    def _settle(self, client_id: str | None, *, stored: bool) -> None:
        for outgoing in self._waiting:
            if outgoing.client_id == client_id and not outgoing.done.done():
                outgoing.done.set_result(stored)

    def _notice(self) -> None:
        self.changed.set()


@dataclass
class CustomerLine(Line):
    """The customer's side."""

    session_id: str | None = None

    def resume_frame(self) -> tuple[str, Json]:
        return "session_request", {"session_id": self.session_id, "last_seq": self.complete}

    def confirmed(self, data: Any) -> None:
        self.session_id = str(data)

    def outgoing_frame(self, outgoing: Outgoing) -> Json:
        metadata = {"client_id": outgoing.client_id}
        return {**outgoing.frame, "session_id": self.session_id, "metadata": metadata}


@dataclass
class DeskLine(Line):
    """The side of a member of staff, who follows one conversation."""

    conversation_id: str = ""

    def resume_frame(self) -> tuple[str, Json]:
        return "open", {"conversation_id": self.conversation_id, "last_seq": self.complete}

    def outgoing_frame(self, outgoing: Outgoing) -> Json:
        return {**outgoing.frame, "conversation_id": self.conversation_id, "client_id": outgoing.client_id}
