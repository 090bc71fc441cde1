"""Live chat with many people in it: how fast an agent's word arrives, and how fast the desk's lists are.

`python -m tests.bench.live` measures these alone: in one process, and with two web processes and two workers side by
side.
"""

import asyncio
import hashlib
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import socketio
from sqlalchemy import insert, text
from sqlalchemy.orm import Session
from yarl import URL

from disputes import clock
from disputes.chat.ownership import Owner
from disputes.chat.tables import Conversation, Message, Ownership
from disputes.people import service as people
from disputes.people.tables import Staff
from tests.bench.default_rasa import ask
from tests.bench.rows import Row, p50, p95, table
from tests.deploy.server import Server, running_server
from tests.serving import Visitor
from tests.socket_client import SocketClient
from tests.stack import Stack, running_stack

SOCKETS = 500
SAID = 300
TABS = 30
"""Tabs of the agent, who writes faster than one may: a burst from one tab is stopped."""

OPENING_AT_ONCE = 25
MANY = 10_000
LOOKS = 60
TURNS = 40
WORDS = "a message of usual length about a parcel that never came"
ASKED = "how long does a complaint take?"


def main() -> int:
    """Measures and prints the table; ends with 1 when a bar is missed."""
    with running_stack(CHATS_PER_ADDRESS="0") as stack:
        rows = in_one_process(stack)
    rows += side_by_side()
    print(table(rows))
    return 0 if all(row.ok is not False for row in rows) else 1


def in_one_process(stack: Stack) -> list[Row]:
    """With everything in one process, as `make run` starts it."""
    with stack.transaction() as session:
        crowd = Crowd.of(session)
    took = asyncio.run(crowd.agent_says([stack.url], stack.url))
    lists = desk_lists(stack, crowd, stack.url)
    return [
        Row(f"agent to customer, {SOCKETS} open sockets, p50", p50(took) * 1000, "ms"),
        Row(f"agent to customer, {SOCKETS} open sockets, p95", p95(took) * 1000, "ms", 50),
        Row(f"desk's lists among {MANY:,} conversations, p95", p95(lists) * 1000, "ms", 100),
    ]


def side_by_side() -> list[Row]:
    """Two web processes and two workers: the customer on one, the agent on the other."""
    with running_server() as server:
        first, second = (f"http://127.0.0.1:{port}" for port in server.web_ports)
        whole, straight = turns_on(server, first)
        with server.transaction() as session:
            crowd = Crowd.of(session)
        took = asyncio.run(crowd.agent_says([first, second], second, customers_on=first))
        lists = desk_lists(server, crowd, second)
    return [
        Row(f"two processes: agent to customer on the other, {SOCKETS} sockets, p95", p95(took) * 1000, "ms", 50),
        Row(f"two processes: desk's lists among {MANY:,} conversations, p95", p95(lists) * 1000, "ms", 100),
        Row("two processes: whole turn / straight to Rasa, p50", p50(whole) / p50(straight), "x", 1.5),
        Row("two processes: whole turn / straight to Rasa, p95", p95(whole) / p95(straight), "x", 1.8),
    ]


@dataclass
class Crowd:
    """Chats with an agent, one for each customer who has the page open."""

    agent: Staff
    link: str
    ids: list[UUID]
    keys: list[str]
    arrived: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session) -> "Crowd":
        """Makes the agent and their chats. One person may not hold so many, but the program does not look again."""
        agent = people.add_staff(session, f"{uuid4().hex[:8]}@bench.example", "Bench", "agent")
        link = people.new_sign_in_link(session, agent)
        keys = [token_urlsafe(32) for _ in range(SOCKETS)]
        held: list[Owner] = ["agent"] * SOCKETS
        ids = fill(session, agent, keys, held)
        return cls(agent, link, ids, keys)

    async def agent_says(self, urls: list[str], desk: str, *, customers_on: str = "") -> list[float]:
        """Seconds from the agent's word to its customer's socket, for SAID words to customers chosen at random.

        Sockets are spread over `urls`; with `customers_on` the words go to those on that process.
        """
        random = Random(7)
        homes = [urls[number % len(urls)] for number in range(SOCKETS)]
        reached = [number for number in range(SOCKETS) if not customers_on or homes[number] == customers_on]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            doors = asyncio.Semaphore(OPENING_AT_ONCE)
            opened = [self._customer(http, doors, homes[number], self.keys[number]) for number in range(SOCKETS)]
            sockets = await asyncio.gather(*opened)
            tabs = await self._tabs(desk)
            took = []
            for number in range(SAID):
                took.append(await self._say(tabs[number % TABS], self.ids[random.choice(reached)]))
                await asyncio.sleep(0.02)
            await asyncio.gather(*(socket.disconnect() for socket in [*sockets, *tabs]))
            return took

    async def _customer(self, http: aiohttp.ClientSession, doors: asyncio.Semaphore, url: str, key: str) -> Any:
        async with doors:
            ready = asyncio.Event()
            socket = socketio.AsyncClient(reconnection=False, http_session=http)
            socket.on("bot_uttered", lambda said: self.arrived.setdefault(said["text"], time.perf_counter()))
            socket.on("conversation", lambda _state: ready.set())
            await socket.connect(url, transports=["websocket"], wait_timeout=30)
            await socket.emit("session_request", {"session_id": key, "last_seq": 2})
            await asyncio.wait_for(ready.wait(), 30)
            return socket

    async def _tabs(self, url: str) -> list[Any]:
        with Visitor(url) as browser:
            browser.submit(self.link)
            token = str(browser.cookies[people.SESSION_COOKIE])
        return [await self._tab(url, token) for _ in range(TABS)]

    async def _tab(self, url: str, token: str) -> Any:
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        http.cookie_jar.update_cookies({people.SESSION_COOKIE: token}, URL(url))
        socket = socketio.AsyncClient(reconnection=False, http_session=http)
        socket.on("disconnect", lambda *_reason: asyncio.ensure_future(http.close()), namespace="/desk")
        await socket.connect(url, transports=["websocket"], namespaces=["/desk"], wait_timeout=30)
        return socket

    async def _say(self, agent: Any, chat: UUID) -> float:
        words = uuid4().hex
        began = time.perf_counter()
        frame = {"conversation_id": str(chat), "text": words, "client_id": words}
        await agent.emit("say", frame, namespace="/desk")
        while words not in self.arrived:
            assert time.perf_counter() - began < 20, "an agent's word did not arrive"
            await asyncio.sleep(0.001)
        return self.arrived[words] - began


def desk_lists(program: Stack | Server, crowd: Crowd, url: str) -> list[float]:
    """Seconds for the part of the desk's page that is renewed with each change, with many conversations there."""
    with program.transaction() as session:
        queue: list[Owner] = ["queue"] * 150
        colleagues: list[Owner] = ["agent"] * 350
        owners = queue + colleagues
        bots: list[Owner] = ["bot"] * (MANY - SOCKETS - len(owners))
        fill(session, crowd.agent, [token_urlsafe(32) for _ in owners + bots], owners + bots)
        link = people.new_sign_in_link(session, crowd.agent)
    with program.transaction() as session:
        session.execute(text("ANALYZE conversations, messages"))
    took = []
    with Visitor(url) as browser:
        browser.submit(link)
        # A server's cookies are for https only, and this goes past nginx.
        browser.headers["Cookie"] = f"{people.SESSION_COOKIE}={browser.cookies[people.SESSION_COOKIE]}"
        browser.cookies.clear()
        for _ in range(LOOKS):
            began = time.perf_counter()
            answer = browser.get("/desk/lists")
            took.append(time.perf_counter() - began)
            assert answer.status_code == 200
    return took[5:]


def fill(session: Session, agent: Staff, keys: list[str], owners: list[Owner], *, messages: int = 2) -> list[UUID]:
    """Makes conversations with these session ids, owners and some messages each."""
    now = clock.now()
    chats = [_chat(key, owner, agent, now, messages) for key, owner in zip(keys, owners, strict=True)]
    session.execute(insert(Conversation), chats)
    log = [{"epoch": 0, "reason": "earlier", "seq": 0, "at": now} for _ in chats]
    of_chat = [
        row | {"conversation_id": chat["id"], "owner": chat["owner"], "agent_id": chat["agent_id"]}
        for row, chat in zip(log, chats, strict=True)
    ]
    session.execute(insert(Ownership), of_chat)
    said = [
        {"conversation_id": chat["id"], "seq": seq, "author": "customer", "text": WORDS, "created_at": now}
        for chat in chats
        for seq in range(1, messages + 1)
    ]
    session.execute(insert(Message), said)
    return [chat["id"] for chat in chats]


def _chat(key: str, owner: Owner, agent: Staff, now: datetime, messages: int) -> dict[str, Any]:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return {
        "id": uuid4(),
        "session_digest": digest,
        "visitor_digest": digest,
        "owner": owner,
        "agent_id": agent.id if owner == "agent" else None,
        "first_waiting_since": now if owner != "bot" else None,
        "waiting_since": now if owner == "queue" else None,
        "last_customer_at": now,
        "last_seq": messages,
        "created_at": now,
        "updated_at": now,
    }


def turns_on(server: Server, url: str) -> tuple[list[float], list[float]]:
    """The same question through the system and straight to a Rasa, one after the other."""
    customer = SocketClient(url, patience=60)
    customer.open()
    customer.be_greeted()
    whole, straight, sender = [], [], uuid4().hex
    for number in range(TURNS):
        if number % 15 == 14:
            session_id, seen = customer.session_id, customer.last_seq()
            customer.close()
            customer = SocketClient(url, patience=60)
            customer.open(session_id, seen)
        began = time.perf_counter()
        customer.write(ASKED)
        customer.expect("bot_uttered")
        whole.append(time.perf_counter() - began)
        straight.append(ask(server.rasa_addresses[0], sender, ASKED))
    customer.close()
    return whole, straight


if __name__ == "__main__":
    sys.exit(main())
