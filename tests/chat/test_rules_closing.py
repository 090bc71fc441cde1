"""The rules of the end, each as a test: closed is seen by all, what is typed after it is kept and asked about, and one
visitor has one open chat."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes.chat import endings, handoff, presence, service, timers, visits
from disputes.chat.tables import Conversation, Message, StaffPresence
from disputes.errors import Conflict
from disputes.people.tables import Staff
from tests.chat.conftest import Say, all_rows, lines_of
from tests.chat.factories import desk_is_up, waiting_chat

pytestmark = pytest.mark.database

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


class TestClosing:
    def test_by_the_customer_is_told_and_has_its_reason(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("hello")
        endings.end_by_customer(session, conversation.id)
        endings.end_by_customer(session, conversation.id)
        assert (conversation.owner, conversation.epoch, conversation.end_reason) == ("closed", 1, "ended_by_customer")
        assert ("system", "You have ended this chat.") in lines_of(session, conversation)

    def test_by_the_agent(self, session: Session, conversation: Conversation, anna: Staff) -> None:
        handoff.take_over(session, conversation.id, anna)
        endings.close(session, conversation.id, anna)
        assert conversation.end_reason == "closed_by_agent"
        assert ("system", "Anna Berg has ended this chat.") in lines_of(session, conversation)

    def test_not_by_anybody_else(self, session: Session, conversation: Conversation, anna: Staff, ben: Staff) -> None:
        handoff.take_over(session, conversation.id, anna)
        with pytest.raises(Conflict, match="Anna Berg has this chat"):
            endings.close(session, conversation.id, ben)

    def test_is_read_again_on_every_reconnect(self, session: Session, conversation: Conversation) -> None:
        endings.end_by_customer(session, conversation.id)
        assert service.updates(session, conversation.id, 0).state.owner == "closed"
        assert service.updates(session, conversation.id, 99).state.owner == "closed"


class TestTypingAfterTheEnd:
    def test_is_kept_and_asked_about_once_and_nobody_answers_meanwhile(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        endings.end_by_customer(session, conversation.id)
        first, second = say("one more thing"), say("hello?")
        assert (first.turn, second.turn, conversation.owner) == (None, None, "closed")
        asked = [row for row in all_rows(session, conversation) if endings.GO_ON in payloads(row)]
        assert [payloads(row) for row in asked] == [[endings.GO_ON, endings.NEW_CHAT]]
        assert "go on here, or start a new chat" in asked[0].text

    def test_after_each_end_it_is_asked_again(self, session: Session, conversation: Conversation, say: Say) -> None:
        for _ in range(2):
            endings.end_by_customer(session, conversation.id)
            say("one more thing")
            say(endings.GO_ON)
        rows = all_rows(session, conversation)
        assert [payloads(row) for row in rows].count([endings.GO_ON, endings.NEW_CHAT]) == 2

    def test_going_on_reads_what_was_typed_in_order_with_an_assistant_that_starts_afresh(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        service.remember_facts(session, conversation.id, {"order_number": "10023"})
        endings.end_by_customer(session, conversation.id)
        typed = [say("one more thing"), say("hello?")]
        say(endings.GO_ON)
        assert conversation.owner == "bot"
        assert [message.turn for message in typed] == ["waiting", "waiting"]
        assert (conversation.rasa_round, conversation.facts) == (2, {})
        assert lines_of(session, conversation)[-1] == ("system", "The chat goes on with the assistant.")

    def test_a_chat_that_fell_asleep_goes_on_where_it_stood(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        service.remember_facts(session, conversation.id, {"order_number": "10023"})
        endings.end_idle(session, conversation, timedelta(days=1))
        say("I found it")
        say(endings.GO_ON)
        assert (conversation.rasa_round, conversation.facts) == (1, {"order_number": "10023"})

    def test_asking_for_a_person_goes_on_at_once(
        self, session: Session, conversation: Conversation, say: Say, sam: Staff
    ) -> None:
        endings.end_by_customer(session, conversation.id)
        say("/talk_to_person")
        assert conversation.owner == "queue"

    def test_and_when_nobody_is_there_it_is_said_once(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        endings.end_by_customer(session, conversation.id)
        asked = say("/talk_to_person")
        assert (conversation.owner, asked.turn) == ("bot", None)
        assert "/leave_message" in payloads(all_rows(session, conversation)[-1])


class TestReopening:
    def test_goes_to_the_agent_who_had_it_when_they_are_there(
        self, session: Session, conversation: Conversation, anna: Staff, say: Say
    ) -> None:
        closed_by(session, conversation, anna)
        presence.staff_arrive(session, anna)
        typed = say("one more thing")
        say(endings.GO_ON)
        assert (conversation.owner, conversation.agent_id, typed.turn) == ("agent", anna.id, None)
        assert lines_of(session, conversation)[-1] == ("system", "Anna Berg is with you again.")

    def test_never_to_an_absent_one(self, session: Session, conversation: Conversation, anna: Staff, say: Say) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            closed_by(session, conversation, anna)
            presence.staff_arrive(session, anna)
            moment.shift(presence.LEASE)
            say(endings.GO_ON)
        assert conversation.owner == "bot"

    def test_nor_to_one_who_is_away_or_full(
        self, session: Session, conversation: Conversation, anna: Staff, say: Say
    ) -> None:
        closed_by(session, conversation, anna)
        presence.staff_arrive(session, anna)
        presence.choose(session, anna, takes_chats=False)
        say(endings.GO_ON)
        assert conversation.owner == "bot"
        handoff.take_over(session, conversation.id, anna)
        endings.close(session, conversation.id, anna)
        presence.choose(session, anna, takes_chats=True)
        anna.chat_limit = 0
        session.flush()
        say(endings.GO_ON)
        assert conversation.owner == "bot"

    def test_nor_when_the_assistant_had_it_last(
        self, session: Session, conversation: Conversation, anna: Staff, say: Say
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        presence.staff_arrive(session, anna)
        handoff.hand_back(session, conversation.id, anna, "")
        endings.end_by_customer(session, conversation.id)
        say(endings.GO_ON)
        assert conversation.owner == "bot"


class TestTwoConversationsForOneVisitor:
    def test_the_database_refuses_a_second_open_one(self, session: Session, conversation: Conversation) -> None:
        with pytest.raises(IntegrityError, match="uq_conversations_visitor_digest"):
            visits.begin(session, conversation.visitor_digest, page=None, locale=None, ip_digest=None)

    def test_while_a_chat_is_open_there_is_no_new_one(self, session: Session, conversation: Conversation) -> None:
        assert visits.new_chat(session, conversation.id) is None

    def test_a_new_one_takes_along_what_was_written_after_the_end_and_nothing_from_before(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("from before")
        endings.end_by_customer(session, conversation.id)
        say("one more thing")
        begun = visits.new_chat(session, conversation.id)
        assert begun is not None
        chat, session_id = begun
        assert [words for _, words in lines_of(session, chat)] == ["one more thing"]
        assert [row.turn for row in all_rows(session, chat)] == ["waiting", "waiting"]
        assert service.open_conversation(session, session_id)[0].id == chat.id
        assert chat.visitor_digest == conversation.visitor_digest

    def test_two_tabs_that_begin_one_after_the_other_have_the_same_one(
        self, session: Session, conversation: Conversation
    ) -> None:
        endings.end_by_customer(session, conversation.id)
        first, second = visits.new_chat(session, conversation.id), visits.new_chat(session, conversation.id)
        assert first is not None
        assert second is not None
        assert first[0].id == second[0].id
        assert service.open_conversation(session, second[1])[0].id == second[0].id

    def test_the_old_one_does_not_go_on_beside_the_new_one(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        endings.end_by_customer(session, conversation.id)
        visits.new_chat(session, conversation.id)
        with pytest.raises(Conflict, match="another chat open"):
            say(endings.GO_ON)
        assert open_chats(session, conversation.visitor_digest) == 1

    def test_a_customer_who_needs_care_is_known_in_the_new_one(
        self, session: Session, conversation: Conversation
    ) -> None:
        conversation.vulnerable = True
        endings.end_by_customer(session, conversation.id)
        begun = visits.new_chat(session, conversation.id)
        assert begun is not None
        assert begun[0].vulnerable


class TestIdle:
    def test_an_agents_chat_ends_when_the_customer_is_silent_after_the_agents_last_word(
        self, session: Session, anna: Staff
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = held(session, anna)
            moment.shift(timedelta(seconds=5))
            service.say_as_agent(session, chat.id, anna, "Does that help?", client_id="1", note=False)
            moment.shift(timedelta(minutes=30))
            assert look(session, chat, anna) is None
            moment.shift(timedelta(seconds=1))
            assert look(session, chat, anna) == "customer_idle"
        assert (chat.owner, chat.end_reason) == ("closed", "idle")
        assert "nothing was written in it for 30 minutes" in lines_of(session, chat)[-1][1]

    def test_not_while_it_is_the_agents_turn(self, session: Session, anna: Staff) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = held(session, anna)
            moment.shift(timedelta(seconds=5))
            service.say_as_agent(session, chat.id, anna, "Does that help?", client_id="1", note=False)
            moment.shift(timedelta(minutes=1))
            service.receive(session, chat.id, "No.", client_id="2")
            moment.shift(timedelta(hours=3))
            assert look(session, chat, anna) is None

    def test_nor_because_of_what_an_agent_before_has_written(self, session: Session, anna: Staff, ben: Staff) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = held(session, anna)
            moment.shift(timedelta(seconds=5))
            service.say_as_agent(session, chat.id, anna, "Does that help?", client_id="1", note=False)
            moment.shift(timedelta(hours=1))
            handoff.take_over(session, chat.id, ben)
            assert look(session, chat, ben) is None

    def test_a_chat_of_the_assistant_ends_later_and_only_if_the_customer_has_written(
        self, session: Session, say: Say, conversation: Conversation
    ) -> None:
        untouched = service.open_conversation(session, None)[0]
        conversation.created_at = MONDAY_NOON
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            say("hello")
            moment.shift(timedelta(days=1))
            assert timers.act(session, conversation.id) is None
            moment.shift(timedelta(seconds=1))
            assert timers.act(session, conversation.id) == "assistant_idle"
            moment.shift(timedelta(days=300))
            assert timers.act(session, untouched.id) is None
        assert (conversation.owner, conversation.end_reason) == ("closed", "idle")

    def test_a_waiting_chat_never_ends_by_itself(self, session: Session) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = waiting_chat(session)
            moment.shift(timedelta(days=3))
            assert timers.act(session, chat.id) == "nobody_claimed"


def closed_by(session: Session, conversation: Conversation, agent: Staff) -> None:
    """A chat that an agent held and ended; nobody of them is there any more."""
    handoff.take_over(session, conversation.id, agent)
    endings.close(session, conversation.id, agent)
    session.query(StaffPresence).delete()


def held(session: Session, agent: Staff) -> Conversation:
    """A chat that an agent has claimed."""
    desk_is_up(session)
    chat = waiting_chat(session)
    handoff.claim(session, chat.id, agent)
    return chat


def look(session: Session, chat: Conversation, agent: Staff) -> str | None:
    """The sweep looks at a chat whose agent is there."""
    presence.staff_act(session, agent)
    return timers.act(session, chat.id)


def payloads(message: Message) -> list[str]:
    """What the buttons of a message send."""
    return [reply["payload"] for reply in message.quick_replies or []]


def open_chats(session: Session, visitor: str) -> int:
    """How many open chats a visitor has."""
    found = select(func.count()).where(Conversation.visitor_digest == visitor, Conversation.owner != "closed")
    return session.scalar(found) or 0
