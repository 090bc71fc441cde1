"""Files and the hand-over card over real sockets: for our widget, for old ones, and at the desk."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from disputes import database
from disputes.chat import endings, file_links, handoff, queue
from disputes.chat.lines import line
from tests.chat.factories import add_agent, somebody_here
from tests.chat.gateways import running_gateway
from tests.chat.test_sockets import chat_of
from tests.files.chats import send
from tests.files.factories import jpg
from tests.socket_client import SocketClient

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url", "dead_rasa")]


class TestFiles:
    def test_our_widget_is_told_what_it_may_send_and_gets_no_address(self, browser: SocketClient) -> None:
        states = [data for name, data in browser.seen if name == "conversation"]
        assert states[0]["files"]["most"] == 5
        assert states[0]["files"]["megabytes"] == 10
        assert ".heic" in states[0]["files"]["accept"]
        file_from_agent(chat_of(browser.session_id))
        shown = next(data for data in uttered(browser) if "attachment" in data)
        assert set(shown) == {"attachment", "metadata"}
        assert shown["attachment"]["payload"]["title"] == "label.jpg"
        assert "src" not in shown["attachment"]["payload"]

    def test_an_old_widget_gets_an_address_that_works_for_an_hour(self, connect: Callable[[], SocketClient]) -> None:
        old = connect()
        old.send("session_request", {"session_id": None})
        session_id = old.expect("session_confirm")
        file_from_agent(chat_of(session_id))
        shown = next(data for data in uttered(old) if "attachment" in data)
        link = shown["attachment"]["payload"]["src"]
        found = file_links.read(link.rsplit("/", 1)[1])
        assert found is not None
        assert found[0] == chat_of(session_id)
        assert any(link in data.get("text", "") for name, data in old.seen if name == "bot_uttered")

    def test_a_file_of_the_customers_own_reaches_their_other_tab(
        self, browser: SocketClient, connect: Callable[[], SocketClient]
    ) -> None:
        other = connect()
        other.open(browser.session_id)
        send(chat_of(browser.session_id), "box.jpg", jpg(), client_id="mine")
        other.expect_text("Sent a file: box.jpg")
        histories = [data for name, data in other.seen if name == "history"]
        [message] = [said for data in histories for said in data["messages"] if said.get("client_id") == "mine"]
        assert message["attachment"]["type"] == "image"


class TestCard:
    def test_comes_right_before_its_text_and_is_renewed_by_a_correction(self, browser: SocketClient) -> None:
        browser.write(queue.TALK_TO_PERSON)
        first = browser.expect("card")
        assert first["card"]["kind"] == "handover"
        browser.send("correct", {"client_id": "c1", "field": "order_number", "value": "10024"})
        assert browser.expect("corrected") == {"client_id": "c1"}
        browser.expect_text("Order is now “10024”")
        cards = [data for name, data in browser.seen if name == "card"]
        assert [card["id"] for card in cards] == [first["id"]] * 2
        assert {row["label"]: row["value"] for row in cards[-1]["card"]["rows"]}["Order"] == "10024"

    def test_what_cannot_be_is_refused_under_its_own_id(self, browser: SocketClient) -> None:
        browser.write(queue.TALK_TO_PERSON)
        browser.expect("card")
        browser.send("correct", {"client_id": "c1", "field": "contact_email", "value": "mia"})
        refused = browser.expect("message_refused")
        assert (refused["client_id"], refused["code"]) == ("c1", "invalid")
        assert "e-mail address" in refused["message"]

    @pytest.mark.parametrize("data", [None, [], {"field": "category"}, {"client_id": "1", "field": 7, "value": {}}])
    def test_nonsense_does_no_harm(self, browser: SocketClient, data: Any) -> None:
        browser.send("correct", data)
        browser.write("still here")
        browser.expect("message_stored")

    def test_an_old_widget_reads_it_as_text(self, connect: Callable[[], SocketClient]) -> None:
        old = connect()
        old.send("session_request", {"session_id": None})
        old.expect("session_confirm")
        old.write(queue.TALK_TO_PERSON)
        old.expect_text("Order: Not told yet")
        assert "card" not in {name for name, _ in old.seen}

    def test_a_browser_that_comes_back_finds_it_as_it_is_now(
        self, browser: SocketClient, connect: Callable[[], SocketClient]
    ) -> None:
        browser.write(queue.TALK_TO_PERSON)
        browser.expect("card")
        browser.send("correct", {"client_id": "c1", "field": "order_number", "value": "10024"})
        browser.expect("corrected")
        again = connect()
        again.open(browser.session_id)
        said = [message for name, data in again.seen if name == "history" for message in data["messages"]]
        [card] = [message["card"] for message in said if "card" in message and "card_of" not in message]
        assert {row["label"]: row["value"] for row in card["rows"]}["Order"] == "10024"


class TestScore:
    def test_of_a_widget_that_sends_the_button_under_an_id_of_its_own_is_answered(self, browser: SocketClient) -> None:
        browser.write("Hello?")
        browser.expect("message_stored")
        with database.transaction() as session:
            endings.end_by_customer(session, chat_of(browser.session_id))
        asked = next(data for data in uttered(browser) if line("satisfaction") == data.get("text"))
        payload = asked["quick_replies"][3]["payload"]
        browser.send("user_uttered", {"message": payload, "metadata": {"client_id": "score"}})
        stored = browser.expect("message_stored")
        assert (stored["client_id"], stored["id"]) == ("score", asked["metadata"]["id"])


def uttered(client: SocketClient) -> Iterator[dict[str, Any]]:
    """Each utterance that comes, in order."""
    while True:
        yield client.expect("bot_uttered")


def file_from_agent(chat: UUID) -> None:
    with database.transaction() as session:
        anna = add_agent(session, "Anna Berg")
        handoff.take_over(session, chat, anna)
    send(chat, "label.jpg", jpg(), staff=anna)


@pytest.fixture
def address(database_url: str) -> Iterator[str]:
    with database.transaction() as session:
        somebody_here(session)
    with running_gateway() as found:
        yield found


@pytest.fixture
def connect(address: str) -> Iterator[Callable[[], SocketClient]]:
    opened: list[SocketClient] = []

    def make() -> SocketClient:
        opened.append(SocketClient(address))
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def browser(connect: Callable[[], SocketClient]) -> SocketClient:
    """A tab with our widget, with a conversation open."""
    found = connect()
    found.open()
    return found
