"""The customers' sockets: Rasa's own socket.io protocol, with more for clients that ask for it.

A socket is bound to one conversation at `session_request`. Whatever session id a later event carries is ignored.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import socketio
import structlog
from sqlalchemy.exc import OperationalError

from disputes import database, measured
from disputes.chat import (
    arrivals,
    asks,
    endings,
    file_links,
    files,
    handover_card,
    hints,
    presence,
    seen,
    service,
)
from disputes.chat.assistant_state import AssistantState
from disputes.chat.hub import Hub, Listener
from disputes.chat.leases import Leases
from disputes.chat.lines import line
from disputes.chat.rate import Rate
from disputes.chat.schemas import Json, Updates
from disputes.chat.text import storable
from disputes.errors import DisputesError, TooMany

JUST_RECONNECTED_SECONDS = 3.0
CLIENT_ID_LIMIT = 100

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class CustomerSocket:
    """One browser tab of a customer. What tells that they type is counted apart from what they say. `identity` is the
    shop's token that it came with."""

    sid: str
    modern: bool
    conversation_id: UUID
    session_id: str
    lease: UUID
    identity_round: int = 0
    identity: str | None = field(default=None, repr=False)
    listener: Listener | None = None
    marks: seen.Frames = field(default_factory=seen.Frames)
    keys: Rate = field(default_factory=Rate)
    bound_at: float = field(default_factory=time.monotonic)


class Gone(Exception):
    """The socket went away while its conversation was looked up: nothing may be delivered to it."""


class CustomerNamespace(socketio.AsyncNamespace):  # type: ignore[misc]
    """Events of the customers' namespace `/`."""

    def __init__(
        self, hub: Hub, assistant: AssistantState, leases: Leases, address_digest: Callable[[Any], str | None]
    ) -> None:
        super().__init__("/")
        self._hub = hub
        self._assistant = assistant
        self._leases = leases
        self._address_digest = address_digest
        self._addresses: dict[str, str | None] = {}
        self._sockets: dict[str, CustomerSocket] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._rates: dict[str, Rate] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def on_connect(self, sid: str, environ: Json, _auth: Any = None) -> None:
        """Frames of one socket are handled one at a time: each runs in a task of its own, and may be overtaken."""
        self._addresses[sid] = self._address_digest(environ["asgi.scope"])
        self._turns[sid] = asyncio.Lock()
        self._rates[sid] = Rate()
        measured.SOCKETS.labels("customers").set(len(self._turns))

    async def on_session_request(self, sid: str, data: Json | None = None) -> None:
        """Binds the socket to the browser's conversation, and brings it up to date."""
        async with self._in_turn(sid):
            try:
                self._rate(sid).check()
                await self._bind(sid, data if isinstance(data, dict) else {})
            except Gone:
                return
            except DisputesError as error:
                await self.emit("session_refused", {"code": error.code, "message": error.message}, to=sid)
            except OperationalError:
                log.warning("chat.database_away")  # the client asks again when it is not confirmed

    async def on_user_uttered(self, sid: str, data: Json | None = None) -> None:
        """Stores a message; a modern client is told under which number, or why not."""
        async with self._in_turn(sid):
            with contextlib.suppress(Gone):
                await self._take_message(sid, data if isinstance(data, dict) else {})

    async def _take_message(self, sid: str, said: Json) -> None:
        metadata = _metadata(said)
        try:
            socket = self._sockets.get(sid) or await self._bind(sid, {})
        except DisputesError as error:
            await self.emit("bot_uttered", {"text": error.message}, to=sid)
            return
        except OperationalError:
            log.warning("chat.database_away")
            return
        client_id = str(metadata["client_id"])[:CLIENT_ID_LIMIT] if metadata.get("client_id") else None
        text = said.get("message")
        try:
            self._rate(sid).check()
            received = await asyncio.to_thread(
                database.run,
                service.receive,
                socket.conversation_id,
                text if isinstance(text, str) else "",
                client_id=client_id,
                just_reconnected=time.monotonic() - socket.bound_at < JUST_RECONNECTED_SECONDS,
            )
        except DisputesError as error:
            await self._refuse(socket, client_id, error.code, error.message)
            return
        except OperationalError:
            log.warning("chat.database_away")
            await self._refuse(socket, client_id, "unavailable", line("not_stored"))
            return
        if client_id is not None and received is not None:
            await self.emit("message_stored", received.as_json(client_id), to=sid)
        if received is not None and received.wants_new_chat and received.is_new:
            await self._bind(sid, self._asked_anew(socket))

    async def on_correct(self, sid: str, data: Json | None = None) -> None:
        """Changes a line of the hand-over card."""
        socket, said = self._sockets.get(sid), data if isinstance(data, dict) else {}
        client_id, typed = _text(said.get("client_id")), _text(said.get("value"))
        if socket is None or not client_id:
            return
        try:
            self._rate(sid).check()
            await asyncio.to_thread(
                database.run,
                handover_card.correct,
                socket.conversation_id,
                _text(said.get("field")) or "",
                storable(typed or ""),
                client_id=client_id[:CLIENT_ID_LIMIT],
            )
        except DisputesError as error:
            await self._refuse(socket, client_id, error.code, error.message)
        except OperationalError:
            await self._refuse(socket, client_id, "unavailable", line("not_stored"))
        else:
            await self.emit("corrected", {"client_id": client_id}, to=sid)

    async def on_typing(self, sid: str, data: Json | None = None) -> None:
        """Tells the agent that the customer types."""
        socket = self._sockets.get(sid)
        if socket is not None and isinstance(data, dict):
            on = bool(data.get("on"))
            # A hint for the eye: the next key sends another.
            with contextlib.suppress(OperationalError, TooMany):
                socket.keys.check()
                await asyncio.to_thread(database.run, hints.typing, socket.conversation_id, "customer", on)

    async def on_seen(self, sid: str, data: Json | None = None) -> None:
        """The page shows everything up to a seq: its panel is open, and the page can be seen."""
        socket = self._sockets.get(sid)
        if socket is None or not isinstance(data, dict):
            return
        seq = socket.marks.news(socket.conversation_id, data.get("seq"))
        if seq is not None:
            with contextlib.suppress(OperationalError):  # the next message brings the next mark
                await asyncio.to_thread(database.run, seen.by_customer, socket.conversation_id, seq)

    async def on_rate(self, sid: str, data: Json | None = None) -> None:
        """The customer says whether the chat has helped."""
        await self._answer(sid, asks.rate, data)

    async def on_transcript(self, sid: str, data: Json | None = None) -> None:
        """The customer wants a copy of the chat by mail."""
        await self._answer(sid, asks.transcript, data)

    async def _answer(self, sid: str, verb: Callable[[UUID, Json], asks.Answer | None], data: Json | None) -> None:
        socket = self._sockets.get(sid)
        if socket is None:
            return
        with contextlib.suppress(TooMany):
            self._rate(sid).check()
            told = data if isinstance(data, dict) else {}
            answer = await asyncio.to_thread(verb, socket.conversation_id, told)
            if answer is not None:
                await self.emit(*answer, to=sid)

    async def on_end_chat(self, sid: str, _data: Json | None = None) -> None:
        """The customer ends the chat."""
        socket = self._sockets.get(sid)
        if socket is None:
            return
        try:
            self._rate(sid).check()
            await asyncio.to_thread(database.run, endings.end_by_customer, socket.conversation_id)
        except (DisputesError, OperationalError) as error:  # the state that they see is the true one, with its button
            log.warning("chat.not_ended", reason=type(error).__name__)

    async def on_disconnect(self, sid: str, _reason: str | None = None) -> None:
        """A lost socket is not a customer who left: the delivery stops, and the desk sees them as away."""
        self._turns.pop(sid, None)
        self._rates.pop(sid, None)
        measured.SOCKETS.labels("customers").set(len(self._turns))
        self._addresses.pop(sid, None)
        await self._unbind(sid)

    def _in_turn(self, sid: str) -> asyncio.Lock:
        return self._turns.get(sid) or asyncio.Lock()

    def _rate(self, sid: str) -> Rate:
        return self._rates.get(sid) or Rate()

    async def _unbind(self, sid: str) -> None:
        socket = self._sockets.pop(sid, None)
        if socket is None:
            return
        if socket.listener is not None:
            self._hub.remove(socket.listener)
        await self._let_go(socket.lease, socket.conversation_id)

    async def _let_go(self, lease: UUID, conversation_id: UUID) -> None:
        self._leases.customers.discard(lease)
        with contextlib.suppress(OperationalError):  # then it ends by itself
            await asyncio.to_thread(database.run, presence.customer_leaves, lease, conversation_id)

    def _asked_anew(self, socket: CustomerSocket) -> Json:
        """What this socket would ask for to leave its ended chat behind."""
        asked: Json = {"session_id": socket.session_id, "identity": socket.identity, "new": True}
        return {**asked, "last_seq": 0} if socket.modern else asked

    async def assistant_changed(self) -> None:
        """Tells every modern client whether the assistant is there."""
        for socket in list(self._sockets.values()):
            if socket.listener is not None and socket.modern and socket.listener.state is not None:
                await self._emit_state(socket, socket.listener)

    async def _bind(self, sid: str, asked: Json) -> CustomerSocket:
        await self._unbind(sid)
        modern = "last_seq" in asked
        wanted, identity = asked.get("session_id"), _text(asked.get("identity"))
        visit = await asyncio.to_thread(
            database.run,
            arrivals.visit,
            _text(wanted),
            identity,
            arrivals.Place(_text(asked.get("page")), _text(asked.get("locale")), self._addresses.get(sid)),
            anew=asked.get("new") is True,
        )
        conversation, session_id = visit.conversation, visit.session_id
        if sid not in self._turns:
            await self._let_go(visit.lease, conversation.id)
            raise Gone
        self._leases.customers.add(visit.lease)
        socket = CustomerSocket(sid, modern, conversation.id, session_id, visit.lease, visit.round, identity)
        known = session_id == wanted
        if modern:
            last_seq = _seq(asked["last_seq"]) if known else 0
        else:
            last_seq = conversation.delivered_seq
        deliver = partial(self._deliver, socket)
        typing = partial(self._typing, socket)
        socket.listener = Listener(conversation.id, last_seq, notes=False, deliver=deliver, typing=typing)
        self._sockets[sid] = socket
        await self.emit("session_confirm", session_id, to=sid)
        self._hub.add(socket.listener)
        await self._hub.catch_up(socket.listener)
        return socket

    async def _deliver(self, socket: CustomerSocket, news: Updates, state_changed: bool) -> None:
        listener = socket.listener
        if listener is None:
            return
        if news.state.identity_round != socket.identity_round:
            task = asyncio.create_task(self._turn_away(socket))  # this delivery holds the lock of its listener
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        first_time = listener.state is None
        if socket.modern and first_time:
            await self._emit_history(socket, news)
        else:
            for message in news.messages:
                await self._emit_message(socket, message)
        listener.state = news.state
        if not socket.modern:
            await asyncio.to_thread(database.run, service.mark_delivered, socket.conversation_id, news.last_seq)
        elif state_changed:
            await self._emit_state(socket, listener)

    async def _turn_away(self, socket: CustomerSocket) -> None:
        """Whom this chat is with is signed in no more: the page comes anew, as whoever it can show to be."""
        async with self._in_turn(socket.sid):
            if self._sockets.get(socket.sid) is not socket:
                return
            with contextlib.suppress(Gone, DisputesError, OperationalError):
                await self._bind(socket.sid, {"identity": socket.identity} | ({"last_seq": 0} if socket.modern else {}))

    async def _emit_message(self, socket: CustomerSocket, message: Json) -> None:
        if message["from"] == "customer":
            if socket.modern:
                await self._emit_history(socket, Updates(socket.listener.state, [message], message["seq"]))  # type: ignore[union-attr, arg-type]
            return
        if socket.modern and "card" in message:
            card_id = message.get("card_of") or message["id"]
            await self.emit("card", {"id": card_id, "card": message["card"]}, to=socket.sid)
        for uttered in as_bot_uttered(message if socket.modern else _for_old(message, socket.conversation_id)):
            await self.emit("bot_uttered", uttered, to=socket.sid)

    async def _emit_history(self, socket: CustomerSocket, news: Updates) -> None:
        history = {"messages": news.messages, "last_seq": news.last_seq}
        await self.emit("history", history, to=socket.sid)

    async def _emit_state(self, socket: CustomerSocket, listener: Listener) -> None:
        state = listener.state
        if state is None:
            return
        shown = {
            "owner": state.owner,
            "queue_position": state.queue_position,
            "agent": state.agent_name,
            "wait": state.wait,
            "message_left": state.message_left,
            "assistant": self._assistant.word,
            "files": files.allowed(),
            "seen_seq": state.seen_seq,
        }
        await self.emit("conversation", shown, to=socket.sid)

    async def _typing(self, socket: CustomerSocket, who: str, on: bool) -> None:
        if socket.modern and who != "customer":
            await self.emit("typing", {"from": who, "on": on}, to=socket.sid)

    async def _refuse(self, socket: CustomerSocket, client_id: str | None, code: str, words: str) -> None:
        if client_id is not None:
            refusal = {"client_id": client_id, "code": code, "message": words}
            await self.emit("message_refused", refusal, to=socket.sid)
        else:
            await self.emit("bot_uttered", {"text": words}, to=socket.sid)


def as_bot_uttered(message: Json) -> list[Json]:
    """A message as Rasa's widgets know it; nothing but `metadata` may be added, or old widgets drop it."""
    metadata = {key: message[key] for key in ("id", "seq", "from", "name", "at")}
    uttered: list[Json] = []
    if message["text"]:
        shown: Json = {"text": message["text"], "metadata": metadata}
        if message.get("quick_replies"):
            shown["quick_replies"] = message["quick_replies"]
        uttered.append(shown)
    if message.get("attachment"):
        uttered.append({"attachment": message["attachment"], "metadata": metadata})
    return uttered


def _for_old(message: Json, conversation_id: UUID) -> Json:
    """The same for a widget that knows neither our cards nor our way to ask for a file: with the hand-over card as
    text, and with an address of the file that works for an hour."""
    card, attachment = message.get("card") or {}, message.get("attachment") or {}
    if card.get("kind") == handover_card.CARD and "card_of" not in message:
        rows = [f"{row['label']}: {row['value']}" for row in card["rows"]]
        return {**message, "text": "\n".join([message["text"], *rows])}
    if "id" not in attachment.get("payload", {}):
        return message
    link = file_links.link_to(conversation_id, UUID(attachment["payload"]["id"]))
    shown = {"type": attachment["type"], "payload": {"src": link, "title": attachment["payload"]["title"]}}
    return {**message, "text": line("file_link", text=message["text"], link=link), "attachment": shown}


def _metadata(said: Json) -> Json:
    """The client's metadata; Rasa's older widget calls it customData."""
    found: Any = said.get("metadata") or said.get("customData")
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _seq(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
