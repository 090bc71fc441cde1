"""The answer to a mail of the chat lands in it, from whom it was sent to, once, and a person gets to read it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.chat import (
    absent,
    endings,
    file_queries,
    handoff,
    mail_in,
    queries,
    queue,
    satisfaction,
    service,
    timers,
    transcript,
    visits,
)
from disputes.chat.schemas import MESSAGE_LIMIT
from disputes.chat.tables import Conversation, Satisfaction
from disputes.errors import Conflict
from disputes.inbound import chats
from disputes.inbound import service as inbound
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff
from tests.cases.factories import filed, queued
from tests.chat.conftest import add_agent, all_rows, lines_of
from tests.inbound.mails import MIA, mail
from tests.records.conftest import png

pytestmark = pytest.mark.database

EVE = "eve@example.net"
QUOTED = """Yes, the blue one.

On Tue, 12 May 2026 at 15:05, casened.com <support@casened.com> wrote:
> Which colour was it?
"""


class TestLanding:
    def test_as_the_customers_message_without_what_it_quotes(self, session: Session, mailed: Conversation) -> None:
        assert take(session, mail(QUOTED, answers=letter_of(session, mailed))) == ("filed", "filed")
        message = all_rows(session, mailed)[-1]
        assert (message.author, message.text) == ("customer", "Yes, the blue one.")
        shown = service.updates(session, mailed.id, message.seq - 1).messages
        assert [line["by_mail"] for line in shown] == [True]

    def test_by_the_start_of_the_thread_when_the_letter_is_not_named(
        self, session: Session, mailed: Conversation
    ) -> None:
        answers = f"<x@mail.example.com> <chat.{mailed.id}@casened.com>"
        take(session, mail("Blue.", answers=answers))
        assert lines_of(session, mailed)[-1] == ("customer", "Blue.")

    def test_once_however_often_it_comes_and_the_job_runs(self, session: Session, mailed: Conversation) -> None:
        raw = mail("Blue.", answers=letter_of(session, mailed), message_id="<once@mail.example.com>")
        take(session, raw)
        assert inbound.receive(session, raw, via="webhook").outcome == "known"
        lines = lines_of(session, mailed)
        for job in queued(session, chats.TAKE_MAIL):
            mail_in.land(session, UUID(job["mail_id"]))
        assert lines_of(session, mailed) == lines

    def test_leaves_nothing_for_the_assistant(self, session: Session, mailed: Conversation) -> None:
        before = len(queued(session, "chat.answer"))
        take(session, mail("Blue.", answers=letter_of(session, mailed)))
        assert len(queued(session, "chat.answer")) == before

    def test_goes_before_the_complaint_of_the_same_person(self, session: Session, mailed: Conversation) -> None:
        filed(session)
        take(session, mail("Blue.", answers=letter_of(session, mailed)))
        assert lines_of(session, mailed)[-1] == ("customer", "Blue.")

    def test_a_mail_that_is_too_long_is_two_messages(self, session: Session, mailed: Conversation) -> None:
        take(session, mail("word " * 2500, answers=letter_of(session, mailed)))
        texts = [text for author, text in lines_of(session, mailed)[-2:] if author == "customer"]
        assert len(texts) == 2
        assert len(texts[0]) == MESSAGE_LIMIT
        assert "".join(texts).split() == ["word"] * 2500

    def test_in_a_chat_that_was_forgotten_meanwhile_nothing_happens(
        self, session: Session, mailed: Conversation
    ) -> None:
        inbound.receive(session, mail("Blue.", answers=letter_of(session, mailed)), via="imap")
        session.execute(Conversation.__table__.delete().where(Conversation.id == mailed.id))  # type: ignore[attr-defined]
        session.expire_all()
        row = session.scalars(select(InboundMail)).one()
        assert mail_in.land(session, row.id) is None
        assert row.done_at is not None


class TestStrangers:
    def test_who_know_the_thread_get_nowhere(self, session: Session, mailed: Conversation) -> None:
        before = lines_of(session, mailed)
        assert take(session, mail("Hi.", sender=EVE, answers=letter_of(session, mailed))) == ("to_read", "to_read")
        (row,) = inbound.mails_to_read(session)
        assert (row.why, row.conversation_id) == ("other_address", mailed.id)
        assert lines_of(session, mailed) == before

    def test_whom_our_mail_server_disbelieves_neither(self, session: Session, mailed: Conversation) -> None:
        results = "mx.casened.com; dmarc=fail header.from=example.com"
        raw = mail("Hi.", answers=letter_of(session, mailed), Authentication_Results=results)
        assert take(session, raw)[0] == "to_read"
        assert inbound.mails_to_read(session)[0].why == "failed_check"

    def test_an_address_alone_is_no_proof_and_a_person_decides(
        self, session: Session, mailed: Conversation, anna: Staff
    ) -> None:
        assert take(session, mail("About the colour: blue."))[0] == "to_read"
        (row,) = inbound.mails_to_read(session)
        assert (row.why, row.conversation_id) == ("only_sender", mailed.id)
        inbound.put_into_chat(session, row.id, anna)
        mail_in.land(session, row.id)
        assert lines_of(session, mailed)[-1] == ("customer", "About the colour: blue.")
        assert (row.state, row.done_by_id) == ("filed", anna.id)

    def test_a_person_may_not_dismiss_what_is_on_its_way(
        self, session: Session, mailed: Conversation, anna: Staff
    ) -> None:
        inbound.receive(session, mail("Blue.", answers=letter_of(session, mailed)), via="imap")
        row = session.scalars(select(InboundMail)).one()
        for verb in (inbound.dismiss_mail, inbound.put_into_chat):
            with pytest.raises(Conflict, match="on its way"):
                verb(session, row.id, anna)

    def test_programs_are_dropped(self, session: Session, mailed: Conversation) -> None:
        before = lines_of(session, mailed)
        raw = mail("I am away.", answers=letter_of(session, mailed), Auto_Submitted="auto-replied")
        assert inbound.receive(session, raw, via="imap").outcome == "dropped"
        assert lines_of(session, mailed) == before

    def test_an_empty_mail_and_one_too_many_wait_for_a_person(self, session: Session, mailed: Conversation) -> None:
        assert take(session, mail("", answers=letter_of(session, mailed)))[0] == "to_read"
        for number in range(chats.MOST_A_DAY):
            assert take(session, mail(f"{number}", answers=letter_of(session, mailed)))[0] == "filed"
        assert take(session, mail("One more.", answers=letter_of(session, mailed)))[0] == "to_read"
        assert [row.why for row in inbound.mails_to_read(session)] == ["empty", "many"]


class TestWhoeverHasTheChat:
    def test_the_agent_reads_on_and_nobody_is_told_anything_else(
        self, session: Session, mailed: Conversation, anna: Staff
    ) -> None:
        take(session, mail("Blue.", answers=letter_of(session, mailed)))
        assert (mailed.owner, mailed.agent_id) == ("agent", anna.id)
        assert lines_of(session, mailed)[-1] == ("customer", "Blue.")
        assert [row.kind for row in letters(session, mailed)] == ["chat_reply"]

    def test_with_the_assistant_it_waits_for_a_person_as_long_as_it_takes(
        self, session: Session, mailed: Conversation, anna: Staff
    ) -> None:
        handoff.hand_back(session, mailed.id, anna, "")
        self._waits(session, mailed)

    def test_an_ended_chat_opens_again_for_a_person(self, session: Session, mailed: Conversation, anna: Staff) -> None:
        endings.close(session, mailed.id, anna)
        self._waits(session, mailed)

    def test_also_when_the_browser_of_that_customer_has_another_chat_open(
        self, session: Session, mailed: Conversation, anna: Staff
    ) -> None:
        endings.close(session, mailed.id, anna)
        begun = visits.new_chat(session, mailed.id)
        assert begun is not None
        self._waits(session, mailed)
        assert begun[0].owner == "bot"

    def test_to_somebody_who_vanishes_then_waits_without_a_limit(self, session: Session, mailed: Conversation) -> None:
        take(session, mail("Blue.", answers=letter_of(session, mailed)))
        queue.enqueue_again(session, mailed, "agent_gone", "agent_gone", name="Anna Berg")
        assert (mailed.owner, mailed.claim_by) == ("queue", None)
        assert mailed.left_message_at is not None

    def test_into_a_queue_takes_the_limit_away(self, session: Session, mailed: Conversation) -> None:
        queue.enqueue_again(session, mailed, "agent_gone", "agent_gone", name="Anna Berg")
        assert mailed.claim_by is not None
        take(session, mail("Blue.", answers=letter_of(session, mailed)))
        assert timers.standing_of(session, mailed).claim_by is None
        assert mailed.owner == "queue"

    def test_words_of_danger_put_it_in_front(self, session: Session, mailed: Conversation, anna: Staff) -> None:
        handoff.hand_back(session, mailed.id, anna, "")
        take(session, mail("It caught fire and I was injured.", answers=letter_of(session, mailed)))
        assert mailed.urgent

    def _waits(self, session: Session, chat: Conversation) -> None:
        take(session, mail("Blue.", answers=letter_of(session, chat)))
        assert chat.owner == "queue"
        assert chat.left_message_at is not None
        assert chat.claim_by is None
        assert chat.reply_email == MIA
        lines = lines_of(session, chat)
        assert ("customer", "Blue.") in lines[-3:]
        assert (lines[-1][0], "waits here for a person, who answers it by" in lines[-1][1]) == ("system", True)
        letter = letters(session, chat)[-1]
        assert (letter.kind, letter.recipient) == ("chat_received", MIA)
        take(session, mail("And large.", answers=letter_of(session, chat)))
        assert [row.kind for row in letters(session, chat)] == ["chat_reply", "chat_received"]
        assert lines_of(session, chat)[-1] == ("customer", "And large.")


class TestFiles:
    def test_come_along_and_those_that_cannot_are_named(self, database_url: str) -> None:
        with database.transaction() as session:
            anna = add_agent(session, "Anna Berg")
            chat = mailed_chat(session, anna)
            answers = letter_of(session, chat)
            files = {"photo.png": png(), "virus.exe": b"MZ\x90\x00nothing good"}
            inbound.receive(session, mail("See the photo.", answers=answers, files=files), via="imap")
            (job,) = queued(session, chats.TAKE_MAIL)
        for _ in range(2):
            mail_in.take(job["mail_id"])
        with database.transaction() as session:
            assert [file.file_name for file in file_queries.files_of(session, chat.id)] == ["photo.png"]
            lines = lines_of(session, chat)
            assert lines[-3] == ("customer", "See the photo.")
            assert "virus.exe" in lines[-1][1]
            row = session.scalars(select(InboundMail)).one()
            assert (row.raw, [file["name"] for file in row.refused]) == (None, ["virus.exe"])
            assert row.done_at is not None
            assert inbound.mails_to_read(session) == []

    def test_without_words_say_so(self, session: Session, mailed: Conversation) -> None:
        take(session, mail("", answers=letter_of(session, mailed), files={"photo.png": png()}))
        assert lines_of(session, mailed)[-1] == ("customer", "(A mail without words, only files)")


class TestScoreByMail:
    @pytest.mark.parametrize(
        ("text", "score", "words"),
        [
            ("5", 5, None),
            ("4/5\n\nQuick and kind.", 4, "Quick and kind."),
            (" 3. \n", 3, None),
            (f"4\n\n{QUOTED[20:]}", 4, None),
        ],
    )
    def test_a_number_alone_in_the_first_line_answers_the_question(
        self, session: Session, copied: Conversation, text: str, score: int, words: str | None
    ) -> None:
        take(session, mail(text, answers=letter_of(session, copied)))
        row = session.scalars(select(Satisfaction)).one()
        assert (row.score, row.words) == (score, words)
        assert copied.owner == "closed"
        assert lines_of(session, copied)[-1] == ("system", "Thank you, that helps us.")

    def test_unhappy_gets_the_ways_that_are_left_by_mail(self, session: Session, copied: Conversation) -> None:
        take(session, mail("1", answers=letter_of(session, copied)))
        letter = letters(session, copied)[-1]
        assert (letter.kind, letter.recipient) == ("chat_not_helped", MIA)

    @pytest.mark.parametrize("text", ["4 plates were broken.", "It is broken.", "6", "4, 5 and 6 are missing"])
    def test_anything_else_is_a_message(self, session: Session, copied: Conversation, text: str) -> None:
        take(session, mail(text, answers=letter_of(session, copied)))
        assert session.scalars(select(Satisfaction.score)).one() is None
        assert ("customer", text) in lines_of(session, copied)
        assert copied.owner == "queue"

    def test_a_question_below_the_number_is_a_message_as_well(self, session: Session, copied: Conversation) -> None:
        take(session, mail("2\n\nWhere is my parcel?", answers=letter_of(session, copied)))
        assert session.scalars(select(Satisfaction.score)).one() == 2
        assert copied.owner == "queue"

    def test_a_number_that_answers_a_person_is_a_message(self, session: Session, mailed: Conversation) -> None:
        satisfaction.ask(session, mailed)
        take(session, mail("2", answers=letter_of(session, mailed)))
        assert lines_of(session, mailed)[-1] == ("customer", "2")


def take(session: Session, raw: bytes) -> tuple[str, str]:
    """The mail comes, and the job puts it where it belongs; returns what was said of it, and what it became."""
    received = inbound.receive(session, raw, via="imap")
    row = session.scalars(select(InboundMail).order_by(InboundMail.received_at.desc()).limit(1)).one()
    found = mail_in.land(session, row.id)
    if found is not None:
        mail_in.finish(session, row.id, [])
    return received.outcome, row.state


def letter_of(session: Session, conversation: Conversation) -> str:
    """The message id of the newest mail of a chat."""
    return letters(session, conversation)[-1].message_id


def letters(session: Session, conversation: Conversation) -> list[Notification]:
    found = select(Notification).where(Notification.conversation_id == conversation.id)
    return list(session.scalars(found.order_by(Notification.created_at, Notification.id)))


def mailed_chat(session: Session, anna: Staff) -> Conversation:
    conversation, _ = service.open_conversation(session, None)
    service.receive(session, conversation.id, "Where is my parcel?", client_id="first")
    service.remember_facts(session, conversation.id, {"contact_email": MIA})
    handoff.take_over(session, conversation.id, anna)
    said = service.say_as_agent(session, conversation.id, anna, "Which colour was it?", client_id="a", note=False)
    assert absent.mail_unseen(session, said.id) is not None
    found = queries.locked(session, conversation.id)
    assert found is not None
    return found


@pytest.fixture
def mailed(session: Session, anna: Staff) -> Conversation:
    """A chat that Anna holds, whose customer was mailed what they had not seen."""
    with clock.set_to(clock.now() - timedelta(minutes=10)):
        return mailed_chat(session, anna)


@pytest.fixture
def copied(session: Session, mailed: Conversation, anna: Staff) -> Conversation:
    """A chat that has ended, with the question open in the copy that the customer has got."""
    endings.close(session, mailed.id, anna)
    satisfaction.ask(session, mailed)
    transcript.send(session, mailed.id, MIA)
    return mailed
