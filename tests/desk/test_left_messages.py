"""At the desk a message that was left says what was promised, calls are noted beside it, late ones are listed; and
staff answer whether a customer needs special care."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import requests
from sqlalchemy import select, update

from disputes import clock, database
from disputes.chat import handoff, service, timers
from disputes.chat.tables import Conversation, LeftMessage
from disputes.people.tables import Staff
from tests.serving import Visitor, add_staff, hidden, signed_in

PHONE = "+442079460123"
SCRIPT = "<script>alert(1)</script>"


class TestPanel:
    def test_shows_the_number_and_the_promise_but_no_button_to_others(self, ada: Visitor) -> None:
        page = ada.open(f"/desk/chats/{left(contact_phone=PHONE)}")
        assert f'href="tel:{PHONE}"' in page
        assert "was promised an answer by" in page
        assert "Take the chat first" in page
        assert "/called" not in page

    def test_without_a_number_it_is_a_message(self, ada: Visitor) -> None:
        page = ada.open(f"/desk/chats/{left(complainant_name=SCRIPT)}/context")
        assert "Message left" in page
        assert "tel:" not in page
        assert SCRIPT not in page

    def test_whoever_holds_the_chat_notes_the_call(self, ada: Visitor) -> None:
        chat = left(contact_phone=PHONE)
        send(ada, chat, "claim")
        assert send(ada, chat, "called", reached="false").headers["location"] == f"/desk/chats/{chat}"
        page = ada.open(f"/desk/chats/{chat}/context")
        assert "Called 1 time, last" in page
        send(ada, chat, "called", reached="true")
        assert PHONE not in ada.open(f"/desk/chats/{chat}/context").split("Hand-over")[0]
        assert only().ended_how == "reached"

    def test_nobody_else_does(self, ada: Visitor) -> None:
        chat = left(contact_phone=PHONE)
        assert send(ada, chat, "called", reached="true").status_code == 409
        assert only().calls == 0


class TestCare:
    def test_is_a_question_that_is_answered_once(self, ada: Visitor) -> None:
        chat = left(said="I was in hospital.")
        page = ada.open(f"/desk/chats/{chat}")
        assert "said “in hospital”" in page
        assert "Special care?" in page
        assert send(ada, chat, "care", needed="true").headers["location"] == f"/desk/chats/{chat}"
        page = ada.open(f"/desk/chats/{chat}")
        assert "May need extra care" not in page
        assert ">Special care<" in page
        assert send(ada, chat, "care", needed="false").status_code == 409


class TestLate:
    @pytest.mark.parametrize("show", ["overdue", "unowned"])
    def test_is_in_the_lists_and_counted(self, ada: Visitor, show: str) -> None:
        chat = late(complainant_name=f"Mia {SCRIPT}")
        page = ada.open(f"/desk/cases?show={show}")
        assert f'href="/desk/chats/{chat}"' in page
        assert "not answered in time" in page
        assert f'data-count="{show}">1<' in page
        assert SCRIPT not in page
        assert "Take it" not in page

    def test_is_in_no_other_list(self, ada: Visitor) -> None:
        chat = late()
        for show in ("mine", "today", "open", "ended"):
            assert str(chat) not in ada.open(f"/desk/cases?show={show}")

    def test_what_is_not_late_is_in_none(self, ada: Visitor) -> None:
        chat = left()
        assert str(chat) not in ada.open("/desk/cases?show=overdue")

    def test_a_manager_takes_it_and_it_is_overdue_until_it_is_answered(self, mia: Visitor) -> None:
        chat = late()
        page = mia.open("/desk/cases?show=unowned")
        assert f'action="/desk/chats/{chat}/claim"' in page
        send(mia, chat, "claim")
        assert str(chat) not in mia.open("/desk/cases?show=unowned")
        page = mia.open("/desk/cases?show=overdue")
        assert str(chat) in page
        assert "Mia Boss" in page
        assert "/claim" not in page
        assert "/take-over" not in page

    def test_the_list_of_chats_marks_it(self, ada: Visitor) -> None:
        late(contact_phone=PHONE)
        page = ada.open("/desk")
        assert "Call back" in page
        assert '<span class="badge badge-late">Late</span>' in page


def send(visitor: Visitor, chat: UUID, act: str, **fields: str) -> requests.Response:
    """Sends a form of the desk."""
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(f"/desk/chats/{chat}/{act}", csrf_token=token, **fields)


def left(*, said: str = "My vase is broken.", **facts: str) -> UUID:
    """A chat in which a message was left."""
    with database.transaction() as session:
        conversation, _ = service.open_conversation(session, None)
        service.receive(session, conversation.id, said, client_id="1")
        service.remember_facts(session, conversation.id, dict(facts))
        found = session.get_one(Conversation, conversation.id)
        session.execute(update(Staff).values(takes_chats=False))
        handoff.leave_message(session, found)
        return found.id


def late(**facts: str) -> UUID:
    """The same, and the promised day is over."""
    chat = left(**facts)
    with database.transaction() as session:
        session.execute(update(LeftMessage).values(promised_by=clock.now() - timedelta(hours=1)))
    assert database.run(timers.act, chat) == "message_late"
    return chat


def only() -> LeftMessage:
    """The one message that was left."""
    with database.transaction() as session:
        found = session.scalars(select(LeftMessage)).one()
        session.expunge(found)
        return found


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent at the desk."""
    with signed_in(served, add_staff()) as opened:
        yield opened


@pytest.fixture
def mia(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """A manager at the desk."""
    with signed_in(served, add_staff("mia@casened.com", "Mia Boss", "manager")) as opened:
        yield opened
