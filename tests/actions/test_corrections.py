"""What the customer corrected on the hand-over card is in the slots before the assistant does anything."""

import pytest

from actions.complaint import ComplaintFormTurn
from actions.corrections import slots_of
from actions.people import WelcomeBack
from tests.actions.conftest import Room, Services

RETURNED = {"by": "agent", "decided": True}


class TestSlots:
    def test_are_set_by_name(self) -> None:
        assert slots_of({"complainant_name": "Mia Hughes"}, {}) == {"complainant_name": "Mia Hughes"}

    def test_what_is_known_already_changes_nothing(self) -> None:
        assert (
            slots_of({"order_number": "10024", "category": "lost"}, {"order_number": "10024", "category": "lost"}) == {}
        )

    @pytest.mark.parametrize("changed", [{"order_number": "10024"}, {"category": "damaged"}])
    def test_another_order_or_matter_makes_a_proposal_out_of_date(self, changed: dict[str, str]) -> None:
        found = slots_of(changed, {"order_number": "10023", "category": "lost", "remedy": "resend"})
        assert found == {**changed, "remedy": None, "remedy_text": None, "remedy_answer": None, "wish": None}

    def test_a_description_takes_the_place_of_the_story(self) -> None:
        told = "The lamp came in two pieces."
        named = {"amounts_named": None, "days_named": None}
        assert slots_of({"description": told}, {"story": "lamp"}) == {"description": told, "story": None, **named}

    def test_what_it_names_takes_the_place_of_what_was_named(self) -> None:
        found = slots_of(
            {"description": "I paid £50 on 2 March 2026."}, {"amounts_named": ["£5.00"], "story": "5 pounds"}
        )
        assert (found["amounts_named"], found["days_named"]) == (["£50.00"], ["2026-03-02"])

    def test_the_form_need_not_ask_for_the_contact(self) -> None:
        found = slots_of({"contact_email": "mia@example.com"}, {"contact_phone": "+447700900123"})
        assert found["contact"] == "mia@example.com, +447700900123"


class TestTurns:
    def test_the_assistant_that_gets_the_chat_back_knows_them(self, room: Room) -> None:
        given = RETURNED | {"corrected": {"order_number": "10024", "complainant_name": "Mia Hughes"}}
        done = room.run(WelcomeBack(), "/agent_returned", "agent_returned", metadata=given, order_number="10023")
        assert (done.slots["order_number"], done.slots["complainant_name"]) == ("10024", "Mia Hughes")

    def test_a_form_that_was_not_meant_leaves_the_turn_to_the_rule(self, room: Room) -> None:
        given = RETURNED | {"corrected": {"complainant_name": "Mia Hughes"}}
        done = room.run(
            ComplaintFormTurn(),
            "/agent_returned",
            "agent_returned",
            form="complaint_form",
            asked="complainant_name",
            metadata=given,
        )
        assert done.events == []

    def test_a_filled_line_is_not_asked_for_again(self, room: Room) -> None:
        given = RETURNED | {"corrected": {"complainant_name": "Mia Hughes", "contact_email": "mia@example.com"}}
        turn = {"event": "user", "text": "/agent_returned"}
        acted = [{"event": "action", "name": name} for name in ("action_welcome_back", "complaint_form")]
        done = room.run(
            ComplaintFormTurn(),
            "/agent_returned",
            "agent_returned",
            form="complaint_form",
            asked="complainant_name",
            metadata=given,
            events=[turn, *acted],
            category="damaged",
            order_number="10023",
        )
        assert done.slots["contact"] == "mia@example.com"
        assert done.slots["ask_as"] in ("plain", "more")
        assert done.slots["complainant_name"] == "Mia Hughes"

    def test_nothing_corrected_is_nothing_new(self, room: Room, services: Services) -> None:
        done = room.run(WelcomeBack(), "/agent_returned", "agent_returned", metadata=RETURNED)
        assert done.slots == {}
