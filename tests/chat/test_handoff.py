"""To a person and back, one step after the other. What holds when many act at once: test_rules_races.py."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes.chat import endings, handoff, queue_queries, service
from disputes.chat.tables import Conversation
from disputes.errors import Conflict
from disputes.people.tables import Staff
from tests.chat.conftest import Say, all_rows, lines_of
from tests.chat.factories import somebody_here

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("sam")]

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


class TestRequestPerson:
    def test_in_office_hours_the_place_in_the_queue_is_told(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(MONDAY_NOON):
            somebody_here(session)
            say("/talk_to_person")
        assert conversation.owner == "queue"
        assert "number 1 in the queue" in lines_of(session, conversation)[-1][1]

    def test_asking_twice_keeps_the_place(self, session: Session, conversation: Conversation, say: Say) -> None:
        say("hello")
        say("/talk_to_person")
        since, epoch = conversation.waiting_since, conversation.epoch
        say("/talk_to_person")
        assert (conversation.waiting_since, conversation.epoch) == (since, epoch)

    def test_back_to_the_assistant_from_the_queue(self, session: Session, conversation: Conversation, say: Say) -> None:
        say("hello")
        say("/talk_to_person")
        say("/back_to_assistant")
        last = all_rows(session, conversation)[-1]
        assert conversation.owner == "bot"
        assert (last.payload, last.turn) == ("/agent_returned", "waiting")

    def test_the_queue_is_first_come_first_served(self, session: Session) -> None:
        first, _ = service.open_conversation(session, None)
        second, _ = service.open_conversation(session, None)
        somebody_here(session)
        for opened in (first, second):
            handoff.request_person(session, opened, "asked", None)
        assert queue_queries.position(session, second) == queue_queries.position(session, first) + 1


class TestClaim:
    def test_the_second_agent_is_told_who_was_first(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff, say: Say
    ) -> None:
        say("hello")
        say("/talk_to_person")
        handoff.claim(session, conversation.id, anna)
        with pytest.raises(Conflict, match="Anna Berg has this chat"):
            handoff.claim(session, conversation.id, ben)
        assert lines_of(session, conversation)[-1] == ("system", "Anna Berg has joined the chat.")

    def test_claiming_twice_is_harmless(
        self, session: Session, conversation: Conversation, anna: Staff, say: Say
    ) -> None:
        say("hello")
        say("/talk_to_person")
        handoff.claim(session, conversation.id, anna)
        epoch = conversation.epoch
        handoff.claim(session, conversation.id, anna)
        assert conversation.epoch == epoch

    def test_a_full_agent_is_refused(self, session: Session, anna: Staff) -> None:
        anna.chat_limit = 1
        somebody_here(session)
        for expected_to_fit in (True, False):
            opened, _ = service.open_conversation(session, None)
            handoff.request_person(session, opened, "asked", None)
            if expected_to_fit:
                handoff.claim(session, opened.id, anna)
            else:
                with pytest.raises(Conflict, match="You hold 1 chats"):
                    handoff.claim(session, opened.id, anna)


class TestTakeOverAndReturn:
    def test_a_take_over_from_a_colleague_is_seen_by_all(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        handoff.take_over(session, conversation.id, ben)
        assert conversation.agent_id == ben.id
        assert lines_of(session, conversation)[-1] == ("system", "Ben Okafor has taken over the chat.")

    def test_only_the_holder_hands_back(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        with pytest.raises(Conflict, match="Anna Berg has this chat"):
            handoff.hand_back(session, conversation.id, ben, "")
        handoff.hand_back(session, conversation.id, anna, "Refund promised")
        last = all_rows(session, conversation)[-1]
        assert conversation.owner == "bot"
        assert (last.payload, last.turn, last.note) == (
            "/agent_returned",
            "waiting",
            {"by": "agent", "decided": True, "outcome": "go_on"},
        )
        assert "Refund promised" not in " ".join(words for _, words in lines_of(session, conversation))

    def test_an_ended_chat_is_said_to_be_ended(self, session: Session, conversation: Conversation, anna: Staff) -> None:
        handoff.take_over(session, conversation.id, anna)
        endings.close(session, conversation.id, anna)
        assert conversation.owner == "closed"
        assert "Anna Berg has ended this chat" in lines_of(session, conversation)[-1][1]
        with pytest.raises(Conflict, match="has ended"):
            handoff.take_over(session, conversation.id, anna)
