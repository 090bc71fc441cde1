"""The board in a real browser, full of figures: three widths, light and dark; no serious accessibility faults, nothing
that sticks out, a picture each, and no word of the browser about our content policy."""

from functools import partial

import pytest
from playwright.sync_api import ConsoleMessage

from disputes import database
from tests.journeys.conftest import NewContext
from tests.journeys.pictures import look
from tests.reports.many import fill_cases, fill_chats
from tests.serving import PASSWORD, Visitor, add_staff, emptied_database, pages_database_url, served, visitor

__all__ = ["emptied_database", "pages_database_url", "served", "visitor"]
pytestmark = [pytest.mark.browser, pytest.mark.database]

PAGES = {
    "now": "/desk/board",
    "complaints": "/desk/board/complaints",
    "chats": "/desk/board/chats?by=agent",
    "causes": "/desk/board/causes",
    "behind": "/desk/board/behind/promises?what=missed",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_it(visitor: Visitor, new_context: NewContext, scheme: str) -> None:
    with database.transaction() as session:
        fill_cases(session, 400, days=120, staff=10)
        fill_chats(session, 200, days=120, staff=10)
    manager = add_staff("max@casened.com", "Max Boss", "manager")
    for width in (320, 768, 1440):
        context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page, said = context.new_page(), list[str]()
        page.on("console", partial(_keep, said))
        page.goto(f"{visitor.url}/desk/sign-in")
        page.fill("[name=email]", manager.email)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
        for name, path in PAGES.items():
            page.goto(visitor.url + path)
            look(page, f"board-{name}-{width}-{scheme}")
        assert [text for text in said if "Content Security Policy" in text] == []


def _keep(said: list[str], message: ConsoleMessage) -> None:
    said.append(message.text)


def test_a_bar_leads_to_what_it_counts(visitor: Visitor, new_context: NewContext) -> None:
    with database.transaction() as session:
        fill_cases(session, 200, days=60, staff=10)
    manager = add_staff("max@casened.com", "Max Boss", "manager")
    page = new_context().new_page()
    page.goto(f"{visitor.url}/desk/sign-in")
    page.fill("[name=email]", manager.email)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.goto(f"{visitor.url}/desk/board/complaints")
    bar = page.locator(".chart a:has(.look-bad)").first
    hint = bar.locator("title").text_content() or ""
    bar.click()
    page.wait_for_url("**/behind/promises?**what=missed**")
    assert page.get_by_role("rowheader").count() == int(hint.rpartition(": ")[2])
