"""What whole conversations have shown to be wrong once: no word is lost, nothing is filed or settled by accident."""

from typing import Any

import pytest

from actions import slots
from actions.answers import GiveAnswer
from actions.complaint import ComplaintFormTurn, StartComplaint
from actions.confusion import NotUnderstood, ReplyNo, ReplyYes, Stop
from actions.filing import FileComplaint
from actions.informal import HearProblem, HelpFormTurn
from actions.status import RequestCode, StartStatus, StatusFormTurn
from disputes.errors import Refused
from tests.actions.conftest import Room, Services
from tests.actions.test_answers import bot_said
from tests.actions.test_complaint import KNOWN

HELP: dict[str, Any] = {"form": slots.HELP_FORM, "category": "damaged", "order_number": "10024"}
PROPOSED: dict[str, Any] = {**HELP, "asked": slots.REMEDY_ANSWER, "remedy": "damaged_replacement", "story": "It broke."}
FILING: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.CONFIRMED, **KNOWN}


class TestNothingByAccident:
    def test_an_old_button_of_the_description_files_nothing(self, room: Room) -> None:
        done = room.run(ComplaintFormTurn(), "/that_is_all", "that_is_all", **FILING)
        assert slots.CONFIRMED not in done.slots
        assert done.slots[slots.ASK_AS] == "again"

    @pytest.mark.parametrize(
        ("action", "said", "intent"),
        [
            (GiveAnswer(), "/refuse_remedy", "refuse_remedy"),
            (Stop(), "no wait, i changed my mind", "cancel_form"),
        ],
    )
    def test_what_was_agreed_can_be_taken_back(self, room: Room, action: Any, said: str, intent: str) -> None:
        done = room.run(action, said, intent, events=bot_said("utter_remedy_accepted"), informal_outcome="accepted: R.")
        assert done.said == ["utter_taken_back"]
        assert done.slots[slots.OUTCOME] is None

    def test_a_second_click_on_yes_puts_the_offer_again(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "/accept_remedy", "accept_remedy", events=bot_said("utter_remedy_accepted"))
        assert done.said == ["utter_colleague_again"]


class TestNoWordIsLost:
    def test_a_description_that_is_like_nothing_else(self, room: Room) -> None:
        told = "The display said the rug is wool."
        given: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.DESCRIPTION}
        assert room.run(ComplaintFormTurn(), told, "out_of_scope", **given).slots[slots.DESCRIPTION] == told

    def test_the_reason_of_a_no(self, room: Room) -> None:
        done = room.run(HelpFormTurn(), "no, nothing has arrived at my bank", "ask_acknowledgement", **PROPOSED)
        assert done.slots[slots.REMEDY_ANSWER] == slots.REFUSED
        assert done.slots[slots.STORY].endswith("nothing has arrived at my bank")

    def test_a_name_beside_an_open_question(self, room: Room) -> None:
        done = room.run(HearProblem(), "Tom O'Neill", "inform", **PROPOSED)
        assert done.slots == {slots.NAME: "Tom O'Neill"}
        assert done.next_action == slots.HELP_FORM

    def test_a_problem_beside_a_number(self, room: Room) -> None:
        done = room.run(HearProblem(), "10044 is late", "inform", ranking={"problem_late": 0.2})
        assert (done.slots[slots.CATEGORY], done.slots[slots.ORDER_NUMBER]) == ("late", "10044")
        assert room.run(HearProblem(), "order number 10044", "inform").slots[slots.CATEGORY] is None


class TestCorrections:
    def test_a_name_that_is_wrong(self, room: Room) -> None:
        done = room.run(ComplaintFormTurn(), "my name is wrong, it is Anna Bergh", "correct_detail", **FILING)
        assert done.slots[slots.NAME] == "Anna Bergh"

    def test_an_address_with_the_old_one_first(self, room: Room) -> None:
        said = "not anna@example.com but berg@example.com"
        assert room.run(ComplaintFormTurn(), said, "correct_detail", **FILING).slots[slots.EMAIL] == "berg@example.com"

    def test_a_label_is_no_name(self, room: Room) -> None:
        given: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.NAME}
        done = room.run(ComplaintFormTurn(), "oh and my phone number is 07700 900222", "inform", **given)
        assert slots.NAME not in done.slots
        assert done.slots[slots.PHONE] == "+447700900222"

    def test_another_problem_instead_of_another_order(self, room: Room) -> None:
        said = "no sorry, it is the wrong frame"
        done = room.run(HelpFormTurn(), said, "correct_detail", ranking={"problem_wrong_item": 0.2}, **PROPOSED)
        assert done.slots[slots.CATEGORY] == "wrong_item"
        number = room.run(
            HelpFormTurn(), "wait wrong number", "correct_detail", ranking={"problem_wrong_item": 0.2}, **PROPOSED
        )
        assert number.slots[slots.REQUESTED] == slots.ORDER_NUMBER


class TestQuestions:
    def test_what_the_policy_does_not_answer_is_not_known(self, room: Room) -> None:
        done = room.run(NotUnderstood(), "do i have to send the old one back?", **PROPOSED)
        assert (done.said, done.next_action) == (["utter_do_not_know"], slots.HELP_FORM)

    @pytest.mark.parametrize(
        ("said", "intent", "response"),
        [
            ("what do i need to file a complaint", "ask_process", "utter_part_of_clause"),
            ("how does it work", "ask_process", "utter_process"),
            ("can i send photos", "ask_investigation", "utter_send_files"),
        ],
    )
    def test_the_answer_that_fits_closer(self, room: Room, said: str, intent: str, response: str) -> None:
        assert room.run(GiveAnswer(), said, intent).said == [response]

    def test_a_manager_now_is_a_person(self, room: Room) -> None:
        assert room.run(GiveAnswer(), "i want to speak to a manager", "ask_escalation").handoff is not None
        assert room.run(GiveAnswer(), "does a manager look at it", "ask_escalation").said == ["utter_clause"]

    def test_a_mark_alone_is_no_yes(self, room: Room) -> None:
        assert room.run(ReplyYes(), "?", "affirm").said == ["utter_help"]

    def test_goodbye_in_a_form_asks_nothing_more(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "bye", "goodbye", form=slots.COMPLAINT_FORM)
        assert (done.said, done.next_action) == (["utter_goodbye"], "action_listen")


class TestFiledAlready:
    def test_asking_how_it_stands_needs_no_address_again(self, room: Room) -> None:
        filed = room.run(FileComplaint(), "yes", "affirm", **KNOWN)
        assert (filed.slots[slots.LOOKUP], filed.slots[slots.STATUS_EMAIL]) == ("CD-0000-0000", "anna@example.com")

    def test_withdrawing_goes_the_way_of_the_proof(self, room: Room) -> None:
        done = room.run(
            StartComplaint(), "i want to withdraw my complaint", "make_complaint", filed_reference="CD-0000-0000"
        )
        assert (done.said, done.next_action) == (["utter_withdraw_after_code"], "action_start_status")

    def test_a_long_message_that_asks_to_file_begins_the_complaint(self, room: Room) -> None:
        said = "I want to file a complaint. My name is Olga, order 30102, the cup arrived broken."
        assert room.run(NotUnderstood(), said).next_action == "action_start_complaint"
        ranking = {"problem_damaged": 0.02, "problem_late": 0.01}
        assert room.run(StartComplaint(), said, "make_complaint", ranking=ranking).slots[slots.CATEGORY] == "damaged"


class TestStatus:
    def test_no_address_is_an_answer(self, room: Room) -> None:
        given: dict[str, Any] = {"form": slots.STATUS_FORM, "asked": slots.STATUS_EMAIL}
        done = room.run(StatusFormTurn(), "i have no mail address", "ask_contact", **given)
        assert done.slots[slots.ASK_AS] == "misread_phone"
        assert room.run(StatusFormTurn(), "forget it", "cancel_form", **given).events == []

    def test_a_reference_that_cannot_be_read_is_said_to_be_so(self, room: Room, services: Services) -> None:
        services.progress = Refused("No proof.")
        done = room.run(StartStatus(), "my reference is CD-7Q2M-K9XB, any progress?", "ask_status")
        assert (done.said, done.next_action) == (["utter_reference_misread"], slots.STATUS_FORM)

    def test_another_code_is_told_from_the_first(self, room: Room) -> None:
        known: dict[str, Any] = {"status_lookup": "10023", "status_email": "a@example.com"}
        done = room.run(RequestCode(), "no code", "resend_code", events=bot_said("utter_code_sent"), **known)
        assert done.said == ["utter_code_sent_again"]

    def test_no_while_a_code_is_awaited(self, room: Room) -> None:
        assert room.run(ReplyNo(), "still nothing", "that_is_all", events=bot_said("utter_code_sent")).said == [
            "utter_code_waits"
        ]


def test_that_we_cannot_find_something_is_no_missing_order_number(room: Room) -> None:
    done = room.run(HelpFormTurn(), "what happens if you cannot find it?", "ask_informal", form=slots.HELP_FORM,
                    asked=slots.ORDER_NUMBER, category="lost")  # fmt: skip
    assert slots.ORDER_NUMBER not in done.slots
