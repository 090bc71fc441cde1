"""A copy of the chat by mail: what the customer could see, to an address of theirs, and not too often."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import handoff, satisfaction, service, thread, transcript
from disputes.chat.tables import Conversation
from disputes.errors import Invalid, NotFound, TooMany
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff
from tests.chat.conftest import lines_of
from tests.chat.test_absent import prove

pytestmark = pytest.mark.database

MIA = "mia.hughes@example.com"


class TestWhatIsInIt:
    def test_all_that_the_customer_could_see_in_order(
        self, session: Session, conversation: Conversation, anna: Staff
    ) -> None:
        with time_machine.travel("2026-07-01T22:30:00+00:00", tick=False) as now:
            say(session, conversation, "Where is my parcel?")
            now.shift(timedelta(minutes=45))
            handoff.take_over(session, conversation.id, anna)
            card = {"kind": "status", "title": "x", "rows": [{"label": "Stage", "value": "We look into it"}]}
            thread.append(session, conversation, "bot", "Here it is:", card=card)
            service.say_as_agent(session, conversation.id, anna, "On its way.", client_id="a", note=False)
            service.say_as_agent(session, conversation.id, anna, "A nuisance.", client_id="b", note=True)
            letter = send(session, conversation, MIA)
        text = letter.text
        parts = [
            "times are those of Europe/London",
            "WEDNESDAY 1 JULY 2026",  # 23:30 where the shop is
            "23:30 You\n> Where is my parcel?",
            "THURSDAY 2 JULY 2026",
            "00:15 Assistant\n> Here it is:\n> Stage: We look into it",
            "00:15 Anna Berg\n> On its way.",
        ]
        places = [text.find(part) for part in parts]
        assert -1 not in places, (parts[places.index(-1)], text)
        assert places == sorted(places)
        for hidden in ("A nuisance", "/session_opened"):
            assert hidden not in letter.text + letter.html
        for shown in ("Where is my parcel?", "On its way.", "We look into it"):
            assert shown in letter.html

    def test_the_newest_of_a_very_long_chat(self, session: Session, conversation: Conversation) -> None:
        for number in range(transcript.MOST_MESSAGES + 5):
            thread.append(session, conversation, "customer", f"line {number}.", turn=None)
        letter = send(session, conversation, MIA)
        assert "its beginning is not in this letter" in letter.text
        assert "> line 4.\n" not in letter.text
        assert f"> line {transcript.MOST_MESSAGES + 4}.\n" in letter.text

    def test_no_links_of_the_customer_to_an_address_that_nobody_has_proved(
        self, session: Session, conversation: Conversation
    ) -> None:
        say(session, conversation, "Win at https://evil.example/now or evil.example, 3.50 each")
        letter = send(session, conversation, MIA)
        assert "evil.example" not in letter.text + letter.html
        assert "https[:]//evil[.]example/now or evil[.]example, 3.50 each" in letter.text
        prove(session, conversation, "proved@example.com")
        letter = send(session, conversation, "proved@example.com")
        assert "https://evil.example/now" in letter.text

    def test_asks_how_it_was_while_that_is_open(self, session: Session, conversation: Conversation) -> None:
        say(session, conversation, "Hello?")
        assert "HOW IT WAS" not in send(session, conversation, MIA).text
        satisfaction.ask(session, conversation)
        assert "a number from 1 (not at all) to 5 (very much)" in send(session, conversation, "b@example.com").text
        satisfaction.rate(session, conversation.id, conversation.epoch, 5, None)
        assert "HOW IT WAS" not in send(session, conversation, "c@example.com").text


class TestWhereItGoes:
    def test_to_the_address_that_is_known(self, session: Session, conversation: Conversation) -> None:
        conversation.facts = {"contact_email": MIA}
        assert send(session, conversation).recipient == MIA
        author, words = lines_of(session, conversation)[-1]
        assert (author, "m•••@example.com" in words, MIA in words) == ("system", True, False)

    def test_without_one_it_is_asked_for(self, session: Session, conversation: Conversation) -> None:
        with pytest.raises(transcript.AddressNeeded):
            transcript.send(session, conversation.id)
        with pytest.raises(transcript.AddressNeeded):
            transcript.send(session, conversation.id, "  ")
        assert lines_of(session, conversation) == []

    def test_to_the_one_that_is_typed_where_the_customer_is_answered_from_now_on(
        self, session: Session, conversation: Conversation
    ) -> None:
        conversation.facts = {"contact_email": "other@example.com"}
        assert send(session, conversation, " Mia.Hughes@Example.com ").recipient == MIA
        assert conversation.reply_email == MIA

    @pytest.mark.parametrize(
        "typed", ["mia", "a@b@c.example", "mia@example.com\nBcc: x@y.example", "x" * 300 + "@a.example"]
    )
    def test_not_to_what_is_no_address(self, session: Session, conversation: Conversation, typed: str) -> None:
        with pytest.raises(Invalid):
            transcript.send(session, conversation.id, typed)

    def test_by_staff_for_the_customer_who_is_told(
        self, session: Session, conversation: Conversation, anna: Staff
    ) -> None:
        assert transcript.send(session, conversation.id, MIA, staff=anna).masked == "m•••@example.com"
        assert conversation.reply_email is None
        assert lines_of(session, conversation)[-1][1] == "Anna Berg has sent a copy of this chat to m•••@example.com."

    def test_not_of_a_chat_that_is_not_there(self, session: Session) -> None:
        with pytest.raises(NotFound):
            transcript.send(session, uuid4(), MIA)


class TestHowOften:
    def test_a_double_click_is_one_letter(self, session: Session, conversation: Conversation) -> None:
        for _ in range(3):
            transcript.send(session, conversation.id, MIA)
        assert len(copies(session)) == 1

    def test_three_an_hour_from_one_chat(self, session: Session, conversation: Conversation) -> None:
        with time_machine.travel(clock.now(), tick=False) as now:
            for name in ("a", "b", "c"):
                transcript.send(session, conversation.id, f"{name}@example.com")
            with pytest.raises(TooMany):
                transcript.send(session, conversation.id, "d@example.com")
            now.shift(timedelta(hours=1, seconds=1))
            transcript.send(session, conversation.id, "d@example.com")

    def test_five_a_day_to_one_address_from_all_chats(self, session: Session) -> None:
        chats = [service.open_conversation(session, None)[0] for _ in range(6)]
        with time_machine.travel(clock.now(), tick=False) as now:
            for chat in chats[:5]:
                transcript.send(session, chat.id, MIA)
            with pytest.raises(TooMany):
                transcript.send(session, chats[5].id, MIA)
            now.shift(timedelta(days=1, seconds=1))
            transcript.send(session, chats[5].id, MIA)


def say(session: Session, conversation: Conversation, words: str) -> None:
    service.receive(session, conversation.id, words, client_id=words)


def send(session: Session, conversation: Conversation, typed: str | None = None) -> Notification:
    transcript.send(session, conversation.id, typed)
    return copies(session)[-1]


def copies(session: Session) -> list[Notification]:
    found = select(Notification).where(Notification.kind == "chat_transcript").order_by(Notification.created_at)
    return list(session.scalars(found))
