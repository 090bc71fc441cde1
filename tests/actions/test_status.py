"""Asking where a complaint stands: nothing is told before the proof, and the words never tell whether there is one."""

from typing import Any

import pytest

from actions import slots
from actions.complaint import StartComplaint
from actions.status import RequestCode, ShowProgress, StartStatus, StatusFormTurn
from disputes.cases.progress import NotVerified
from disputes.cases.references import new_reference
from disputes.cases.schemas import HistoryLine
from disputes.clock import now
from tests.actions.conftest import Room, Services, a_case


@pytest.fixture
def unproven(services: Services) -> None:
    services.progress = NotVerified()


@pytest.mark.usefixtures("unproven")
class TestStartStatus:
    def test_takes_the_order_number_from_the_question(self, room: Room) -> None:
        done = room.run(StartStatus(), "where is my complaint about order 10023?", "ask_status")
        assert done.slots["status_lookup"] == "10023"
        assert done.next_action == slots.STATUS_FORM

    def test_takes_the_reference_and_the_address(self, room: Room) -> None:
        reference = new_reference()
        done = room.run(StartStatus(), f"status of {reference.lower()}, i am a@example.com", "ask_status")
        assert (done.slots["status_lookup"], done.slots["status_email"]) == (reference, "a@example.com")

    def test_remembers_what_was_just_filed(self, room: Room) -> None:
        done = room.run(StartStatus(), "any news?", "ask_status", filed_reference="CD-0000-0000")
        assert done.slots["status_lookup"] == "CD-0000-0000"

    def test_asks_nothing_of_somebody_who_has_just_proved_who_they_are(self, room: Room, services: Services) -> None:
        services.progress = [a_case()]
        done = room.run(StartStatus(), "any news?", "ask_status", status_lookup="10023")
        assert done.said == ["utter_progress", "utter_can_go_on"]
        assert done.next_action is None

    def test_another_order_needs_a_new_proof(self, room: Room, services: Services) -> None:
        services.progress = [a_case()]
        done = room.run(StartStatus(), "and order 10024?", "ask_status", status_lookup="10023")
        assert done.next_action == slots.STATUS_FORM


class TestKnownToTheShop:
    """Somebody who is signed in at the shop: no code is asked for, and none is sent to where it opens nothing."""

    @pytest.fixture(autouse=True)
    def _signed_in(self, services: Services) -> None:
        services.is_proved_by_shop = True
        services.progress = [a_case(), a_case(reference="CD-0000-0001", order_number="10024")]

    def test_hears_of_all_complaints_at_once(self, room: Room) -> None:
        done = room.run(StartStatus(), "where is my complaint?", "ask_status")
        assert done.said.count("utter_progress") == 2
        assert done.next_action is None

    @pytest.mark.parametrize("asked", ["order 10024, any news?", "what about 10024"])
    def test_hears_of_the_one_that_was_asked_for(self, room: Room, asked: str) -> None:
        done = room.run(StartStatus(), asked, "ask_status", status_lookup="10023")
        assert done.said == ["utter_progress", "utter_can_go_on"]
        assert done.value("reference") == "CD-0000-0001"

    def test_of_many_the_newest_are_told(self, room: Room, services: Services) -> None:
        services.progress = [a_case(reference=f"CD-0000-000{number}") for number in range(5)]
        done = room.run(StartStatus(), "any news?", "ask_status")
        assert (done.said.count("utter_progress"), done.said[-1]) == (3, "utter_more_cases")

    def test_an_order_that_is_not_theirs_needs_a_code_to_another_address(self, room: Room) -> None:
        done = room.run(StartStatus(), "order 10031?", "ask_status", contact_email="mia@example.com", told_by_shop=True)
        assert done.said == ["utter_not_under_account"]
        assert (done.slots["status_lookup"], done.slots["status_email"]) == ("10031", None)
        assert done.next_action == slots.STATUS_FORM

    def test_no_complaint_at_all_is_said(self, room: Room, services: Services) -> None:
        services.progress = []
        done = room.run(StartStatus(), "any news?", "ask_status", contact_email="mia@example.com", told_by_shop=True)
        assert done.said == ["utter_not_under_account"]
        assert done.next_action == slots.STATUS_FORM

    def test_is_sent_no_code_for_what_is_open_already(self, room: Room, services: Services) -> None:
        done = room.run(RequestCode(), status_lookup="10024", status_email="mia@example.com")
        assert done.said == ["utter_progress", "utter_can_go_on"]
        assert services.codes == []

    def test_is_sent_one_for_what_is_not(self, room: Room, services: Services) -> None:
        room.run(RequestCode(), status_lookup="10031", status_email="old@example.com")
        assert services.codes == [("10031", "old@example.com")]

    def test_has_not_begun_a_complaint_by_being_known(self, room: Room) -> None:
        known: dict[str, Any] = {"complainant_name": "Mia Hughes", "contact": "mia@example.com", "told_by_shop": True}
        assert "utter_complaint_waits" not in room.run(StartStatus(), "any news?", "ask_status", **known).said
        assert room.run(StartComplaint(), "complain", "make_complaint", **known).said == ["utter_start_complaint"]

    def test_is_not_asked_who_they_are(self, room: Room) -> None:
        metadata = {
            "corrected": {"complainant_name": "Mia Hughes", "contact_email": "mia@example.com"},
            "told_by_shop": True,
        }
        done = room.run(StartComplaint(), "i want to complain", "make_complaint", metadata=metadata)
        known = {name: done.slots[name] for name in (*slots.PERSON, slots.TOLD_BY_SHOP) if name in done.slots}
        assert known == {
            "complainant_name": "Mia Hughes",
            "contact": "mia@example.com",
            "contact_email": "mia@example.com",
            "told_by_shop": True,
        }
        assert done.said == ["utter_start_complaint"]


class TestStatusFormTurn:
    @pytest.mark.parametrize(
        ("asked", "text", "ask_as"),
        [
            ("status_lookup", "the one about the lamp", "misread"),
            ("status_lookup", "CD-0000-0001", "misread"),
            ("status_email", "07700 900123", "misread_phone"),
            ("status_email", "anna@", "misread"),
        ],
    )
    def test_asks_again_with_what_is_wrong(self, room: Room, asked: str, text: str, ask_as: str) -> None:
        done = room.run(StatusFormTurn(), text, form=slots.STATUS_FORM, asked=asked)
        assert done.slots["ask_as"] == ask_as

    def test_a_problem_is_not_for_this_form(self, room: Room) -> None:
        turn: dict[str, Any] = {"form": slots.STATUS_FORM, "asked": "status_email"}
        assert room.run(StatusFormTurn(), "my parcel is late", "problem_late", **turn).events == []


class TestRequestCode:
    def test_says_the_same_whatever_was_asked_for(self, room: Room, services: Services) -> None:
        done = room.run(RequestCode(), status_lookup="10023", status_email="a@example.com")
        assert done.said == ["utter_code_sent"]
        assert services.codes == [("10023", "a@example.com")]

    def test_says_so_when_it_was_asked_too_often(self, room: Room, services: Services) -> None:
        services.codes_are_used_up = True
        done = room.run(RequestCode(), status_lookup="10023", status_email="a@example.com")
        assert done.said == ["utter_code_too_often"]

    def test_asks_first_when_it_does_not_know_what_to_look_up(self, room: Room) -> None:
        assert room.run(RequestCode(), "send a new code", "resend_code").next_action == slots.STATUS_FORM


class TestShowProgress:
    def entered(self, room: Room, result: str) -> list[str]:
        return room.run(
            ShowProgress(), "/status_code_entered", "status_code_entered", metadata={"code_result": result}
        ).said

    @pytest.mark.parametrize(
        ("result", "response"),
        [
            ("wrong", "utter_code_wrong"),
            ("expired", "utter_code_expired"),
            ("too_many", "utter_code_too_many"),
        ],
    )
    def test_a_code_that_does_not_count_has_its_own_words(self, room: Room, result: str, response: str) -> None:
        assert self.entered(room, result) == [response]

    def test_tells_stage_turn_next_date_and_history(self, room: Room, services: Services) -> None:
        services.progress = [a_case(history=[HistoryLine(now(), "You filed this complaint.")])]
        done = room.run(
            ShowProgress(), "/status_code_entered", "status_code_entered", metadata={"code_result": "verified"}
        )
        assert done.said == ["utter_progress", "utter_can_go_on"]
        assert "You filed this complaint." in done.value("history")
        assert "status_email" not in done.slots

    def test_one_message_for_each_complaint(self, room: Room, services: Services) -> None:
        services.progress = [a_case(), a_case(reference="CD-0000-0001", stage="closed", next_date=None)]
        assert self.entered(room, "verified") == ["utter_progress", "utter_can_go_on", "utter_progress_at_end"]

    def test_a_proof_that_runs_out_in_between_only_costs_the_buttons(self, room: Room, services: Services) -> None:
        services.progress, services.at_hand = [a_case()], NotVerified()
        assert self.entered(room, "verified") == ["utter_progress"]

    def test_nothing_without_a_fresh_proof(self, room: Room, services: Services) -> None:
        services.progress = NotVerified()
        assert self.entered(room, "verified") == ["utter_code_expired"]
