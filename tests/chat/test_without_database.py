"""Live chat when the database, or a hint of it, is away for a moment: nobody is turned away, and nothing is missed."""

from collections.abc import Iterator
from typing import Any

import pytest
import websocket
from sqlalchemy.exc import OperationalError

from disputes import database
from disputes.chat import desk_sockets, hints, hub, thread
from disputes.chat import queries as chat_queries
from disputes.people import service as people
from tests.chat.gateways import running_gateway
from tests.chat.test_sockets import chat_of, cookie_of
from tests.socket_client import SocketClient

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url", "dead_rasa")]

REFUSED, CONNECTED, ENDED = "44/desk,", "40/desk,", "1"


def test_a_tab_of_the_desk_is_not_turned_away_but_cut_off_so_that_it_comes_back(
    gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = cookie_of("agent")

    def away(*_arguments: Any) -> Any:
        raise OperationalError("SELECT 1", None, Exception("the database system is starting up"))

    with monkeypatch.context() as outage:
        outage.setattr(desk_sockets, "arrive", away)
        heard = frames_of_desk(gateway, cookie)
    assert heard[-1] == ENDED
    assert not any(frame.startswith((REFUSED, CONNECTED)) for frame in heard)
    assert any(frame.startswith(CONNECTED) for frame in frames_of_desk(gateway, cookie, leave_at=CONNECTED))


def test_a_message_whose_hint_was_lost_is_found_by_the_next_look(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = SocketClient(gateway, patience=10)
    customer.open()
    with monkeypatch.context() as lost:
        lost.setattr(hints, "conversation_changed", lambda *_arguments, **_more: None)
        with database.transaction() as session:
            conversation = chat_queries.locked(session, chat_of(customer.session_id))
            assert conversation is not None
            thread.append(session, conversation, "system", "said without a hint")
    customer.expect_text("said without a hint")
    customer.close()


def frames_of_desk(address: str, cookie: str, *, leave_at: str = "\0") -> list[str]:
    """What the server says to a tab until it ends the line (or says what is waited for)."""
    url = address.replace("http:", "ws:") + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(url, cookie=f"{people.SESSION_COOKIE}={cookie}", origin=address, timeout=10)
    heard: list[str] = []
    try:
        while True:
            heard.append(str(line.recv()))
            if heard[-1].startswith("0"):
                line.send("40/desk,")
            if heard[-1] == ENDED or heard[-1].startswith(leave_at):
                return heard
    finally:
        line.close()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A socket server that looks by itself every half second."""
    monkeypatch.setattr(hub, "LOOK_ANYWAY_SECONDS", 0.5)
    with running_gateway() as address:
        yield address
