"""The shop's token in the first frame of a socket, with a real server and a real database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import endings, queries, service, thread, visits
from disputes.chat.tables import Conversation
from tests.chat.gateways import running_gateway
from tests.people.shop import NOBODYS_KEY, shop, token
from tests.socket_client import SocketClient

__all__ = ["shop"]

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url", "dead_rasa", "shop")]

MIA, TOM = "mia.hughes@example.com", "tom.reed@example.com"


def test_the_first_frame_says_who_it_is(connect: Callable[[], SocketClient]) -> None:
    page = opened(connect, identity=token())
    assert email_of(page.session_id) == MIA


def test_neither_token_nor_address_comes_back(connect: Callable[[], SocketClient]) -> None:
    mine = token()
    page = opened(connect, identity=mine)
    assert mine not in repr(page.seen)
    assert MIA not in repr(page.seen)


@pytest.mark.parametrize("odd", [7, ["x"], {"token": "x"}, "", "x" * 50_000, None, True])
def test_odd_tokens_break_nothing(connect: Callable[[], SocketClient], odd: Any) -> None:
    page = opened(connect, identity=odd)
    page.write("still here")
    assert page.expect("message_stored")
    assert email_of(page.session_id) is None


def test_a_forged_one_goes_on_unproven(connect: Callable[[], SocketClient]) -> None:
    page = opened(connect, identity=token(key=NOBODYS_KEY))
    assert page.session_id
    assert email_of(page.session_id) is None


def test_a_page_may_say_it_later_and_again(connect: Callable[[], SocketClient]) -> None:
    page = opened(connect)
    request(page, identity=token(), session_id=page.session_id)
    mine = page.expect("session_confirm")
    assert mine != page.session_id
    assert email_of(mine) == MIA
    request(page, identity=token(), session_id=mine)
    assert page.expect("session_confirm") == mine


def test_a_token_in_a_message_is_nothing(connect: Callable[[], SocketClient]) -> None:
    page = opened(connect)
    page.send(
        "user_uttered", {"message": "hi", "identity": token(), "metadata": {"client_id": "1", "identity": token()}}
    )
    page.expect("message_stored")
    assert email_of(page.session_id) is None


def test_whoever_signs_out_takes_every_page_of_that_browser_along(connect: Callable[[], SocketClient]) -> None:
    """A page that was left open must not read on in the chat of who is signed in no more."""
    left_open = opened(connect, identity=token())
    chat = chat_of(left_open.session_id)
    other = opened(connect, session_id=left_open.session_id)
    assert other.session_id != left_open.session_id
    elsewhere = left_open.expect("session_confirm")
    assert elsewhere not in (left_open.session_id, other.session_id)
    left_open.expect("conversation")
    bot_says(chat, "Your complaint stands like this.")
    mine = opened(connect, identity=token())
    mine.expect_text("Your complaint stands like this.")
    for page in (left_open, other):
        page.write("where is my complaint?")
        page.expect("message_stored")
        assert "Your complaint stands like this." not in page.texts()
    assert texts_of(chat) == []


def test_a_page_of_an_old_widget_is_taken_along_too(connect: Callable[[], SocketClient]) -> None:
    page = connect()
    page.send("session_request", {"identity": token()})
    session_id = page.expect("session_confirm")
    opened(connect, session_id=session_id)
    assert page.expect("session_confirm") != session_id


def test_the_next_person_reads_nothing_of_the_one_before(connect: Callable[[], SocketClient]) -> None:
    before = opened(connect, identity=token())
    bot_says(chat_of(before.session_id), "Dear Mia Hughes")
    before.expect_text("Dear Mia Hughes")
    after = opened(connect, session_id=before.session_id, identity=token(TOM, name="Tom Reed"))
    after.write("hello")
    after.expect("message_stored")
    assert "Dear Mia Hughes" not in after.texts()
    assert email_of(after.session_id) == TOM


def test_the_next_chat_is_theirs_too_without_another_word_of_the_page(connect: Callable[[], SocketClient]) -> None:
    page = opened(connect, identity=token())
    page.write("hello")
    page.expect("message_stored")
    database.run(endings.end_by_customer, chat_of(page.session_id))
    page.write("/new_chat")
    fresh = page.expect("session_confirm")
    assert fresh != page.session_id
    assert email_of(fresh) == MIA


def test_many_pages_at_once_with_tokens_of_one_person_share_a_chat_or_have_their_own(
    connect: Callable[[], SocketClient],
) -> None:
    """Whatever the order, no two of them get each other's session, and all are that person."""
    pages = [connect() for _ in range(6)]
    for page in pages:
        request(page, identity=token())
    sessions = [page.expect("session_confirm") for page in pages]
    assert len(set(sessions)) == len(pages)


def test_one_token_sent_by_many_browsers_at_once_is_believed_once(connect: Callable[[], SocketClient]) -> None:
    stolen = token()
    pages = [connect() for _ in range(6)]
    for page in pages:
        request(page, identity=stolen)
    sessions = [page.expect("session_confirm") for page in pages]
    assert sorted(email_of(each) or "" for each in sessions) == [""] * 5 + [MIA]


def opened(connect: Callable[[], SocketClient], **asked: Any) -> SocketClient:
    page = connect()
    request(page, **asked)
    page.session_id = page.expect("session_confirm")
    page.expect("conversation")
    return page


def request(page: SocketClient, **asked: Any) -> None:
    page.send("session_request", {"last_seq": 0, **asked})


def chat_of(session_id: str) -> Any:
    found = database.run(service.conversation_of_session, session_id)
    assert found is not None
    return found


def email_of(session_id: str) -> str | None:
    """The address that is proved in the chat behind that session id."""

    def look(session: Session) -> str | None:
        chat = queries.by_session(session, visits.digest_of(session_id))
        assert chat is not None
        proof = queries.status_request(session, chat.status_request_id) if chat.status_request_id else None
        return proof.email if proof else None

    return database.run(look)


def texts_of(chat: Any) -> list[str]:
    def look(session: Session) -> list[str]:
        rows = queries.messages_after(session, chat, 0, notes=False)
        return [row.text for row in rows if row.author == "customer"]

    return database.run(look)


def bot_says(chat: Any, text: str) -> None:
    def store(session: Session) -> None:
        conversation: Conversation | None = queries.locked(session, chat)
        assert conversation is not None
        thread.append(session, conversation, "bot", text)

    database.run(store)


@pytest.fixture
def connect() -> Iterator[Callable[[], SocketClient]]:
    opened: list[SocketClient] = []
    with running_gateway() as address:

        def one_more() -> SocketClient:
            opened.append(SocketClient(address))
            return opened[-1]

        yield one_more
        for page in opened:
            page.close()
