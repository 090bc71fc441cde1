"""Whether a chat has helped: asked once at each end, answered once, and an unhappy answer leads on to a person."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.chat import endings, handoff, queries, queue, reach_queries, satisfaction, service, turns
from disputes.chat.rasa_client import parts_of
from disputes.chat.tables import Conversation, Message, Satisfaction
from disputes.errors import Invalid, NotFound
from disputes.people.tables import Staff
from tests.chat.conftest import Say, all_rows, lines_of

pytestmark = pytest.mark.database


class TestAsked:
    def test_with_five_buttons_and_a_card_of_the_epoch(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("Hello?")
        question = satisfaction.ask(session, conversation)
        assert question is not None
        assert [reply["title"] for reply in question.quick_replies or []] == [
            "1 Not at all",
            "2",
            "3",
            "4",
            "5 Very much",
        ]
        assert (question.card or {})["epoch"] == conversation.epoch
        row = session.scalars(select(Satisfaction)).one()
        assert (row.epoch, row.score, row.answered_at) == (conversation.epoch, None, None)

    def test_when_the_customer_ends_the_chat(self, session: Session, conversation: Conversation, say: Say) -> None:
        say("Hello?")
        endings.end_by_customer(session, conversation.id)
        assert [text for _, text in lines_of(session, conversation)][-1].startswith("Did this chat help you?")
        assert session.scalars(select(Satisfaction.epoch)).all() == [conversation.epoch]

    def test_when_an_agent_ends_it_and_again_at_the_next_end(
        self, session: Session, conversation: Conversation, say: Say, anna: Staff
    ) -> None:
        for words in ("Hello?", "One more thing."):
            say(words)
            endings.go_on(session, conversation)
            handoff.take_over(session, conversation.id, anna)
            endings.close(session, conversation.id, anna)
        assert len(session.scalars(select(Satisfaction)).all()) == 2

    def test_not_when_the_chat_fell_asleep(self, session: Session, conversation: Conversation, say: Say) -> None:
        say("Hello?")
        endings.end_idle(session, conversation, timedelta(hours=24))
        assert session.scalars(select(Satisfaction)).all() == []

    def test_not_again_at_the_end_when_the_assistant_has_just_asked(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("yes please")
        satisfaction.ask(session, conversation)
        endings.end_by_customer(session, conversation.id)
        assert len(session.scalars(select(Satisfaction)).all()) == 1

    def test_of_nobody_who_has_written_nothing(self, session: Session, conversation: Conversation) -> None:
        assert satisfaction.ask(session, conversation) is None
        assert session.scalars(select(Satisfaction)).all() == []

    def test_not_again_before_the_customer_has_written_again(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("Hello?")
        assert satisfaction.ask(session, conversation) is not None
        conversation.epoch += 1
        assert satisfaction.ask(session, conversation) is None
        say("One more thing.")
        assert satisfaction.ask(session, conversation) is not None

    def test_once_for_each_epoch(self, session: Session, conversation: Conversation, say: Say) -> None:
        for words in ("Hello?", "And this?"):
            say(words)
            satisfaction.ask(session, conversation)
        assert len(session.scalars(select(Satisfaction)).all()) == 1

    def test_after_what_the_assistant_says_when_its_solution_is_taken(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        turn = turns.begin(session, say("yes please").id)
        assert turn is not None
        turns.store_reply(session, turn, parts_of([{"text": "It is done."}, {"custom": {"asks_if_helped": True}}]))
        assert [author for author, _ in lines_of(session, conversation)] == ["customer", "bot", "system"]
        assert session.scalars(select(Satisfaction.epoch)).all() == [conversation.epoch]

    def test_not_when_a_person_took_over_meanwhile(
        self, session: Session, conversation: Conversation, say: Say, anna: Staff
    ) -> None:
        turn = turns.begin(session, say("yes please").id)
        assert turn is not None
        handoff.take_over(session, conversation.id, anna)
        turns.store_reply(session, turn, parts_of([{"text": "Done."}, {"custom": {"asks_if_helped": True}}]))
        assert session.scalars(select(Satisfaction)).all() == []


class TestAnswered:
    def test_is_kept_with_words_and_shown_on_the_card(self, session: Session, asked: Conversation) -> None:
        question = satisfaction.rate(session, asked.id, asked.epoch, 4, "  Quick\x00 and kind. ")
        assert (question.card or {})["score"] == 4
        assert question.quick_replies is None
        row = session.scalars(select(Satisfaction)).one()
        assert (row.score, row.words) == (4, "Quick and kind.")
        assert row.answered_at is not None
        assert lines_of(session, asked)[-1] == ("system", "Thank you, that helps us.")

    @pytest.mark.parametrize("score", [1, 4])
    def test_other_tabs_get_the_answered_card_with_the_next_line(
        self, session: Session, asked: Conversation, score: int
    ) -> None:
        question = satisfaction.rate(session, asked.id, asked.epoch, score, None)
        seen = service.updates(session, asked.id, question.seq).messages
        assert [(line["card_of"], line["card"]["score"]) for line in seen] == [(str(question.id), score)]
        found = reach_queries.question_of(session, asked.id, asked.epoch)
        assert found is not None
        assert found.id == question.id

    def test_the_first_answer_counts(self, session: Session, asked: Conversation) -> None:
        satisfaction.rate(session, asked.id, asked.epoch, 4, None)
        lines = lines_of(session, asked)
        assert (satisfaction.rate(session, asked.id, asked.epoch, 1, "No!").card or {})["score"] == 4
        assert lines_of(session, asked) == lines
        assert session.scalars(select(Satisfaction.score)).all() == [4]

    @pytest.mark.parametrize("score", [1, 2])
    def test_unhappy_offers_a_person_and_a_complaint(self, session: Session, asked: Conversation, score: int) -> None:
        satisfaction.rate(session, asked.id, asked.epoch, score, None)
        line = all_rows(session, asked)[-1]
        assert "/complaint" in line.text
        assert [reply["payload"] for reply in line.quick_replies or []] == [queue.TALK_TO_PERSON]

    def test_three_is_not_unhappy(self, session: Session, asked: Conversation) -> None:
        satisfaction.rate(session, asked.id, asked.epoch, 3, None)
        assert all_rows(session, asked)[-1].quick_replies is None

    @pytest.mark.parametrize("score", [0, 6, -1, "4", None, 4.5, [4], {"a": 1}])
    def test_anything_but_one_to_five_is_refused(self, session: Session, asked: Conversation, score: Any) -> None:
        with pytest.raises(Invalid):
            satisfaction.rate(session, asked.id, asked.epoch, score, None)

    @pytest.mark.parametrize("epoch", [99, None, "0", -1])
    def test_what_was_not_asked_cannot_be_answered(self, session: Session, asked: Conversation, epoch: Any) -> None:
        with pytest.raises(NotFound):
            satisfaction.rate(session, asked.id, epoch, 4, None)

    def test_long_words_are_cut(self, session: Session, asked: Conversation) -> None:
        satisfaction.rate(session, asked.id, asked.epoch, 4, "x" * 5000)
        assert session.scalars(select(Satisfaction.words)).one() == "x" * satisfaction.LONGEST_WORDS


class TestButtonsOfOldWidgets:
    def test_are_no_messages_and_open_no_ended_chat(self, session: Session, asked: Conversation) -> None:
        endings.end_by_customer(session, asked.id)
        question = session.scalars(select(Message).where(Message.card.is_not(None))).one()
        payload = str((question.quick_replies or [])[4]["payload"])
        for _ in range(2):
            assert service.receive(session, asked.id, payload, client_id=None) is None
        assert session.scalars(select(Satisfaction.score)).one() == 5
        conversation = queries.locked(session, asked.id)
        assert conversation is not None
        assert conversation.owner == "closed"

    def test_are_received_for_a_widget_that_waits_to_hear_so(self, session: Session, asked: Conversation) -> None:
        question = session.scalars(select(Message).where(Message.card.is_not(None))).one()
        payload = str((question.quick_replies or [])[4]["payload"])
        said = [row.id for row in all_rows(session, asked) if row.author == "customer"]
        for client_id in ("r1", "r1", "r2"):
            received = service.receive(session, asked.id, payload, client_id=client_id)
            assert received is not None
            assert (received.id, received.seq, received.is_new) == (question.id, question.seq, False)
        assert session.scalars(select(Satisfaction.score)).one() == 5
        assert [row.id for row in all_rows(session, asked) if row.author == "customer"] == said

    @pytest.mark.parametrize("typed", ["/rate", "/rate my service: bad", '/rate{"epoch": 99, "score": 1}', "/rate[]"])
    def test_what_only_looks_like_one_is_a_message(self, session: Session, asked: Conversation, typed: str) -> None:
        assert service.receive(session, asked.id, typed, client_id=None) is not None
        assert session.scalars(select(Satisfaction.score)).one() is None


@pytest.fixture
def asked(session: Session, conversation: Conversation, say: Say) -> Conversation:
    """A chat in which the question is open."""
    say("Hello?")
    assert satisfaction.ask(session, conversation) is not None
    return conversation
