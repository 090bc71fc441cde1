"""A way out that is offered before the assistant asks on stands under its question."""

from typing import Any

from disputes.chat.rasa_client import parts_of

PERSON = {"title": "Talk to a person", "payload": "/talk_to_person"}
COMPLAINT = {"title": "File a complaint", "payload": "/make_complaint"}
YES = {"title": "Yes", "payload": "/accept_remedy"}


def titles(reply: list[dict[str, Any]]) -> list[list[str]]:
    return [[each["title"] for each in part.quick_replies or []] for part in parts_of(reply)]


def test_what_the_law_is_answered_with_can_be_pressed_under_the_question() -> None:
    reply: list[dict[str, Any]] = [
        {"text": "You may take legal steps.", "buttons": [PERSON, COMPLAINT]},
        {"text": "Would that settle it?", "buttons": [YES, PERSON]},
    ]
    assert titles(reply) == [[], ["Yes", "Talk to a person", "File a complaint"]]


def test_a_question_without_buttons_gets_them_as_well() -> None:
    assert titles([{"text": "I am sorry.", "buttons": [PERSON]}, {"text": "Your name?"}]) == [[], ["Talk to a person"]]


def test_what_belongs_to_its_own_text_stays_there() -> None:
    ours = {"title": "I accept", "payload": '/act_on_case{"act": "accept"}'}
    reply = [{"text": "First case.", "buttons": [ours]}, {"text": "Second case.", "buttons": [ours]}]
    assert titles(reply) == [["I accept"], ["I accept"]]


def test_nothing_moves_behind_a_hand_over() -> None:
    reply: list[dict[str, Any]] = [
        {"text": "I am sorry.", "buttons": [PERSON]},
        {"custom": {"handoff": {"reason": "danger"}}},
        {"text": "Never shown."},
    ]
    assert titles(reply)[0] == ["Talk to a person"]
