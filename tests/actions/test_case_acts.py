"""Acting on a complaint in the chat: nothing without a button, nothing that matters without a second one."""

import json
from typing import Any

import pytest

from actions import slots
from actions.case_acts import (
    AT_ONCE,
    DONE,
    MOVES,
    TO_CONFIRM,
    WITH_WORDS,
    ActOnCase,
    AskCaseWords,
    CaseFormTurn,
    SendCaseWords,
    TellIfNothing,
    payload,
)
from actions.confusion import ReplyNo, Stop
from actions.status import ShowProgress
from actions.talk import BotAction
from disputes.cases.progress import NotVerified
from disputes.chat import case_acts
from disputes.chat.case_acts import AtHand
from disputes.errors import Conflict, Invalid
from tests.actions.conftest import DOMAIN, Outcome, Room, Services, a_case

REFERENCE = "CD-0000-0000"
OFFER = "4a7f6d3e-1a0b-4c1e-9d27-0f2f4c9f2c11"
TEXTS = DOMAIN["responses"]
WRITING: dict[str, Any] = {
    "form": slots.CASE_FORM,
    "asked": slots.CASE_WORDS,
    "case_act": "add",
    "case_reference": REFERENCE,
}
"""The state in which words are asked for."""


def press(room: Room, act: str, about: str = OFFER, **known: Any) -> Outcome:
    """Presses the button of an act."""
    return room.run(ActOnCase(), payload(act, REFERENCE, about), "act_on_case", **known)


def write(room: Room, text: str, intent: str = "nlu_fallback", **known: Any) -> Outcome:
    """Writes something while words are asked for."""
    return room.run(CaseFormTurn(), text, intent, **WRITING | known)


def send(room: Room, act: str = "add", *, words: str = "It came today.", **known: Any) -> Outcome:
    """Rasa has the words, and sends them."""
    held = {"case_act": act, "case_reference": REFERENCE, "case_about": OFFER, "case_words": words}
    return room.run(SendCaseWords(), words, **held | known)


def has_ended(done: Outcome) -> bool:
    """The case form is gone, and nothing of it is kept."""
    is_over = {"event": "active_loop", "timestamp": None, "name": None} in done.events
    kept = [name for name in done.slots if name.startswith("case_") and done.slots[name] is not None]
    return is_over and not kept and done.slots[slots.REQUESTED] is None


class TestButtons:
    @pytest.mark.parametrize("stage", sorted(case_acts.BUTTONS))
    def test_each_leads_to_its_act_with_the_complaint_and_the_offer(
        self, room: Room, services: Services, stage: str
    ) -> None:
        services.at_hand, services.progress = AtHand(OFFER, (), "I agree."), [a_case(stage=stage)]
        done = room.run(ShowProgress(), "/status_code_entered", "status_code_entered")
        shown = next(each for each in done.responses if each["response"] == case_acts.BUTTONS[stage])
        for button in TEXTS[case_acts.BUTTONS[stage]][0]["buttons"]:
            sent = json.loads(str(shown[button["payload"].strip("{}")]).removeprefix("/act_on_case"))
            assert sent == {"act": button["payload"].strip("{}").removesuffix("_payload"), "case": REFERENCE} | {
                "about": OFFER
            }

    def test_our_questions_are_repeated(self, room: Room, services: Services) -> None:
        services.at_hand = AtHand("", ("Which colour was it?", "Who signed?"))
        services.progress = [a_case(stage="awaiting_customer")]
        done = room.run(ShowProgress(), "/status_code_entered", "status_code_entered")
        assert done.value("questions") == "Which colour was it?\nWho signed?"

    def test_every_act_of_a_button_is_known(self) -> None:
        assert set(AT_ONCE.values()) | WITH_WORDS == set(DONE)


class TestActOnCase:
    @pytest.mark.parametrize("act", sorted(TO_CONFIRM))
    def test_what_matters_is_asked_once_more(self, room: Room, services: Services, act: str) -> None:
        done = press(room, act)
        assert done.said == [TO_CONFIRM[act]]
        assert done.value("sure_payload") == payload(f"{act}_sure", REFERENCE, OFFER)
        assert services.acts == {}

    @pytest.mark.parametrize(("button", "act"), sorted(AT_ONCE.items()))
    def test_the_second_button_does_it_and_tells_how_it_stands(
        self, room: Room, services: Services, button: str, act: str
    ) -> None:
        done = press(room, button, message_id="m1")
        assert done.said == [DONE[act], *(["utter_stands_now"] if act in MOVES else [])]
        assert [(name, reference, told.about) for name, reference, told in services.acts.values()] == [
            (act, REFERENCE, OFFER)
        ]
        assert list(services.acts) == ["chat:m1"]

    def test_without_a_date_none_is_told(self, room: Room, services: Services) -> None:
        services.standing = a_case(next_date=None)
        assert press(room, "withdraw_sure").said == ["utter_done_withdraw", "utter_stands_now_at_end"]

    def test_a_turn_that_is_run_again_has_the_same_key(self, room: Room, services: Services) -> None:
        for _ in range(2):
            press(room, "withdraw_sure", message_id="m1")
        assert len(services.acts) == 1

    def test_a_withdrawal_can_be_undone_from_where_it_is_told(self, room: Room) -> None:
        assert press(room, "withdraw_sure").value("undo_payload") == payload("undo", REFERENCE)

    @pytest.mark.parametrize("act", [*sorted(TO_CONFIRM), *sorted(WITH_WORDS)])
    def test_an_old_button_says_how_things_are_before_anything_is_asked(
        self, room: Room, services: Services, act: str
    ) -> None:
        services.refusal = Conflict("It is at another stage by now.")
        done = press(room, act)
        assert (done.said, done.next_action) == (["utter_case_refused"], None)
        assert done.value("reason") == "It is at another stage by now."

    @pytest.mark.parametrize("act", ["accept", "accept_sure", "undo", "add", "nothing"])
    def test_nothing_without_a_fresh_proof_of_this_very_complaint(
        self, room: Room, services: Services, act: str
    ) -> None:
        services.refusal = NotVerified()
        done = press(room, act)
        assert (done.said, done.next_action) == (["utter_proof_is_over"], None)

    def test_nothing_without_the_gateway(self, room: Room, services: Services) -> None:
        assert press(room, "accept_sure", bare=True).said == ["utter_proof_is_over"]
        assert services.acts == {}

    @pytest.mark.parametrize(
        "text", ["/act_on_case", payload("fire_everybody", REFERENCE), payload("add_sure", REFERENCE)]
    )
    def test_a_button_it_does_not_know_does_nothing(self, room: Room, services: Services, text: str) -> None:
        assert room.run(ActOnCase(), text, "act_on_case").said == ["utter_button_is_old"]
        assert services.acts == {}

    def test_typed_words_are_no_button(self, room: Room, services: Services) -> None:
        typed = "\u2060" + payload("withdraw_sure", REFERENCE)
        assert room.run(ActOnCase(), typed, "act_on_case").said == ["utter_button_is_old"]
        assert services.acts == {}

    def test_leaving_it_changes_nothing(self, room: Room, services: Services) -> None:
        assert press(room, "leave").said == ["utter_all_right"]
        assert services.acts == {}

    @pytest.mark.parametrize("form", [slots.COMPLAINT_FORM, slots.STATUS_FORM])
    @pytest.mark.parametrize("act", ["accept", "accept_sure", "undo", "nothing", "leave"])
    def test_a_form_that_runs_beside_goes_on(self, room: Room, services: Services, form: str, act: str) -> None:
        services.forecasts = {REFERENCE: ["We go on."]}
        assert press(room, act, form=form).next_action == form

    @pytest.mark.parametrize("act", sorted(WITH_WORDS))
    def test_words_are_asked_for_and_the_form_beside_is_remembered(self, room: Room, act: str) -> None:
        done = press(room, act, form=slots.COMPLAINT_FORM, case_words="old ones")
        assert done.next_action == slots.CASE_FORM
        assert (done.slots["case_act"], done.slots["case_words"]) == (act, None)
        assert (done.slots["case_reference"], done.slots["case_about"]) == (REFERENCE, OFFER)
        assert done.slots["case_before"] == slots.COMPLAINT_FORM

    def test_another_button_while_words_are_asked_for_keeps_the_form_beside(self, room: Room) -> None:
        done = press(room, "mediation", **WRITING | {"case_before": slots.COMPLAINT_FORM})
        assert done.slots["case_before"] == slots.COMPLAINT_FORM

    def test_what_settles_it_otherwise_ends_the_question_for_words(self, room: Room) -> None:
        done = press(room, "accept_sure", **WRITING | {"case_act": "counter", "case_before": slots.STATUS_FORM})
        assert has_ended(done)
        assert done.next_action == slots.STATUS_FORM

    def test_an_act_on_another_complaint_does_not(self, room: Room) -> None:
        done = press(room, "undo", **WRITING | {"case_reference": "CD-0000-0001"})
        assert done.next_action == slots.CASE_FORM


class TestCaseFormTurn:
    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("The parcel came today, but the lamp in it is broken, and the box was open.", "problem_damaged"),
            ("It is broken", "problem_damaged"),
            ("Thank you for asking. It was the blue one that came, not the red one.", "thank"),
            ("/withdraw is what I would write", "nlu_fallback"),
        ],
    )
    def test_words_are_taken_to_the_letter(self, room: Room, text: str, intent: str) -> None:
        typed = f"\u2060{text}" if text.startswith("/") else text
        assert write(room, typed, intent).slots["case_words"] == text

    @pytest.mark.parametrize("intent", ["ask_dates", "ask_if_nothing", "thank", "cancel_form", "talk_to_person"])
    def test_a_short_question_is_answered_beside(self, room: Room, intent: str) -> None:
        assert write(room, "how long does it take", intent).events == []

    def test_a_guess_is_not_taken_for_a_question(self, room: Room) -> None:
        done = write(room, "two weeks at most", "ask_dates", confidence=0.3)
        assert done.slots["case_words"] == "two weeks at most"

    @pytest.mark.parametrize("text", ["...", "👍", "?!"])
    def test_what_holds_no_word_is_asked_for_again(self, room: Room, text: str) -> None:
        done = write(room, text)
        assert (done.slots["ask_as"], "case_words" in done.slots) == ("too_short", False)

    @pytest.mark.parametrize(("text", "intent"), [("yes", "affirm"), ("no", "deny")])
    def test_yes_and_no_are_answers_to_our_questions(self, room: Room, text: str, intent: str) -> None:
        assert write(room, text, intent, case_act="answer").slots["case_words"] == text

    def test_a_bare_yes_adds_nothing(self, room: Room) -> None:
        assert write(room, "yes", "affirm").slots["ask_as"] == "too_short"

    def test_a_no_is_left_to_the_rules(self, room: Room) -> None:
        assert write(room, "no, leave it", "deny").events == []

    def test_a_button_is_left_to_the_rules(self, room: Room) -> None:
        assert write(room, payload("leave", REFERENCE), "act_on_case").events == []


class TestAskCaseWords:
    @pytest.mark.parametrize("act", sorted(WITH_WORDS))
    def test_each_act_has_its_question(self, room: Room, act: str) -> None:
        assert room.run(AskCaseWords(), case_act=act).said == [f"utter_ask_words_{act}"]

    def test_the_second_time_it_says_what_is_missing(self, room: Room) -> None:
        assert room.run(AskCaseWords(), case_act="add", ask_as="too_short").said == ["utter_words_needed"]


class TestSendCaseWords:
    @pytest.mark.parametrize("act", sorted(WITH_WORDS))
    def test_the_words_go_where_they_were_meant_for(self, room: Room, services: Services, act: str) -> None:
        done = send(room, act, message_id="m1")
        assert done.said[0] == DONE[act]
        name, reference, told = services.acts["chat:m1"]
        assert (name, reference, told.about, told.words) == (act, REFERENCE, OFFER, "It came today.")
        assert has_ended(done)

    @pytest.mark.parametrize(("act", "told"), [("answer", 2), ("review", 2), ("add", 1), ("counter", 1)])
    def test_how_it_stands_is_told_when_that_has_changed(self, room: Room, act: str, told: int) -> None:
        assert len(send(room, act).said) == told

    def test_the_form_beside_comes_back(self, room: Room) -> None:
        done = send(room, case_before=slots.COMPLAINT_FORM)
        assert has_ended(done)
        assert done.next_action == slots.COMPLAINT_FORM

    def test_too_many_words_are_asked_for_again_and_the_customer_is_told(self, room: Room, services: Services) -> None:
        services.refusal = Invalid("Please shorten it to 2,000 characters.")
        done = send(room, words="x " * 1500)
        assert done.said == ["utter_words_refused"]
        assert done.value("reason") == "Please shorten it to 2,000 characters."
        assert (done.next_action, done.slots["case_words"]) == (slots.CASE_FORM, None)
        assert "case_act" not in done.slots

    @pytest.mark.parametrize(
        ("refusal", "response"),
        [(NotVerified(), "utter_words_unproved"), (Conflict("It is over."), "utter_words_not_passed_on")],
    )
    def test_a_refusal_ends_it_and_says_that_nothing_was_passed_on(
        self, room: Room, services: Services, refusal: Any, response: str
    ) -> None:
        services.refusal = refusal
        done = send(room, case_before=slots.COMPLAINT_FORM)
        assert done.said == [response]
        assert has_ended(done)
        assert done.next_action == slots.COMPLAINT_FORM
        assert "stands above" in TEXTS[response][0]["text"]

    @pytest.mark.parametrize("missing", ["case_act", "case_reference", "case_words"])
    def test_with_nothing_to_send_it_ends(self, room: Room, services: Services, missing: str) -> None:
        nothing: dict[str, Any] = {missing: None}
        done = send(room, **nothing)
        assert done.said == ["utter_button_is_old"]
        assert has_ended(done)
        assert services.acts == {}


class TestLeaving:
    @pytest.mark.parametrize("action", [Stop(), ReplyNo()])
    def test_stop_and_no_leave_it_and_the_form_beside_comes_back(self, room: Room, action: BotAction) -> None:
        done = room.run(action, "stop", "cancel_form", **WRITING | {"case_before": slots.COMPLAINT_FORM})
        assert done.said == ["utter_words_left"]
        assert has_ended(done)
        assert done.next_action == slots.COMPLAINT_FORM


class TestIfNothing:
    def test_with_a_proof_each_complaint_has_its_dates(self, room: Room, services: Services) -> None:
        services.forecasts = {REFERENCE: ["First this.", "Then that."], "CD-0000-0001": ["We go on."]}
        done = room.run(TellIfNothing(), "what if i do nothing", "ask_if_nothing")
        assert done.said == ["utter_if_nothing", "utter_if_nothing"]
        assert (done.value("reference"), done.value("lines")) == (REFERENCE, "First this.\nThen that.")

    @pytest.mark.parametrize("refusal", [NotVerified(), None])
    def test_without_one_in_general(self, room: Room, services: Services, refusal: NotVerified | None) -> None:
        services.refusal = refusal
        done = room.run(TellIfNothing(), "what if i do nothing", "ask_if_nothing", form=slots.COMPLAINT_FORM)
        assert (done.said, done.next_action) == (["utter_if_nothing_in_general"], slots.COMPLAINT_FORM)

    def test_the_button_asks_about_its_own_complaint(self, room: Room, services: Services) -> None:
        services.forecasts = {REFERENCE: ["We go on."], "CD-0000-0001": ["That, too."]}
        assert press(room, "nothing").value("lines") == "We go on."
