"""Conversations to start from, and a Rasa that does as it is told."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, ClassVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.chat import queries, service
from disputes.chat.rasa_client import rasa_client
from disputes.chat.tables import Conversation, Message
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.chat.factories import add_agent, somebody_here

__all__ = ["add_agent"]


@pytest.fixture
def conversation(session: Session) -> Conversation:
    opened, _session_id = service.open_conversation(session, None)
    return opened


@pytest.fixture
def anna(session: Session) -> Staff:
    return add_agent(session, "Anna Berg")


@pytest.fixture
def ben(session: Session) -> Staff:
    return add_agent(session, "Ben Okafor")


@pytest.fixture
def sam(session: Session) -> Staff:
    """Somebody at the desk whom customers can be promised."""
    return somebody_here(session)


def lines_of(session: Session, conversation: Conversation) -> list[tuple[str, str]]:
    """What customers see, as (author, text)."""
    found = queries.messages_after(session, conversation.id, 0, notes=False)
    return [(message.author, message.text) for message in found]


def all_rows(session: Session, conversation: Conversation) -> list[Message]:
    """Every row of the thread in order, also what nobody is shown."""
    rows = select(Message).where(Message.conversation_id == conversation.id).order_by(Message.seq)
    return list(session.scalars(rows))


@dataclass
class RasaStandIn:
    """A neighbour that fails on command; speaks the two calls that the client makes."""

    replies: list[Any] = field(default_factory=list)
    tracker: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    posted_events: list[Any] = field(default_factory=list)
    hold: Event | None = None
    reached: Event = field(default_factory=Event)

    def next_reply(self) -> Any:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> Iterator[RasaStandIn]:
    stand_in = RasaStandIn(replies=[[{"text": "Hello!"}]])

    class Handler(BaseHTTPRequestHandler):
        rasa: ClassVar[RasaStandIn] = stand_in

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.startswith("/conversations/"):
                self.rasa.posted_events.append(body)
                self.answer(200, {})
                return
            self.rasa.asked.append(body)
            self.rasa.reached.set()
            if self.rasa.hold is not None:
                self.rasa.hold.wait(10)
            reply = self.rasa.next_reply()
            if isinstance(reply, int):
                self.answer(reply, {"status": "failure"})
            else:
                self.answer(200, reply)

        def do_GET(self) -> None:
            self.answer(200, self.rasa.tracker)

        def answer(self, status: int, body: Any) -> None:
            encoded = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("RASA_URL", f"http://127.0.0.1:{server.server_port}")
    settings.cache_clear()
    rasa_client.cache_clear()
    yield stand_in
    server.shutdown()
    server.server_close()
    rasa_client().http.close()
    rasa_client.cache_clear()


@pytest.fixture
def dead_rasa(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RASA_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    rasa_client.cache_clear()
    yield
    rasa_client.cache_clear()


type Say = Callable[[str], Message]


@pytest.fixture
def say(session: Session, conversation: Conversation) -> Say:
    """The customer writes; returns the stored message."""

    def write(text: str) -> Message:
        received = service.receive(session, conversation.id, text, client_id=None)
        assert received is not None
        message = session.get(Message, received.id)
        assert message is not None
        return message

    return write
