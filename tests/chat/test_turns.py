"""The assistant's turn: stored once, never over a person, and never silent when it fails."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from uuid import UUID

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import handoff, queries, service, turns
from disputes.chat.schemas import Received
from disputes.chat.tables import Conversation, Message
from tests.chat.conftest import RasaStandIn
from tests.chat.factories import add_agent, somebody_here

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url")]


class TestAnswer:
    def test_the_reply_follows_the_message(self, rasa: RasaStandIn, chat: UUID) -> None:
        message = write(chat, "my parcel is late")
        turns.answer(str(message.id), tried_before=False)
        assert shown(chat) == [("customer", "my parcel is late"), ("bot", "Hello!")]
        asked = rasa.asked[-1]
        assert asked["message"] == "my parcel is late"
        assert asked["sender"] == f"{chat}:1"
        assert asked["metadata"]["message_id"] == str(message.id)

    def test_running_the_job_again_changes_nothing(self, rasa: RasaStandIn, chat: UUID) -> None:
        message = write(chat, "hello")
        for tried_before in (False, True):
            turns.answer(str(message.id), tried_before=tried_before)
        assert shown(chat) == [("customer", "hello"), ("bot", "Hello!")]
        assert len(rasa.asked) == 1

    def test_a_turn_that_rasa_has_had_is_not_asked_a_second_time(self, rasa: RasaStandIn, chat: UUID) -> None:
        message = write(chat, "Ada Lovelace")
        rasa.tracker = {
            "events": [
                {"event": "user", "text": "Ada Lovelace", "metadata": {"message_id": str(message.id)}},
                {"event": "bot", "text": "Thanks, Ada.", "data": {"buttons": None}},
            ]
        }
        turns.answer(str(message.id), tried_before=True)
        assert shown(chat)[1:] == [("bot", "Thanks, Ada.")]
        assert rasa.asked == []

    def test_a_typed_slash_reaches_rasa_as_text(self, rasa: RasaStandIn, chat: UUID) -> None:
        write(chat, "hello")
        message = write(chat, "/file_complaint")
        turns.answer(str(message.id), tried_before=False)
        assert rasa.asked[-1]["message"] == "\u2060/file_complaint"

    def test_a_card_joins_its_text_and_a_handoff_ends_the_reply(self, rasa: RasaStandIn, chat: UUID) -> None:
        card = {"kind": "order", "title": "Order 10023", "rows": []}
        rasa.replies = [
            [
                {"text": "I found it."},
                {"custom": {"card": card}},
                {"custom": {"handoff": {"reason": "asked", "summary": "late parcel"}}},
                {"text": "never shown"},
            ]
        ]
        message = write(chat, "a person please")
        turns.answer(str(message.id), tried_before=False)
        with database.transaction() as session:
            rows = queries.messages_after(session, chat, 0, notes=False)
            conversation = session.get(Conversation, chat)
            assert conversation is not None
            assert conversation.owner == "queue"
            assert conversation.handoff_summary == "late parcel"
        assert [row.author for row in rows] == ["customer", "bot", "system", "system"]
        assert rows[1].card == card
        assert rows[2].card is not None
        assert rows[2].card["kind"] == "handover"


class TestOwnership:
    def test_a_reply_after_a_take_over_is_never_shown(self, rasa: RasaStandIn, chat: UUID) -> None:
        rasa.hold = Event()
        rasa.reached.clear()
        message = write(chat, "hello")
        turn = Thread(target=turns.answer, args=(str(message.id),), kwargs={"tried_before": False})
        turn.start()
        assert rasa.reached.wait(5)
        with database.transaction() as session:
            handoff.take_over(session, chat, add_agent(session, "Anna Berg"))
        rasa.hold.set()
        turn.join(10)
        assert [author for author, _ in shown(chat)] == ["customer", "system", "system"]
        assert shown(chat)[-1] == ("system", "Anna Berg has joined the chat.")
        assert turn_of(message) == "dropped"

    def test_nor_after_a_take_over_and_return(self, rasa: RasaStandIn, chat: UUID) -> None:
        message = write(chat, "hello")
        with database.transaction() as session:
            turn = turns.begin(session, message.id)
        assert turn is not None
        with database.transaction() as session:
            anna = add_agent(session, "Anna Berg")
            handoff.take_over(session, chat, anna)
            handoff.hand_back(session, chat, anna, "refund promised")
        with database.transaction() as session:
            assert turns.store_reply(session, turn, []) is False
        assert turn_of(message) == "dropped"

    def test_a_message_that_arrives_in_the_queue_is_kept_for_the_agent(self, rasa: RasaStandIn, chat: UUID) -> None:
        first = write(chat, "hello")
        with database.transaction() as session:
            conversation = queries.locked(session, chat)
            assert conversation is not None
            handoff.request_person(session, conversation, "asked", None)
        turns.answer(str(first.id), tried_before=False)
        assert rasa.asked == []
        assert turn_of(first) == "dropped"


class TestFailure:
    @pytest.mark.parametrize("reply", [[], 500, "<html>oops</html>", [{"recipient_id": "x"}]])
    def test_no_usable_reply_is_tried_again(self, rasa: RasaStandIn, chat: UUID, reply: object) -> None:
        rasa.replies = [reply]
        message = write(chat, "hello")
        with pytest.raises(turns.TurnFailed):
            turns.answer(str(message.id), tried_before=False)
        assert turn_of(message) == "waiting"

    @pytest.mark.usefixtures("dead_rasa")
    def test_when_patience_ends_the_customer_is_told_and_offered_a_person(self, chat: UUID) -> None:
        now = datetime(2026, 3, 2, 10, tzinfo=UTC)
        with time_machine.travel(now, tick=False) as clock:
            message = write(chat, "hello")
            clock.shift(turns.PATIENCE - timedelta(seconds=1))
            with pytest.raises(turns.TurnFailed):
                turns.answer(str(message.id), tried_before=True)
            clock.shift(timedelta(seconds=1))
            turns.answer(str(message.id), tried_before=True)
        assert shown(chat)[0] == ("customer", "hello")
        author, words = shown(chat)[1]
        assert author == "system"
        assert "could not answer" in words
        assert "/complaint" in words
        assert turn_of(message) == "failed"

    def test_a_new_tracker_session_keeps_slots_and_form(self, rasa: RasaStandIn, chat: UUID) -> None:
        rasa.tracker = {"slots": {"order_number": "10023", "x": None}, "active_loop": {"name": "complaint_form"}}
        with database.transaction() as session:
            conversation = queries.locked(session, chat)
            assert conversation is not None
            conversation.rasa_turns = turns.TURNS_IN_A_SESSION - 1
        turns.answer(str(write(chat, "hello").id), tried_before=False)
        (events,) = rasa.posted_events
        assert [(event["event"], event.get("name")) for event in events] == [
            ("action", "action_session_start"),
            ("session_started", None),
            ("action", "complaint_form"),
            ("active_loop", "complaint_form"),
            ("slot", "order_number"),
            ("action", "action_listen"),
        ]


def write(chat: UUID, text: str) -> Received:
    """The customer writes, as a transaction of its own."""
    received = database.run(service.receive, chat, text, client_id=None)
    assert received is not None
    return received


def shown(chat: UUID) -> list[tuple[str, str]]:
    """What the customer sees, as (author, text)."""
    with database.transaction() as session:
        return [(row.author, row.text) for row in queries.messages_after(session, chat, 0, notes=False)]


def turn_of(message: Received) -> str | None:
    """How far the turn for a message has come."""
    with database.transaction() as session:
        stored = session.get(Message, message.id)
        return stored.turn if stored else None


@pytest.fixture
def chat(database_url: str) -> UUID:
    def open_it(session: Session) -> UUID:
        return service.open_conversation(session, None)[0].id

    database.run(somebody_here)
    return database.run(open_it)
