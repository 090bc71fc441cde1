"""A customer who is signed in at the shop: no code, no name and address asked, and nothing for who comes after them."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.cases.factories import filed
from tests.journeys.conftest import NewContext
from tests.journeys.people import Customer
from tests.people.shop import token
from tests.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.browser]

SHOP = """
<!doctype html><html lang="en"><title>The shop</title><body><main><h1>My account</h1></main>
<script src="/widget.js" data-identity-url="/account/chat-token" async></script>
"""


def test_where_is_my_complaint(stack: Stack, new_context: NewContext) -> None:
    mia, tom = f"mia.{uuid4().hex[:8]}@example.com", f"tom.{uuid4().hex[:8]}@example.com"
    with stack.transaction() as session:
        reference = filed(session, email=mia, order_number="10023").reference
    page = new_context().new_page()
    shop = TheShop(stack, page)

    shop.signed_in = mia
    customer = shop.visited()
    customer.is_answered_with("where is my complaint?", reference)
    expect(customer.log).not_to_contain_text("code")
    expect(customer.log).not_to_contain_text("What is your name?")
    page.reload()
    customer.is_answered_with("what if i do nothing?", reference)

    shop.signed_in = None
    customer = shop.visited()
    customer.sees("automated assistant")
    customer.is_answered_with("where is my complaint?", "What is the reference of your complaint")
    expect(customer.log).not_to_contain_text(reference)

    shop.signed_in = tom
    customer = shop.visited()
    customer.is_answered_with("where is my complaint?", "What is the reference of your complaint")
    expect(customer.log).not_to_contain_text(reference)


def test_signing_in_and_out_without_a_new_page(stack: Stack, new_context: NewContext) -> None:
    mia = f"mia.{uuid4().hex[:8]}@example.com"
    with stack.transaction() as session:
        reference = filed(session, email=mia, order_number="10024").reference
    page = new_context().new_page()
    shop = TheShop(stack, page)
    customer = shop.visited()
    customer.sees("automated assistant")

    shop.signed_in = mia
    page.evaluate("disputesChat.identify()")
    expect(customer.log.get_by_text("automated assistant")).to_have_count(1)
    customer.is_answered_with("where is my complaint?", reference)

    shop.is_down = True
    page.evaluate("disputesChat.identify()")
    page.evaluate("new Promise((done) => setTimeout(done, 500))")
    customer.sees(reference)

    shop.is_down, shop.signed_in = False, None
    page.evaluate("disputesChat.identify()")
    expect(customer.log).not_to_contain_text(reference)
    customer.sees("automated assistant")


def test_a_complaint_without_name_and_address(stack: Stack, new_context: NewContext) -> None:
    page = new_context().new_page()
    shop = TheShop(stack, page)
    shop.signed_in = f"mia.{uuid4().hex[:8]}@example.com"
    customer = shop.visited()
    customer.sees("automated assistant")
    customer.write("I want to file a complaint, my order 10024 arrived broken")
    customer.sees("Would you like to add anything")
    customer.press("No, that is all")
    customer.sees("Mia Hughes")
    customer.sees(shop.signed_in)
    for question in ("What is your name?", "e-mail address or phone"):
        expect(customer.log).not_to_contain_text(question)


class TheShop:
    """The shop's site, on the program's own address: a page with the chat, and a token for whoever is signed in."""

    def __init__(self, stack: Stack, page: Page) -> None:
        self.signed_in: str | None = None
        self.is_down = False
        self._stack, self._page = stack, page
        page.route(f"{stack.url}/account/", lambda route: route.fulfill(body=SHOP, content_type="text/html"))
        page.route(f"{stack.url}/account/chat-token", self._answer)

    def visited(self) -> Customer:
        """A new page of the shop, with the chat open."""
        self._page.goto(f"{self._stack.url}/account/")
        customer = Customer(self._page)
        if not customer.composer.is_visible():
            customer.chat.get_by_role("button", name="Open the chat").or_(customer.composer).first.wait_for()
        if not customer.composer.is_visible():
            customer.open_chat()
        return customer

    def _answer(self, route: Route) -> None:
        if self.is_down:
            route.fulfill(status=503)
        elif self.signed_in is None:
            route.fulfill(status=401)
        else:
            route.fulfill(body=token(self.signed_in, aud=self._stack.url), content_type="text/plain")
