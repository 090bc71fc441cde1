"""Browsers for the journeys: Debian's Chromium where it is, Playwright's own elsewhere."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.journeys.people import Agent, Customer
from tests.stack import Stack

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with this package: while it lives, its event loop is the running one, and no other can be started."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    own = os.environ.get("CHROMIUM") or shutil.which("chromium")
    launched = playwright.chromium.launch(executable_path=own, args=FLAGS)
    yield launched
    launched.close()


DEFAULTS: dict[str, object] = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}

type NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Makes browsers that know nothing of each other; an error on any page fails the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**(DEFAULTS | options))  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def customer(stack: Stack, new_context: NewContext) -> Customer:
    """A customer in front of the demo shop, with the chat open and greeted."""
    return greeted(stack, new_context().new_page())


@pytest.fixture
def agent(stack: Stack, new_context: NewContext) -> Agent:
    return signed_in(stack, new_context().new_page(), "agent@example.com")


@pytest.fixture
def colleague(stack: Stack, new_context: NewContext) -> Agent:
    return signed_in(stack, new_context().new_page(), "colleague@example.com")


def greeted(stack: Stack, page: Page) -> Customer:
    """Opens the shop and the chat, and waits for the greeting."""
    page.goto(stack.url)
    customer = Customer(page)
    customer.open_chat()
    customer.sees("automated assistant")
    return customer


def signed_in(stack: Stack, page: Page, email: str) -> Agent:
    """Signs in with a one-time link, as a new member of staff does."""
    return Agent.with_link(stack, page, email)
