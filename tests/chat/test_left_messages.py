"""A message that was left for people reaches one, whatever becomes of whoever took it first; a day is promised for it,
and when that is over somebody gets to know."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import (
    calls,
    desk_view,
    endings,
    handoff,
    left_queries,
    presence,
    queue,
    queue_queries,
    service,
    timers,
)
from disputes.chat.tables import Conversation, LeftMessage
from disputes.errors import Conflict
from disputes.people.tables import Staff
from tests.chat.conftest import Say, all_rows, lines_of
from tests.chat.factories import add_agent, desk_is_up

pytestmark = pytest.mark.database

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
VANISHED = timedelta(minutes=3)


@pytest.fixture
def left(conversation: Conversation, say: Say) -> Conversation:
    """A chat in which the customer has left a message, for nobody was there."""
    with time_machine.travel(MONDAY_NOON):
        say("/talk_to_person")
        say("/leave_message")
        say("My vase came broken.")
    return conversation


def test_whoever_takes_it_and_vanishes_before_a_word_leaves_it_waiting_without_a_limit_again(
    session: Session, left: Conversation
) -> None:
    with time_machine.travel(MONDAY_NOON, tick=False) as moment:
        for name in ("Anna Berg", "Ben Holm"):  # the second time it has come back once already
            handoff.claim(session, left.id, add_agent(session, name))
            moment.shift(VANISHED)
            desk_is_up(session)
            assert timers.act(session, left.id) == "agent_gone"
            assert (left.owner, left.claim_by, left.left_message_at) == ("queue", None, clock.now())
            assert "Your message stays in the queue" in lines_of(session, left)[-1][1]
        moment.shift(timedelta(hours=3))
        assert timers.act(session, left.id) is None


def test_once_it_is_answered_it_is_a_chat_like_any_other(session: Session, left: Conversation) -> None:
    with time_machine.travel(MONDAY_NOON, tick=False) as moment:
        anna = add_agent(session, "Anna Berg")
        handoff.claim(session, left.id, anna)
        service.say_as_agent(session, left.id, anna, "I am sorry.", client_id="1", note=False)
        moment.shift(VANISHED)
        desk_is_up(session)
        assert timers.act(session, left.id) == "agent_gone"
    assert left.left_message_at is None
    assert left.claim_by is not None


def test_one_that_the_customer_has_taken_back_counts_no_more(session: Session, left: Conversation, say: Say) -> None:
    with time_machine.travel(MONDAY_NOON, tick=False) as moment:
        say("/back_to_assistant")
        handoff.take_over(session, left.id, add_agent(session, "Anna Berg"))
        moment.shift(VANISHED)
        desk_is_up(session)
        assert timers.act(session, left.id) == "agent_gone"
    assert left.left_message_at is None
    assert left.claim_by is not None


class TestPromise:
    def test_is_a_day_that_the_customer_reads_and_the_row_has(self, session: Session, left: Conversation) -> None:
        promised = only(session).promised_by
        assert promised == policy.current().calendar.due_after_business_days(MONDAY_NOON, 1)
        told = [words for author, words in lines_of(session, left) if author == "system"]
        assert any("answers it by Tuesday 3 March 2026" in words for words in told)

    def test_is_kept_by_the_first_word_of_a_person_but_by_no_note(self, session: Session, left: Conversation) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False):
            anna = add_agent(session, "Anna Berg")
            handoff.claim(session, left.id, anna)
            service.say_as_agent(session, left.id, anna, "A note.", client_id="1", note=True)
            assert only(session).ended_at is None
            service.say_as_agent(session, left.id, anna, "I am sorry.", client_id="2", note=False)
        assert (only(session).ended_how, only(session).ended_at) == ("answered", MONDAY_NOON)

    @pytest.mark.parametrize("end", ["/back_to_assistant", "end"])
    def test_is_over_with_the_wait(self, session: Session, left: Conversation, say: Say, end: str) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False):
            if end == "end":
                endings.end_by_customer(session, left.id)
            else:
                say(end)
        assert only(session).ended_how == "over"

    def test_of_the_first_message_stays_when_more_is_written(
        self, session: Session, left: Conversation, say: Say
    ) -> None:
        before = only(session).promised_by
        with time_machine.travel(MONDAY_NOON + timedelta(hours=20)):
            say("Anybody?")
        assert only(session).promised_by == before


class TestLate:
    @pytest.mark.parametrize("taken", [False, True])
    def test_the_customer_is_told_once_and_the_desk_has_it(
        self, session: Session, left: Conversation, taken: bool
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            anna = add_agent(session, "Anna Berg", here=True)
            if taken:
                handoff.claim(session, left.id, anna)
            moment.move_to(only(session).promised_by)
            assert timers.chats_due(session) == []
            moment.shift(timedelta(seconds=1))
            presence.staff_act(session, anna)
            assert timers.chats_due(session) == [left.id]
            assert timers.act(session, left.id) == "message_late"
            assert timers.act(session, left.id) is None
            assert timers.chats_due(session) == []
            assert left_queries.count_late(session) == (1, 0 if taken else 1)
            assert [line.holder for line in left_queries.late(session)] == [anna if taken else None]
            assert len(left_queries.late(session, unowned=True)) == (0 if taken else 1)
            lists = desk_view.desk_lists(session, anna)
            assert [line.late for line in (*lists.waiting, *lists.mine)] == [True]
        said = [words for _, words in lines_of(session, left) if "We said that a person would answer" in words]
        assert len(said) == 1
        assert "by Tuesday 3 March 2026" in said[0]

    def test_an_answer_ends_it(self, session: Session, left: Conversation) -> None:
        late(session, left)
        anna = add_agent(session, "Anna Berg", role="manager")
        handoff.claim(session, left.id, anna)
        service.say_as_agent(session, left.id, anna, "I am sorry.", client_id="1", note=False)
        assert left_queries.count_late(session) == (0, 0)
        assert only(session).ended_how == "answered"


class TestWaitEstimate:
    def test_does_not_count_however_often_it_came_back(
        self, session: Session, left: Conversation, anna: Staff, ben: Staff
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            moment.shift(timedelta(hours=1))
            handoff.claim(session, left.id, anna)
            moment.shift(timedelta(minutes=1))
            queue.enqueue_again(session, left, "agent_gone", "agent_gone", name=anna.name)
            moment.shift(timedelta(hours=1))
            handoff.claim(session, left.id, ben)
            service.say_as_agent(session, left.id, ben, "I am sorry.", client_id="1", note=False)
            assert queue_queries.claims_since(session, None, MONDAY_NOON) == []

    def test_but_a_wait_after_an_answer_does(
        self, session: Session, left: Conversation, anna: Staff, ben: Staff
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            moment.shift(timedelta(hours=1))
            handoff.claim(session, left.id, anna)
            service.say_as_agent(session, left.id, anna, "I am sorry.", client_id="1", note=False)
            moment.shift(timedelta(minutes=1))
            queue.enqueue_again(session, left, "agent_gone", "agent_gone", name=anna.name)
            handoff.claim(session, left.id, ben)
            assert len(queue_queries.claims_since(session, None, MONDAY_NOON)) == 1


class TestAddressTypedLater:
    def test_is_on_the_customers_card_in_every_tab(self, session: Session, left: Conversation, say: Say) -> None:
        card = next(message for message in all_rows(session, left) if message.card)
        assert email_row(card.card)["typed"] == ""
        say("I am at mia@example.org")
        news = service.updates(session, left.id, left.last_seq - 1).messages
        assert [line["card_of"] for line in news] == [str(card.id)]
        assert email_row(news[0]["card"])["typed"] == "mia@example.org"
        session.refresh(card)
        assert email_row(card.card)["typed"] == "mia@example.org"


class TestCallBack:
    def test_a_number_that_is_typed_asks_for_a_call(self, session: Session, left: Conversation, say: Say) -> None:
        assert desk_view.conversation_view(session, left.id).left is not None
        with time_machine.travel(MONDAY_NOON):
            say("please ring me on 020 7946 0123")
        told = lines_of(session, left)[-1][1]
        assert told.startswith("Thank you. We call you at")
        waits = desk_view.conversation_view(session, left.id).left
        assert waits is not None
        assert (waits.phone, waits.calls, waits.since) == ("+442079460123", 0, only(session).at)
        lists = desk_view.desk_lists(session, add_agent(session, "Anna Berg"))
        assert [line.call_back for line in lists.waiting] == [True]

    def test_not_reached_it_waits_on_and_the_customer_reads_that_we_tried(
        self, session: Session, called_for: Conversation, anna: Staff
    ) -> None:
        for _ in range(2):
            calls.called(session, called_for.id, anna, reached=False)
        assert (only(session).calls, only(session).ended_at) == (2, None)
        told = lines_of(session, called_for)[-1][1]
        assert "Anna Berg has called" in told
        assert "did not reach you" in told
        assert "7946" not in told

    def test_reached_is_the_answer(self, session: Session, called_for: Conversation, anna: Staff) -> None:
        calls.called(session, called_for.id, anna, reached=True)
        assert (only(session).calls, only(session).ended_how) == (1, "reached")
        assert "has called you and spoken with you" in lines_of(session, called_for)[-1][1]
        assert desk_view.conversation_view(session, called_for.id).left is None
        with pytest.raises(Conflict, match="Nobody waits for a call"):
            calls.called(session, called_for.id, anna, reached=True)

    def test_only_whoever_holds_the_chat_notes_it(self, session: Session, called_for: Conversation, ben: Staff) -> None:
        with pytest.raises(Conflict, match="Anna Berg has this chat"):
            calls.called(session, called_for.id, ben, reached=True)

    def test_without_a_number_there_is_nothing_to_call(self, session: Session, left: Conversation, anna: Staff) -> None:
        handoff.claim(session, left.id, anna)
        with pytest.raises(Conflict, match="Nobody waits for a call"):
            calls.called(session, left.id, anna, reached=True)


@pytest.fixture
def called_for(session: Session, left: Conversation, say: Say, anna: Staff) -> Conversation:
    """A message that was left with a telephone number, in the hands of Anna."""
    say("please ring me on 020 7946 0123")
    handoff.claim(session, left.id, anna)
    return left


def email_row(card: Any) -> dict[str, Any]:
    """The line of the hand-over card that tells the address."""
    return next(row for row in card["rows"] if row.get("field") == "contact_email")


def late(session: Session, left: Conversation) -> None:
    """The promised day is over, and nobody has answered."""
    with time_machine.travel(only(session).promised_by + timedelta(seconds=1), tick=False):
        assert timers.act(session, left.id) == "message_late"


def only(session: Session) -> LeftMessage:
    """The one message that was left."""
    return session.scalars(select(LeftMessage).execution_options(populate_existing=True)).one()
