"""A message that was left for people reaches one, whatever becomes of whoever took it first."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import handoff, service, timers
from disputes.chat.tables import Conversation
from tests.chat.conftest import Say, lines_of
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
        moment.shift(timedelta(days=2))
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
