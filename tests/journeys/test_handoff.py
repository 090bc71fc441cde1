"""A person takes over: live, by exactly one agent, and back to the assistant."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from disputes.people.tables import Staff
from tests.journeys.conftest import NewContext, greeted
from tests.journeys.people import Agent, Customer
from tests.journeys.pictures import look
from tests.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.browser]


def test_from_the_assistant_to_a_person_and_back(
    stack: Stack, customer: Customer, agent: Agent, colleague: Agent
) -> None:
    customer.is_answered_with("my parcel 10023 never arrived", "settle")
    customer.write("I want to talk to a person")
    customer.sees("in the queue")
    for member in (agent, colleague):
        expect(member.lists.get_by_text("Customer").first).to_be_visible()

    agent.page.goto(chat_of(agent, "my parcel 10023 never arrived"))
    colleague.page.goto(agent.page.url)
    expect(agent.holder.get_by_role("button", name="Take this chat")).to_be_visible()
    expect(colleague.holder.get_by_role("button", name="Take this chat")).to_be_visible()
    agent.take()
    expect(agent.holder.get_by_text("You hold this chat")).to_be_visible()
    answer = colleague.page.request.post(
        agent.page.url + "/claim",
        form={"csrf_token": colleague.page.locator("input[name=csrf_token]").first.input_value()},
    )
    assert answer.status == 409
    assert name_of(agent) in answer.text()

    agent.sees("my parcel 10023 never arrived")
    expect(agent.context.get_by_text("10023").first).to_be_visible()
    agent.reply("Hello, I am here now. How can I help?")
    customer.sees("Hello, I am here now. How can I help?")
    customer.write("Can you send it again, please?")
    agent.sees("Can you send it again, please?")
    look(agent.page, "desk-live-1440-light")
    look(customer.page, "chat-live-1440-light")

    agent.hand_back("A new parcel goes out tomorrow")
    customer.sees("handed you back to the assistant")
    expect(customer.log.locator(".message.bot").last).to_contain_text("back", ignore_case=True)
    assert "A new parcel goes out tomorrow" not in customer.log.inner_text()
    customer.is_answered_with("how long does a complaint take?", "30 days")


def test_the_assistant_is_silent_while_a_person_holds_the_chat(customer: Customer, agent: Agent) -> None:
    customer.write("my parcel to Birch Close never arrived")
    customer.ask_for_a_person()
    customer.sees("in the queue")
    agent.page.goto(chat_of(agent, "Birch Close"))
    agent.take()
    agent.reply("I am with you.")
    customer.sees("I am with you.")
    spoken = customer.log.locator(".message.bot").count()
    for text in ("hello?", "how long does a complaint take?", "/restart"):
        customer.write(text)
        agent.sees(text)
    agent.reply("Still me.")
    customer.sees("Still me.")
    assert customer.log.locator(".message.bot").count() == spoken


@pytest.mark.usefixtures("agent")
def test_a_customer_in_the_queue_may_go_back(customer: Customer) -> None:
    customer.write("hello")
    customer.ask_for_a_person()
    customer.sees("in the queue")
    customer.write("hm, nobody comes")
    customer.chat.get_by_role("button", name="More choices").click()
    customer.chat.get_by_role("button", name="Back to the assistant", exact=True).first.click()
    customer.sees("You are back with the assistant.")
    customer.is_answered_with("how long does a complaint take?", "30 days")


def test_a_customers_form_is_kept_while_a_person_helps(customer: Customer, agent: Agent) -> None:
    customer.is_answered_with("I want to file a complaint, order 10024 came damaged", "name")
    customer.is_answered_with("Frida Form", "reach you")
    customer.ask_for_a_person()
    customer.sees("in the queue")
    agent.page.goto(chat_of(agent, "Frida"))
    agent.take()
    expect(agent.context.get_by_text("Frida Form").first).to_be_visible()
    agent.hand_back("")
    customer.sees("reach you")
    customer.write("frida@example.org")
    expect(customer.log.get_by_text("What is your name?")).to_have_count(1)


def test_the_desk_needs_a_sign_in(stack: Stack, new_context: NewContext) -> None:
    page = new_context().new_page()
    page.goto(f"{stack.url}/desk")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_ended_chat_asks_how_to_go_on(stack: Stack, new_context: NewContext) -> None:
    customer = greeted(stack, new_context().new_page())
    customer.write("hello")
    customer.chat.get_by_role("button", name="More choices").click()
    customer.chat.get_by_role("button", name="End chat").click()
    customer.chat.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
    customer.sees("You have ended this chat")
    customer.write("how long does a complaint take?")
    customer.sees("Would you like to go on here")
    customer.press("Go on here")
    customer.sees("The chat goes on with the assistant.")
    customer.sees("30 days")


def test_a_new_chat_takes_along_what_was_written_after_the_end(stack: Stack, new_context: NewContext) -> None:
    customer = greeted(stack, new_context().new_page())
    customer.write("my name is Zoe")
    customer.chat.get_by_role("button", name="More choices").click()
    customer.chat.get_by_role("button", name="End chat").click()
    customer.chat.get_by_role("alertdialog").get_by_role("button", name="End chat").click()
    customer.write("how long does a complaint take?")
    customer.sees("Would you like to go on here")
    customer.press("Start a new chat")
    expect(customer.log.get_by_text("my name is Zoe")).to_have_count(0)
    customer.sees("how long does a complaint take?")
    customer.sees("30 days")


def test_when_nobody_is_here_the_customer_is_told_so_and_may_leave_a_message(
    stack: Stack, new_context: NewContext
) -> None:
    """Every agent has gone: signed out, or away by their own choice."""
    with stack.transaction() as session:
        session.execute(update(Staff).values(takes_chats=False))
    try:
        customer = greeted(stack, new_context().new_page())
        customer.write("hello")
        customer.ask_for_a_person()
        customer.sees("Nobody from our team is free to chat just now")
        customer.press("Leave a message")
        customer.sees("waits for a person, who answers it by")
        customer.write("Please call me: mia.left@example.org")
        customer.sees("We can reach you at m•••@example.org")
    finally:
        with stack.transaction() as session:
            session.execute(update(Staff).values(takes_chats=True))


def chat_of(agent: Agent, text: str) -> str:
    """The address of the waiting chat whose row holds a text; others may wait as well."""
    row = agent.page.locator("section[aria-labelledby=list-waiting]").get_by_role("link").filter(has_text=text).last
    expect(row).to_be_visible()
    return agent.url + str(row.get_attribute("href"))


def name_of(agent: Agent) -> str:
    """The name of whoever is signed in."""
    return agent.page.locator(".desk-me-name").inner_text()
