"""Beside a conversation: where its customer is written to, a copy by mail, and whether the chat has helped."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import handoff, satisfaction, service
from disputes.notifications.tables import Notification
from tests.serving import Visitor, add_staff, hidden, signed_in

MIA = "mia.hughes@example.com"
SCRIPT = "<script>alert(1)</script>"


class TestPart:
    def test_says_that_no_address_is_known(self, ada: Visitor, chat: UUID) -> None:
        assert "No e-mail address known" in ada.open(f"/desk/chats/{chat}/reach")

    def test_shows_the_address_and_how_it_was(self, ada: Visitor, chat: UUID) -> None:
        know(chat)
        database.run(judged, chat, 2, SCRIPT)
        page = ada.open(f"/desk/chats/{chat}/reach")
        for words in (MIA, "Not proved", "2 of 5", "&lt;script&gt;"):
            assert words in page
        assert SCRIPT not in page

    def test_of_a_chat_that_is_not_there_is_not_there(self, ada: Visitor, chat: UUID) -> None:
        assert ada.get("/desk/chats/00000000-0000-0000-0000-000000000009/reach").status_code == 404

    def test_is_loaded_by_the_panel(self, ada: Visitor, chat: UUID) -> None:
        assert f"/desk/chats/{chat}/reach" in ada.open(f"/desk/chats/{chat}/context")


class TestCopy:
    def test_goes_to_the_address_that_is_known(self, ada: Visitor, chat: UUID) -> None:
        know(chat)
        answer = send(ada, chat)
        assert answer.headers["location"] == f"/desk/chats/{chat}"
        assert recipients() == [MIA]
        assert "A copy of the chat" in ada.open(f"/desk/chats/{chat}/reach")

    def test_or_to_the_one_that_is_typed(self, ada: Visitor, chat: UUID) -> None:
        send(ada, chat, email="Other@Example.com")
        assert recipients() == ["other@example.com"]

    @pytest.mark.parametrize(("email", "said"), [("", "Type the one they told you"), ("mia", "does not look like")])
    def test_without_one_says_so(self, ada: Visitor, chat: UUID, email: str, said: str) -> None:
        answer = send(ada, chat, email=email)
        assert answer.status_code == 400
        assert said in answer.text
        assert recipients() == []


def send(ada: Visitor, chat: UUID, **fields: str) -> requests.Response:
    token = hidden(ada.open(f"/desk/chats/{chat}/reach"), "csrf_token")
    return ada.submit(f"/desk/chats/{chat}/transcript", csrf_token=token, **fields)


def recipients() -> list[str | None]:
    with database.transaction() as session:
        return list(session.scalars(select(Notification.recipient)))


def know(chat: UUID) -> None:
    database.run(service.remember_facts, chat, {"contact_email": MIA})


def judged(session: Session, chat: UUID, score: int, words: str) -> None:
    conversation = handoff.locked(session, chat)
    satisfaction.ask(session, conversation)
    satisfaction.rate(session, chat, conversation.epoch, score, words)


@pytest.fixture
def chat(visitor: Visitor) -> UUID:
    """A conversation of somebody who has said hello."""
    with database.transaction() as session:
        conversation, _ = service.open_conversation(session, None)
        service.receive(session, conversation.id, "Hello?", client_id="1")
        return conversation.id


@pytest.fixture
def ada(visitor: Visitor) -> Iterator[Visitor]:
    """An agent at the desk."""
    with signed_in(visitor.url, add_staff()) as opened:
        yield opened
