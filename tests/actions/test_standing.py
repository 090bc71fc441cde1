"""What was offered outside a form stands until it is answered."""

import pytest

from actions.answers import GiveAnswer
from actions.case_acts import TellIfNothing
from actions.confusion import NotUnderstood, ReplyNo, ReplyYes
from actions.standing import AGAIN
from tests.actions.conftest import Room
from tests.actions.test_answers import bot_said


@pytest.mark.parametrize(("offered", "again"), sorted(AGAIN.items()))
def test_a_question_in_between_is_answered_and_the_offer_put_again(room: Room, offered: str, again: str) -> None:
    assert room.run(GiveAnswer(), "who pays", "ask_cost", events=bot_said(offered)).said == ["utter_cost", again]
    assert room.run(TellIfNothing(), "and then", "ask_if_nothing", events=bot_said(offered)).said[-1] == again


@pytest.mark.parametrize(("offered", "again"), sorted(AGAIN.items()))
def test_so_is_what_was_not_understood(room: Room, offered: str, again: str) -> None:
    done = room.run(NotUnderstood(), "blargh", events=bot_said(offered))
    assert done.said == ["utter_not_understood_in_form", again]


def test_a_greeting_in_between_asks_nothing_of_its_own(room: Room) -> None:
    done = room.run(GiveAnswer(), "hello?", "greet", events=bot_said("utter_code_sent"))
    assert done.said == ["utter_greet_beside", "utter_code_waits"]


def test_who_says_goodbye_is_reminded_of_nothing(room: Room) -> None:
    assert room.run(GiveAnswer(), "bye", "goodbye", events=bot_said("utter_code_sent")).said == ["utter_goodbye"]


def test_beside_a_form_only_the_form_asks_on(room: Room) -> None:
    done = room.run(GiveAnswer(), "thanks", "thank", form="complaint_form", events=bot_said("utter_code_sent"))
    assert (done.said, done.next_action) == (["utter_welcome"], "complaint_form")


def test_yes_and_no_to_what_was_put_again(room: Room) -> None:
    assert room.run(ReplyYes(), "yes", "affirm", events=bot_said("utter_colleague_again")).handoff is not None
    begun = room.run(ReplyYes(), "yes", "affirm", events=bot_said("utter_offer_complaint_again"))
    assert begun.next_action == "complaint_form"
    assert room.run(ReplyYes(), "ok", "affirm", events=bot_said("utter_code_sent")).said == ["utter_code_waits"]
    settled = room.run(ReplyNo(), "no", "deny", events=bot_said("utter_colleague_again"))
    assert any("asks_if_helped" in (each.get("custom") or {}) for each in settled.responses)
