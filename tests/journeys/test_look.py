"""Every page at three widths, light and dark: no serious accessibility faults, nothing that sticks out, a picture each.

The pictures are in `var/screenshots`; `docs/img` holds the best of them.
"""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import NewContext, greeted, signed_in
from tests.journeys.people import Customer
from tests.journeys.pictures import look
from tests.stack import Stack

pytestmark = [pytest.mark.rasa, pytest.mark.browser]

WIDTHS = (320, 768, 1440)
SCHEMES = ("light", "dark")
PUBLIC = {"shop": "/", "complaint": "/complaint", "status": "/status", "policy": "/policy", "mail": "/dev/mail"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
class TestLook:
    def test_public_pages(self, stack: Stack, new_context: NewContext, width: int, scheme: str) -> None:
        page = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme).new_page()
        for name, path in PUBLIC.items():
            page.goto(stack.url + path)
            look(page, f"{name}-{width}-{scheme}")

    def test_chat(self, stack: Stack, new_context: NewContext, width: int, scheme: str) -> None:
        context = new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        customer = greeted(stack, context.new_page())
        bring_to_summary(customer)
        look(customer.page, f"chat-summary-{width}-{scheme}")
        customer.press("Yes, file my complaint")
        customer.sees("CD-")
        look(customer.page, f"chat-filed-{width}-{scheme}")

    def test_desk(self, stack: Stack, new_context: NewContext, width: int, scheme: str) -> None:
        customer = greeted(stack, new_context().new_page())
        customer.write("My parcel 10023 never came and I have been waiting for two weeks, this is not acceptable.")
        expect(customer.log.locator(".message.bot").nth(1)).to_be_visible()
        context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        agent = signed_in(stack, context.new_page(), "agent@example.com")
        customer.ask_for_a_person()
        customer.sees("in the queue")
        agent.page.goto(f"{stack.url}/desk")
        look(agent.page, f"desk-lists-{width}-{scheme}")
        row = agent.lists.get_by_role("link").filter(has_text="10023").first
        agent.page.goto(stack.url + str(row.get_attribute("href")))
        agent.sees("My parcel 10023 never came")
        look(agent.page, f"desk-chat-{width}-{scheme}")
        agent.page.goto(f"{stack.url}/desk/cases")
        look(agent.page, f"desk-cases-{width}-{scheme}")
        agent.page.get_by_role("link", name="CD-").first.click()
        agent.page.wait_for_url("**/desk/cases/CD-*")
        look(agent.page, f"desk-case-{width}-{scheme}")


def bring_to_summary(customer: Customer) -> None:
    """A complaint with a long name, up to the summary."""
    customer.is_answered_with("my parcel 10023 never arrived", "settle")
    customer.press("No")
    customer.sees("What is your name?")
    customer.is_answered_with("Wilhelmina-Charlotte Featherstonehaugh-Cholmondeley", "reach you")
    customer.write("wilhelmina.featherstonehaugh@a-rather-long-domain.example.org")
    customer.sees("add anything")
    customer.write("It was promised for last Tuesday, I stayed at home, and nobody came. " * 6)
    customer.sees("Please check")
