"""Brings what is new in the database to the sockets that this web process holds.

PostgreSQL's NOTIFY is the hint, the rows are the truth: on a hint the hub reads by `seq` what each listener has not
had, in order. A lost hint, a lost connection or a restarted database costs latency, never a message.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from uuid import UUID

import psycopg
import structlog
from sqlalchemy.exc import OperationalError

from disputes import database, measured
from disputes.chat import hints, queries, service
from disputes.chat.schemas import ConversationState, Json, Updates
from disputes.errors import NotFound
from disputes.people import service as people
from disputes.settings import settings

LOOK_ANYWAY_SECONDS = 15.0
"""How often every listened-to conversation is read without a hint."""

ANSWER_SECONDS = 0.25
"""How long a customer's tabs wait for what one of them has asked the assistant: it mostly comes with the answer."""

LISTS_PAUSE_SECONDS = 0.25
"""Changes of the desk's lists, and of cases, within this time are told once."""

CASES_NAMED = 50
"""When more cases than that change at once, watchers are told only that some have."""

ANY_CASE = ""
RECONNECT_SECONDS = 0.5

log = structlog.get_logger(__name__)


@dataclass(eq=False)
class Listener:
    """One socket that follows one conversation. `seen` is the last seq it was given.

    `is_next`: a look at what is new is waiting for its turn; whatever is hinted until then is in it.
    `colleagues`, for staff alone, is awaited with hints about who else looks ("v") or types ("w").
    """

    conversation_id: UUID
    seen: int
    notes: bool
    deliver: Callable[[Updates, bool], Awaitable[None]]
    typing: Callable[[str, bool], Coroutine[None, None, None]]
    colleagues: Callable[[Json], Coroutine[None, None, None]] | None = None
    state: ConversationState | None = None
    is_next: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Hub:
    """The listeners of one process and the connection that hears the hints."""

    def __init__(self) -> None:
        self._listeners: dict[UUID, set[Listener]] = {}
        self._list_watchers: set[Callable[[], Awaitable[None]]] = set()
        self._lists_changed = asyncio.Event()
        self._case_watchers: set[Callable[[list[str]], Awaitable[None]]] = set()
        self._cases_changed = asyncio.Event()
        self._changed_cases: set[str] = set()
        self._session_watchers: set[Callable[[str], Awaitable[None]]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begins to listen; `stop` ends it."""
        self._spawn(self._hear_hints())
        self._spawn(self._tell_list_watchers())
        self._spawn(self._tell_case_watchers())
        self._spawn(self._look_anyway())

    async def stop(self) -> None:
        """Ends listening and every delivery under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def add(self, listener: Listener) -> None:
        """Follows a conversation from now on; call `catch_up` to bring the listener up to date."""
        self._listeners.setdefault(listener.conversation_id, set()).add(listener)

    def remove(self, listener: Listener) -> None:
        """Stops following; harmless when it was not followed."""
        group = self._listeners.get(listener.conversation_id)
        if group is not None:
            group.discard(listener)
            if not group:
                del self._listeners[listener.conversation_id]

    def watch_lists(self, tell: Callable[[], Awaitable[None]]) -> None:
        """`tell` is awaited whenever the desk's lists may look different."""
        self._list_watchers.add(tell)

    def unwatch_lists(self, tell: Callable[[], Awaitable[None]]) -> None:
        """The opposite of `watch_lists`."""
        self._list_watchers.discard(tell)

    def watch_sessions(self, tell: Callable[[str], Awaitable[None]]) -> None:
        """`tell` is awaited with the id of a member of staff when a session of theirs has ended."""
        self._session_watchers.add(tell)

    def watch_cases(self, tell: Callable[[list[str]], Awaitable[None]]) -> None:
        """`tell` is awaited with the ids of cases that have changed; with none when any may have."""
        self._case_watchers.add(tell)

    async def catch_up(self, listener: Listener) -> None:
        """Delivers everything the listener has not had, and the state when it has changed."""
        async with listener.lock:
            listener.is_next = False
            while True:
                try:
                    news = await asyncio.to_thread(
                        database.read,
                        service.updates,
                        listener.conversation_id,
                        listener.seen,
                        notes=listener.notes,
                    )
                except NotFound:
                    return
                state_changed = news.state != listener.state
                if not news.messages and not state_changed:
                    listener.seen = max(listener.seen, news.last_seq)
                    return
                await listener.deliver(news, state_changed)
                listener.state = news.state
                listener.seen = max(listener.seen, news.last_seq)
                if len(news.messages) < queries.PAGE:
                    return

    async def _hear_hints(self) -> None:
        while True:
            try:
                await self._hear_until_broken()
            except (psycopg.Error, OSError) as error:
                log.warning("hub.reconnects", reason=type(error).__name__)
            except Exception:  # outer wall: whatever a hint held, the next ones must be heard
                log.exception("hub.hint_failed")
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _hear_until_broken(self) -> None:
        dsn = database.psycopg_dsn(settings().database_url)
        connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True, connect_timeout=5)
        async with connection:
            await connection.execute(f"LISTEN {hints.CHANNEL}")
            await connection.execute(f"LISTEN {hints.DESK_CHANNEL}")
            await connection.execute(f"LISTEN {people.ENDED_CHANNEL}")
            self._look_at_all()
            measured.HEARS_HINTS.set(1)
            try:
                async for notice in connection.notifies():
                    if notice.channel == hints.DESK_CHANNEL:
                        self._case_changed(notice.payload)
                    elif notice.channel == people.ENDED_CHANNEL:
                        self._spawn(self._tell_session_watchers(notice.payload))
                    else:
                        self._take_hint(json.loads(notice.payload))
            finally:
                measured.HEARS_HINTS.set(0)

    def _take_hint(self, hint: Json) -> None:
        group = self._listeners.get(UUID(hint["c"]), set()) if "c" in hint else set()
        if "t" in hint:
            for listener in group:
                self._spawn(listener.typing(hint["t"], bool(hint["on"])))
            return
        if "s" in hint:
            for listener in group:
                if listener.notes == (hint["s"] == "customer"):
                    self._spawn(self._tell_seen(listener, hint["n"]))
            return
        if "v" in hint or "w" in hint:
            for listener in group:
                self._spawn(self._tell_of_colleagues(listener, hint))
            return
        for listener in group:
            waits = "a" in hint and not listener.notes
            self._spawn(self._after_answer(listener, hint["a"]) if waits else self._safely(listener))
        if hint.get("l"):
            self._lists_changed.set()

    def _case_changed(self, case_id: str) -> None:
        self._changed_cases.add(case_id)
        self._cases_changed.set()

    def _look_at_all(self) -> None:
        for group in self._listeners.values():
            for listener in group:
                self._spawn(self._safely(listener))
                self._spawn(self._tell_of_colleagues(listener, {"v": True}))
        self._lists_changed.set()
        self._case_changed(ANY_CASE)

    async def _look_anyway(self) -> None:
        while True:
            await asyncio.sleep(LOOK_ANYWAY_SECONDS)
            self._spawn(self._look_at_changed())

    async def _look_at_changed(self) -> None:
        """One statement for all that are followed; only whoever has missed something is then brought up to date.

        Staff are always: whether the customer is there ends without a hint.
        """
        try:
            heads = await asyncio.to_thread(database.read, queries.heads, list(self._listeners))
        except OperationalError:
            return
        for conversation_id, group in list(self._listeners.items()):
            for listener in group:
                if listener.notes or _is_behind(listener, heads.get(conversation_id)):
                    self._spawn(self._safely(listener))
        self._lists_changed.set()

    async def _safely(self, listener: Listener) -> None:
        """Catches a listener up, once for many hints; a broken database is left to the next hint or the next look."""
        if listener.is_next:
            return
        listener.is_next = True
        try:
            await self.catch_up(listener)
        except OperationalError:
            log.warning("hub.database_away")
        except Exception:  # outer wall of a background task: one listener's trouble is not the others'
            log.exception("hub.delivery_failed")

    async def _after_answer(self, listener: Listener, seq: int) -> None:
        """Lets the answer bring the question along: whoever asked knows it, and reading now would hold up the turn."""
        await asyncio.sleep(ANSWER_SECONDS)
        if listener.seen < seq:
            await self._safely(listener)

    async def _tell_seen(self, listener: Listener, seq: int) -> None:
        """Tells one side how far the other has read, as the hint says it: nothing is looked up."""
        try:
            async with listener.lock:
                state = listener.state
                if state is not None and state.seen_seq < seq:
                    listener.state = replace(state, seen_seq=seq)
                    await listener.deliver(Updates(listener.state, [], listener.seen), True)
        except Exception:  # outer wall of a background task, as above
            log.exception("hub.delivery_failed")

    async def _tell_of_colleagues(self, listener: Listener, hint: Json) -> None:
        """Tells staff who else is here; customers never hear of it."""
        if listener.colleagues is None:
            return
        try:
            await listener.colleagues(hint)
        except Exception:  # outer wall of a background task, as above
            log.exception("hub.delivery_failed")

    async def _tell_session_watchers(self, staff_id: str) -> None:
        for tell in list(self._session_watchers):
            try:
                await tell(staff_id)
            except Exception:  # outer wall: one watcher's trouble is not the others'
                log.exception("hub.watcher_failed")

    async def _tell_list_watchers(self) -> None:
        while True:
            await self._lists_changed.wait()
            await asyncio.sleep(LISTS_PAUSE_SECONDS)
            self._lists_changed.clear()
            for listener in self._waiting_listeners():
                self._spawn(self._safely(listener))
            for tell in list(self._list_watchers):
                try:
                    await tell()
                except Exception:  # outer wall: one watcher's trouble is not the others'
                    log.exception("hub.watcher_failed")

    async def _tell_case_watchers(self) -> None:
        while True:
            await self._cases_changed.wait()
            await asyncio.sleep(LISTS_PAUSE_SECONDS)
            self._cases_changed.clear()
            changed, self._changed_cases = self._changed_cases, set()
            known = [] if ANY_CASE in changed or len(changed) > CASES_NAMED else sorted(changed)
            for tell in list(self._case_watchers):
                try:
                    await tell(known)
                except Exception:  # outer wall: one watcher's trouble is not the others'
                    log.exception("hub.watcher_failed")

    def _waiting_listeners(self) -> list[Listener]:
        """Those in the queue: their place may have moved because of somebody else."""
        return [
            listener
            for group in self._listeners.values()
            for listener in group
            if listener.state is not None and listener.state.owner == "queue"
        ]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_behind(listener: Listener, head: tuple[int, int] | None) -> bool:
    """Whether there is a newer message, or another owner, than this listener was told of."""
    if head is None or listener.state is None:
        return True
    last_seq, epoch = head
    return last_seq > listener.seen or epoch != listener.state.epoch
