"""What playing upset customers has shown to be wrong once: nothing told is asked for again or passed over, there is no
dead end, and an old button changes nothing."""

from typing import Any

import pytest

from actions import slots
from actions.answers import GiveAnswer
from actions.complaint import ComplaintFormTurn, StartComplaint
from actions.confusion import ReplyYes, Stop
from actions.forms import AS_IT_IS, BRIEF, GO_AHEAD, MORE, NOTED, OPTIONAL, REFUSED, TOO_SHORT
from actions.informal import AskRemedyAnswer, CloseHelp, HearProblem, HelpFormTurn
from actions.people import TalkToPerson
from actions.status import RequestCode, StartStatus, StatusFormTurn
from disputes import policy
from disputes.errors import Refused
from tests.actions.conftest import Room, Services
from tests.actions.test_answers import bot_said

NO_ORDER_NEEDED = ("account", "payment", "privacy", "service", "subscription")
HELP: dict[str, Any] = {"form": slots.HELP_FORM, "category": "damaged", "order_number": "10024", "story": "It broke."}
PROPOSED: dict[str, Any] = {**HELP, "asked": slots.REMEDY_ANSWER, "remedy": "damaged_replacement"}
FILING: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "category": "damaged", "story": "broken"}


def active_loops(events: list[dict[str, Any]]) -> list[str | None]:
    return [event["name"] for event in events if event["event"] == "active_loop"]


class TestOrderNumber:
    @pytest.mark.parametrize("category", NO_ORDER_NEEDED)
    def test_is_not_asked_for_where_it_would_not_help(self, room: Room, category: str) -> None:
        done = room.run(
            HelpFormTurn(), f"/problem_{category}", f"problem_{category}", form=slots.HELP_FORM, asked="category"
        )
        assert done.slots[slots.ORDER_NUMBER] == slots.NOT_ASKED

    def test_is_asked_for_after_all_when_the_matter_turns_out_to_be_another(self, room: Room) -> None:
        turn: dict[str, Any] = {"form": slots.HELP_FORM, "asked": "category", "order_number": slots.NOT_ASKED}
        assert room.run(HelpFormTurn(), "/problem_late", "problem_late", **turn).slots[slots.ORDER_NUMBER] is None

    def test_is_offered_once_in_the_complaint(self, room: Room) -> None:
        told: dict[str, Any] = {
            "category": "account",
            "order_number": slots.NOT_ASKED,
            "complainant_name": "Lea Brandt",
        }
        done = room.run(
            ComplaintFormTurn(), "lea@example.com", "inform", form=slots.COMPLAINT_FORM, asked="contact", **told
        )
        assert (done.slots[slots.ORDER_NUMBER], done.slots[slots.ASK_AS]) == (None, OPTIONAL)

    def test_what_is_said_about_it_then_is_no_dead_end(self, room: Room) -> None:
        turn: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": "order_number", "category": "account"}
        assert (
            room.run(ComplaintFormTurn(), "that is all", "that_is_all", **turn).slots["order_number"] == slots.NO_ORDER
        )

    def test_a_lost_number_with_a_typo_is_no_lost_parcel(self, room: Room) -> None:
        turn: dict[str, Any] = {
            "form": slots.HELP_FORM,
            "asked": "order_number",
            "category": "late",
            "confidence": 0.51,
        }
        done = room.run(HelpFormTurn(), "i lost the numebr", "problem_lost", **turn)
        assert done.slots[slots.ORDER_NUMBER] == slots.NO_ORDER

    def test_no_remedy_is_put_down_to_an_order_that_was_never_asked_for(self, room: Room) -> None:
        done = room.run(AskRemedyAnswer(), category="account", order_number=slots.NOT_ASKED)
        assert done.said == ["utter_offer_complaint"]

    def test_having_none_is_noted_beside_an_offer(self, room: Room) -> None:
        turn: dict[str, Any] = {**PROPOSED, "remedy": slots.NO_REMEDY, "order_number": slots.NOT_ASKED}
        done = room.run(HelpFormTurn(), "no order number", "no_order_number", **turn)
        assert (done.slots[slots.ORDER_NUMBER], done.slots[slots.ASK_AS]) == (slots.NO_ORDER, NOTED)
        assert slots.REMEDY_ANSWER not in done.slots

    def test_of_two_orders_one_is_taken_first_and_it_is_said_which(self, room: Room) -> None:
        done = room.run(HearProblem(), "order 10026 is late and order 10024 arrived damaged", "problem_damaged")
        assert done.said == ["utter_understood_damaged", "utter_one_order_first"]
        assert done.value("order") == done.slots[slots.ORDER_NUMBER] == "10024"


class TestAFormGoesOn:
    def test_after_a_person_was_asked_for(self, room: Room) -> None:
        done = room.run(TalkToPerson(), "human", "talk_to_person", form=slots.COMPLAINT_FORM)
        assert active_loops(done.events) == [slots.COMPLAINT_FORM]

    @pytest.mark.parametrize(
        ("said", "intent", "events"),
        [("bye", "goodbye", []), ("you idiots", "insult", bot_said("utter_insult_beside"))],
    )
    def test_after_goodbye_and_abuse(self, room: Room, said: str, intent: str, events: list[Any]) -> None:
        done = room.run(GiveAnswer(), said, intent, form=slots.HELP_FORM, events=events or None)
        assert active_loops(done.events) == [slots.HELP_FORM]


class TestWhatWasTold:
    def test_a_problem_is_what_happened_and_the_money_a_wish(self, room: Room) -> None:
        said = "my lamp came broken and i want my money back"
        done = room.run(HearProblem(), said, "problem_refund", confidence=0.7, ranking={"problem_damaged": 0.06})
        assert (done.slots[slots.CATEGORY], done.slots[slots.WISH]) == ("damaged", "refund")

    def test_a_refund_that_does_not_come_stays_one(self, room: Room) -> None:
        done = room.run(HearProblem(), "still no refund", "problem_refund", ranking={"problem_damaged": 0.01})
        assert (done.slots[slots.CATEGORY], done.slots[slots.WISH]) == ("refund", None)

    def test_a_threat_to_file_is_no_filing_yet(self, room: Room) -> None:
        done = room.run(HearProblem(), "it is broken, money back or i file a complaint", "problem_damaged")
        assert done.next_action is None

    def test_values_are_no_story_and_what_went_wrong_is_asked_again(self, room: Room) -> None:
        given: dict[str, Any] = {"form": slots.COMPLAINT_FORM, "asked": slots.CATEGORY}
        done = room.run(ComplaintFormTurn(), "my email is bob@example.com", "inform", **given)
        assert (done.slots[slots.EMAIL], done.slots[slots.ASK_AS]) == ("bob@example.com", NOTED)
        assert slots.STORY not in done.slots

    def test_a_name_alone_does_not_make_the_problem_unknown_again(self, room: Room) -> None:
        done = room.run(HearProblem(), "Omar Kaya", "inform", category="damaged", story="It broke.")
        assert (done.slots[slots.NAME], slots.CATEGORY in done.slots) == ("Omar Kaya", False)

    @pytest.mark.parametrize(
        ("said", "intent", "slot", "value"),
        [
            ("Tom Read", "nlu_fallback", slots.NAME, "Tom Read"),
            ("not tom@exmaple.com but tom@example.com", "correct_detail", slots.EMAIL, "tom@example.com"),
            ("my name is Tom Reed", "correct_detail", slots.NAME, "Tom Reed"),
        ],
    )
    def test_who_they_are_is_taken_beside_an_offer(
        self, room: Room, said: str, intent: str, slot: str, value: str
    ) -> None:
        done = room.run(HelpFormTurn(), said, intent, **PROPOSED)
        assert (done.slots[slot], done.slots[slots.ASK_AS]) == (value, NOTED)
        assert slots.ORDER_NUMBER not in done.slots

    def test_an_address_at_the_question_for_the_order(self, room: Room) -> None:
        done = room.run(
            HelpFormTurn(), "a@example.com", "inform", form=slots.HELP_FORM, asked="order_number", category="late"
        )
        assert (done.slots[slots.EMAIL], done.slots[slots.ASK_AS]) == ("a@example.com", NOTED)

    def test_what_was_understood_wrongly_is_put_right(self, room: Room) -> None:
        said = "actually no its not late it was the wrong item"
        turn: dict[str, Any] = {**PROPOSED, "category": "late"}
        done = room.run(
            HelpFormTurn(), said, "problem_late", confidence=0.5, ranking={"problem_wrong_item": 0.3}, **turn
        )
        assert done.slots[slots.CATEGORY] == "wrong_item"
        assert done.said == ["utter_understood_wrong_item"]

    def test_a_condition_is_answered_with_what_can_be_had(self, room: Room) -> None:
        done = room.run(HelpFormTurn(), "yes but only if it comes before friday", "out_of_scope", **PROPOSED)
        assert done.slots[slots.ASK_AS] == AS_IT_IS
        assert slots.REMEDY_ANSWER not in done.slots
        again = room.run(AskRemedyAnswer(), remedy="r", remedy_text="We send it again.", ask_as=AS_IT_IS)
        assert again.said == ["utter_propose_remedy_as_it_is"]

    def test_another_problem_after_the_first_is_no_correction(self, room: Room) -> None:
        said = "and the other one, order 10026, is not here"
        done = room.run(GiveAnswer(), said, "correct_detail", ranking={"problem_late": 0.2})
        assert done.next_action == slots.HELP_FORM
        assert done.slots[slots.ORDER_NUMBER] == "10026"

    def test_values_in_another_language_are_taken_up(self, room: Room) -> None:
        said = "Meine Bestellung 10023 ist nicht angekommen, bitte helfen Sie mir. anna@example.com"
        done = room.run(HearProblem(), said, "inform")
        assert done.said == ["utter_other_language"]
        assert (done.slots[slots.ORDER_NUMBER], done.slots[slots.EMAIL]) == ("10023", "anna@example.com")
        assert done.slots[slots.STORY] == said


class TestNoDeadEnd:
    def test_a_word_is_enough_for_somebody_who_was_asked_for_more(self, room: Room) -> None:
        done = room.run(ComplaintFormTurn(), "no", "deny", asked="description", ask_as=BRIEF, **FILING)
        assert done.slots[slots.DESCRIPTION] == f"{policy.current().category_label('damaged')}: broken"

    def test_somebody_with_no_word_is_asked_for_a_sentence(self, room: Room) -> None:
        done = room.run(
            ComplaintFormTurn(), "no", "deny", asked="description", ask_as="plain", **FILING | {"story": None}
        )
        assert done.slots[slots.ASK_AS] == TOO_SHORT

    def test_yes_to_adding_something_is_no_end(self, room: Room) -> None:
        told = FILING | {"story": "The cup is chipped."}
        done = room.run(ComplaintFormTurn(), "yes", "affirm", asked="description", ask_as=MORE, **told)
        assert done.slots[slots.ASK_AS] == GO_AHEAD
        assert slots.DESCRIPTION not in done.slots

    @pytest.mark.parametrize(
        ("asked", "said", "intent"),
        [("complainant_name", "no", "deny"), ("contact", "i wont give my email", "nlu_fallback")],
    )
    def test_a_refusal_is_understood_as_one(self, room: Room, asked: str, said: str, intent: str) -> None:
        assert room.run(ComplaintFormTurn(), said, intent, asked=asked, **FILING).slots[slots.ASK_AS] == REFUSED

    @pytest.mark.parametrize("said", ["a refund", "the whole thing", "i want 50 pounds too"])
    def test_a_wish_is_no_name(self, room: Room, said: str) -> None:
        done = room.run(ComplaintFormTurn(), said, "nlu_fallback", asked="complainant_name", **FILING)
        assert slots.NAME not in done.slots

    def test_no_to_every_question_leaves_it_and_keeps_nothing(self, room: Room) -> None:
        turn: dict[str, Any] = {"form": slots.HELP_FORM, "asked": "category", "misreads": 1}
        answered = room.run(HelpFormTurn(), "no", "deny", **turn).slots
        assert answered[slots.ORDER_NUMBER] == slots.NO_ORDER  # or it would be asked for
        closed = room.run(CloseHelp(), category=answered[slots.CATEGORY], remedy_answer=answered[slots.REMEDY_ANSWER])
        assert closed.said == ["utter_left"]
        assert closed.slots[slots.CATEGORY] is closed.slots[slots.ORDER_NUMBER] is None

    def test_not_now_leaves_what_was_agreed_noted(self, room: Room) -> None:
        done = room.run(Stop(), "not now", "cancel_form", events=bot_said("utter_remedy_accepted"))
        assert done.said == ["utter_all_right"]
        assert slots.OUTCOME not in done.slots


class TestPhoneOnly:
    def test_who_filed_by_phone_here_is_not_asked_for_an_address(self, room: Room, services: Services) -> None:
        services.progress = Refused("No proof.")
        known: dict[str, Any] = {"filed_reference": "CD-0000-0000", "status_lookup": "CD-0000-0000"}
        done = room.run(StartStatus(), "where is my complaint", "ask_status", **known)
        assert (done.said, done.next_action) == (["utter_status_by_person"], None)
        yes = room.run(ReplyYes(), "yes", "affirm", events=bot_said("utter_status_by_person"))
        assert yes.handoff is not None

    @pytest.mark.parametrize("said", ["i only have a phone", "i have no email", "i dont use email"])
    def test_who_has_no_address_is_not_asked_for_it_again(self, room: Room, said: str) -> None:
        done = room.run(StatusFormTurn(), said, form=slots.STATUS_FORM, asked=slots.STATUS_EMAIL)
        assert done.slots[slots.STATUS_EMAIL] == slots.NO_ADDRESS
        closed = room.run(RequestCode(), said, status_lookup="10023", status_email=slots.NO_ADDRESS)
        assert closed.said == ["utter_status_by_person"]
        assert (closed.slots[slots.LOOKUP], closed.slots[slots.STATUS_EMAIL]) == ("10023", None)

    def test_a_lost_reference_is_no_loop(self, room: Room) -> None:
        given: dict[str, Any] = {"form": slots.STATUS_FORM, "asked": slots.LOOKUP}
        assert room.run(StatusFormTurn(), "i lost it", "no_order_number", **given).slots[slots.ASK_AS] == REFUSED
        again = room.run(StatusFormTurn(), "no", "deny", misreads=1, **given)
        assert again.slots[slots.LOOKUP] == slots.NO_ADDRESS

    def test_saying_so_once_more_puts_the_offer_again(self, room: Room) -> None:
        events = bot_said("utter_status_by_person")
        done = room.run(GiveAnswer(), "i have no mail address", "no_order_number", events=events)
        assert done.said == ["utter_status_by_person_again"]


class TestOldButtons:
    @pytest.mark.parametrize("intent", ["problem_damaged", "have_problem"])
    def test_of_the_kinds_of_problem_change_nothing_while_filing(self, room: Room, intent: str) -> None:
        done = room.run(ComplaintFormTurn(), f"/{intent}", intent, asked="complainant_name", **FILING)
        assert done.said == ["utter_button_is_old_beside"]
        assert slots.CATEGORY not in done.slots

    def test_beside_a_form_only_the_form_asks(self, room: Room) -> None:
        done = room.run(GiveAnswer(), "/accept_remedy", "accept_remedy", form=slots.COMPLAINT_FORM)
        assert (done.said, done.next_action) == (["utter_button_is_old_beside"], slots.COMPLAINT_FORM)


class TestLaw:
    def test_a_threat_is_no_question_about_the_clause(self, room: Room) -> None:
        assert room.run(GiveAnswer(), "i will take you to court", "ask_outside_options").said == ["utter_legal_words"]
        asked = room.run(GiveAnswer(), "do i have to go to court?", "ask_outside_options").said
        assert asked == ["utter_outside_options"]


class TestBeginning:
    def test_a_name_told_beside_a_problem_is_no_complaint_that_was_begun(self, room: Room) -> None:
        done = room.run(
            StartComplaint(), "file a complaint", "make_complaint", contact="a@example.com", category="late"
        )
        assert done.said == ["utter_to_complaint_at_once"]
