"""A person's reply that nobody sees goes out by mail: in time, once, to the right address; else staff are told why."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.chat import absent, endings, handoff, queries, seen, service, thread
from disputes.chat.address import address_of
from disputes.chat.tables import Conversation, Message
from disputes.notifications import service as letters
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff, StatusRequest
from disputes.worker import reach_jobs
from tests.cases.factories import filed, queued
from tests.chat.conftest import add_agent, lines_of

type Reply = Callable[[str], Message]

pytestmark = pytest.mark.database

MIA = "mia.hughes@example.com"


class TestALook:
    def test_is_taken_when_the_time_of_a_reply_is_over(self, session: Session, reply: Reply) -> None:
        with time_machine.travel(clock.now(), tick=False):
            message = reply("It is on its way.")
        waits = session.execute(
            text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'chat.look_for_unseen'")
        ).scalar_one()
        assert waits - message.created_at == timedelta(seconds=policy.current().chat.unseen_reply_seconds)
        assert queued(session, "chat.look_for_unseen") == [{"message_id": str(message.id)}]

    def test_is_not_taken_at_a_note(self, session: Session, reply: Reply, anna: Staff, mine: Conversation) -> None:
        service.say_as_agent(session, mine.id, anna, "Looks odd.", client_id="n", note=True)
        assert queued(session, "chat.look_for_unseen") == []

    def test_mails_what_is_unseen(self, session: Session, reply: Reply, mine: Conversation) -> None:
        message = reply("It is on its way.")
        letter = look(session, message)
        assert letter is not None
        assert (letter.recipient, letter.kind, letter.state) == (MIA, "chat_reply", "pending")
        assert letter.conversation_id == mine.id
        assert "> It is on its way." in letter.text
        assert "Anna Berg" in letter.text
        assert queued(session, letters.DELIVER) == [{"notification_id": str(letter.id)}]
        author, words = lines_of(session, mine)[-1]
        assert author == "system"
        assert "m•••@example.com" in words

    def test_repeats_nothing_that_the_customer_wrote(self, session: Session, reply: Reply, mine: Conversation) -> None:
        service.receive(session, mine.id, "Click https://evil.example", client_id="c")
        letter = look(session, reply("Pardon?"))
        assert letter is not None
        assert "evil" not in letter.text + letter.html + letter.subject

    def test_does_nothing_when_it_was_seen(self, session: Session, reply: Reply, mine: Conversation) -> None:
        message = reply("It is on its way.")
        seen.by_customer(session, mine.id, message.seq)
        assert look(session, message) is None
        assert mails(session) == []

    def test_does_nothing_when_the_customer_has_written_since(
        self, session: Session, reply: Reply, mine: Conversation
    ) -> None:
        """A widget without a read state tells by this that somebody sits before it."""
        message = reply("It is on its way.")
        service.receive(session, mine.id, "Thank you!", client_id=None)
        assert look(session, message) is None

    def test_delivered_is_not_seen(self, session: Session, reply: Reply, mine: Conversation) -> None:
        message = reply("It is on its way.")
        service.mark_delivered(session, mine.id, message.seq)
        assert look(session, message) is not None

    def test_counts_an_answer_by_mail_as_no_sign_of_the_page(
        self, session: Session, reply: Reply, mine: Conversation
    ) -> None:
        first = reply("Which colour?")
        assert look(session, first) is not None
        thread.append(session, mine, "customer", "Blue.", client_id="mail:1")
        assert look(session, reply("Blue it is.")) is not None

    def test_also_after_the_chat_has_ended(
        self, session: Session, reply: Reply, anna: Staff, mine: Conversation
    ) -> None:
        message = reply("Your money is on its way.")
        endings.close(session, mine.id, anna)
        assert look(session, message) is not None

    def test_at_a_message_that_is_gone_does_nothing(self, database_url: str) -> None:
        reach_jobs.look_for_unseen("00000000-0000-0000-0000-000000000009")


class TestOneLetter:
    def test_has_all_replies_of_that_while(self, session: Session, reply: Reply) -> None:
        messages = [reply("One."), reply("Two."), reply("Three.")]
        letter = look(session, messages[0])
        assert letter is not None
        assert [f"> {words}" in letter.text for words in ("One.", "Two.", "Three.")] == [True] * 3
        assert [look(session, message) for message in messages] == [None] * 3
        assert len(mails(session)) == 1

    def test_has_only_what_was_not_seen(self, session: Session, reply: Reply, mine: Conversation) -> None:
        first, second = reply("One."), reply("Two.")
        seen.by_customer(session, mine.id, first.seq)
        assert look(session, first) is None
        letter = look(session, second)
        assert letter is not None
        assert "> One." not in letter.text

    def test_the_next_while_has_the_next_letter(self, session: Session, reply: Reply) -> None:
        assert look(session, reply("One.")) is not None
        letter = look(session, reply("Two."))
        assert letter is not None
        assert "> One." not in letter.text
        assert len(mails(session)) == 2

    def test_leaves_once_when_many_workers_look_at_once(self, database_url: str) -> None:
        message_ids = []
        with database.transaction() as session:
            conversation, _ = service.open_conversation(session, None)
            anna = add_agent(session, "Anna Berg")
            service.remember_facts(session, conversation.id, {"contact_email": MIA})
            handoff.take_over(session, conversation.id, anna)
            for number in range(4):
                said = service.say_as_agent(
                    session, conversation.id, anna, f"{number}.", client_id=str(number), note=False
                )
                message_ids.append(said.id)
        together = Barrier(8)

        def run(message_id: UUID) -> None:
            together.wait(10)
            reach_jobs.look_for_unseen(str(message_id))

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(run, message_ids * 2))
        with database.transaction() as session:
            assert len(mails(session)) == 1
            assert len(queued(session, letters.DELIVER)) == 1

    def test_more_than_thirty_a_day_are_not_sent_and_staff_are_told(
        self, session: Session, reply: Reply, mine: Conversation
    ) -> None:
        for number in range(absent.MOST_A_DAY):
            assert look(session, reply(f"{number}.")) is not None
        assert look(session, reply("One more.")) is None
        assert "not mailed" in staff_lines(session, mine)[-1]
        with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
            assert look(session, reply("A day later.")) is not None


class TestWithoutAnAddress:
    def test_staff_are_told_once_a_while_and_the_customer_nothing(
        self, session: Session, reply: Reply, mine: Conversation
    ) -> None:
        mine.facts = {}
        before = lines_of(session, mine)
        for words in ("One.", "Two."):
            assert look(session, reply(words)) is None
        assert len(staff_lines(session, mine)) == 1
        assert "no e-mail address" in staff_lines(session, mine)[0]
        assert lines_of(session, mine) == [*before, ("agent", "One."), ("agent", "Two.")]
        service.receive(session, mine.id, "Here again.", client_id="c")
        assert look(session, reply("Three.")) is None
        assert len(staff_lines(session, mine)) == 2

    def test_a_line_for_staff_reaches_the_desk_and_what_is_for_the_assistant_does_not(
        self, session: Session, reply: Reply, mine: Conversation
    ) -> None:
        mine.facts = {}
        look(session, reply("One."))
        told = [message["text"] for message in service.updates(session, mine.id, 0, notes=True).messages]
        assert any("no e-mail address" in words for words in told)
        assert "/session_opened" not in told


class TestAddress:
    def test_is_none_when_nothing_is_known(self, session: Session, conversation: Conversation) -> None:
        assert address_of(session, conversation) is None

    def test_is_the_best_that_is_known(self, session: Session, conversation: Conversation) -> None:
        conversation.facts = {"contact_email": "Told@Example.com"}
        assert found(session, conversation) == ("told@example.com", False)
        filed(session, conversation_id=conversation.id, email="filed@example.com")
        assert found(session, conversation) == ("filed@example.com", False)
        prove(session, conversation, "proved@example.com")
        assert found(session, conversation) == ("proved@example.com", True)
        conversation.reply_email = "asked@example.com"
        assert found(session, conversation) == ("asked@example.com", False)
        conversation.reply_email = "proved@example.com"
        assert found(session, conversation) == ("proved@example.com", True)

    def test_of_whoever_sat_there_before_an_end_is_not_that_of_whoever_goes_on(
        self, session: Session, conversation: Conversation
    ) -> None:
        with time_machine.travel(clock.now(), tick=False) as now:
            prove(session, conversation, "proved@example.com")
            filed(session, conversation_id=conversation.id, email="filed@example.com")
            conversation.reply_email = "asked@example.com"
            now.shift(timedelta(minutes=1))
            endings.end_by_customer(session, conversation.id)
            assert found(session, conversation) == ("asked@example.com", False)
            now.shift(timedelta(minutes=1))
            endings.go_on(session, conversation)
            assert address_of(session, conversation) is None


class TestTrouble:
    def test_a_letter_that_comes_back_is_told_to_staff_once(
        self, session: Session, reply: Reply, mine: Conversation
    ) -> None:
        letter = look(session, reply("One."))
        assert letter is not None
        letter.state, letter.sent_at = "sent", clock.now()
        session.flush()
        before = lines_of(session, mine)
        assert letters.note_bounce(session, letter.message_id, "returned by a mail server: the mailbox is full")
        (job,) = queued(session, letters.CHAT_LETTER_FAILED)
        for _ in range(2):
            absent.letter_failed(session, UUID(job["notification_id"]))
        assert [line for line in staff_lines(session, mine) if "mailbox is full" in line] == staff_lines(session, mine)
        assert len(staff_lines(session, mine)) == 1
        assert lines_of(session, mine) == before


@pytest.fixture
def mine(session: Session, conversation: Conversation, anna: Staff) -> Conversation:
    """A chat that Anna holds, of somebody who told the assistant an address."""
    service.receive(session, conversation.id, "Where is my parcel?", client_id="first")
    service.remember_facts(session, conversation.id, {"contact_email": MIA, "complainant_name": "Mia Hughes"})
    handoff.take_over(session, conversation.id, anna)
    return conversation


@pytest.fixture
def reply(session: Session, mine: Conversation, anna: Staff) -> Reply:
    """Anna writes to the customer."""

    def write(words: str) -> Message:
        said = service.say_as_agent(session, mine.id, anna, words, client_id=words, note=False)
        return session.get_one(Message, said.id)

    return write


def look(session: Session, message: Message) -> Notification | None:
    return absent.mail_unseen(session, message.id)


def mails(session: Session) -> list[Notification]:
    return list(session.scalars(select(Notification).where(Notification.kind == "chat_reply")))


def staff_lines(session: Session, conversation: Conversation) -> list[str]:
    """Lines in nobody's name that only staff see."""
    rows = queries.messages_after(session, conversation.id, 0, notes=True)
    return [row.text for row in rows if row.author == "system" and row.audience == "staff"]


def found(session: Session, conversation: Conversation) -> tuple[str, bool]:
    address = address_of(session, conversation)
    assert address is not None
    return address.email, address.proved


def prove(session: Session, conversation: Conversation, email: str) -> None:
    now = clock.now()
    session.add(
        StatusRequest(
            lookup="10023", email=email, conversation_id=conversation.id, tries=1, verified_at=now, created_at=now
        )
    )
    session.flush()
