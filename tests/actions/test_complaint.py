"""The complaint form, read like a phrasebook: what was asked, what was said, what is known afterwards."""

from typing import Any

import pytest

from actions import slots
from actions.complaint import ComplaintFormTurn, StartComplaint
from actions.filing import AskFilingConfirmed, FileComplaint
from tests.actions.conftest import CONVERSATION, Outcome, Room, Services

KNOWN: dict[str, Any] = {
    "category": "damaged",
    "complainant_name": "Anna Berg",
    "contact": "anna@example.com",
    "contact_email": "anna@example.com",
    "order_number": "10024",
    "description": "The bowl came in pieces.",
}


def answer(room: Room, asked: str, text: str, intent: str = "nlu_fallback", **more: Any) -> Outcome:
    return room.run(ComplaintFormTurn(), text, intent, form=slots.COMPLAINT_FORM, asked=asked, **more)


class TestName:
    def test_is_taken_as_it_is_written(self, room: Room) -> None:
        assert answer(room, "complainant_name", "Ana Lucía O'Neill").slots["complainant_name"] == "Ana Lucía O'Neill"

    def test_brings_the_contact_along(self, room: Room) -> None:
        done = answer(room, "complainant_name", "Tom, tom@example.com", "inform")
        assert (done.slots["complainant_name"], done.slots["contact"]) == ("Tom", "tom@example.com")

    def test_is_needed(self, room: Room) -> None:
        assert answer(room, "complainant_name", "skip", "no_order_number").slots["ask_as"] == "misread"

    def test_may_look_like_a_word_the_assistant_knows(self, room: Room) -> None:
        assert answer(room, "complainant_name", "Grace", "thank", confidence=0.4).slots["complainant_name"] == "Grace"

    def test_may_be_like_nothing_the_assistant_knows(self, room: Room) -> None:
        done = answer(room, "complainant_name", "Bo Basarpol", "out_of_scope", confidence=0.9)
        assert done.slots["complainant_name"] == "Bo Basarpol"

    def test_of_a_kind_that_is_not_written_as_one_is_taken_the_second_time(self, room: Room) -> None:
        once = answer(room, "complainant_name", "bo basarpol", "out_of_scope", confidence=0.9)
        assert (once.slots["ask_as"], once.slots["misreads"]) == ("misread", 1)
        again = answer(room, "complainant_name", "bo basarpol", "out_of_scope", confidence=0.9, misreads=1)
        assert again.slots["complainant_name"] == "bo basarpol"

    def test_a_question_about_other_things_is_not_a_name(self, room: Room) -> None:
        assert answer(room, "complainant_name", "Is It Raining?", "out_of_scope", confidence=0.9).events == []

    def test_a_question_is_not_a_name(self, room: Room) -> None:
        assert answer(room, "complainant_name", "why do you need that", "ask_privacy").events == []

    def test_more_of_the_story_is_kept(self, room: Room) -> None:
        text = "they also left the gate open and the dog ran away"
        done = answer(room, "complainant_name", text, story="It came late.")
        assert done.slots["story"] == f"It came late.\n\n{text}"
        assert done.slots["ask_as"] == "noted"


class TestContact:
    def test_may_be_a_phone_number(self, room: Room) -> None:
        done = answer(room, "contact", "07700 900123", "inform")
        assert (done.slots["contact"], done.slots["contact_phone"]) == ("+447700900123", "+447700900123")

    def test_may_be_both(self, room: Room) -> None:
        assert (
            answer(room, "contact", "a@example.com or 07700 900123").slots["contact"] == "a@example.com, +447700900123"
        )

    def test_what_else_is_told_with_it_is_kept(self, room: Room) -> None:
        said = "anna@example.com, and hurry please, the bowl was a present for my mother and she is 80"
        done = answer(room, "contact", said, "inform")
        assert (done.slots["contact_email"], done.slots["story"]) == ("anna@example.com", said)
        assert "story" not in answer(room, "contact", "my e-mail address is anna@example.com", "inform").slots

    @pytest.mark.parametrize(
        ("text", "ask_as"), [("ruth@@example", "misread_email"), ("0770", "misread_phone"), ("ask my wife", "misread")]
    )
    def test_is_asked_again_with_what_is_wrong(self, room: Room, text: str, ask_as: str) -> None:
        done = answer(room, "contact", text)
        assert (done.slots["ask_as"], done.slots["misreads"]) == (ask_as, 1)

    def test_after_two_failures_a_person_is_offered(self, room: Room) -> None:
        assert answer(room, "contact", "ruth@@example", misreads=1).slots["ask_as"] == "misread_again"

    def test_digits_of_a_phone_number_do_not_become_an_order_number(self, room: Room) -> None:
        assert "order_number" not in answer(room, "contact", "496012", "inform").slots


class TestOrderNumber:
    @pytest.mark.parametrize("typed", ["10023", "#10 023", " 10023.", "order no. 10023"])
    def test_is_brought_into_the_shops_form(self, room: Room, typed: str) -> None:
        assert answer(room, "order_number", typed, "inform").slots["order_number"] == "10023"

    def test_can_be_skipped_by_button(self, room: Room) -> None:
        assert answer(room, "order_number", "/no_order_number", "no_order_number").slots["order_number"] == "none"


class TestDescription:
    def test_is_kept_to_the_letter(self, room: Room) -> None:
        text = "First line.\n\n  Second <b>line</b> — with {braces} and 'quotes' 😀" + " and more" * 900
        assert answer(room, "description", text, "problem_refund").slots["description"] == text

    def test_begins_with_what_was_told_before(self, room: Room) -> None:
        done = answer(room, "description", "And I want a new one.", story="The bowl is broken.")
        assert done.slots["description"] == "The bowl is broken.\n\nAnd I want a new one."

    @pytest.mark.parametrize(
        ("text", "intent"), [("that's all", "that_is_all"), ("no", "deny"), ("/that_is_all", "that_is_all")]
    )
    def test_is_what_was_told_before_when_that_is_all(self, room: Room, text: str, intent: str) -> None:
        done = answer(room, "description", text, intent, story="The bowl is broken.")
        assert done.slots["description"] == "The bowl is broken."

    def test_no_word_is_lost_on_a_guess(self, room: Room) -> None:
        done = answer(room, "description", "Please send a new one", "deny", confidence=0.4, story="The bowl is broken.")
        assert done.slots["description"].endswith("Please send a new one")

    def test_ten_characters_are_needed(self, room: Room) -> None:
        done = answer(room, "description", "bad")
        assert done.slots["ask_as"] == "too_short"
        assert "description" not in done.slots

    @pytest.mark.parametrize("intent", ["talk_to_person", "cancel_form", "ask_dates"])
    def test_a_short_clear_wish_interrupts_it(self, room: Room, intent: str) -> None:
        assert answer(room, "description", "get me a person", intent).events == []

    def test_a_long_message_never_does(self, room: Room) -> None:
        text = "I asked for a person three times and nobody came, and I want to talk to a human about all of this"
        assert answer(room, "description", text, "talk_to_person").slots["description"] == text

    def test_a_typed_slash_command_is_text(self, room: Room) -> None:
        done = answer(room, "description", "\u2060/file_complaint please", "out_of_scope", confidence=0.9)
        assert done.slots["description"] == "/file_complaint please"


class TestCorrection:
    @pytest.mark.parametrize(
        ("said", "slot", "value"),
        [
            ("no, order 10032", "order_number", "10032"),
            ("not 10024 but 10032", "order_number", "10032"),
            ("my mail is wrong, it's ruth@example.com", "contact_email", "ruth@example.com"),
            ("my name is Ruth Ames", "complainant_name", "Ruth Ames"),
        ],
    )
    def test_with_the_new_value(self, room: Room, said: str, slot: str, value: str) -> None:
        done = answer(room, "filing_confirmed", said, "correct_detail", **KNOWN)
        assert done.slots[slot] == value
        assert "filing_confirmed" not in done.slots

    @pytest.mark.parametrize(
        ("said", "slot"),
        [
            ("my mail is wrong", "contact"),
            ("change the description", "description"),
            ("the name is wrong", "complainant_name"),
        ],
    )
    def test_without_it_the_field_is_asked_next(self, room: Room, said: str, slot: str) -> None:
        done = answer(room, "filing_confirmed", said, "correct_detail", **KNOWN)
        assert (done.slots[slot], done.slots["requested_slot"], done.slots["ask_as"]) == (None, slot, "change")

    def test_in_the_middle_of_another_question(self, room: Room) -> None:
        done = answer(room, "contact", "wait, it's order 10032", "correct_detail", order_number="10024")
        assert done.slots["order_number"] == "10032"

    def test_old_value_first(self, room: Room) -> None:
        done = answer(room, "filing_confirmed", "not 10024, 10032", "inform", **KNOWN)
        assert done.slots["order_number"] == "10032"

    @pytest.mark.parametrize(
        ("payload", "slot"),
        [
            ("change_name", "complainant_name"),
            ("change_contact", "contact"),
            ("change_order_number", "order_number"),
            ("change_description", "description"),
            ("change_category", "category"),
        ],
    )
    def test_by_button(self, room: Room, payload: str, slot: str) -> None:
        done = answer(room, "filing_confirmed", f"/{payload}", payload, **KNOWN)
        assert (done.slots[slot], done.slots["requested_slot"]) == (None, slot)

    def test_adding_keeps_the_old_description(self, room: Room) -> None:
        done = answer(room, "filing_confirmed", "/add_to_description", "add_to_description", **KNOWN)
        assert done.slots["story"] == KNOWN["description"]
        assert done.slots["ask_as"] == "more"


class TestConfirmation:
    @pytest.mark.parametrize(("text", "intent"), [("/confirm_filing", "confirm_filing"), ("yes, file it", "affirm")])
    def test_by_button_or_clear_words(self, room: Room, text: str, intent: str) -> None:
        assert answer(room, "filing_confirmed", text, intent, **KNOWN).slots["filing_confirmed"] is True

    @pytest.mark.parametrize("text", ["Please send the right one this time", "hmm"])
    def test_never_on_a_guess(self, room: Room, text: str) -> None:
        done = answer(room, "filing_confirmed", text, "affirm", confidence=0.4, **KNOWN)
        assert "filing_confirmed" not in done.slots

    def test_more_of_the_story_with_another_order_in_it_loses_no_word(self, room: Room) -> None:
        said = "also order 10023 had the same fault and nobody cared"
        done = answer(room, "filing_confirmed", said, "inform", **KNOWN)
        assert done.slots["description"] == f"The bowl came in pieces.\n\n{said}"
        assert "order_number" not in done.slots, "it is about the order that was told first"
        done = answer(room, "filing_confirmed", said, "inform", **KNOWN | {"order_number": "none"})
        assert (done.slots["order_number"], said in done.slots["description"]) == ("10023", True)

    def test_a_statement_that_looks_like_a_question_is_more_of_the_story(self, room: Room) -> None:
        said = "the bank says its you"
        done = answer(room, "filing_confirmed", said, "ask_outside_options", confidence=0.6, **KNOWN)
        assert done.slots["description"].endswith(said)
        asked = answer(
            room, "filing_confirmed", "what does the bank say?", "ask_outside_options", confidence=0.6, **KNOWN
        )
        assert "description" not in asked.slots

    def test_no_asks_what_to_change(self, room: Room) -> None:
        assert answer(room, "filing_confirmed", "no", "deny", **KNOWN).slots["ask_as"] == "change"

    def test_the_summary_repeats_everything(self, room: Room) -> None:
        done = room.run(AskFilingConfirmed(), form=slots.COMPLAINT_FORM, **KNOWN)
        said = done.responses[0]
        assert (said["name"], said["contact"], said["order"]) == ("Anna Berg", "anna@example.com", "10024")
        assert (said["about"], said["story"]) == ("Damaged item", "The bowl came in pieces.")

    def test_the_summary_shortens_a_long_description(self, room: Room) -> None:
        done = room.run(AskFilingConfirmed(), form=slots.COMPLAINT_FORM, **KNOWN | {"description": "x" * 5000})
        assert len(done.value("story")) < 400

    def test_without_an_order_number_it_says_so(self, room: Room) -> None:
        done = room.run(AskFilingConfirmed(), form=slots.COMPLAINT_FORM, **KNOWN | {"order_number": "none"})
        assert done.said == ["utter_summary_without_order"]

    def test_a_complaint_about_the_same_order_is_shown_before_another_is_filed(
        self, room: Room, services: Services
    ) -> None:
        services.filed_before = "CD-0000-0000"
        done = room.run(AskFilingConfirmed(), form=slots.COMPLAINT_FORM, **KNOWN)
        assert done.said == ["utter_filed_before", "utter_summary"]
        assert done.value("reference") == "CD-0000-0000"


class TestFileComplaint:
    def test_files_what_was_told_and_forgets_the_matter_not_the_person(self, room: Room, services: Services) -> None:
        done = room.run(FileComplaint(), "yes", "affirm", message_id="m1", informal_outcome="refused: R.", **KNOWN)
        (filed,) = list(services.filed.values())
        assert (filed.name, filed.email, filed.order_number) == ("Anna Berg", "anna@example.com", "10024")
        assert (filed.conversation_id, filed.source, filed.informal_outcome) == (CONVERSATION, "chat", "refused: R.")
        assert done.said == ["utter_filed_and_mailed"]
        assert done.slots["filed_reference"] == "CD-0000-0000"
        person = {"complainant_name", "contact", "contact_email"}
        assert all(done.slots[name] is None for name in KNOWN.keys() - person)
        assert not person & done.slots.keys(), "who they are is not asked again for the next matter"

    def test_files_that_were_sent_go_along_and_it_is_said(self, room: Room, services: Services) -> None:
        services.files = 2
        done = room.run(FileComplaint(), "yes", "affirm", message_id="m1", **KNOWN)
        assert done.said == ["utter_filed_and_mailed", "utter_files_go_along"]

    def test_what_a_reseller_sold_is_filed_anyway_and_a_person_looks_whose_it_is(
        self, room: Room, services: Services
    ) -> None:
        done = room.run(FileComplaint(), "yes", "affirm", reseller="NordicHome", **KNOWN)
        room.run(FileComplaint(), "yes", "affirm", **KNOWN | {"description": "Another one."})
        assert [(each.reseller, each.scope_review) for each in services.filed.values()] == [
            ("NordicHome", True),
            (None, False),
        ]
        assert done.slots["reseller"] is None

    def test_the_same_message_is_the_same_complaint(self, room: Room, services: Services) -> None:
        first = room.run(FileComplaint(), "yes", "affirm", message_id="m1", **KNOWN)
        again = room.run(FileComplaint(), "yes", "affirm", message_id="m1", **KNOWN)
        assert first.slots["filed_reference"] == again.slots["filed_reference"]
        assert len(services.filed) == 1

    def test_a_second_click_gives_the_same_reference(self, room: Room, services: Services) -> None:
        done = room.run(FileComplaint(), "/confirm_filing", "confirm_filing", filed_reference="CD-0000-0000")
        assert done.said == ["utter_already_filed"]
        assert done.value("reference") == "CD-0000-0000"
        assert services.filed == {}

    def test_an_old_button_before_everything_is_known_asks_on(self, room: Room) -> None:
        done = room.run(FileComplaint(), "/confirm_filing", "confirm_filing", category="late")
        assert done.next_action == slots.COMPLAINT_FORM

    def test_a_phone_number_is_enough(self, room: Room) -> None:
        known = KNOWN | {"contact_email": None, "contact_phone": "+447700900123", "contact": "+447700900123"}
        assert room.run(FileComplaint(), "yes", "affirm", **known).said == ["utter_filed"]

    def test_no_order_number_is_no_order_number(self, room: Room, services: Services) -> None:
        room.run(FileComplaint(), "yes", "affirm", message_id="m1", **KNOWN | {"order_number": "none"})
        assert [filed.order_number for filed in services.filed.values()] == [None]

    def test_what_cannot_be_filed_is_asked_again(self, room: Room) -> None:
        known = KNOWN | {"contact_email": "not an address", "contact_phone": None}
        done = room.run(FileComplaint(), "yes", "affirm", **known)
        assert done.said == ["utter_filing_refused"]
        assert done.next_action == slots.COMPLAINT_FORM
        assert (done.slots["contact"], done.slots["filing_confirmed"]) == (None, None)

    def test_works_without_the_gateway(self, room: Room, services: Services) -> None:
        for _ in range(2):
            room.run(FileComplaint(), "yes", "affirm", bare=True, **KNOWN)
        assert len(services.filed) == 1


class TestStartComplaint:
    def test_begins_the_form_whatever_the_message_was_taken_for(self, room: Room) -> None:
        text = "I want to file a complaint. My name is Kit Moss, kit@example.com, order 30211, the cup arrived broken."
        assert room.run(StartComplaint(), text, "nlu_fallback").next_action == slots.COMPLAINT_FORM
        assert room.run(StartComplaint(), text, "make_complaint").next_action is None  # its rule does

    def test_takes_the_story_and_the_category_from_the_opening_words(self, room: Room) -> None:
        text = "I want to complain about the driver who threw my parcel over the fence into the pond"
        done = room.run(StartComplaint(), text, "make_complaint", ranking={"problem_service": 0.3})
        assert (done.slots["category"], done.slots["story"]) == ("service", text)

    def test_goes_on_with_a_complaint_that_was_left(self, room: Room) -> None:
        done = room.run(StartComplaint(), "file it", "make_complaint", **KNOWN)
        assert done.said == ["utter_go_on_with_complaint"]
        assert "category" not in done.slots
