"""Anybody can type anybody's address: a chat is somebody's by proof, and only their address goes from the others."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.tables import Case
from disputes.chat import files as chat_files
from disputes.chat import handoff, handover_card, mail_in, satisfaction, thread, transcript
from disputes.chat import service as chat
from disputes.chat.tables import Conversation, Message, Satisfaction, TurnReading
from disputes.errors import NotFound
from disputes.inbound import service as inbound
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from disputes.people.tables import Customer, Staff, StatusRequest
from disputes.records import service, tracker
from tests.cases import factories
from tests.chat.factories import somebody_here
from tests.files.chats import put_into
from tests.files.factories import pdf
from tests.inbound.mails import mail
from tests.records.conftest import NOW, months_after, open_zip, prove

pytestmark = pytest.mark.database

MIA = factories.DEFAULTS["email"]
PHONE = "+447700900123"
EVE = "eve@elsewhere.example"
SAID = f"Write to {MIA.title()} or ring 07700 900 123, I say. The gramophone is mine."


class TestTheChatOfAStranger:
    """Eve types Mia's address and number wherever a chat takes one."""

    def test_is_not_in_the_export(self, session: Session, strange: Conversation) -> None:
        factories.filed(session, phone=PHONE)
        files = open_zip(service.export_person(session, email=MIA))
        assert not [name for name in files if name.startswith("chats/")]
        assert b"gramophone" not in b"".join(files.values())

    def test_alone_is_nothing_that_is_kept_about_her(self, session: Session, strange: Conversation) -> None:
        strange.status_request_id = None
        session.flush()
        session.execute(text("DELETE FROM status_requests"))
        with pytest.raises(NotFound):
            service.export_person(session, email=MIA)

    def test_does_not_tell_what_was_asked_about_with_her_address(self, session: Session, strange: Conversation) -> None:
        files = open_zip(service.export_person(session, email=MIA))
        [asked] = json.loads(files["person.json"])["asked_for_status"]
        assert (asked["email"], asked["looked_up"], asked["proved"]) == (MIA, None, None)

    def test_survives_her_erasure_without_her_address(
        self, session: Session, strange: Conversation, ended: Callable[..., Case]
    ) -> None:
        ended(phone=PHONE)
        messages = len(session.scalars(select(Message.id)).all())
        with clock.set_to(months_after(NOW, 36)):
            service.erase_person(session, email=MIA)
        session.expire_all()
        assert len(session.scalars(select(Message.id)).all()) == messages
        said = session.scalars(select(Message.text).where(Message.author == "customer")).all()
        assert "Write to Erased address or ring Erased address, I say. The gramophone is mine." in said
        assert everything_said(session).count("gramophone") > 1
        for identifier in (MIA, PHONE, "07700", "m•••@", "•••123"):
            assert identifier not in everything_said(session), identifier
        assert session.scalars(select(StatusRequest)).all() == []

    def test_keeps_all_else_that_was_told_in_it(self, session: Session, strange: Conversation) -> None:
        factories.filed(session, phone=PHONE)
        service.erase_person(session, email=MIA)
        session.expire_all()
        assert strange.facts == {"complainant_name": "Eve Stone", "description": "The gramophone, see Erased address"}
        assert strange.corrections == {}
        assert strange.reply_email is None
        assert strange.status_request_id is None
        shown = select(Message.card).where(Message.card.contains({"kind": "handover"})).order_by(Message.seq)
        card = session.scalars(shown).first()
        assert card is not None
        rows = {row["label"]: row for row in card["rows"]}
        assert (rows["Your name"]["typed"], rows["Your e-mail"]["typed"]) == ("Eve Stone", "")
        assert (rows["Your e-mail"]["value"], rows["Your phone"]["value"]) == ("Not told yet", "Not told yet")

    def test_is_no_longer_found_by_her_address(self, session: Session, strange: Conversation) -> None:
        service.erase_person(session, email=MIA)
        found = session.execute(
            text("SELECT source FROM search_entries WHERE words @@ plainto_tsquery('simple', :address)"),
            {"address": MIA},
        )
        assert found.all() == []
        kept = text("SELECT count(*) FROM search_entries WHERE words @@ plainto_tsquery('simple', 'gramophone')")
        assert session.scalar(kept)

    def test_is_forgotten_by_the_assistant_once(self, session: Session, strange: Conversation) -> None:
        service.erase_person(session, email=MIA)
        forgotten = factories.queued(session, tracker.FORGET_TRACKER)
        assert forgotten == [{"conversation_id": str(strange.id)}]
        service.erase_person(session, email=MIA)
        assert factories.queued(session, tracker.FORGET_TRACKER) == forgotten

    def test_sends_her_nothing_more(self, session: Session, strange: Conversation) -> None:
        service.erase_person(session, email=MIA)
        session.expire_all()
        [letter] = session.scalars(select(Notification).where(Notification.conversation_id == strange.id))
        assert (letter.recipient, letter.state) == (None, "skipped")
        assert "gramophone" in letter.text
        assert {"notification_id": str(letter.id)} in factories.queued(session, tracker.FORGET_LETTER)

    def test_of_a_complaint_that_is_held_is_not_touched(
        self, session: Session, strange: Conversation, manager: Staff
    ) -> None:
        case = factories.filed(session, email=EVE, name="Eve Stone", conversation_id=strange.id)
        service.hold(session, case, manager, "A claim.")
        service.erase_person(session, email=MIA)
        assert strange.reply_email == MIA


class TestNumbers:
    def test_stay_in_the_chat_of_somebody_who_is_known(self, session: Session, strange: Conversation) -> None:
        factories.filed(session, email=EVE, name="Eve Stone", conversation_id=strange.id)
        factories.filed(session, phone=PHONE)
        service.erase_person(session, email=MIA)
        session.expire_all()
        assert strange.facts["contact_phone"] == PHONE
        assert MIA not in everything_said(session)

    def test_stay_where_a_code_proved_another(self, session: Session, strange: Conversation) -> None:
        prove(session, strange.id, EVE)
        factories.filed(session, phone=PHONE)
        service.erase_person(session, email=MIA)
        session.expire_all()
        assert strange.facts["contact_phone"] == PHONE


class TestAddressesLikeHers:
    @pytest.mark.parametrize("other", [f"anna-{MIA}", f"a.{MIA}", f"{MIA}pany", f"x{MIA}"])
    def test_are_other_peoples(self, session: Session, other: str) -> None:
        conversation, _ = chat.open_conversation(session, None)
        chat.receive(session, conversation.id, f"I am {other}.", client_id="1")
        chat.remember_facts(session, conversation.id, {"contact_email": other})
        service.erase_person(session, email=MIA)
        session.expire_all()
        assert conversation.facts == {"contact_email": other}
        assert f"I am {other}." in everything_said(session)
        assert factories.queued(session, tracker.FORGET_TRACKER) == []

    def test_a_namesake_who_changed_their_address_is_not_in_the_export(self, session: Session) -> None:
        factories.filed(session)
        session.add(Customer(name="Mia Hughes", email="another.mia@example.org", created_at=clock.now()))
        session.flush()
        files = open_zip(service.export_person(session, email=MIA))
        assert [one["email"] for one in json.loads(files["person.json"])["known_as"]] == [MIA]


class TestWhatSheWroteIntoItByMail:
    """A letter of Eve's chat has reached Mia, and she answers it."""

    def test_is_hers_and_in_the_export_without_the_chat(self, session: Session, answered: Conversation) -> None:
        files = open_zip(service.export_person(session, email=MIA))
        [came] = json.loads(files["person.json"])["mail_from_you"]
        assert came["text"] == "Who is this? I have no gramophone."
        assert not [name for name in files if name.startswith("chats/")]

    def test_goes_with_its_files_and_nothing_else_does(self, session: Session, answered: Conversation) -> None:
        service.erase_person(session, email=MIA)
        session.expire_all()
        said = session.scalars(select(Message.text).where(Message.author == "customer").order_by(Message.seq)).all()
        assert said[-2:] == ["Erased.", "Erased."]
        assert any("The gramophone is mine." in words for words in said)
        assert chat_files.files_of(session, answered.id) == []
        assert session.scalars(select(InboundMail)).all() == []
        assert session.scalars(select(Satisfaction.words)).all() == ["The gramophone plays."]

    def test_a_verdict_by_mail_goes_and_its_figure_stays(self, session: Session, strange: Conversation) -> None:
        with clock.set_to(clock.now() + timedelta(minutes=1)):
            satisfaction.ask(session, strange)
            transcript.send(session, strange.id, MIA)
            take(session, strange, "2\nNobody asked me.")
        assert session.scalars(select(Satisfaction.words)).all() == ["Nobody asked me."]
        service.erase_person(session, email=MIA)
        session.expire_all()
        [asked] = session.scalars(select(Satisfaction))
        assert (asked.score, asked.words) == (2, None)


class TestAProvedChat:
    def test_is_exported_and_erased(self, session: Session, proved: Conversation, strange: Conversation) -> None:
        files = open_zip(service.export_person(session, email=MIA))
        assert [name for name in files if name.startswith("chats/")] == ["chats/01.json"]
        assert "My harmonium." in files["chats/01.json"].decode()
        service.erase_person(session, email=MIA)
        assert session.scalars(select(Conversation.id)).all() == [strange.id]

    def test_is_theirs_as_long_as_it_is_kept(self, session: Session, proved: Conversation) -> None:
        later = clock.now() + timedelta(days=60)
        service.run_retention(session, later)
        with clock.set_to(later):
            assert "chats/01.json" in open_zip(service.export_person(session, email=MIA))
        [request] = session.scalars(select(StatusRequest))
        assert request.ip_digest is None
        service.run_retention(session, later + timedelta(days=60))
        assert session.scalars(select(StatusRequest)).all() == []

    def test_with_a_code_that_nobody_entered_is_not_proved(self, session: Session, proved: Conversation) -> None:
        session.execute(text("UPDATE status_requests SET verified_at = NULL, verified_until = NULL"))
        files = open_zip(service.export_person(session, email=MIA))
        assert not [name for name in files if name.startswith("chats/")]

    def test_by_an_address_that_was_theirs_counts_for_their_own_complaint(
        self, session: Session, ended: Callable[..., Case]
    ) -> None:
        case = ended(email="old@example.com")
        case.customer.email = MIA
        mine, anothers = (chat.open_conversation(session, None)[0] for _ in range(2))
        prove(session, mine.id, "old@example.com", case.reference)
        prove(session, anothers.id, "old@example.com", "CD-0000-0000")
        with clock.set_to(months_after(NOW, 36)):
            service.erase_person(session, email=MIA)
        assert session.scalars(select(Conversation.id)).all() == [anothers.id]

    def test_loses_the_proof_with_the_contact_of_its_complaint(
        self, session: Session, ended: Callable[..., Case]
    ) -> None:
        conversation, _ = chat.open_conversation(session, None)
        prove(session, conversation.id, MIA)
        ended(conversation_id=conversation.id)
        with clock.set_to(NOW + timedelta(days=1)):
            service.erase_person(session, email=MIA)
        assert session.scalars(select(Conversation.id)).all() == [conversation.id]
        assert session.scalars(select(StatusRequest)).all() == []


@pytest.fixture
def strange(session: Session) -> Conversation:
    """Eve's chat: Mia's address and number in every place where a chat takes one, and Eve's own words."""
    conversation, _ = chat.open_conversation(session, None)
    chat.receive(session, conversation.id, SAID, client_id="1")
    own = Message.conversation_id == conversation.id
    message = session.scalars(select(Message).where(own, Message.author == "customer")).one()
    reading = {"conversation_id": conversation.id, "intent": "other", "confidence": 0.2, "at": clock.now()}
    session.add(TurnReading(message_id=message.id, **reading, state="taught", chosen="greet", example=SAID))
    facts: dict[str, Any] = {"complainant_name": "Eve Stone", "contact_email": MIA, "contact_phone": PHONE}
    chat.remember_facts(session, conversation.id, facts | {"description": f"The gramophone, see {MIA}"})
    chat.request_status_code(session, conversation.id, "777777", MIA)
    somebody_here(session)
    locked = handoff.locked(session, conversation.id)
    handoff.request_person(session, locked, f"ring {PHONE}", f"gramophone of {MIA}")
    handover_card.correct(session, conversation.id, "contact_email", "else@elsewhere.example", client_id="2")
    handover_card.correct(session, conversation.id, "contact_email", MIA, client_id="3")
    locked.left_message_at = clock.now()
    thread.append(session, locked, "system", "We will write to m•••@example.com.")
    transcript.send(session, conversation.id, MIA)
    session.flush()
    assert conversation.reply_email == MIA
    return conversation


@pytest.fixture
def answered(session: Session, strange: Conversation) -> Conversation:
    """Mia has answered a letter of it, with a file; Eve has judged it."""
    take(session, strange, "Who is this? I have no gramophone.")
    came = session.scalars(select(InboundMail)).one()
    put_into(session, strange.id, pdf(b"of Mia"), "mine.pdf", client_id=f"mail:{came.id}:file-1")
    asked = Satisfaction(conversation_id=strange.id, epoch=9, asked_at=clock.now(), answered_at=clock.now(), score=5)
    asked.words = "The gramophone plays."
    session.add(asked)
    session.flush()
    return strange


@pytest.fixture
def proved(session: Session) -> Conversation:
    """Mia's own chat, in which she entered the code that went to her."""
    conversation, _ = chat.open_conversation(session, None)
    chat.receive(session, conversation.id, "My harmonium.", client_id="1")
    prove(session, conversation.id, MIA).ip_digest = "digest"
    session.flush()
    return conversation


def take(session: Session, conversation: Conversation, words: str) -> None:
    """Mia answers the newest letter of the chat."""
    letters = select(Notification.message_id).where(Notification.conversation_id == conversation.id)
    newest = session.scalars(letters.order_by(Notification.created_at.desc()).limit(1)).one()
    inbound.receive(session, mail(words, sender=MIA, answers=newest), via="imap")
    came = session.scalars(select(InboundMail)).one()
    mail_in.land(session, came.id)
    mail_in.finish(session, came.id, [])


def everything_said(session: Session) -> str:
    """Every row of the tables that hang on chats, as text."""
    tables = (Conversation, Message, Satisfaction, TurnReading, Notification, InboundMail, StatusRequest)
    rows = (session.execute(select(text("t::text")).select_from(text(f"{one.__tablename__} t"))) for one in tables)
    return "\n".join(str(value) for found in rows for (value,) in found)
