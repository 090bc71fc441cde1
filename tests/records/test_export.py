"""Everything about one person, for that person."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import queries
from disputes.cases.tables import Case
from disputes.chat import satisfaction, thread, transcript
from disputes.chat import service as chat
from disputes.chat.tables import Message, TurnReading
from disputes.errors import NotFound
from disputes.inbound import service as inbound
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff
from disputes.records import service
from tests.cases import factories
from tests.files.chats import put_into
from tests.files.factories import pdf
from tests.inbound.mails import mail
from tests.records.conftest import NOW, months_after, open_zip, prove

pytestmark = pytest.mark.database

MIA = factories.DEFAULTS["email"]


def test_has_all_complaints_chats_and_questions_about_status(session: Session, agent: Staff) -> None:
    conversation, _ = chat.open_conversation(session, None)
    chat.receive(session, conversation.id, "Where is it?", client_id="1")
    thread.append(session, conversation, "agent", "A liar, I think.", staff=agent, audience="staff")
    chat.request_status_code(session, conversation.id, "10023", MIA)
    one = factories.filed(session, conversation_id=conversation.id)
    two = factories.filed(session, name="M. Hughes", category="late")
    factories.filed(session, name="Tom O'Neill", email="tom@example.com", description="Something else.")
    files = open_zip(service.export_person(session, email=MIA.upper()))
    assert {name.split("/")[1] for name in files if name.startswith("cases/")} == {one.reference, two.reference}
    assert f"cases/{one.reference}/case.pdf" in files
    person = json.loads(files["person.json"])
    assert {known["name"] for known in person["known_as"]} == {"Mia Hughes", "M. Hughes"}
    assert [asked["looked_up"] for asked in person["asked_for_status"]] == ["10023"]
    assert "Where is it?" in files["chats/01.json"].decode()
    everything = b"".join(files.values())
    assert b"Something else." not in everything
    assert b"liar" not in everything


def test_has_the_files_of_chats(session: Session) -> None:
    conversation, _ = chat.open_conversation(session, None)
    put_into(session, conversation.id, pdf(b"the bill"), "My bill.pdf")
    factories.filed(session, conversation_id=conversation.id)
    files = open_zip(service.export_person(session, email=MIA))
    assert files["chats/01-files/01-My-bill.pdf"] == pdf(b"the bill")
    [message] = [said for said in json.loads(files["chats/01.json"])["messages"] if said["file"]]
    assert message["file"]["title"] == "My bill.pdf"


def test_has_what_the_assistant_took_each_message_for(session: Session) -> None:
    conversation, _ = chat.open_conversation(session, None)
    prove(session, conversation.id, MIA)
    for number in ("1", "2"):
        chat.receive(session, conversation.id, f"Where is it? {number}", client_id=number)
    written = select(Message.id).where(Message.author == "customer").order_by(Message.seq)
    first, _ = session.scalars(written)
    reading = TurnReading(message_id=first, conversation_id=conversation.id, intent="ask_status", confidence=0.4)
    reading.others, reading.at = [["greet", 0.3]], clock.now()
    reading.state, reading.chosen, reading.example = "taught", "ask_order", "where is it"
    session.add(reading)
    session.flush()
    said = json.loads(open_zip(service.export_person(session, email=MIA))["chats/01.json"])["messages"]
    assert [message["read_as"] for message in said if message["from"] == "customer"] == [
        {
            "intent": "ask_status",
            "confidence": 0.4,
            "instead": [["greet", 0.3]],
            "taught_as": "ask_order",
            "example": "where is it",
        },
        None,
    ]


def test_has_the_mail_of_a_chat_both_ways_and_what_was_said_of_it(session: Session) -> None:
    conversation, _ = chat.open_conversation(session, None)
    prove(session, conversation.id, MIA)
    chat.receive(session, conversation.id, "Where is it?", client_id="1")
    transcript.send(session, conversation.id, MIA)
    satisfaction.ask(session, conversation)
    satisfaction.rate(session, conversation.id, conversation.epoch, 4, "Quick.")
    copy = session.scalars(select(Notification).where(Notification.conversation_id == conversation.id)).one()
    inbound.receive(session, mail("It came.", answers=copy.message_id), via="imap")
    written = json.loads(open_zip(service.export_person(session, email=MIA))["chats/01.json"])
    assert written["answers_to"] == MIA
    assert [letter["to"] for letter in written["mail_to_you"]] == [MIA]
    assert [came["text"] for came in written["mail_from_you"]] == ["It came."]
    assert [(asked["score"], asked["words"]) for asked in written["did_it_help"]] == [(4, "Quick.")]


def test_is_possible_while_the_bundle_is_not_and_notes_it(session: Session) -> None:
    case = factories.filed(session)
    assert service.may_take_bundle(case) is not None
    service.export_person(session, customer_id=service.customer_of_reference(session, case.reference))
    assert queries.events_of(session, [case.id])[-1].kind == "exported"


def test_says_when_there_is_nothing(session: Session) -> None:
    with pytest.raises(NotFound):
        service.export_person(session, email="nobody@example.com")
    with pytest.raises(NotFound):
        service.customer_of_reference(session, "CD-0000-0000")


def test_has_nothing_of_what_was_erased(session: Session, ended: Callable[..., Case]) -> None:
    case = ended()
    with clock.set_to(months_after(NOW, 36)):
        service.erase_person(session, email=MIA)
        files = open_zip(service.export_person(session, customer_id=case.customer_id))
    assert not any(name.startswith("cases/") for name in files)
