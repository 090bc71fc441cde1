"""The informal talk: what is understood, what is proposed, what follows from the answer."""

from typing import Any

import pytest

from actions import slots
from actions.informal import AskRemedyAnswer, CloseHelp, HearProblem, HelpFormTurn, PointToReseller
from tests.actions.conftest import Room, Services


class TestHearProblem:
    def test_says_back_what_it_understood_and_keeps_the_words(self, room: Room) -> None:
        done = room.run(HearProblem(), "my parcel never came, order #10 023", "problem_lost")
        assert done.said == ["utter_understood_lost"]
        assert done.slots["category"] == "lost"
        assert done.slots["order_number"] == "10023"
        assert done.slots["story"] == "my parcel never came, order #10 023"

    def test_begins_the_complaint_when_one_is_asked_for_in_so_many_words(self, room: Room) -> None:
        done = room.run(HearProblem(), "i want to make a complaint, your staff was rude to me", "problem_service")
        assert (done.slots["category"], done.next_action) == ("service", slots.COMPLAINT_FORM)

    def test_shows_the_agent_what_it_heard(self, room: Room, services: Services) -> None:
        room.run(HearProblem(), "my parcel never came", "problem_lost")
        assert services.facts[-1]["category"] == "lost"
        assert services.facts[-1]["description"] == "my parcel never came"

    def test_keeps_a_contact_that_is_told_beside_the_problem(self, room: Room) -> None:
        text = "my name is Ruth Ames, ruth@example.com, the lamp came broken"
        done = room.run(HearProblem(), text, "problem_damaged")
        assert (done.slots["complainant_name"], done.slots["contact_email"]) == ("Ruth Ames", "ruth@example.com")

    def test_knows_a_problem_in_a_message_that_looks_like_a_bare_number(self, room: Room) -> None:
        done = room.run(HearProblem(), "order 10023 never came", "inform", ranking={"problem_lost": 0.3})
        assert done.slots["category"] == "lost"

    def test_takes_a_reference_for_a_question_about_that_complaint(self, room: Room) -> None:
        assert room.run(HearProblem(), "CD-7Q2M-K9XA", "inform").next_action == "action_start_status"

    def test_works_without_the_gateway(self, room: Room, services: Services) -> None:
        room.run(HearProblem(), "my parcel never came", "problem_lost", bare=True)
        assert services.facts == []


class TestPointToReseller:
    def test_names_the_reseller_and_leaves_the_way_to_a_complaint_open(self, room: Room) -> None:
        done = room.run(PointToReseller(), "i got my lamp at nordic home", "problem_reseller")
        assert done.said == ["utter_reseller"]
        assert "NordicHome" in done.value("pointer")
        assert done.value("clause_id") == "C9"
        assert done.slots["reseller"] == "NordicHome"

    def test_speaks_in_general_of_one_it_does_not_know(self, room: Room) -> None:
        done = room.run(PointToReseller(), "i got it from a shop in town", "problem_reseller")
        assert "reseller" in done.value("pointer")
        assert done.slots["reseller"] is None


class TestAskRemedyAnswer:
    def test_looks_up_only_as_many_orders_as_one_visitor_may_ask_about(self, room: Room, services: Services) -> None:
        services.orders_left = 1
        room.run(AskRemedyAnswer(), category="lost", order_number="10023")
        done = room.run(AskRemedyAnswer(), category="lost", order_number="10024")
        assert done.said == ["utter_orders_too_many", "utter_offer_complaint_without_order"]

    def test_an_order_that_was_told_already_is_not_counted_again(self, room: Room, services: Services) -> None:
        services.orders_left = 0
        done = room.run(AskRemedyAnswer(), category="lost", order_number="10023", order_said="10023")
        assert "utter_orders_too_many" not in done.said

    def test_uses_the_facts_of_the_order(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="lost", order_number="10023")
        assert done.said == ["utter_order_delivered_not_received", "utter_propose_remedy"]
        assert "10023" in done.value("remedy")
        assert done.slots["remedy"] == "lost_resend"

    def test_proposes_money_when_that_is_wished(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="lost", order_number="10023", wish="refund", order_said="10023")
        assert done.said == ["utter_propose_remedy"]
        assert done.slots["remedy"] == "lost_refund"

    def test_offers_a_complaint_where_the_policy_allows_no_remedy(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="other", order_number="10023")
        assert done.said[-1] == "utter_offer_complaint"
        assert done.slots["remedy"] == slots.NO_REMEDY

    def test_goes_on_without_an_order_number(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="late", order_number=slots.NO_ORDER)
        assert done.said == ["utter_offer_complaint_without_order"]

    def test_says_that_it_does_not_know_an_order_and_goes_on(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="late", order_number="99999")
        assert done.said == ["utter_order_unknown", "utter_offer_complaint_without_order"]

    def test_goes_on_when_the_order_system_is_down(self, room: Room, services: Services) -> None:
        services.orders_are_down = True
        done = room.run(AskRemedyAnswer(), category="service", order_number="10023")
        assert done.said == ["utter_orders_unavailable", "utter_propose_remedy"]

    def test_points_to_the_reseller_that_sold_the_order(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="damaged", order_number="10031")
        assert done.said[-1] == "utter_reseller"
        assert done.slots["reseller"] == "NordicHome"

    def test_an_order_of_our_own_is_no_resellers(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="lost", order_number="10023", reseller="NordicHome")
        assert done.slots["reseller"] is None

    def test_does_not_repeat_the_facts_after_a_question_in_between(self, room: Room) -> None:
        done = room.run(
            AskRemedyAnswer(), category="lost", order_number="10023", remedy="lost_resend", remedy_text="R."
        )
        assert done.said == ["utter_propose_remedy_again"]


PROPOSED: dict[str, Any] = {"form": slots.HELP_FORM, "asked": "remedy_answer", "remedy": "lost_resend"}
"""The state after a proposal."""


class TestHelpFormTurn:
    @pytest.mark.parametrize("words", ["no order number", "i don't have one"])
    def test_an_order_number_can_be_skipped_in_words(self, room: Room, words: str) -> None:
        done = room.run(HelpFormTurn(), words, "no_order_number", form=slots.HELP_FORM, asked="order_number")
        assert done.slots["order_number"] == slots.NO_ORDER

    def test_what_is_not_understood_is_asked_again_in_other_words(self, room: Room) -> None:
        answer: dict[str, Any] = {"form": slots.HELP_FORM, "asked": "order_number", "category": "late"}
        once = room.run(HelpFormTurn(), "the blue one", "nlu_fallback", **answer)
        twice = room.run(HelpFormTurn(), "the blue one", "nlu_fallback", misreads=1, **answer)
        assert (once.slots["ask_as"], twice.slots["ask_as"]) == ("misread", "misread_again")

    @pytest.mark.parametrize(
        ("words", "intent", "answer"),
        [
            ("yes", "affirm", slots.ACCEPTED),
            ("/accept_remedy", "accept_remedy", slots.ACCEPTED),
            ("no", "deny", slots.REFUSED),
            ("/refuse_remedy", "refuse_remedy", slots.REFUSED),
        ],
    )
    def test_the_answer_to_a_proposal(self, room: Room, words: str, intent: str, answer: str) -> None:
        done = room.run(
            HelpFormTurn(), words, intent, form=slots.HELP_FORM, asked="remedy_answer", remedy="lost_resend"
        )
        assert done.slots["remedy_answer"] == answer

    def test_a_guess_is_no_answer_to_a_proposal(self, room: Room) -> None:
        assert room.run(HelpFormTurn(), "well hmm", "affirm", confidence=0.3, **PROPOSED).events == []

    def test_yes_to_a_complaint_is_no_acceptance_of_a_remedy(self, room: Room) -> None:
        turn: dict[str, Any] = {"form": slots.HELP_FORM, "asked": "remedy_answer", "remedy": slots.NO_REMEDY}
        assert room.run(HelpFormTurn(), "yes", "affirm", **turn).slots["remedy_answer"] == slots.REFUSED

    def test_another_order_number_starts_the_proposal_anew(self, room: Room) -> None:
        turn: dict[str, Any] = {
            "form": slots.HELP_FORM,
            "asked": "remedy_answer",
            "remedy": "lost_resend",
            "order_number": "10023",
        }
        done = room.run(HelpFormTurn(), "sorry, order 10024", "correct_detail", **turn)
        assert (done.slots["order_number"], done.slots["remedy"]) == ("10024", None)

    def test_a_wish_for_money_changes_the_proposal(self, room: Room) -> None:
        turn: dict[str, Any] = {
            "form": slots.HELP_FORM,
            "asked": "remedy_answer",
            "remedy": "lost_resend",
            "category": "lost",
        }
        done = room.run(HelpFormTurn(), "i'd rather have my money back", "problem_refund", **turn)
        assert (done.slots["wish"], done.slots["remedy"]) == ("refund", None)

    @pytest.mark.parametrize("intent", ["ask_dates", "talk_to_person", "make_complaint", "cancel_form"])
    def test_what_is_not_for_the_form_is_left_to_the_rules(self, room: Room, intent: str) -> None:
        assert room.run(HelpFormTurn(), "how long does it take", intent, **PROPOSED).events == []

    def test_a_message_is_read_once_only(self, room: Room) -> None:
        spoken = {"event": "user", "text": "10023"}
        acted = [{"event": "action", "name": name} for name in ("action_answer", slots.HELP_FORM)]
        done = room.run(
            HelpFormTurn(), "10023", "inform", form=slots.HELP_FORM, asked="order_number", events=[spoken, *acted]
        )
        assert "order_number" not in done.slots


class TestCloseHelp:
    def test_an_accepted_remedy_is_noted_and_nothing_else_is_promised(self, room: Room, services: Services) -> None:
        done = room.run(
            CloseHelp(), remedy="lost_resend", remedy_text="We send it again.", remedy_answer=slots.ACCEPTED
        )
        assert done.said == ["utter_remedy_accepted"]
        # One question at a time: it has just asked whether a colleague shall do it.
        assert {"asks_if_helped": True} not in [each.get("custom") for each in done.responses]
        assert services.facts[-1]["informal_outcome"] == "accepted: We send it again."

    def test_a_refused_remedy_leads_to_the_complaint_with_its_story(self, room: Room) -> None:
        done = room.run(CloseHelp(), remedy="lost_resend", remedy_text="R.", remedy_answer=slots.REFUSED, story="S")
        assert done.next_action == slots.COMPLAINT_FORM
        assert done.slots["informal_outcome"] == "refused: R."
        assert "story" not in done.slots

    def test_not_now_is_fine(self, room: Room) -> None:
        assert room.run(CloseHelp(), remedy=slots.NO_REMEDY, remedy_answer="left").said == ["utter_left"]
