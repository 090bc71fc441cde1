"""Questions, courtesies, people and confusion."""

from typing import Any

import pytest

from actions import slots
from actions.answers import ANSWERS, GiveAnswer
from actions.confusion import NotUnderstood, ReplyNo, ReplyYes, Stop
from actions.people import TalkToPerson, WelcomeBack
from actions.session import StartSession
from disputes import policy
from tests.actions.conftest import Room


def turn_before(action: str, intent: str = "nlu_fallback") -> list[dict[str, Any]]:
    """The events of a turn with this action, and the customer's next message."""
    said: dict[str, Any] = {"event": "user", "parse_data": {"intent": {"name": intent}}}
    return [said, {"event": "action", "name": action}, {"event": "action", "name": "action_listen"}, {"event": "user"}]


def bot_said(response: str) -> list[dict[str, Any]]:
    return [{"event": "bot", "metadata": {"utter_action": response}}, {"event": "user"}]


class TestGiveAnswer:
    @pytest.mark.parametrize("intent", sorted(ANSWERS))
    def test_every_answer_can_be_said(self, room: Room, intent: str) -> None:
        assert room.run(GiveAnswer(), "…", intent).said == [ANSWERS[intent].response]

    @pytest.mark.parametrize("clause", [f"C{number}" for number in range(1, 11)])
    def test_every_clause_has_a_question_that_is_answered_from_it(self, clause: str) -> None:
        assert clause in {answer.clause for answer in ANSWERS.values()}

    def test_the_answer_is_the_policys_own_text_with_its_clause(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "how long does it take", "ask_dates")
        assert done.value("clause_text") == policy.current().clauses["C6"].text
        assert done.value("clause_id") == "C6"

    def test_a_running_form_asks_on(self, room: Room) -> None:
        assert room.run(GiveAnswer(), "thanks", "thank", form=slots.COMPLAINT_FORM).next_action == slots.COMPLAINT_FORM

    def test_an_old_button_is_explained(self, room: Room) -> None:
        assert room.run(GiveAnswer(), "/change_name", "change_name").said == ["utter_button_is_old"]


class TestTalkToPerson:
    def test_hands_over_with_a_summary_and_without_words_of_its_own(self, room: Room) -> None:
        known: dict[str, Any] = {"category": "lost", "order_number": "10023", "story": "It never came."}
        done = room.run(TalkToPerson(), "human!", "talk_to_person", form=slots.COMPLAINT_FORM, **known)
        assert done.said == []
        assert done.handoff == {
            "reason": "asked",
            "summary": "Parcel never arrived · order 10023 · filing a complaint · It never came.",
        }

    def test_keeps_the_form_and_stays_silent(self, room: Room) -> None:
        done = room.run(TalkToPerson(), "human!", "talk_to_person", form=slots.COMPLAINT_FORM)
        assert done.next_action == "action_listen"
        # Set anew: Rasa would pass a form by that was interrupted and has not asked again.
        assert [each["name"] for each in done.events if each["event"] == "active_loop"] == [slots.COMPLAINT_FORM]

    def test_keeps_the_order_number_said_with_it(self, room: Room) -> None:
        done = room.run(TalkToPerson(), "a person please, about order 10023", "talk_to_person")
        assert done.slots["order_number"] == "10023"


class TestWelcomeBack:
    def test_goes_on_with_the_form(self, room: Room) -> None:
        done = room.run(WelcomeBack(), "/agent_returned", "agent_returned", form=slots.COMPLAINT_FORM)
        assert (done.said, done.next_action) == (["utter_agent_returned"], slots.COMPLAINT_FORM)

    def test_asks_what_else_there_is(self, room: Room) -> None:
        assert room.run(WelcomeBack(), "/agent_returned", "agent_returned").said == ["utter_agent_returned_free"]

    def test_takes_down_the_complaint_when_the_agent_decided_so(self, room: Room) -> None:
        told = {"by": "agent", "outcome": "file"}
        done = room.run(
            WelcomeBack(), "/agent_returned", "agent_returned", metadata=told, form=slots.HELP_FORM, category="lost"
        )
        assert done.said == ["utter_agent_files"]
        assert done.next_action == slots.COMPLAINT_FORM
        assert "category" not in done.slots

    def test_lets_a_settled_matter_rest_and_still_knows_the_customer(self, room: Room) -> None:
        told = {"by": "agent", "outcome": "settled"}
        known: dict[str, Any] = {"category": "lost", "description": "It never came.", "complainant_name": "Mia"}
        done = room.run(
            WelcomeBack(), "/agent_returned", "agent_returned", metadata=told, form=slots.COMPLAINT_FORM, **known
        )
        assert done.said == ["utter_agent_settled"]
        assert (done.slots["category"], done.slots["description"], done.next_action) == (None, None, None)
        assert "complainant_name" not in done.slots
        assert {"event": "active_loop", "name": None} in [
            {"event": event["event"], "name": event.get("name")} for event in done.events
        ]

    @pytest.mark.parametrize(("form", "said"), [(None, "utter_nobody_came_free"), ("status_form", "utter_nobody_came")])
    def test_goes_on_when_nobody_came(self, room: Room, form: str | None, said: str) -> None:
        done = room.run(WelcomeBack(), "/agent_returned", "agent_returned", metadata={"by": "nobody"}, form=form)
        assert (done.said, done.next_action) == ([said], form)


class TestNotUnderstood:
    def test_asks_for_other_words_first(self, room: Room) -> None:
        assert room.run(NotUnderstood(), "blargh").said == ["utter_not_understood"]

    def test_offers_a_person_the_second_time_in_a_row(self, room: Room) -> None:
        done = room.run(NotUnderstood(), "blargh", events=turn_before("action_not_understood"))
        assert done.said == ["utter_not_understood_twice"]

    def test_starts_again_after_a_turn_that_was_understood(self, room: Room) -> None:
        done = room.run(NotUnderstood(), "blargh", events=turn_before("action_answer", "greet"))
        assert done.said == ["utter_not_understood"]

    def test_never_asks_somebody_to_tell_a_long_story_again(self, room: Room) -> None:
        text = "so last week there was this thing with the gate and the dog and your van, honestly I am at a loss"
        done = room.run(NotUnderstood(), text)
        assert done.slots["story"] == text
        assert done.next_action == slots.HELP_FORM

    def test_takes_what_is_surely_some_problem_for_the_likeliest(self, room: Room) -> None:
        chances = {"problem_late": 0.2, "problem_lost": 0.18}
        done = room.run(NotUnderstood(), "parcel not here", confidence=0.2, ranking=chances)
        assert (done.said, done.slots["category"]) == (["utter_understood_as"], "late")


class TestYesAndNo:
    def test_yes_to_a_person(self, room: Room) -> None:
        done = room.run(ReplyYes(), "yes", "affirm", events=bot_said("utter_not_understood_twice"))
        assert done.handoff is not None

    def test_yes_to_going_on(self, room: Room) -> None:
        done = room.run(ReplyYes(), "yes", "affirm", events=bot_said("utter_stopped"))
        assert done.next_action == slots.COMPLAINT_FORM

    def test_yes_to_nothing(self, room: Room) -> None:
        assert room.run(ReplyYes(), "yes", "affirm").said == ["utter_yes_to_what"]

    def test_a_form_asks_again(self, room: Room) -> None:
        assert room.run(ReplyNo(), "no", "deny", form=slots.HELP_FORM).next_action == slots.HELP_FORM


class TestStopAndSession:
    def test_stop_leaves_the_form_and_keeps_what_was_told(self, room: Room) -> None:
        done = room.run(Stop(), "stop", "cancel_form", form=slots.COMPLAINT_FORM, complainant_name="Anna")
        assert done.said == ["utter_stopped"]
        assert {"event": "active_loop", "name": None, "timestamp": None} in done.events
        assert "complainant_name" not in done.slots

    def test_a_new_session_keeps_slots_and_form(self, room: Room) -> None:
        done = room.run(StartSession(), form=slots.COMPLAINT_FORM, asked="contact", complainant_name="Anna")
        kinds = [event["event"] for event in done.events]
        assert (kinds[0], kinds[-1]) == ("session_started", "action")
        assert "active_loop" in kinds
        assert (done.slots["complainant_name"], done.slots["requested_slot"]) == ("Anna", "contact")

    def test_after_a_solution_was_taken_asks_whether_the_chat_has_helped(self, room: Room) -> None:
        done = room.run(ReplyNo(), "not now", "deny", events=bot_said("utter_remedy_accepted"))
        assert {"asks_if_helped": True} in [each.get("custom") for each in done.responses]

    def test_otherwise_asks_nothing(self, room: Room) -> None:
        done = room.run(ReplyNo(), "no", "deny", events=bot_said("utter_not_understood_twice"))
        assert {"asks_if_helped": True} not in [each.get("custom") for each in done.responses]
