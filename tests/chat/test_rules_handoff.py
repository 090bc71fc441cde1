"""The rules of handing over and back, each as a test: the assistant is silent once a person has the chat, and nothing
of what is said around the change is lost, doubled or put before the wrong reader."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import endings, handoff, service, timers, turns
from disputes.chat.schemas import Part, Turn
from disputes.chat.tables import Conversation, Message, Ownership
from disputes.errors import Conflict
from disputes.people.tables import Staff
from tests.chat.conftest import Say, all_rows, lines_of
from tests.chat.factories import add_team, desk_is_up, somebody_here, waiting_chat

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("sam")]

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
ASKS = Part(handoff={"reason": "asked", "summary": "late parcel"})


class TestBotAnswersAfterHandOff:
    def test_no_row_is_stored_and_what_was_said_is_kept_as_audit(
        self, session: Session, conversation: Conversation, say: Say, anna: Staff
    ) -> None:
        message = say("hello")
        turn = begun(session, message)
        handoff.take_over(session, conversation.id, anna)
        assert turns.store_reply(session, turn, [Part("Too late."), Part("Really.")]) is False
        assert "bot" not in [author for author, _ in lines_of(session, conversation)]
        assert (message.turn, message.note) == ("dropped", {"dropped": ["Too late.", "Really."]})

    def test_nor_after_the_chat_came_back_in_a_later_epoch(
        self, session: Session, conversation: Conversation, say: Say, anna: Staff
    ) -> None:
        turn = begun(session, say("hello"))
        handoff.take_over(session, conversation.id, anna)
        handoff.hand_back(session, conversation.id, anna, "")
        assert conversation.owner == "bot"
        assert turns.store_reply(session, turn, [Part("From before.")]) is False

    def test_every_change_is_one_epoch_one_row_of_the_log_and_one_line_people_see(
        self, session: Session, conversation: Conversation, say: Say, anna: Staff, ben: Staff
    ) -> None:
        say("hello")
        say("/talk_to_person")
        handoff.claim(session, conversation.id, anna)
        handoff.take_over(session, conversation.id, ben)
        handoff.hand_back(session, conversation.id, ben, "")
        endings.end_by_customer(session, conversation.id)
        log = session.scalars(
            select(Ownership).where(Ownership.conversation_id == conversation.id).order_by(Ownership.epoch)
        ).all()
        assert [(row.epoch, row.owner, row.reason) for row in log] == [
            (0, "bot", "opened"),
            (1, "queue", "asked"),
            (2, "agent", "claimed"),
            (3, "agent", "taken_over"),
            (4, "bot", "returned_by_agent"),
            (5, "closed", "ended_by_customer"),
        ]
        assert [row.agent_id for row in log] == [None, None, anna.id, ben.id, None, None]
        assert [row.by_staff_id for row in log] == [None, None, anna.id, ben.id, ben.id, None]
        system = [row for row in all_rows(session, conversation) if row.author == "system" and not row.card]
        seen = [row for row in system if row.audience == "everyone"]
        assert len(seen) == conversation.epoch == 5
        for change, line_ in zip(log[1:], seen, strict=True):
            assert change.seq < line_.seq


class TestHandOffText:
    def test_what_the_assistant_said_before_is_stored_and_what_came_after_is_dropped(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        turn = begun(session, say("a person please"))
        turns.store_reply(session, turn, [Part("I found your order."), ASKS, Part("never shown")])
        said = [words for author, words in lines_of(session, conversation) if author in ("bot", "system") and words]
        assert said[0] == "I found your order."
        assert "number 1 in the queue" in said[-1]
        assert "never shown" not in said

    def test_the_line_is_written_in_the_transaction_that_changes_the_owner(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with database.transaction() as session:
            somebody_here(session)
            opened = service.open_conversation(session, None)[0].id
            received = service.receive(session, opened, "a person please", client_id="1")
            assert received is not None
            turn = turns.begin(session, received.id)
            assert turn is not None

        def breaks(*_args: Any, **_kwargs: Any) -> None:
            raise RuntimeError("in the middle")

        with monkeypatch.context() as broken:
            broken.setattr("disputes.chat.queue.line", breaks)
            with pytest.raises(RuntimeError):
                database.run(turns.store_reply, turn, [Part("Before."), ASKS])
        assert state_of(opened) == ("bot", 0, ["a person please"])
        database.run(turns.store_reply, turn, [Part("Before."), ASKS])
        owner, epoch, words = state_of(opened)
        assert (owner, epoch, words[1]) == ("queue", 1, "Before.")

    def test_a_turn_that_runs_twice_says_it_once(self, session: Session, conversation: Conversation, say: Say) -> None:
        turn = begun(session, say("a person please"))
        for _ in range(2):
            turns.store_reply(session, turn, [Part("One moment."), ASKS])
        words = [words for _, words in lines_of(session, conversation)]
        assert len([each for each in words if "in the queue" in each]) == 1
        assert words.count("One moment.") == 1

    def test_it_may_ask_for_a_team(self, session: Session, conversation: Conversation, say: Say, sam: Staff) -> None:
        team = add_team(session, "Payments", sam)
        turn = begun(session, say("a person please"))
        asks = Part(handoff={"reason": "a refund", "summary": "late", "team": "payments"})
        turns.store_reply(session, turn, [asks])
        assert (conversation.owner, conversation.team_id) == ("queue", team.id)


class TestMessageDuringHandOff:
    def test_it_waits_for_the_person_and_is_never_put_before_the_assistant(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        first = say("hello")
        say("/talk_to_person")
        second = say("are you there?")
        assert second.turn is None
        assert turns.begin_or_drop(session, first.id) is None
        assert first.turn == "dropped"

    def test_turns_of_one_chat_run_one_at_a_time(self, session: Session, conversation: Conversation, say: Say) -> None:
        messages = [say("one"), say("two")]
        ids = [str(message.id) for message in messages]
        locks = session.scalars(
            text("SELECT lock FROM procrastinate_jobs WHERE args->>'message_id' = ANY(:ids)"), {"ids": ids}
        )
        assert list(locks) == [f"conversation:{conversation.id}"] * 2


class TestNotTheAssignedAgentReplies:
    def test_is_refused_and_told_whose_it_is_and_may_leave_a_note_or_take_over(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        with pytest.raises(service.NotYours, match=r"Anna Berg holds this chat\. Take it over"):
            service.say_as_agent(session, conversation.id, ben, "Hi", client_id="1", note=False)
        service.say_as_agent(session, conversation.id, ben, "I know this one", client_id="2", note=True)
        handoff.take_over(session, conversation.id, ben)
        service.say_as_agent(session, conversation.id, ben, "Hi", client_id="3", note=False)
        assert [words for author, words in lines_of(session, conversation) if author == "agent"] == ["Hi"]
        reasons = session.scalars(select(Ownership.reason).where(Ownership.by_staff_id == ben.id)).all()
        assert reasons == ["taken_over"]

    @pytest.mark.parametrize("owner", ["bot", "queue", "closed"])
    def test_nor_does_anybody_reach_the_customer_of_a_chat_that_nobody_holds(
        self, session: Session, conversation: Conversation, anna: Staff, owner: str
    ) -> None:
        if owner == "queue":
            handoff.request_person(session, conversation, "asked", None)
        if owner == "closed":
            endings.end_by_customer(session, conversation.id)
        assert conversation.owner == owner
        with pytest.raises(service.NotYours, match="Nobody holds this chat"):
            service.say_as_agent(session, conversation.id, anna, "Hi", client_id="1", note=False)


class TestReturnToTheAssistant:
    def test_is_an_epoch_a_line_in_both_views_and_a_turn_that_knows_what_was_decided(
        self, session: Session, conversation: Conversation, anna: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        handoff.hand_back(session, conversation.id, anna, "Refund promised", "settled")
        returned = all_rows(session, conversation)[-1]
        assert returned.audience == "everyone"
        assert "Anna Berg has handed you back" in returned.text
        turn = begun(session, returned)
        assert (turn.text, turn.epoch) == (handoff.AGENT_RETURNED, 2)
        assert turn.note == {"by": "agent", "decided": True, "outcome": "settled"}
        assert conversation.end_reason == "returned_to_assistant"

    def test_the_assistant_speaks_first_before_what_the_customer_writes_next(
        self, session: Session, conversation: Conversation, anna: Staff, say: Say
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        handoff.hand_back(session, conversation.id, anna, "")
        say("hello again")
        waiting = [row.payload or row.text for row in all_rows(session, conversation) if row.turn == "waiting"]
        assert waiting[-2:] == [handoff.AGENT_RETURNED, "hello again"]

    def test_an_assistant_that_does_not_answer_then_brings_the_next_person(
        self, session: Session, conversation: Conversation, anna: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        handoff.hand_back(session, conversation.id, anna, "")
        turns.give_up(session, begun(session, all_rows(session, conversation)[-1]))
        assert conversation.owner == "queue"
        assert "does not answer just now" in lines_of(session, conversation)[-1][1]

    def test_and_if_nobody_is_there_the_end_is_said_to_be_our_fault(
        self, session: Session, conversation: Conversation, anna: Staff, sam: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        handoff.hand_back(session, conversation.id, anna, "")
        for staff in (anna, sam):
            staff.takes_chats = False
        session.flush()
        turns.give_up(session, begun(session, all_rows(session, conversation)[-1]))
        last = all_rows(session, conversation)[-1]
        assert (conversation.owner, conversation.end_reason) == ("bot", "internal_error")
        assert "No person is free" in last.text
        assert payloads(last) == ["/leave_message"]


class TestBotDownOrSlow:
    def test_the_customer_is_offered_a_person_who_is_there(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        turns.give_up(session, begun(session, say("hello")))
        last = all_rows(session, conversation)[-1]
        assert payloads(last) == ["/talk_to_person"]
        say("/talk_to_person")
        assert conversation.owner == "queue"

    def test_and_nobody_who_is_not(self, session: Session, conversation: Conversation, say: Say, sam: Staff) -> None:
        sam.takes_chats = False
        session.flush()
        turns.give_up(session, begun(session, say("hello")))
        last = all_rows(session, conversation)[-1]
        assert "You can talk to a person" not in last.text
        assert payloads(last) == ["/leave_message"]


class TestReportClocks:
    def test_the_wait_begins_with_the_change_of_owner_and_no_word_of_the_assistant_ends_it(
        self, session: Session
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as clock:
            chat = waiting_chat(session)
            asked = session.scalars(
                select(Ownership).where(Ownership.conversation_id == chat.id, Ownership.owner == "queue")
            ).one()
            assert chat.waiting_since == chat.first_waiting_since == asked.at == MONDAY_NOON
            clock.shift(timedelta(minutes=3))
            service.receive(session, chat.id, "hello?", client_id="9")
            assert chat.waiting_since == MONDAY_NOON

    def test_the_log_agrees_with_every_chat_at_every_end(
        self, session: Session, conversation: Conversation, anna: Staff, say: Say
    ) -> None:
        desk_is_up(session)
        say("hello")
        say("/talk_to_person")
        handoff.claim(session, conversation.id, anna)
        endings.close(session, conversation.id, anna)
        say("and another thing")
        say(endings.GO_ON)
        timers.act(session, conversation.id)
        newest = session.scalars(
            select(Ownership).where(Ownership.conversation_id == conversation.id).order_by(Ownership.epoch.desc())
        ).first()
        assert newest is not None
        assert (newest.owner, newest.epoch, newest.agent_id) == (
            conversation.owner,
            conversation.epoch,
            conversation.agent_id,
        )


def test_a_chat_that_has_ended_is_taken_over_by_nobody(
    session: Session, conversation: Conversation, anna: Staff
) -> None:
    endings.end_by_customer(session, conversation.id)
    with pytest.raises(Conflict, match="has ended"):
        handoff.take_over(session, conversation.id, anna)


def begun(session: Session, message: Message) -> Turn:
    """The assistant's turn for a message."""
    turn = turns.begin(session, message.id)
    assert turn is not None
    return turn


def payloads(message: Message) -> list[str]:
    """What the buttons of a message send."""
    return [reply["payload"] for reply in message.quick_replies or []]


def state_of(chat: Any) -> tuple[str, int, list[str]]:
    """Owner, epoch and what people have said in a chat of its own database."""
    with database.transaction() as session:
        found = session.get_one(Conversation, chat)
        words = [words for author, words in lines_of(session, found) if author in ("customer", "bot")]
        return found.owner, found.epoch, words
