"""Work at the desk in browsers: lists that are alive and hold still, letters before they go, searching, teaching."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from disputes.cases import queries, service
from disputes.chat import service as chat
from disputes.chat.tables import TurnReading
from disputes.people import service as people
from tests.cases.factories import filed
from tests.journeys.conftest import NewContext, signed_in
from tests.journeys.pictures import look
from tests.stack import Stack

pytestmark = [pytest.mark.browser]

LONG = "Wilhelmina-Charlotte Featherstonehaugh-Cholmondeley"
SIZES = [(width, scheme) for width in (320, 768, 1440) for scheme in ("light", "dark")]


def test_a_list_counts_at_once_and_moves_when_asked(stack: Stack, new_context: NewContext) -> None:
    page = at(stack, new_context, "/desk/cases?show=open")
    rows = page.locator("[data-row]")
    before, top = rows.count(), rows.first.get_attribute("data-row")
    unowned = page.locator("[data-count=unowned]")
    counted = int(unowned.inner_text())
    reference = file(stack, description="The kettle caught fire and burned my hand.")
    expect(unowned).to_have_text(str(counted + 1), timeout=10_000)
    expect(page.get_by_text("1 new")).to_be_visible()
    assert (rows.count(), rows.first.get_attribute("data-row")) == (before, top)
    page.keyboard.press("n")
    expect(rows.first).to_have_attribute("data-row", reference)
    for key in ("j", "j", "k"):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=reference)).to_be_visible()


def test_a_letter_is_read_before_it_goes_and_a_double_click_sends_one(stack: Stack, new_context: NewContext) -> None:
    reference = file(stack)
    page = at(stack, new_context, f"/desk/cases/{reference}")
    page.get_by_role("button", name="Take the case").click()
    expect(page.get_by_text("Nothing has been sent yet")).to_be_visible()
    expect(page.locator(".letter-whole")).to_contain_text("Nora Lindqvist")
    page.get_by_role("button", name="Send this letter").dblclick()
    expect(page.get_by_role("heading", name=reference)).to_be_visible()
    expect(page.get_by_text("We look into it").first).to_be_visible()


def test_an_open_case_says_what_others_do_in_it(stack: Stack, new_context: NewContext) -> None:
    reference = file(stack)
    page = at(stack, new_context, f"/desk/cases/{reference}")
    with stack.transaction() as session:
        samir = people.staff_with_email(session, "colleague@example.com")
        found = queries.case_by_reference(session, reference)
        assert found is not None
        service.take(session, found, samir)
    expect(page.get_by_text("This has happened since you opened the page")).to_be_visible(timeout=10_000)


def test_searching_by_keys_and_coming_back_to_the_results(stack: Stack, new_context: NewContext) -> None:
    reference = file(stack, name="Zebulon Quince")
    page = at(stack, new_context, "/desk/cases")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("quin")
    page.keyboard.press("Enter")
    expect(page.locator("mark", has_text="Quince")).to_be_visible()
    assert "quin" not in page.url
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_role("heading", name=reference)).to_be_visible()
    page.go_back()
    expect(page.locator("mark", has_text="Quince")).to_be_visible()
    assert "quin" not in page.url


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_look(stack: Stack, new_context: NewContext, width: int, scheme: str) -> None:
    reference = file(stack, name=LONG, description="It was promised for last Tuesday, and nobody came. " * 40)
    doubt(stack, f"where is order 20417, says {LONG}? " * 4)
    page = at(stack, new_context, "/desk/cases?show=open", width=width, scheme=scheme, email="manager@example.com")
    look(page, f"desk-work-cases-{width}-{scheme}")
    for name, path in {
        "unowned": "/desk/cases?show=unowned",
        "none": "/desk/cases?show=today",
        "tasks": "/desk/tasks",
        "case": f"/desk/cases/{reference}",
        "teach": "/desk/teach",
        "examples": "/desk/teach/examples",
    }.items():
        page.goto(stack.url + path)
        look(page, f"desk-work-{name}-{width}-{scheme}")
    page.goto(f"{stack.url}/desk/cases/{reference}")
    page.locator("summary", has_text="Hand it to management").click()
    page.locator("#escalate-reason").fill("The courier and the depot contradict each other. " * 6)
    page.get_by_role("button", name="Hand it to management").click()
    expect(page.get_by_text("Nothing has been sent yet")).to_be_visible()
    look(page, f"desk-work-letter-{width}-{scheme}")
    page.goto(f"{stack.url}/desk/search")
    page.get_by_role("searchbox").fill("featherstonehaugh")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    look(page, f"desk-work-search-{width}-{scheme}")


def at(
    stack: Stack,
    new_context: NewContext,
    path: str,
    *,
    width: int = 1440,
    scheme: str = "light",
    email: str = "agent@example.com",
) -> Page:
    """Somebody signed in, with that page open."""
    context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = signed_in(stack, context.new_page(), email).page
    page.goto(stack.url + path)
    page.wait_for_load_state("networkidle")
    return page


def file(stack: Stack, **changes: str) -> str:
    """A new complaint of somebody; its reference."""
    with stack.transaction() as session:
        number = uuid4().int % 10**6
        return filed(session, **{"email": f"c{number}@example.org", "order_number": str(number), **changes}).reference


def doubt(stack: Stack, said: str) -> None:
    """A message that was not understood."""
    with stack.transaction() as session:
        talk, _ = chat.open_conversation(session, None)
        received = chat.receive(session, talk.id, said, client_id=None)
        assert received is not None
        session.add(
            TurnReading(
                message_id=received.id,
                conversation_id=talk.id,
                intent="nlu_fallback",
                confidence=0.2,
                others=[["problem_lost", 0.2]],
                sign="fallback",
                state="open",
                at=received.at,
            )
        )
