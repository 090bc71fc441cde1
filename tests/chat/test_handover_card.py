"""The hand-over card: what the colleague reads, the customer sees it, and what they correct counts at once."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import desk_view, endings, handoff, handover_card, queries, queue, service, thread, turns
from disputes.chat.lines import line
from disputes.chat.mood import mood_of
from disputes.chat.tables import Conversation, Message
from disputes.errors import Conflict, Invalid
from disputes.people.tables import Staff, StatusRequest
from tests.cases.factories import filed
from tests.chat.conftest import all_rows, lines_of
from tests.chat.factories import somebody_here

pytestmark = pytest.mark.database

TOLD: dict[str, str | None] = {
    "category": "lost",
    "order_number": "10023",
    "description": "It never came, and the carrier says it did.",
    "contact_email": "mia@example.com",
    "informal_outcome": "refused: We send it again.",
}


class TestShown:
    def test_when_the_chat_goes_to_the_queue(self, session: Session, told: Conversation) -> None:
        ask_for_a_person(session, told)
        [card] = cards(session, told)
        assert (card["kind"], card["title"]) == ("handover", "For the colleague who helps you")
        assert values(card) == {
            "About": policy.current().category_label("lost"),
            "Order": "10023",
            "What happened": "It never came, and the carrier says it did.",
            "Your name": "Not told yet",
            "Your e-mail": "mia@example.com",
            "Tried so far": "You said no to: We send it again.",
            "Proved by code": "Not yet",
            "Language, page": "English, www.casened.com/orders",
        }

    def test_the_page_is_the_one_where_the_customer_is_now(self, session: Session) -> None:
        opened, session_id = service.open_conversation(session, None, page="https://www.casened.com/", locale="de-AT")
        service.open_conversation(session, session_id, page="https://www.casened.com/help", locale=None)
        service.open_conversation(session, session_id)
        found = queries.locked(session, opened.id)
        assert found is not None
        ask_for_a_person(session, found)
        assert values(cards(session, found)[0])["Language, page"] == "German, www.casened.com/help"

    def test_the_same_card_is_not_shown_again_to_the_one_who_takes_it(
        self, session: Session, told: Conversation, anna: Staff, ben: Staff
    ) -> None:
        ask_for_a_person(session, told)
        handoff.claim(session, told.id, anna)
        handoff.take_over(session, told.id, ben)
        assert len(cards(session, told)) == 1

    def test_amounts_and_days_that_were_named_stand_for_both(self, session: Session, told: Conversation) -> None:
        named: dict[str, str | None] = {"amounts_named": "£49.90", "days_named": "Tuesday 3 March 2026"}
        service.remember_facts(session, told.id, TOLD | named)
        ask_for_a_person(session, told)
        rows = {row["label"]: row for row in cards(session, told)[0]["rows"]}
        assert rows["Amounts named"]["value"] == "£49.90"
        assert "field" not in rows["Dates named"]
        for_staff = handover_card.card_for_staff(session, told, verified=False)
        assert {row.label: row.value for row in for_staff.rows}["Dates named"] == "Tuesday 3 March 2026"

    def test_another_description_names_other_amounts(self, session: Session, told: Conversation) -> None:
        named: dict[str, str | None] = {"amounts_named": "£49.90", "days_named": "Tuesday 3 March 2026"}
        service.remember_facts(session, told.id, TOLD | named)
        ask_for_a_person(session, told)
        handover_card.correct(session, told.id, "description", "I paid 12 pounds too much.", client_id=str(uuid4()))
        assert told.facts["amounts_named"] == "£12.00"
        assert "days_named" not in told.facts

    def test_when_an_agent_steps_in(self, session: Session, told: Conversation, anna: Staff) -> None:
        handoff.take_over(session, told.id, anna)
        assert len(cards(session, told)) == 1
        assert lines_of(session, told)[-1] == ("system", "Anna Berg has joined the chat.")

    def test_the_lines_that_can_be_changed_say_how(self, session: Session, told: Conversation) -> None:
        ask_for_a_person(session, told)
        rows = {row["label"]: row for row in cards(session, told)[0]["rows"]}
        assert (rows["Order"]["field"], rows["Order"]["input"], rows["Order"]["typed"]) == (
            "order_number",
            "line",
            "10023",
        )
        assert rows["What happened"]["input"] == "text"
        assert {option["value"] for option in rows["About"]["options"]} == set(policy.current().categories)
        assert not {"field", "input"} & set(rows["Tried so far"])

    def test_a_complaint_of_this_chat_is_named(self, session: Session, told: Conversation) -> None:
        case = filed(session, conversation_id=told.id)
        ask_for_a_person(session, told)
        assert values(cards(session, told)[0])["Complaint"] == case.reference

    def test_a_proof_is_said(self, session: Session, told: Conversation) -> None:
        prove(session, told)
        ask_for_a_person(session, told)
        assert values(cards(session, told)[0])["Proved by code"] == "Yes"

    def test_the_customer_reads_nothing_of_a_mood(self, session: Session, told: Conversation) -> None:
        service.receive(session, told.id, "YOU ARE THIEVES!!!", client_id="1")
        ask_for_a_person(session, told)
        said = str(cards(session, told)) + str(lines_of(session, told))
        assert "upset" not in said.lower()
        assert "mood" not in said.lower()


class TestCorrect:
    def test_counts_at_once_and_is_a_line_that_both_sides_read(self, session: Session, waiting: Conversation) -> None:
        version = waiting.facts_version
        correct(session, waiting, "order_number", "cn-10024")
        assert waiting.facts["order_number"] == "10024"
        assert waiting.facts_version == version + 1
        assert lines_of(session, waiting)[-1] == ("system", "Changed on the card: Order is now “10024”.")
        assert values(cards(session, waiting)[0])["Order"] == "10024"
        assert "10024" in (waiting.handoff_summary or "")
        assert "10023" not in (waiting.handoff_summary or "")

    def test_the_line_brings_the_new_card_to_open_browsers(self, session: Session, waiting: Conversation) -> None:
        correct(session, waiting, "complainant_name", "Mia Hughes")
        shown = [thread.as_json(row) for row in all_rows(session, waiting) if row.card]
        assert shown[-1]["card_of"] == shown[0]["id"]
        assert values(shown[-1]["card"]) == values(shown[0]["card"])

    def test_the_desk_sees_what_was_corrected(self, session: Session, waiting: Conversation) -> None:
        correct(session, waiting, "order_number", "10024")
        card = desk_view.conversation_view(session, waiting.id).card
        assert [(row.value, row.corrected) for row in card.rows if row.label == "Order"] == [("10024", True)]
        assert not any(row.corrected for row in card.rows if row.label != "Order")

    def test_also_while_an_agent_has_the_chat(self, session: Session, waiting: Conversation, anna: Staff) -> None:
        handoff.claim(session, waiting.id, anna)
        correct(session, waiting, "category", "damaged")
        assert waiting.facts["category"] == "damaged"
        assert line("corrected", label="About", value=policy.current().category_label("damaged")) in str(
            lines_of(session, waiting)
        )

    def test_the_same_change_sent_twice_is_one(self, session: Session, waiting: Conversation) -> None:
        for _ in range(2):
            correct(session, waiting, "order_number", "10024", client_id="mine")
        assert len([words for _, words in lines_of(session, waiting) if "Changed on the card" in words]) == 1

    def test_the_same_value_changes_nothing(self, session: Session, waiting: Conversation) -> None:
        before = len(all_rows(session, waiting))
        correct(session, waiting, "order_number", " 10023 ")
        assert (len(all_rows(session, waiting)), waiting.corrections) == (before, {})

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("order_number", "it was a lamp", "does not look like an order number"),
            ("category", "made up", "choose one of the list"),
            ("contact_email", "mia", "does not look like an e-mail"),
            ("complainant_name", " ", "your name"),
            ("description", "short", "(?i)please"),
            ("informal_outcome", "accepted: 500 EUR", "cannot be changed"),
        ],
    )
    def test_what_cannot_be_is_said_in_a_sentence(
        self, session: Session, waiting: Conversation, field: str, typed: str, sentence: str
    ) -> None:
        facts = dict(waiting.facts)
        with pytest.raises(Invalid, match=sentence):
            correct(session, waiting, field, typed)
        assert waiting.facts == facts

    def test_not_when_the_assistant_has_the_chat_again(self, session: Session, waiting: Conversation) -> None:
        handoff.back_to_assistant(session, waiting)
        with pytest.raises(Conflict, match="none has this chat now"):
            correct(session, waiting, "order_number", "10024")

    def test_a_long_description_is_kept_whole_and_told_short(self, session: Session, waiting: Conversation) -> None:
        correct(session, waiting, "description", "It came in pieces. " * 100)
        assert len(waiting.facts["description"]) > 1800
        assert len(lines_of(session, waiting)[-1][1]) < 200


class TestBackToTheAssistant:
    def test_the_next_turn_carries_what_was_corrected(
        self, session: Session, waiting: Conversation, anna: Staff
    ) -> None:
        handoff.claim(session, waiting.id, anna)
        correct(session, waiting, "order_number", "10024")
        handoff.hand_back(session, waiting.id, anna, "")
        turn = turns.begin(session, returned(session, waiting).id)
        assert turn is not None
        assert turn.note["corrected"] == {"order_number": "10024"}
        assert turns.store_reply(session, turn, [])
        assert waiting.corrections == {}
        assert waiting.facts["order_number"] == "10024"

    def test_what_the_assistant_believed_before_does_not_come_back(
        self, session: Session, waiting: Conversation
    ) -> None:
        correct(session, waiting, "order_number", "10024")
        service.remember_facts(session, waiting.id, TOLD)
        assert waiting.facts["order_number"] == "10024"
        later = TOLD | {"order_number": "10025"}
        service.remember_facts(session, waiting.id, later, known={"order_number": "10024"})
        assert waiting.facts["order_number"] == "10025"

    def test_a_turn_that_was_dropped_is_told_again(self, session: Session, waiting: Conversation, anna: Staff) -> None:
        handoff.claim(session, waiting.id, anna)
        correct(session, waiting, "order_number", "10024")
        handoff.hand_back(session, waiting.id, anna, "")
        turn = turns.begin(session, returned(session, waiting).id)
        assert turn is not None
        handoff.take_over(session, waiting.id, anna)
        assert not turns.store_reply(session, turn, [])
        assert set(waiting.corrections) == {"order_number"}

    def test_a_chat_that_begins_anew_knows_nothing_of_it(self, session: Session, waiting: Conversation) -> None:
        correct(session, waiting, "order_number", "10024")
        endings.end_by_customer(session, waiting.id)
        endings.go_on(session, waiting)
        assert (waiting.facts, waiting.corrections) == ({}, {})


class TestStaffCard:
    def test_has_what_was_tried_and_how_the_customer_seems(self, session: Session, told: Conversation) -> None:
        service.receive(session, told.id, "this is ridiculous", client_id="1")
        card = desk_view.conversation_view(session, told.id).card
        assert card.tried == "Refused: We send it again."
        assert card.mood == "Not content. A word of understanding first may help."
        assert (card.language, card.page, card.verified) == ("English", "www.casened.com/orders", False)

    @pytest.mark.parametrize(
        ("outcome", "tried"),
        [
            ("proposed: We send it again.", "Proposed, not answered: We send it again."),
            ("accepted: We send it again.", "Accepted: We send it again."),
            (None, None),
        ],
    )
    def test_tells_every_way_it_can_have_gone(
        self, session: Session, told: Conversation, outcome: str | None, tried: str | None
    ) -> None:
        service.remember_facts(session, told.id, TOLD | {"informal_outcome": outcome})
        assert desk_view.conversation_view(session, told.id).card.tried == tried


class TestMood:
    @pytest.mark.parametrize(
        ("words", "begins"),
        [
            (["Where is my parcel?"], "Calm"),
            (["Thank you"], "Calm"),
            (["I am so disappointed"], "Not content"),
            (["hi", "you are scammers"], "Upset"),
            (["WHERE IS MY ORDER NOW"], "Upset"),
            (["It arrived!!!"], "Upset"),
            (["scam", "the charger caught fire"], "Writes of an injury"),
        ],
    )
    def test_is_said_in_neutral_words(self, words: list[str], begins: str) -> None:
        assert (mood_of(words) or "").startswith(begins)

    def test_nobody_guesses_before_anything_was_written(self) -> None:
        assert mood_of([]) is None


def ask_for_a_person(session: Session, conversation: Conversation) -> None:
    somebody_here(session)
    service.receive(session, conversation.id, queue.TALK_TO_PERSON, client_id=str(uuid4()))


def correct(
    session: Session, conversation: Conversation, field: str, typed: str, *, client_id: str | None = None
) -> None:
    handover_card.correct(session, conversation.id, field, typed, client_id=client_id or str(uuid4()))


def cards(session: Session, conversation: Conversation) -> list[dict[str, Any]]:
    """The hand-over cards in the thread, as they are now."""
    rows = [row for row in all_rows(session, conversation) if row.card and "card_of" not in (row.note or {})]
    return [row.card for row in rows if row.card]


def values(card: dict[str, Any]) -> dict[str, str]:
    return {row["label"]: row["value"] for row in card["rows"]}


def returned(session: Session, conversation: Conversation) -> Message:
    """The row that tells the assistant that it has the chat again."""
    return next(row for row in reversed(all_rows(session, conversation)) if row.payload == handoff.AGENT_RETURNED)


def prove(session: Session, conversation: Conversation) -> None:
    service.request_status_code(session, conversation.id, "10023", "mia@example.com")
    request = session.get(StatusRequest, conversation.status_request_id)
    assert request is not None
    request.verified_at, request.verified_until = clock.now(), clock.now().replace(year=clock.now().year + 1)
    session.flush()


@pytest.fixture
def told(session: Session) -> Conversation:
    """A chat in which the assistant has understood a problem."""
    opened, _ = service.open_conversation(session, None, page="https://www.casened.com/orders", locale="en-GB")
    service.remember_facts(session, opened.id, TOLD)
    found = queries.locked(session, opened.id)
    assert found is not None
    return found


@pytest.fixture
def waiting(session: Session, told: Conversation) -> Conversation:
    """The same, in the queue for a person."""
    ask_for_a_person(session, told)
    return told
