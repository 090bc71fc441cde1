"""What the assistant understood is kept with the message, and signs that it was wrong are noticed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import handoff, queries, service, turns
from disputes.chat.rasa_client import RasaUnavailable, parts_of, rasa_client
from disputes.chat.schemas import Part, Turn
from disputes.chat.tables import Conversation, Message, TurnReading
from tests.chat.conftest import RasaStandIn, Say

pytestmark = pytest.mark.database

LATE = {"intent": "problem_late", "confidence": 0.8, "others": [["problem_lost", 0.1]], "form": None}
UNSURE = {**LATE, "confidence": 0.3}
NOT = {"intent": "nlu_fallback", "confidence": 0.2, "others": [["problem_lost", 0.2]], "form": None}
BUTTONS = [{"content_type": "text", "title": "It never arrived", "payload": "/problem_lost"}]

type Read = Callable[..., TurnReading | None]


class TestParts:
    def test_what_was_understood_is_no_words_for_the_customer(self) -> None:
        reply: list[dict[str, Any]] = [{"custom": {"reading": LATE}}, {"text": "Hello"}, {"custom": {"trace": "C1@x"}}]
        assert parts_of(reply) == [Part("Hello", trace="C1@x"), Part(reading=LATE)]

    def test_the_first_to_say_it_has_read_the_message(self) -> None:
        reply: list[dict[str, Any]] = [
            {"custom": {"reading": {"taken": True}}},
            {"text": "And your name?"},
            {"custom": {"reading": LATE}},
        ]
        assert parts_of(reply)[-1].reading == {"taken": True}

    def test_a_reply_with_nothing_else_is_none(self, session: Session, say: Say, rasa: RasaStandIn) -> None:
        rasa.replies = [[{"custom": {"reading": LATE}}]]
        turn = turns.begin(session, say("hello").id)
        assert isinstance(turn, Turn)
        with pytest.raises(RasaUnavailable):
            rasa_client().ask(turn)


class TestKept:
    def test_with_its_message(self, read: Read) -> None:
        reading = read("where is it", LATE)
        assert reading is not None
        assert (reading.intent, reading.confidence, reading.others) == ("problem_late", 0.8, [["problem_lost", 0.1]])
        assert (reading.sign, reading.state) == (None, "open")

    def test_not_what_a_form_took_for_its_answer(self, read: Read) -> None:
        assert read("Mia Hughes", {"taken": True}) is None

    def test_not_without_an_intent_that_decided(self, read: Read) -> None:
        assert read("hello", None) is None

    def test_the_replies_keep_their_places(self, session: Session, read: Read, conversation: Conversation) -> None:
        read("where is it", LATE, texts=["One", "Two"])
        said = queries.messages_after(session, conversation.id, 0, notes=False)
        assert [(message.text, message.reply_index) for message in said if message.author == "bot"] == [
            ("One", 0),
            ("Two", 1),
        ]

    def test_goes_with_its_chat(self, session: Session, read: Read, conversation: Conversation) -> None:
        reading = read("where is it", LATE)
        assert reading is not None
        session.execute(delete(Message).where(Message.conversation_id == conversation.id))
        assert session.scalars(select(TurnReading.message_id)).all() == []


class TestSigns:
    @pytest.mark.parametrize(("told", "sign"), [(NOT, "fallback"), (UNSURE, "unsure"), (LATE, None)])
    def test_by_itself(self, read: Read, told: dict[str, Any], sign: str | None) -> None:
        reading = read("where is it", told)
        assert reading is not None
        assert reading.sign == sign

    @pytest.mark.parametrize(("told", "sign"), [(LATE, "button"), (UNSURE, "button"), (NOT, "fallback")])
    def test_a_button_for_something_else_says_what_was_meant(
        self, session: Session, read: Read, told: dict[str, Any], sign: str
    ) -> None:
        reading = read("where is it", told)
        assert reading is not None
        read("/problem_lost", None)
        session.refresh(reading)
        assert (reading.sign, reading.hint) == (sign, "problem_lost")

    def test_the_button_for_the_same_confirms_it(self, session: Session, read: Read) -> None:
        reading = read("where is it", {**LATE, "intent": "problem_lost"})
        assert reading is not None
        read("/problem_lost", None)
        session.refresh(reading)
        assert (reading.sign, reading.hint) == (None, None)

    def test_a_person_right_after(self, session: Session, read: Read, conversation: Conversation) -> None:
        reading = read("where is it", LATE)
        assert reading is not None
        handoff.request_person(session, conversation, "asked", None)
        session.refresh(reading)
        assert reading.sign == "person"

    def test_asked_for_in_words_it_is_the_message_before(self, session: Session, read: Read) -> None:
        reading = read("where is it", LATE)
        asked = read("a human please", {**LATE, "intent": "talk_to_person"}, hand_over=True)
        assert reading is not None
        assert asked is not None
        session.refresh(reading)
        session.refresh(asked)
        assert (reading.sign, asked.sign) == ("person", None)

    def test_not_after_a_greeting(self, session: Session, read: Read, conversation: Conversation) -> None:
        reading = read("hello", {**LATE, "intent": "greet"})
        assert reading is not None
        handoff.request_person(session, conversation, "asked", None)
        session.refresh(reading)
        assert reading.sign is None

    def test_not_a_while_later(self, session: Session, read: Read, conversation: Conversation) -> None:
        reading = read("where is it", LATE)
        assert reading is not None
        with clock.set_to(clock.now() + timedelta(minutes=6)):
            handoff.request_person(session, conversation, "asked", None)
        session.refresh(reading)
        assert reading.sign is None


@pytest.fixture
def read(session: Session, conversation: Conversation) -> Read:
    """The customer writes or presses, the assistant understands that; returns what is kept of it."""

    def turn_of(
        said: str, told: dict[str, Any] | None, *, texts: list[str] | None = None, hand_over: bool = False
    ) -> TurnReading | None:
        received = service.receive(session, conversation.id, said, client_id=None)
        assert received is not None
        turn = turns.begin(session, received.id)
        assert turn is not None
        parts = [Part(text, BUTTONS) for text in texts or ["I see."]]
        parts += [Part(handoff={"reason": "asked"})] if hand_over else []
        parts += [Part(reading=told)] if told is not None else []
        assert turns.store_reply(session, turn, parts)
        turns.note_reading(session, turn, parts)
        return session.get(TurnReading, received.id)

    return turn_of
