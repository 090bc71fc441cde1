"""The socket protocol, spoken over real sockets with a real database."""

import asyncio
from collections.abc import Callable, Iterator
from queue import Queue
from threading import Event
from typing import Any
from uuid import UUID

import pytest
import socketio
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import handoff, queries, service, thread
from disputes.chat.assistant_state import AssistantState
from disputes.chat.desk_sockets import CHECK_AGAIN_SECONDS
from disputes.chat.hub import Hub
from disputes.chat.leases import Leases
from disputes.chat.rate import BURST
from disputes.chat.schemas import Part
from disputes.chat.sockets import CustomerNamespace, Gone
from disputes.chat.tables import Conversation
from disputes.people import service as people
from disputes.people import sessions
from tests.cases.factories import filed
from tests.chat.factories import add_agent, somebody_here
from tests.chat.gateways import running_gateway
from tests.socket_client import SocketClient
from tests.stack import wait_until

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url", "dead_rasa")]


class TestSession:
    def test_an_old_widget_gets_a_bare_string_and_plain_events(self, connect: Callable[[], SocketClient]) -> None:
        browser = connect()
        browser.send("session_request", {"session_id": None})
        session_id = browser.expect("session_confirm")
        assert isinstance(session_id, str)
        bot_says(chat_of(session_id), "Hello!", buttons=[("Yes", "/affirm")])
        uttered = browser.expect("bot_uttered")
        assert uttered["text"] == "Hello!"
        assert uttered["quick_replies"] == [{"content_type": "text", "title": "Yes", "payload": "/affirm"}]
        assert set(uttered) == {"text", "quick_replies", "metadata"}
        assert set(uttered["metadata"]) == {"id", "seq", "from", "name", "at"}
        assert {name for name, _ in browser.seen} == {"session_confirm", "bot_uttered"}

    def test_an_old_widget_that_comes_back_gets_what_it_missed_and_no_more(
        self, connect: Callable[[], SocketClient]
    ) -> None:
        browser = connect()
        browser.send("session_request", {"session_id": None})
        session_id = browser.expect("session_confirm")
        bot_says(chat_of(session_id), "one")
        assert browser.expect("bot_uttered")["text"] == "one"
        wait_until(lambda: database.run(service.delivered_seq, chat_of(session_id)) > 0, 10, "nothing was delivered")
        browser.close()
        bot_says(chat_of(session_id), "two")
        again = connect()
        again.send("session_request", {"session_id": session_id})
        assert again.expect("session_confirm") == session_id
        assert again.expect("bot_uttered")["text"] == "two"
        assert [data["text"] for name, data in again.seen if name == "bot_uttered"] == ["two"]

    def test_a_forged_session_id_gets_a_new_conversation(self, connect: Callable[[], SocketClient]) -> None:
        browser = connect()
        browser.send("session_request", {"session_id": "victim", "last_seq": 0})
        assert browser.expect("session_confirm") != "victim"

    def test_a_foreign_session_id_in_a_message_is_ignored(self, connect: Callable[[], SocketClient]) -> None:
        victim, stranger = connect(), connect()
        victim.send("session_request", {"session_id": None, "last_seq": 0})
        victims_id = victim.expect("session_confirm")
        stranger.send("session_request", {"session_id": None, "last_seq": 0})
        strangers_id = stranger.expect("session_confirm")
        stranger.write("let me in", session_id=victims_id)
        stranger.expect("message_stored")
        assert texts_of(victims_id) == []
        assert texts_of(strangers_id) == ["let me in"]


class TestMessages:
    def test_a_modern_client_is_told_the_place_of_its_message(self, modern: SocketClient) -> None:
        client_id = modern.write("hello")
        stored = modern.expect("message_stored")
        assert stored["client_id"] == client_id
        assert stored["seq"] > 0

    def test_sent_twice_is_stored_once(self, modern: SocketClient) -> None:
        client_id = modern.write("hello")
        first = modern.expect("message_stored")
        modern.write("hello", client_id=client_id)
        assert modern.expect("message_stored") == first
        assert texts_of(modern.session_id) == ["hello"]

    def test_refusals_are_sentences(self, modern: SocketClient) -> None:
        modern.write("   ")
        assert "nothing in this message" in modern.expect("message_refused")["message"]
        modern.write("x" * 10_001)
        assert "too long" in modern.expect("message_refused")["message"]

    def test_messages_in_quick_succession_keep_their_order(self, modern: SocketClient) -> None:
        written = [str(number) for number in range(15)]
        for text in written:
            modern.write(text)
        for _ in written:
            modern.expect("message_stored")
        assert texts_of(modern.session_id) == written

    def test_a_burst_is_stopped_with_a_sentence(self, modern: SocketClient) -> None:
        for number in range(21):
            modern.write(f"message {number}")
        assert modern.expect("message_refused")["code"] == "too_many"
        assert len(texts_of(modern.session_id)) == BURST - 1  # the session request was a frame as well

    def test_a_new_session_request_does_not_lift_the_limit(self, modern: SocketClient) -> None:
        for number in range(BURST):
            modern.send("session_request", {"session_id": modern.session_id, "last_seq": 0})
            modern.write(f"message {number}")
        assert modern.expect("message_refused")["code"] == "too_many"

    @pytest.mark.parametrize("odd", [None, "text", 7, [], {"message": {"a": 1}}, {"metadata": "not json"}])
    def test_odd_frames_break_nothing(self, modern: SocketClient, odd: Any) -> None:
        modern.send("user_uttered", odd)
        modern.send("session_request", odd)
        modern.write("still here")
        assert modern.expect("message_stored")

    def test_ten_tabs_see_the_same_thread(self, modern: SocketClient, connect: Callable[[], SocketClient]) -> None:
        tabs = [connect() for _ in range(9)]
        for tab in tabs:
            tab.open(modern.session_id)
        modern.write("hello from tab one")
        bot_says(chat_of(modern.session_id), "hello to all")
        for tab in tabs:
            while "hello from tab one" not in tab.texts():
                tab.expect("history")
            while "hello to all" not in tab.texts():
                tab.expect("bot_uttered")
        assert len(set(all_conversations())) == 1


class TestResume:
    def test_a_reconnect_brings_exactly_what_was_missed(
        self, modern: SocketClient, connect: Callable[[], SocketClient]
    ) -> None:
        chat = chat_of(modern.session_id)
        bot_says(chat, "seen")
        last_seq = modern.expect("bot_uttered")["metadata"]["seq"]
        modern.close()
        for number in range(3):
            bot_says(chat, f"missed {number}")
        again = connect()
        again.send("session_request", {"session_id": modern.session_id, "last_seq": last_seq})
        history = again.expect("history")
        assert [message["text"] for message in history["messages"]] == ["missed 0", "missed 1", "missed 2"]
        assert again.expect("conversation")["owner"] == "bot"

    def test_a_card_comes_right_before_its_text(self, modern: SocketClient) -> None:
        card = {"kind": "filed", "title": "CD-1", "rows": []}
        bot_says(chat_of(modern.session_id), "Filed.", card=card)
        modern.expect("bot_uttered")
        names = [name for name, _ in modern.seen if name in ("card", "bot_uttered")]
        assert names == ["card", "bot_uttered"]

    def test_the_queue_is_told_and_updated(self, modern: SocketClient, connect: Callable[[], SocketClient]) -> None:
        earlier = connect()
        earlier.send("session_request", {"session_id": None, "last_seq": 0})
        earlier_id = earlier.expect("session_confirm")
        database.run(somebody_here)
        for browser in (earlier, modern):
            browser.write("hello")
            browser.write("/talk_to_person")
            browser.expect("message_stored")
            browser.expect("message_stored")
        modern.expect_state(lambda state: state["queue_position"] == 2)
        with database.transaction() as session:
            handoff.claim(session, chat_of(earlier_id), add_agent(session, "Anna Berg"))
        modern.expect_state(lambda state: state["queue_position"] == 1)
        earlier.expect_state(lambda state: state["owner"] == "agent" and state["agent"] == "Anna Berg")

    def test_a_broken_listening_connection_loses_nothing(self, modern: SocketClient) -> None:
        with database.engine().connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
            )
        bot_says(chat_of(modern.session_id), "after the break")
        assert modern.expect("bot_uttered")["text"] == "after the break"


class TestGone:
    def test_a_socket_that_left_meanwhile_is_not_listened_for(self) -> None:
        async def bind_after_leaving() -> Hub:
            hub = Hub()
            namespace = CustomerNamespace(hub, AssistantState(), Leases(), lambda _scope: None)
            await namespace.on_connect("sid", {"asgi.scope": {}})
            await namespace.on_disconnect("sid")
            with pytest.raises(Gone):
                await namespace._bind("sid", {"last_seq": 0})
            return hub

        hub = asyncio.run(bind_after_leaving())
        assert hub._listeners == {}


class TestDesk:
    def test_an_agent_follows_a_chat_on_a_page_of_our_own_only(self, address: str) -> None:
        cookie = cookie_of("agent")
        connect_to_desk(address, cookie, origin=address).disconnect()
        with pytest.raises(socketio.exceptions.ConnectionError):
            connect_to_desk(address, cookie, origin="https://www.example.com")

    def test_a_mediator_has_no_place_at_the_desk(self, address: str) -> None:
        with pytest.raises(socketio.exceptions.ConnectionError):
            connect_to_desk(address, cookie_of("mediator"), origin=address)

    def test_with_the_end_of_its_session_an_open_tab_is_cut_off(self, address: str) -> None:
        cookie, other = cookie_of("agent"), cookie_of("manager")
        client = connect_to_desk(address, cookie, origin=address)
        left_alone = connect_to_desk(address, other, origin=address)
        listening, cut_off = Event(), Event()
        client.on("cases", lambda _data: listening.set(), namespace="/desk")
        client.on("disconnect", lambda *_reason: cut_off.set(), namespace="/desk")
        with database.transaction() as session:
            filed(session)
        assert listening.wait(20)
        database.run(people.sign_out, cookie)
        assert cut_off.wait(CHECK_AGAIN_SECONDS / 3), "it was not told, only found out"
        assert "/desk" in left_alone.namespaces
        left_alone.disconnect()

    def test_without_that_hint_an_open_tab_may_not_write_all_the_same(
        self, address: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions, "ENDED_CHANNEL", "nobody_listens_here")
        cookie = cookie_of("agent")
        client = connect_to_desk(address, cookie, origin=address)
        refused: list[Any] = []
        answered = Event()

        def remember(data: Any) -> None:
            refused.append(data)
            answered.set()

        client.on("message_refused", remember, namespace="/desk")
        database.run(people.sign_out, cookie)
        with database.transaction() as session:
            chat = service.open_conversation(session, None)[0].id
        client.emit("say", {"conversation_id": str(chat), "text": "hi", "client_id": "1"}, namespace="/desk")
        assert answered.wait(5)
        assert refused[0]["code"] == "sign_in_needed"
        client.disconnect()

    def test_an_open_page_hears_which_cases_changed(self, address: str) -> None:
        client = connect_to_desk(address, cookie_of("agent"), origin=address)
        heard: Queue[list[str]] = Queue()
        client.on("cases", lambda data: heard.put(data["ids"]), namespace="/desk")
        with database.transaction() as session:
            filed(session)
        first = heard.get(timeout=20)  # at the latest when the process begins to listen: anything may have changed
        with database.transaction() as session:
            case = filed(session, order_number="10024")
        while str(case.id) not in first:
            first = heard.get(timeout=10)
        client.disconnect()

    def test_without_a_session_cookie_the_desk_refuses(self, address: str) -> None:
        client = socketio.Client(reconnection=False)
        with pytest.raises(socketio.exceptions.ConnectionError):
            client.connect(address, namespaces=["/desk"], transports=["websocket"])


def cookie_of(role: str) -> str:
    """The session cookie of a new member of staff."""
    with database.transaction() as session:
        staff = people.add_staff(session, f"{role}@example.org", f"{role.title()} Test", role)
        path = people.new_sign_in_link(session, staff)
        return people.use_sign_in_link(session, path.rpartition("/")[2]).token


def connect_to_desk(address: str, cookie: str, *, origin: str) -> socketio.Client:
    """A browser tab at the desk."""
    client = socketio.Client(reconnection=False, websocket_extra_options={"origin": origin})
    headers = {"Cookie": f"{people.SESSION_COOKIE}={cookie}"}
    client.connect(address, headers=headers, namespaces=["/desk"], transports=["websocket"])
    return client


def chat_of(session_id: str) -> UUID:
    """The conversation behind a session id."""
    with database.transaction() as session:
        return service.open_conversation(session, session_id)[0].id


def all_conversations() -> list[UUID]:
    with database.transaction() as session:
        return [row.id for row in session.query(Conversation).all()]


def texts_of(session_id: str) -> list[str]:
    """What the customer's messages in a conversation say."""
    with database.transaction() as session:
        rows = queries.messages_after(session, chat_of(session_id), 0, notes=False)
        return [row.text for row in rows if row.author == "customer"]


def bot_says(
    chat: UUID, text: str, *, buttons: list[tuple[str, str]] | None = None, card: dict[str, Any] | None = None
) -> None:
    """The assistant says something, as after a turn."""
    replies = [{"content_type": "text", "title": title, "payload": payload} for title, payload in buttons or []]

    def store(session: Session) -> None:
        conversation = queries.locked(session, chat)
        assert conversation is not None
        part = Part(text, replies or None, None, card)
        thread.append(session, conversation, "bot", part.text, quick_replies=part.quick_replies, card=part.card)

    database.run(store)


@pytest.fixture
def address(database_url: str) -> Iterator[str]:
    """The address of a running socket server."""
    with running_gateway() as running:
        yield running


@pytest.fixture
def connect(address: str) -> Iterator[Callable[[], SocketClient]]:
    opened: list[SocketClient] = []

    def open_one() -> SocketClient:
        opened.append(SocketClient(address))
        return opened[-1]

    yield open_one
    for browser in opened:
        browser.close()


@pytest.fixture
def modern(connect: Callable[[], SocketClient]) -> SocketClient:
    """A client that says what it has seen, with a conversation of its own."""
    browser = connect()
    browser.open()
    return browser
