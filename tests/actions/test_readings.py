"""What was understood of a typed message is told to the gateway with the reply, once, and only where it decided."""

from typing import Any

from actions import slots
from actions.answers import GiveAnswer
from actions.complaint import ComplaintFormTurn
from actions.confusion import NotUnderstood
from tests.actions.conftest import Outcome, Room


class TestReading:
    def test_the_intent_its_chance_and_those_next_to_it(self, room: Room) -> None:
        others = {"ask_dates": 0.2, "ask_process": 0.1, "greet": 0.05, "thank": 0.01}
        done = room.run(GiveAnswer(), "what does it cost", "ask_cost", confidence=0.6123, ranking=others)
        assert readings(done) == [
            {
                "intent": "ask_cost",
                "confidence": 0.612,
                "others": [["ask_dates", 0.2], ["ask_process", 0.1], ["greet", 0.05]],
                "form": None,
            }
        ]

    def test_of_what_was_not_understood(self, room: Room) -> None:
        assert [each["intent"] for each in readings(room.run(NotUnderstood(), "asdf"))] == ["nlu_fallback"]

    def test_an_answer_that_a_form_took_says_no_more_than_that(self, room: Room) -> None:
        done = room.run(ComplaintFormTurn(), "Mia Hughes", "inform", form=slots.COMPLAINT_FORM, asked=slots.NAME)
        assert readings(done) == [{"taken": True}]

    def test_a_form_that_leaves_it_to_a_rule_leaves_this_too(self, room: Room) -> None:
        said = "what does it cost?"
        done = room.run(ComplaintFormTurn(), said, "ask_cost", form=slots.COMPLAINT_FORM, asked=slots.NAME)
        assert done.events == []
        assert readings(done) == []

    def test_not_of_a_button(self, room: Room) -> None:
        assert readings(room.run(GiveAnswer(), "/ask_cost", "ask_cost")) == []

    def test_not_for_somebody_who_talks_to_rasa_directly(self, room: Room) -> None:
        assert readings(room.run(GiveAnswer(), "what does it cost", "ask_cost", bare=True)) == []

    def test_not_by_a_later_action_of_the_same_turn(self, room: Room) -> None:
        events = [{"event": "user", "text": "x"}, {"event": "action", "name": "action_hear_problem"}]
        assert readings(room.run(GiveAnswer(), "what does it cost", "ask_cost", events=events)) == []


def readings(done: Outcome) -> list[Any]:
    """What the gateway is told."""
    return [each["custom"]["reading"] for each in done.responses if "reading" in (each.get("custom") or {})]
