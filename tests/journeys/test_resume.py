"""Reload, a second tab, a lost connection: the conversation goes on, nothing lost, nothing doubled."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewContext, greeted
from tests.journeys.people import Customer
from tests.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.browser]

QUESTION = "how long does a complaint take?"


def test_a_reload_shows_the_same_thread_once(customer: Customer) -> None:
    customer.is_answered_with(QUESTION, "30 days")
    before = customer.log.locator(".message").all_inner_texts()
    customer.page.reload()
    customer.sees("30 days")
    customer.sees_times(QUESTION, 1)
    assert len(customer.log.locator(".message").all_inner_texts()) == len(before)


def test_a_second_tab_follows(customer: Customer) -> None:
    second = Customer(customer.page.context.new_page())
    second.page.goto(customer.page.url)
    second.open_chat()
    second.sees("automated assistant")
    customer.write(QUESTION)
    second.sees(QUESTION)
    second.sees("30 days")
    second.write("and who decides?")
    customer.sees("and who decides?")
    for tab in (customer, second):
        tab.sees_times(QUESTION, 1)
        tab.sees_times("and who decides?", 1)


def test_ten_tabs_are_one_conversation(stack: Stack, new_context: NewContext) -> None:
    context = new_context(viewport={"width": 800, "height": 600})
    first = greeted(stack, context.new_page())
    tabs = [first]
    for _ in range(9):
        tab = Customer(context.new_page())
        tab.page.goto(stack.url)
        tab.open_chat()
        tabs.append(tab)
    first.write(QUESTION)
    for tab in tabs:
        tab.sees("30 days")
        tab.sees_times(QUESTION, 1)


def test_a_lost_connection_keeps_what_was_written(customer: Customer) -> None:
    customer.write("hello")
    expect(customer.log.locator(".message.bot").nth(1)).to_be_visible()
    customer.page.context.set_offline(True)
    customer.page.evaluate("window.dispatchEvent(new Event('offline'))")
    customer.write(QUESTION)
    customer.sees(QUESTION)
    customer.page.context.set_offline(False)
    customer.page.evaluate("window.dispatchEvent(new Event('online'))")
    customer.sees("30 days", seconds=40)
    customer.sees_times(QUESTION, 1)


def test_a_second_browser_knows_nothing(stack: Stack, customer: Customer, new_context: NewContext) -> None:
    customer.is_answered_with(QUESTION, "30 days")
    stranger = greeted(stack, new_context().new_page())
    stranger.sees_times(QUESTION, 0)
