"""An agent's day at the desk: by keyboard, with canned replies, beside colleagues, and away from the tab."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import text

from tests.journeys.conftest import NewContext, greeted, signed_in
from tests.journeys.people import Agent, Customer
from tests.journeys.pictures import look
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.browser]

LISTENS = """
    window.rung = [];
    window.shown = [];
    class Sounds extends OscillatorNode { start(at) { window.rung.push(this.frequency.value); super.start(at); } }
    window.OscillatorNode = Sounds;
    class Notices {
        static permission = "granted";
        static requestPermission() { return Promise.resolve("granted"); }
        constructor(title) { window.shown.push(title); }
        close() {}
    }
    window.Notification = Notices;
"""
"""Remembers what would be heard and shown, where nobody hears or sees it."""

HIDDEN = """
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
"""


class TestKeyboard:
    def test_takes_answers_and_passes_through_chats_without_a_mouse(
        self, stack: Stack, new_context: NewContext
    ) -> None:
        agent = signed_in(stack, new_context().new_page(), "agent@example.com")
        first = waiting(stack, new_context, "my parcel 10023 never arrived")
        keys = agent.page.keyboard
        take_next(agent)
        assert re.search(r"/desk/chats/[0-9a-f-]{36}$", agent.page.url)

        keys.type("Tea for two: nftbe?")
        expect(agent.holder.locator("details[open]")).to_have_count(0)
        keys.press("Enter")
        first.sees("Tea for two: nftbe?")

        second = waiting(stack, new_context, "hello, where is order 10024?")
        keys.press("Escape")
        expect(agent.lists.locator("[data-waiting]")).to_have_count(1)
        here = agent.page.url
        keys.press("k")
        expect(agent.holder.get_by_role("button", name="Take this chat")).to_be_visible()
        assert agent.page.url != here
        keys.press("t")
        expect(agent.holder.get_by_text("You hold this chat")).to_be_visible()
        second.sees("has joined the chat")

        first.write("Are you still there?")
        expect(agent.lists.locator("[data-mine][data-unread]")).to_have_count(1)
        keys.press("Escape")
        keys.press("u")
        expect(agent.page).to_have_url(here)
        agent.sees("Are you still there?")
        expect(agent.lists.locator("[data-mine][data-unread]")).to_have_count(0)

        keys.press("e")
        expect(agent.holder.get_by_role("button", name="End the chat")).to_be_focused()
        keys.press("Escape")
        expect(agent.holder.get_by_role("button", name="End the chat")).not_to_be_visible()
        keys.press("e")
        keys.press("Enter")
        first.sees("has ended this chat")
        agent.page.goto(f"{stack.url}/desk")
        keys.press("k")
        expect(agent.holder.get_by_text("You hold this chat")).to_be_visible()
        keys.press("b")
        expect(agent.holder.get_by_label("What comes next")).to_be_focused()

    def test_shows_its_keys_and_single_letters_can_be_switched_off(self, agent: Agent) -> None:
        agent.page.keyboard.press("?")
        dialog = agent.page.get_by_role("dialog", name="Keys and alerts")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_text("Take the chat that waits longest")).to_be_visible()
        look(agent.page, "desk-keys-1440-light")
        dialog.get_by_role("switch", name="Single-letter keys").uncheck()
        agent.page.keyboard.press("Escape")
        expect(dialog).not_to_be_visible()
        available = agent.lists.get_by_role("switch", name="Available")
        agent.page.keyboard.press("a")
        agent.page.keyboard.press("?")
        expect(dialog).not_to_be_visible()
        expect(available).to_be_checked()
        agent.page.get_by_role("button", name="Keys and alerts").click()
        dialog.get_by_role("switch", name="Single-letter keys").check()
        agent.page.keyboard.press("Escape")
        agent.page.keyboard.press("a")
        expect(agent.lists.get_by_role("switch", name="Away")).to_be_visible()
        agent.page.keyboard.press("a")
        expect(available).to_be_checked()


class TestCannedReplies:
    def test_come_by_their_code_and_a_blank_is_never_sent(self, stack: Stack, new_context: NewContext) -> None:
        agent = signed_in(stack, new_context().new_page(), "agent@example.com")
        customer = waiting(stack, new_context, "my parcel 10023 never arrived")
        take_next(agent)
        field = reply(agent)
        expect(field).to_be_focused()
        keys = agent.page.keyboard
        keys.type("/")
        offers = agent.conversation.get_by_role("listbox", name="Canned replies")
        expect(offers.get_by_role("option").first).to_be_visible()
        look(agent.page, "desk-canned-1440-light")
        keys.press("ArrowDown")
        expect(offers.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
        keys.press("Escape")
        expect(offers).to_have_count(0)
        keys.press("Backspace")

        keys.type("/look")
        keys.press("Enter")
        expect(field).to_have_value(re.compile("order 10023 now"))
        keys.press("Enter")
        customer.sees("I am looking at order 10023 now.")

        keys.type("/photo")
        keys.press("Tab")
        expect(field).to_have_value(re.compile(r"\{what\}"))
        expect(agent.conversation.get_by_text("Fill in {what} before you send")).to_be_visible()
        look(agent.page, "desk-blank-1440-light")
        keys.press("Enter")
        expect(field).to_have_value(re.compile(r"\{what\}"))
        keys.type("the label")
        keys.press("Enter")
        customer.sees("Could you send a photo of the label?")
        assert "{what}" not in customer.log.inner_text()

    def test_are_read_by_agents_and_written_by_managers(self, stack: Stack, new_context: NewContext) -> None:
        manager = signed_in(stack, new_context().new_page(), "manager@example.com").page
        manager.goto(f"{stack.url}/desk/replies")
        look(manager, "desk-replies-1440-light")
        manager.get_by_role("link", name="New reply").click()
        expect(manager.get_by_label("Code")).to_be_visible()
        look(manager, "desk-reply-form-1440-light")
        manager.get_by_label("Code").fill("thanks")
        manager.get_by_label("Title").fill("Thanks")
        manager.get_by_label("Text").fill("Thank you, {name}.")
        manager.get_by_role("button", name="Add it").click()
        expect(manager.get_by_role("rowheader", name="/thanks")).to_be_visible()


class TestColleagues:
    def test_see_each_other_and_are_offered_to_take_over(self, stack: Stack, new_context: NewContext) -> None:
        agent = signed_in(stack, new_context().new_page(), "agent@example.com")
        colleague = signed_in(stack, new_context().new_page(), "colleague@example.com")
        customer = waiting(stack, new_context, "hello, a question about my order")
        take_next(agent)
        colleague.page.goto(agent.page.url)
        expect(agent.conversation.get_by_text("Samir Patel is looking at this chat")).to_be_visible()
        expect(colleague.conversation.get_by_text("Nora Lindqvist holds this chat.")).to_be_visible()
        reply(agent).press_sequentially("Let me")
        expect(colleague.conversation.get_by_text("Nora Lindqvist is writing a reply")).to_be_visible()
        note(colleague).press_sequentially("I know this one")
        expect(agent.conversation.get_by_text("Samir Patel is writing a note")).to_be_visible()
        note(colleague).press("Enter")
        agent.sees("I know this one")

        colleague.conversation.get_by_role("button", name="Take over").click()
        expect(colleague.holder.get_by_text("You hold this chat")).to_be_visible()
        expect(agent.holder.get_by_text("Samir Patel holds this chat")).to_be_visible()
        expect(reply(agent)).to_have_value("Let me")
        reply(agent).press("Enter")
        expect(reply(agent)).to_have_value("Let me")
        colleague.reply("It is with me now.")
        customer.sees("It is with me now.")
        assert "Let me" not in customer.log.inner_text()
        assert "I know this one" not in customer.log.inner_text()
        agent.conversation.get_by_role("button", name="Take over").click()
        expect(agent.holder.get_by_text("You hold this chat")).to_be_visible()
        reply(agent).press("Enter")
        customer.sees("Let me")


class TestAlerts:
    def test_a_waiting_chat_and_an_answer_are_heard_and_shown_elsewhere(
        self, stack: Stack, new_context: NewContext
    ) -> None:
        context = new_context()
        context.add_init_script(LISTENS)
        agent = signed_in(stack, context.new_page(), "agent@example.com")
        switch_on(agent.page, "Sounds")
        switch_on(agent.page, "Notifications")
        agent.page.goto(f"{stack.url}/desk/cases")
        expect(agent.page.locator("#nav-waiting")).to_be_hidden()
        agent.page.evaluate(HIDDEN)
        customer = waiting(stack, new_context, "hello, is anybody there?")
        expect(agent.page.locator("#nav-waiting")).to_have_text(re.compile("1"))
        until(agent.page, "window.shown.length === 1 && window.rung.length === 2")
        assert agent.page.evaluate("window.shown") == ["A customer is waiting for a person"]
        assert "hello" not in str(agent.page.evaluate("window.shown"))

        agent.page.goto(f"{stack.url}/desk")
        take_next(agent)
        customer.write("Thank you for coming")
        agent.sees("Thank you for coming")
        assert agent.page.evaluate("window.rung") == []
        agent.page.evaluate(HIDDEN)
        customer.write("One more thing")
        until(agent.page, "window.shown.length === 1 && window.rung.length === 1")
        assert agent.page.evaluate("window.shown") == ["A customer has answered you"]


def test_whoever_is_signed_out_is_told_so_and_finds_their_words_again(stack: Stack, new_context: NewContext) -> None:
    agent = signed_in(stack, new_context().new_page(), "agent@example.com")
    waiting(stack, new_context, "hello, I have a question")
    take_next(agent)
    reply(agent).fill("Half a sentence")
    here = agent.page.url
    agent.page.context.clear_cookies()
    agent.page.context.set_offline(True)
    expect(agent.conversation.get_by_text("Connection lost")).to_be_visible(timeout=60_000)
    agent.page.context.set_offline(False)
    expect(agent.page.get_by_role("dialog", name="You are signed out")).to_be_visible(timeout=30_000)
    link = agent.page.locator("#signed-out a").get_attribute("href") or ""
    assert link.replace("%2F", "/").endswith(f"next={here.removeprefix(stack.url)}")
    again = Agent.with_link(stack, agent.page, "agent@example.com")
    again.page.goto(here)
    expect(reply(agent)).to_have_value("Half a sentence")


def waiting(stack: Stack, new_context: NewContext, words: str) -> Customer:
    """A customer who has written, and waits for a person."""
    customer = greeted(stack, new_context().new_page())
    customer.write(words)
    expect(customer.log.locator(".message.bot").nth(1)).to_be_visible()
    customer.ask_for_a_person()
    customer.sees("in the queue")
    return customer


def take_next(agent: Agent) -> None:
    """By its key, as soon as somebody waits; the cursor is then where one writes."""
    expect(agent.lists.get_by_role("button", name="Take next")).to_be_enabled()
    agent.page.keyboard.press("n")
    expect(agent.holder.get_by_text("You hold this chat")).to_be_visible()
    expect(reply(agent)).to_be_focused()


def until(page: Page, expression: str) -> None:
    """Waits until that is true in the page, whose policy lets nothing be evaluated from inside."""
    wait_until(lambda: bool(page.evaluate(expression)), 20, f"not so: {expression}")


def reply(agent: Agent) -> Locator:
    return agent.conversation.get_by_role("textbox", name="Write to the customer")


def note(agent: Agent) -> Locator:
    return agent.conversation.get_by_role("textbox", name="Write a note that only staff can read")


def switch_on(page: Page, name: str) -> None:
    """Turns a switch of this browser on."""
    page.get_by_role("button", name="Keys and alerts").click()
    page.get_by_role("dialog", name="Keys and alerts").get_by_role("switch", name=name).check()
    page.keyboard.press("Escape")


@pytest.fixture(autouse=True)
def nobody_waits(stack: Stack) -> Iterator[None]:
    """Chats of other journeys are out of the way, and those of this one afterwards: an agent holds only so many."""
    end_all(stack)
    yield
    end_all(stack)


def end_all(stack: Stack) -> None:
    """Ends every chat, also those that other journeys left with the assistant: the keys go through all there are."""
    with stack.transaction() as session:
        session.execute(
            text(
                "UPDATE conversations SET owner = 'closed', epoch = epoch + 1, agent_id = NULL, waiting_since = NULL,"
                " first_waiting_since = NULL, claim_by = NULL, answer_by = NULL WHERE owner <> 'closed'"
            )
        )
