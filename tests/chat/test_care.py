"""Words of illness, loss or need make the program ask staff; what it means they say, and the customer never hears."""

import json

import pytest
from sqlalchemy.orm import Session

from disputes.chat import care, desk_view, endings, handoff, queue_queries, service
from disputes.chat.tables import Conversation
from disputes.errors import Conflict
from disputes.people.tables import Staff
from tests.chat.conftest import Say, all_rows
from tests.chat.factories import waiting_chat

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("sam")]

SAID = "Sorry that I am late, I was in hospital."


def test_staff_are_asked_with_the_words_and_nothing_is_said_of_the_customer(
    session: Session, conversation: Conversation, say: Say
) -> None:
    say(SAID)
    assert desk_view.conversation_view(session, conversation.id).care_words == "in hospital"
    assert conversation.vulnerable is False


def test_a_chat_that_is_handed_over_goes_before_others(
    session: Session, conversation: Conversation, say: Say, anna: Staff
) -> None:
    others = [waiting_chat(session) for _ in range(2)]
    say(SAID)
    say("/talk_to_person")
    assert queue_queries.position(session, conversation) == 1
    assert [queue_queries.position(session, chat) for chat in others] == [2, 3]
    first = desk_view.desk_lists(session, anna).waiting[0]
    assert (first.id, first.urgent) == (conversation.id, True)


def test_somebody_confirms(session: Session, conversation: Conversation, say: Say, anna: Staff) -> None:
    say(SAID)
    care.decide(session, conversation.id, anna, needed=True)
    assert (conversation.vulnerable, conversation.care_seq) == (True, None)
    assert notes(session, conversation) == ["Marked: vulnerable customer."]


def test_or_dismisses_and_is_not_asked_again_in_this_chat(
    session: Session, conversation: Conversation, say: Say, anna: Staff
) -> None:
    say(SAID)
    care.decide(session, conversation.id, anna, needed=False)
    say("As I said, I was in hospital.")
    assert (conversation.vulnerable, conversation.care_seq) == (False, None)
    assert notes(session, conversation) == ["No special care needed."]
    endings.end_by_customer(session, conversation.id)
    say(endings.GO_ON)
    say("My mother passed away.")
    assert conversation.care_seq is not None


def test_is_answered_once(session: Session, conversation: Conversation, say: Say, anna: Staff, ben: Staff) -> None:
    say(SAID)
    care.decide(session, conversation.id, anna, needed=True)
    with pytest.raises(Conflict, match="answered this already"):
        care.decide(session, conversation.id, ben, needed=False)
    assert conversation.vulnerable


def test_marking_by_hand_answers_it(session: Session, conversation: Conversation, say: Say, anna: Staff) -> None:
    say(SAID)
    handoff.mark(session, conversation.id, anna, urgent=False, vulnerable=True)
    assert conversation.care_seq is None
    say(SAID)
    assert conversation.care_seq is None


def test_the_customer_never_hears_of_it(session: Session, conversation: Conversation, say: Say, anna: Staff) -> None:
    say(SAID)
    care.decide(session, conversation.id, anna, needed=True)
    seen = service.updates(session, conversation.id, 0)
    told = json.dumps([seen.messages, seen.state], default=str).lower()
    assert "vulnerable" not in told
    assert "care" not in told


@pytest.mark.parametrize("words", ["/talk_to_person", "I am sick of waiting", "my child wanted the blue one"])
def test_other_words_ask_nobody(session: Session, conversation: Conversation, say: Say, words: str) -> None:
    say(words)
    assert conversation.care_seq is None


def notes(session: Session, conversation: Conversation) -> list[str]:
    """What staff wrote for each other."""
    return [row.text for row in all_rows(session, conversation) if row.author == "agent" and row.audience == "staff"]
