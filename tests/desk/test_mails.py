"""Mail that waits for a person: read, filed into a case, or taken off the list."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import requests
from sqlalchemy import select

from disputes import database
from disputes.cases.tables import Case
from disputes.chat import service as chat_service
from disputes.chat import transcript
from disputes.inbound import service
from disputes.inbound.tables import InboundMail
from tests.cases.factories import filed, queued
from tests.inbound.mails import mail
from tests.serving import Visitor, add_staff, hidden, signed_in

EVE = "eve@example.net"
SCRIPT = "<script>alert(1)</script>"


class TestList:
    def test_an_empty_one_says_so(self, ada: Visitor) -> None:
        assert "No mail to read" in ada.open("/desk/mails")

    def test_says_who_wrote_what_and_why_it_waits(self, ada: Visitor) -> None:
        arrive(mail("I have a question.", sender=EVE, subject="Hello"))
        page = ada.open("/desk/mails")
        for words in ("Hello", EVE, "I have a question.", "No open complaint has this address."):
            assert words in page

    def test_markup_is_shown_as_text(self, ada: Visitor) -> None:
        arrive(mail(SCRIPT, sender=EVE, subject=SCRIPT))
        assert SCRIPT not in ada.open("/desk/mails")


class TestAssign:
    def test_files_it_and_leads_to_the_case(self, ada: Visitor, case: Case) -> None:
        mail_id = arrive(mail("It is me.", sender=EVE))
        answer = act(ada, f"{mail_id}/assign", reference=case.reference.lower())
        assert answer.headers["location"] == f"/desk/cases/{case.reference}"
        assert state_of(mail_id) == "filed"
        assert "No mail to read" in ada.open("/desk/mails")

    @pytest.mark.parametrize("reference", ["", "CD-0000-0000", "nonsense"])
    def test_without_such_a_case_it_stays(self, ada: Visitor, reference: str) -> None:
        mail_id = arrive(mail(sender=EVE))
        answer = act(ada, f"{mail_id}/assign", reference=reference)
        assert answer.status_code == 400
        assert "There is no complaint with this reference." in answer.text
        assert state_of(mail_id) == "unmatched"

    def test_a_second_person_is_told(self, ada: Visitor, case: Case) -> None:
        mail_id = arrive(mail(sender=EVE))
        arrive(mail("Another.", sender=EVE))
        act(ada, f"{mail_id}/dismiss")
        answer = act(ada, f"{mail_id}/assign", reference=case.reference)
        assert answer.status_code == 409
        assert "Somebody has dealt with this mail already." in answer.text


class TestIntoChat:
    def test_puts_it_into_the_chat_it_may_answer_and_leads_there(self, ada: Visitor) -> None:
        chat = chat_that_wrote_to(EVE)
        mail_id = arrive(mail("About our chat.", sender=EVE))
        page = ada.open("/desk/mails")
        assert "A chat has written to this address" in page
        assert f"/desk/chats/{chat}" in page
        answer = act(ada, f"{mail_id}/into-chat")
        assert answer.headers["location"] == f"/desk/chats/{chat}"
        with database.transaction() as session:
            assert queued(session, "chat.take_mail") == [{"mail_id": mail_id}]

    def test_what_no_chat_wrote_to_cannot_go_there(self, ada: Visitor) -> None:
        mail_id = arrive(mail(sender=EVE))
        assert "Put into the chat" not in ada.open("/desk/mails")
        assert act(ada, f"{mail_id}/into-chat").status_code == 409
        assert state_of(mail_id) == "unmatched"

    def test_filed_into_a_case_it_is_no_mail_of_the_chat(self, ada: Visitor, case: Case) -> None:
        chat_that_wrote_to(EVE)
        mail_id = arrive(mail(sender=EVE))
        act(ada, f"{mail_id}/assign", reference=case.reference)
        with database.transaction() as session:
            row = session.get_one(InboundMail, UUID(mail_id))
            assert (row.case_id, row.conversation_id) == (case.id, None)


class TestDismiss:
    def test_takes_it_off_the_list(self, ada: Visitor) -> None:
        mail_id = arrive(mail(sender=EVE))
        assert act(ada, f"{mail_id}/dismiss").headers["location"] == "/desk/mails"
        assert state_of(mail_id) == "dismissed"


def arrive(raw: bytes) -> str:
    """Takes a mail in and returns its id."""
    with database.transaction() as session:
        service.receive(session, raw, via="imap")
        newest = select(InboundMail.id).order_by(InboundMail.received_at.desc()).limit(1)
        return str(session.scalars(newest).one())


def chat_that_wrote_to(email: str) -> UUID:
    """A chat that has mailed a copy of itself to that address."""
    with database.transaction() as session:
        chat = chat_service.open_conversation(session, None)[0].id
        transcript.send(session, chat, email)
        return chat


def act(ada: Visitor, path: str, **fields: str) -> requests.Response:
    """Sends a form of the list."""
    token = hidden(ada.open("/desk/mails"), "csrf_token")
    return ada.submit(f"/desk/mails/{path}", csrf_token=token, **fields)


def state_of(mail_id: str) -> str:
    with database.transaction() as session:
        return session.scalars(select(InboundMail.state).where(InboundMail.id == mail_id)).one()


@pytest.fixture
def case(visitor: Visitor) -> Case:
    """Mia's complaint."""
    with database.transaction() as session:
        return filed(session)


@pytest.fixture
def ada(visitor: Visitor) -> Iterator[Visitor]:
    """An agent at the desk."""
    with signed_in(visitor.url, add_staff()) as opened:
        yield opened
