"""The desk's sockets, namespace `/desk`: signed-in staff only."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from functools import partial
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import socketio
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from disputes import database, measured
from disputes.chat import files, presence, seen, service, viewers
from disputes.chat.hub import Hub, Listener
from disputes.chat.leases import Leases
from disputes.chat.lines import line
from disputes.chat.rate import Rate
from disputes.chat.schemas import Json, Received, Updates
from disputes.errors import DisputesError, Refused, TooMany
from disputes.people import audit
from disputes.people import service as people
from disputes.people.roles import AT_THE_DESK
from disputes.people.tables import Staff

CHECK_AGAIN_SECONDS = 30.0
"""How long an open tab may still be told something if the hint that its session has ended is lost."""

NOTE_ACTS_SECONDS = 30.0

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class DeskSocket:
    """One browser tab of a member of staff. What tells that they type is counted apart from what they say."""

    sid: str
    token: str
    staff: Staff
    lease: UUID
    listeners: dict[UUID, Listener] = field(default_factory=dict)
    viewers: dict[UUID, list[str]] = field(default_factory=dict)
    marks: seen.Frames = field(default_factory=seen.Frames)
    said: Rate = field(default_factory=Rate)
    keys: Rate = field(default_factory=Rate)
    checked_at: float = field(default_factory=time.monotonic)
    acted_at: float = field(default_factory=time.monotonic)


class DeskNamespace(socketio.AsyncNamespace):  # type: ignore[misc]
    """Events of the desk's namespace."""

    def __init__(self, hub: Hub, leases: Leases) -> None:
        super().__init__("/desk")
        self._hub = hub
        self._leases = leases
        self._sockets: dict[str, DeskSocket] = {}
        self._arriving: set[str] = set()
        hub.watch_lists(self.tell_lists)
        hub.watch_cases(self.tell_cases)
        hub.watch_sessions(self.check_sessions_of)

    async def on_connect(self, sid: str, environ: Json, _auth: Any = None) -> None:
        """Lets in whoever has a live session cookie and a place at the desk, on a page of our own.

        The browser sends the cookie also with a page of another site of the same domain, such as the shop's own.
        """
        if not _is_own_page(environ):
            raise socketio.exceptions.ConnectionRefusedError("This page may not use the desk.")
        morsel = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(people.SESSION_COOKIE)
        token = morsel.value if morsel else ""
        self._arriving.add(sid)
        try:
            staff, lease = await asyncio.to_thread(database.run, arrive, token)
        except DisputesError as error:
            raise socketio.exceptions.ConnectionRefusedError(error.message) from error
        except OperationalError as error:
            # A browser that is turned away may think that it is signed out; one whose line breaks comes back.
            await self.server.eio.disconnect(self.server.manager.eio_sid_from_sid(sid, self.namespace))
            raise socketio.exceptions.ConnectionRefusedError(line("not_stored")) from error
        finally:
            has_left = sid not in self._arriving
            self._arriving.discard(sid)
        if has_left:
            await self._let_go(lease)
            return
        self._sockets[sid] = DeskSocket(sid, token, staff, lease)
        self._leases.staff.add(lease)
        measured.SOCKETS.labels("desk").set(len(self._sockets))

    async def on_disconnect(self, sid: str, _reason: str | None = None) -> None:
        """Stops the deliveries to this tab, and lets its lease end."""
        self._arriving.discard(sid)
        socket = self._sockets.pop(sid, None)
        measured.SOCKETS.labels("desk").set(len(self._sockets))
        if socket is None:
            return
        for listener in socket.listeners.values():
            self._hub.remove(listener)
        await self._let_go(socket.lease)

    async def _let_go(self, lease: UUID) -> None:
        self._leases.staff.discard(lease)
        with contextlib.suppress(OperationalError):  # then it ends by itself
            await asyncio.to_thread(database.run, _depart, lease)

    async def on_open(self, sid: str, data: Json | None = None) -> None:
        """Follows a conversation from `last_seq` on. While the database is away, the page asks again."""
        with contextlib.suppress(OperationalError):
            await self._open(sid, data)

    async def _open(self, sid: str, data: Json | None) -> None:
        socket, conversation_id = self._sockets.get(sid), _conversation_id(data)
        if socket is None or conversation_id is None or data is None or not await self._still_at_the_desk(socket):
            return
        with contextlib.suppress(OperationalError):  # without a database there is nothing to read either
            await asyncio.to_thread(self._note_look, socket, conversation_id)
        await self._acts(socket)
        old = socket.listeners.pop(conversation_id, None)
        if old is not None:
            self._hub.remove(old)
        socket.viewers.pop(conversation_id, None)
        last_seq = data.get("last_seq")
        listener = Listener(
            conversation_id,
            last_seq if isinstance(last_seq, int) and last_seq > 0 else 0,
            notes=True,
            deliver=partial(self._deliver, socket, conversation_id),
            typing=partial(self._typing, socket, conversation_id),
            colleagues=partial(self._colleagues, socket, conversation_id),
        )
        socket.listeners[conversation_id] = listener
        self._hub.add(listener)
        await self._hub.catch_up(listener)
        # With the hint of it, this tab hears too who was there before.
        await asyncio.to_thread(database.run, viewers.arrive, socket.lease, conversation_id)

    async def on_leave(self, sid: str, data: Json | None = None) -> None:
        """Stops following a conversation: the tab shows another one now."""
        socket, conversation_id = self._sockets.get(sid), _conversation_id(data)
        listener = socket.listeners.pop(conversation_id, None) if socket and conversation_id else None
        if socket is None or listener is None:
            return
        self._hub.remove(listener)
        with contextlib.suppress(OperationalError):  # then it ends with the lease
            await asyncio.to_thread(database.run, viewers.leave, socket.lease, conversation_id)

    async def on_say(self, sid: str, data: Json | None = None) -> None:
        """An agent writes, to the customer or (note) to colleagues."""
        socket, conversation_id = self._sockets.get(sid), _conversation_id(data)
        if socket is None or conversation_id is None or data is None:
            return
        client_id = str(data.get("client_id") or uuid4())[:100]
        try:
            socket.said.check()
            received = await asyncio.to_thread(self._say, socket, conversation_id, data, client_id)
        except DisputesError as error:
            await self._refuse(sid, client_id, error.code, error.message)
        except OperationalError:
            await self._refuse(sid, client_id, "unavailable", line("not_stored"))
        else:
            await self.emit("message_stored", received.as_json(client_id), to=sid)
            with contextlib.suppress(OperationalError):  # the next word notes it
                await self._acts(socket)

    async def on_typing(self, sid: str, data: Json | None = None) -> None:
        """Tells colleagues that somebody types, and the customer when it is a reply of whoever holds the chat."""
        socket, conversation_id = self._sockets.get(sid), _conversation_id(data)
        if socket is None or conversation_id is None or data is None:
            return
        on, note = bool(data.get("on")), bool(data.get("note"))
        with contextlib.suppress(OperationalError, TooMany):  # a hint for the eye; the next key sends another
            socket.keys.check()
            await asyncio.to_thread(database.run, viewers.types, conversation_id, socket.staff, on=on, note=note)
            await self._acts(socket)

    async def check_all(self) -> None:
        """Ends the sockets of those who are not signed in any more."""
        for socket in list(self._sockets.values()):
            await self._still_at_the_desk(socket)

    async def check_sessions_of(self, staff_id: str) -> None:
        """A session of this person has ended: the sockets that rest on it end at once."""
        for socket in [one for one in self._sockets.values() if str(one.staff.id) == staff_id]:
            socket.checked_at = -CHECK_AGAIN_SECONDS
            await self._still_at_the_desk(socket)

    async def _acts(self, socket: DeskSocket) -> None:
        """Notes that somebody does something here, not at each key or word."""
        if time.monotonic() - socket.acted_at > NOTE_ACTS_SECONDS:
            socket.acted_at = time.monotonic()
            await asyncio.to_thread(database.run, presence.staff_act, socket.staff)

    async def on_seen(self, sid: str, data: Json | None = None) -> None:
        """The page shows a conversation up to a seq. It counts for whoever holds the chat."""
        socket, conversation_id = self._sockets.get(sid), _conversation_id(data)
        listener = socket.listeners.get(conversation_id) if socket and conversation_id else None
        if socket is None or conversation_id is None or data is None or listener is None:
            return
        if listener.state is None or listener.state.agent_id != socket.staff.id:
            return
        seq = socket.marks.news(conversation_id, data.get("seq"))
        if seq is not None:
            with contextlib.suppress(OperationalError):  # the next message brings the next mark
                await asyncio.to_thread(database.run, seen.by_staff, conversation_id, socket.staff.id, seq)

    async def _still_at_the_desk(self, socket: DeskSocket) -> bool:
        """Whether the session still holds; looked up again every so often. If not, the socket is ended."""
        if time.monotonic() - socket.checked_at < CHECK_AGAIN_SECONDS:
            return True
        try:
            await asyncio.to_thread(database.run, at_the_desk, socket.token)
        except DisputesError:
            await self.disconnect(socket.sid)
            return False
        socket.checked_at = time.monotonic()
        return True

    async def tell_lists(self) -> None:
        """Tells every tab that the lists may look different."""
        if self._sockets:
            await self.emit("queue", {})

    async def tell_cases(self, case_ids: list[str]) -> None:
        """Tells every tab which cases have changed, or (with none named) that any may have."""
        if self._sockets:
            await self.emit("cases", {"ids": case_ids})

    def _note_look(self, socket: DeskSocket, conversation_id: UUID) -> None:
        with database.transaction() as session:
            audit.note_look(session, "chat.read", socket.staff, ("chat", conversation_id))

    def _say(self, socket: DeskSocket, conversation_id: UUID, data: Json, client_id: str) -> Received:
        text = data.get("text")
        with database.transaction() as session:
            staff = at_the_desk(session, socket.token)
            return service.say_as_agent(
                session,
                conversation_id,
                staff,
                text if isinstance(text, str) else "",
                client_id=client_id,
                note=bool(data.get("note")),
            )

    async def _deliver(self, socket: DeskSocket, conversation_id: UUID, news: Updates, state_changed: bool) -> None:
        if not await self._still_at_the_desk(socket):
            return
        if news.messages:
            history = {
                "conversation_id": str(conversation_id),
                "messages": news.messages,
                "last_seq": news.last_seq,
            }
            await self.emit("history", history, to=socket.sid)
        if state_changed:
            state = news.state
            shown = {
                "conversation_id": str(conversation_id),
                "owner": state.owner,
                "epoch": state.epoch,
                "agent": {"id": str(state.agent_id), "name": state.agent_name} if state.agent_id else None,
                "mine": state.agent_id == socket.staff.id,
                "queue_position": state.queue_position,
                "customer_seen_seq": state.seen_seq,
                "customer_online": state.customer_online,
                "message_left": state.message_left,
                "files": files.allowed(),
                "facts": state.facts_version,
            }
            await self.emit("conversation", shown, to=socket.sid)

    async def _typing(self, socket: DeskSocket, conversation_id: UUID, who: str, on: bool) -> None:
        if who == "customer":
            shown = {"conversation_id": str(conversation_id), "from": who, "on": on}
            await self.emit("typing", shown, to=socket.sid)

    async def _colleagues(self, socket: DeskSocket, conversation_id: UUID, hint: Json) -> None:
        """Who else looks at this conversation, or what a colleague is about to write in it."""
        shown: Json = {"conversation_id": str(conversation_id)}
        if "w" in hint:
            if hint["w"] != str(socket.staff.id):
                shown |= {key: hint[key] for key in ("name", "on", "note")}
                await self.emit("colleague", shown, to=socket.sid)
            return
        names = await asyncio.to_thread(database.run, viewers.others, conversation_id, socket.staff.id)
        if socket.viewers.get(conversation_id, []) != names:
            socket.viewers[conversation_id] = names
            await self.emit("viewers", {**shown, "names": names}, to=socket.sid)

    async def _refuse(self, sid: str, client_id: str, code: str, words: str) -> None:
        await self.emit("message_refused", {"client_id": client_id, "code": code, "message": words}, to=sid)


def at_the_desk(session: Session, token: str) -> Staff:
    """The member of staff behind a session cookie, if their role works with chats. Refused, SignInNeeded."""
    staff = people.staff_for_token(session, token)
    if staff.role not in AT_THE_DESK:
        raise Refused("This part of the desk is for agents and managers.")
    return staff


def arrive(session: Session, token: str) -> tuple[Staff, UUID]:
    """The member of staff behind a session cookie, with a lease for this tab. Refused, SignInNeeded."""
    staff = at_the_desk(session, token)
    return staff, presence.staff_arrive(session, staff)


def _depart(session: Session, lease: UUID) -> None:
    """A tab was closed: it looks at nothing any more, and its lease ends soon."""
    viewers.leave(session, lease)
    presence.staff_leave(session, lease)


def _is_own_page(environ: Json) -> bool:
    origin = environ.get("HTTP_ORIGIN")
    return origin is None or urlsplit(str(origin)).netloc == environ.get("HTTP_HOST")


def _conversation_id(data: Json | None) -> UUID | None:
    try:
        return UUID(str((data or {}).get("conversation_id")))
    except ValueError:
        return None
