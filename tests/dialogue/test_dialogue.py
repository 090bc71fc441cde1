"""Whole conversations with the trained assistant, its real actions and a real database."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import progress, service
from disputes.cases.tables import Case
from disputes.chat.tables import Conversation
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.people import codes
from disputes.people.tables import StatusRequest
from tests.cases.factories import staff
from tests.dialogue.conftest import Bot, Filed, Reply
from tests.offers.factories import draft, examine
from tests.stack import Stack, wait_until

pytestmark = pytest.mark.rasa


class TestOpening:
    def test_says_what_it_is_and_what_it_can_do(self, bot: Bot) -> None:
        reply = bot.say("/session_opened")
        assert "automated assistant" in reply.text
        assert reply.text.count("?") == 1
        assert "/talk_to_person" in reply.buttons.values()


class TestInformalTalk:
    def test_a_problem_is_understood_and_one_remedy_proposed(self, bot: Bot) -> None:
        assert "order number" in bot.say("my parcel never arrived").text
        reply = bot.say("#10 023")
        assert "delivered on" in reply.text
        assert "Would that settle it" in reply.text
        assert set(reply.buttons.values()) == {"/accept_remedy", "/refuse_remedy", "/talk_to_person"}

    def test_nothing_that_was_told_is_asked(self, bot: Bot) -> None:
        assert "Would that settle it" in bot.say("order 10024 came broken, the bowl is in pieces").text

    def test_the_order_number_can_be_skipped(self, bot: Bot) -> None:
        reply = bot.tell("it is very late", "i don't have one")
        assert "Shall I write down a complaint" in reply.text

    def test_an_unknown_order_stops_nothing_and_can_be_put_right(self, bot: Bot) -> None:
        assert "cannot find order 99999" in bot.say("my parcel with order number 99999 never arrived").text
        assert "Would that settle it" in bot.say("sorry, 10023").text

    def test_yes_is_noted(self, bot: Bot, stack: Stack) -> None:
        reply = bot.tell("order 10024 arrived damaged", "/accept_remedy")
        assert "I have noted" in reply.text
        with stack.transaction() as session:
            facts = session.get_one(Conversation, bot.conversation_id).facts
        assert facts["informal_outcome"].startswith("accepted")

    def test_money_back_instead(self, bot: Bot) -> None:
        reply = bot.tell("order 10025 is late", "i'd rather have my money back")
        assert "return the full" in reply.text

    def test_a_reseller_is_pointed_to_and_a_complaint_stays_possible(self, bot: Bot) -> None:
        reply = bot.say("i bought my lamp at nordic home and it broke")
        assert "NordicHome" in reply.text
        assert "What is your name" in bot.say("yes please").text


class TestFiling:
    def test_from_refusal_to_reference(self, bot: Bot, filed: Filed) -> None:
        assert "What is your name" in bot.tell("my parcel never arrived", "10023", "no").text
        assert "reach you" in bot.say("Anna Berg").text
        assert "add anything" in bot.say("anna@example.com").text
        summary = bot.say("I would like the lamp again, please.")
        assert summary.row("Name") == "Anna Berg"
        assert summary.row("Order") == "10023"
        done = bot.say(summary.buttons["Yes, file my complaint"])
        reference = done.row("Reference")
        assert reference in done.text
        assert done.card is not None
        assert done.card["link"]["href"].endswith("/status")
        case = filed(reference)
        assert case.description == "my parcel never arrived\n\nI would like the lamp again, please."
        assert (case.category, case.order_number, case.conversation_id) == ("lost", "10023", bot.conversation_id)
        assert case.informal_outcome is not None
        assert case.informal_outcome.startswith("refused")

    def test_a_second_click_and_a_retry_are_the_same_complaint(self, bot: Bot) -> None:
        to_the_summary(bot)
        first = bot.say("/confirm_filing", message_id="one message").row("Reference")
        assert first in bot.say("/confirm_filing", message_id="one message").text
        assert first in bot.say("/confirm_filing").text

    def test_everything_in_one_message(self, bot: Bot) -> None:
        bot.say("i want to make a complaint")
        bot.say("they sent me the wrong chair and the colour is wrong as well")
        assert "add anything" in bot.say("Bea Long, bea@example.com, order 10051").text

    def test_a_long_description_is_stored_to_the_letter(self, bot: Bot, filed: Filed) -> None:
        told = "I asked three people. They said no!\n\n  “Not our problem” — <b>really</b>? {x} 😀" + " and more" * 500
        to_the_summary(bot)
        bot.tell("/change_description", told)
        assert filed(bot.say("/confirm_filing").row("Reference")).description == told

    @pytest.mark.parametrize(
        ("said", "label", "value"),
        [
            ("my mail is wrong, it's ruth@example.com", "Reach you at", "ruth@example.com"),
            ("no, order 10032", "Order", "10032"),
            ("actually my name is Ruth Ames", "Name", "Ruth Ames"),
        ],
    )
    def test_corrections_in_words(self, bot: Bot, said: str, label: str, value: str) -> None:
        to_the_summary(bot)
        assert bot.say(said).row(label) == value

    def test_corrections_by_button(self, bot: Bot) -> None:
        to_the_summary(bot)
        assert "written" in bot.say("/change_name").text
        assert bot.say("Ruth Ames").row("Name") == "Ruth Ames"

    def test_a_phone_number_typed_for_an_address_is_accepted(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom")
        assert "order number" in bot.say("07700 900123").text

    def test_after_two_failures_a_person_is_offered(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom", "tom@@example")
        assert "/talk_to_person" in bot.say("tom(at").buttons.values()

    def test_questions_in_between_are_answered_and_the_form_goes_on(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken")
        reply = bot.say("how long does it take?")
        assert "C6" in reply.text
        assert "What is your name" in reply.text

    def test_stop_and_go_on(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom")
        assert "nothing was sent" in bot.say("stop").text
        assert "reach you" in bot.say("go on with the complaint").text

    def test_a_typed_slash_command_is_text(self, bot: Bot, filed: Filed) -> None:
        bot.tell("file a complaint", "/problem_damaged", "Tom", "tom@example.com", "/no_order_number")
        bot.say("\u2060/confirm_filing and some more words of mine")
        case = filed(bot.say("/confirm_filing").row("Reference"))
        assert case.description == "/confirm_filing and some more words of mine"


class TestActing:
    """What a customer does with a complaint in the chat: after a code, by buttons, what matters by two of them."""

    def test_accept_with_a_second_button(self, bot: Bot, stack: Stack) -> None:
        reference = proved(bot, stack)
        told = answered(bot, stack, reference)
        asked = bot.say(told.buttons["I accept the answer"])
        assert state_of(stack, reference) == "outcome_offered"
        done = bot.say(asked.buttons["Yes, I accept"])
        assert f"You accepted our answer to {reference}" in done.text
        assert "It stands like this now" in done.text
        assert state_of(stack, reference) == "resolved"
        refused = bot.say(asked.buttons["Yes, I accept"].replace("accept_sure", "refuse_sure"))
        assert "This answer was accepted on" in refused.text

    def test_our_questions_are_answered_and_the_complaint_form_comes_back(self, bot: Bot, stack: Stack) -> None:
        reference = proved(bot, stack)
        with stack.transaction() as session:
            ann, case = staff(session), found(session, reference)
            investigation.ask(session, service.take(session, case, ann), ann, ["Which colour was it?"])
        bot.tell("i want to make a complaint", "my other parcel with the rug never arrived")
        told = bot.say("/status_code_entered", code_result="verified")
        assert "Which colour was it?" in told.text
        button = told.buttons["Answer now"]
        assert "Please write your answer" in bot.say(button).text
        assert "C6" in (aside := bot.say("how long does it take?").text)
        assert "Please write your answer" in aside
        done = bot.say("It was the blue one, and the box had been opened by somebody before.")
        assert f"Your answer is with {reference}" in done.text
        assert "What is your order number" in done.text
        assert state_of(stack, reference) == "investigating"

    def test_words_that_are_too_long_are_asked_for_again_and_stop_leaves(self, bot: Bot, stack: Stack) -> None:
        proved(bot, stack)
        button = bot.say("/status_code_entered", code_result="verified").buttons["Add something"]
        bot.say(button)
        reply = bot.say("It goes on and on. " * 150)
        assert "Please shorten" in reply.text
        assert "What would you like to add?" in reply.text
        assert "passed nothing on" in bot.say("stop").text
        assert "What would you like to do" in bot.say("/act_on_case").text

    def test_withdraw_and_undo(self, bot: Bot, stack: Stack) -> None:
        reference = proved(bot, stack)
        told = bot.say("/status_code_entered", code_result="verified")
        asked = bot.say(told.buttons["Withdraw the complaint"])
        gone = bot.say(asked.buttons["Yes, withdraw it"], message_id="one message")
        assert f"You withdrew {reference}" in gone.text
        assert state_of(stack, reference) == "withdrawn"
        again = bot.say(asked.buttons["Yes, withdraw it"], message_id="one message")
        assert f"You withdrew {reference}" in again.text
        assert "goes on where it stood" in bot.say(gone.buttons["Undo that"]).text
        assert state_of(stack, reference) == "filed"

    def test_an_old_button_of_a_complaint_that_is_closed(self, bot: Bot, stack: Stack) -> None:
        reference = proved(bot, stack)
        told = bot.say("/status_code_entered", code_result="verified")
        with stack.transaction() as session:
            boss = staff(session, role="manager")
            service.override(session, found(session, reference), boss, "Sent twice.")
        for title in ("Withdraw the complaint", "Ask for mediation"):
            assert f"{reference} is at another stage by now" in bot.say(told.buttons[title]).text
        assert state_of(stack, reference) == "closed"

    def test_what_if_i_do_nothing(self, bot: Bot, stack: Stack) -> None:
        general = bot.say("what happens if i do nothing?")
        assert "Silence never costs you a right" in general.text
        reference = proved(bot, stack)
        with_dates = bot.say("what happens if i do nothing?").text
        assert f"If you do nothing about {reference}" in with_dates
        assert "You get our answer by" in with_dates


class TestPeople:
    def test_a_person_in_any_state_and_the_form_is_kept(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom")
        reply = bot.say("i want to talk to a person")
        assert reply.handoff is not None
        assert "Damaged item" in reply.handoff["summary"]
        assert reply.text == ""
        back = bot.say("/agent_returned", by="agent")
        assert "Hello again" in back.text
        assert "reach you" in back.text

    def test_a_filled_slot_is_not_asked_again_after_the_return(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom", "i want to talk to a person")
        back = bot.say("/agent_returned", by="agent", corrected={"contact_email": "tom@example.org"})
        assert "reach you" not in back.text
        assert "order number" in back.text

    def test_an_agent_may_have_the_complaint_taken_down(self, bot: Bot) -> None:
        bot.tell("my parcel 10023 never arrived", "i want to talk to a person")
        back = bot.say("/agent_returned", by="agent", outcome="file")
        assert "write down your complaint" in back.text
        assert "your name" in back.text
        assert "reach you" in bot.say("Tom Archer").text

    def test_a_settled_matter_rests(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom", "i want to talk to a person")
        assert "settled" in bot.say("/agent_returned", by="agent", outcome="settled").text
        assert "reach you" not in bot.say("thank you").text

    def test_when_nobody_came_the_form_goes_on_where_it_stood(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken", "Tom", "i want to talk to a person")
        back = bot.say("/agent_returned", by="nobody")
        assert "go on meanwhile" in back.text
        assert "reach you" in back.text

    def test_when_nobody_came_a_complaint_is_offered(self, bot: Bot) -> None:
        bot.tell("hello", "i want to talk to a person")
        assert "/make_complaint" in bot.say("/agent_returned", by="nobody").buttons.values()

    def test_at_once_when_there_is_danger(self, bot: Bot) -> None:
        bot.tell("file a complaint", "my bowl arrived broken")
        reply = bot.say("the lamp caught fire and my son was injured")
        assert "emergency services" in reply.text
        assert reply.handoff is not None
        assert reply.handoff["reason"] == "danger"

    def test_offered_with_the_complaint_at_words_of_the_law(self, bot: Bot) -> None:
        reply = bot.say("my lawyer will write to you")
        assert {"/talk_to_person", "/make_complaint"} <= set(reply.buttons.values())

    def test_offered_after_two_misunderstandings(self, bot: Bot) -> None:
        bot.say("blargh")
        assert "Shall I ask a colleague" in bot.say("flurb").text
        assert bot.say("yes").handoff is not None


class TestStatus:
    def test_nothing_before_the_code_and_everything_after_it(self, bot: Bot, stack: Stack) -> None:
        to_the_summary(bot)
        reference = bot.say("/confirm_filing").row("Reference")
        sent = bot.say("where is my complaint about order 10024?").text  # the address was given here a moment ago
        assert "If this fits a complaint" in sent
        assert reference not in sent
        assert "not the code" in bot.say("/status_code_entered", code_result="wrong").text
        enter_code(bot, stack)
        told = bot.say("/status_code_entered", code_result="verified")
        assert reference in told.text
        assert told.card is not None
        assert told.card["kind"] == "status"

    def test_the_words_are_the_same_for_an_order_nobody_complained_about(self, bot: Bot) -> None:
        assert "If this fits a complaint" in bot.tell("status", "99999", "nobody@example.com").text


def proved(bot: Bot, stack: Stack) -> str:
    """The reference of a complaint that was just filed, and whose customer has proved who they are."""
    to_the_summary(bot)
    reference = bot.say("/confirm_filing").row("Reference")
    with stack.transaction() as session:
        conversation = session.get_one(Conversation, bot.conversation_id)
        request_id = progress.request_code(session, reference, "anna.berg@example.com")
        request = session.get_one(StatusRequest, request_id)
        request.verified_at, request.verified_until = clock.now(), clock.now() + codes.VERIFIED_FOR
        conversation.status_request_id = request_id
    return reference


def answered(bot: Bot, stack: Stack, reference: str) -> Reply:
    """We have answered; what the customer is told, with the buttons."""
    with stack.transaction() as session:
        ann, case = staff(session), found(session, reference)
        service.take(session, case, ann)
        examine(session, case, ann)
        offers.make_offer(session, case, ann, draft())
    return bot.say("/status_code_entered", code_result="verified")


def found(session: Session, reference: str) -> Case:
    return session.scalars(select(Case).where(Case.reference == reference)).one()


def state_of(stack: Stack, reference: str) -> str:
    with stack.transaction() as session:
        return found(session, reference).state


def to_the_summary(bot: Bot) -> None:
    bot.tell("order 10024 arrived broken", "/refuse_remedy", "Anna Berg", "anna.berg@example.com", "/that_is_all")


def enter_code(bot: Bot, stack: Stack) -> None:
    """Does what the gateway does with the six digits of the letter."""
    wait_until(lambda: code_in(stack), 30, "no code was mailed")
    with stack.transaction() as session:
        request_id = session.get_one(Conversation, bot.conversation_id).status_request_id
        assert request_id is not None
        assert progress.verify_code(session, request_id, code_in(stack)).ok


def code_in(stack: Stack) -> str:
    for letter in stack.letters():
        found = re.search(r"(?<![\w-])(\d{3}) ?(\d{3})(?![\w-])", letter.text)
        if found and "code" in letter.subject.lower():
            return found[1] + found[2]
    return ""
