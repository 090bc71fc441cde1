"""A complaint is worked on beside its chat: by keys, beside a colleague who does the same, and from the first word."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from disputes.cases import queries, service
from disputes.chat import handoff
from disputes.chat import service as chats
from disputes.people import service as people
from tests.cases.factories import filed
from tests.journeys.conftest import NewContext, signed_in
from tests.journeys.pictures import look
from tests.journeys.test_desk import end_all
from tests.mediation.factories import AMARA, World
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.browser]

AGENT = "agent@example.com"
LONG = "Wilhelmina-Charlotte Featherstonehaugh-Cholmondeley"
SIZES = [(width, scheme) for width in (320, 768, 1440) for scheme in ("light", "dark")]


def test_by_keys_from_the_chat_to_the_letter_and_back_with_the_reply_still_there(
    stack: Stack, new_context: NewContext
) -> None:
    chat = talk(stack)
    reference = of_chat(stack, chat)
    page = at(stack, new_context, chat)
    keys = page.keyboard
    reply(page).fill("I am looking into it")
    keys.press("Escape")
    keys.press("c")
    expect(case(page, reference).locator("details[open] a").first).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    expect(door(page, reference, "Take the case")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("region", name="Take the case")).to_be_visible()
    keys.press("Escape")
    expect(work(page)).to_be_hidden()
    expect(door(page, reference, "Take the case")).to_be_focused()
    keys.press("Enter")
    work(page).get_by_role("button", name="Take the case").press("Enter")
    expect(work(page).get_by_text("Nothing has been sent yet")).to_be_visible()
    expect(work(page).locator(".letter-whole")).to_contain_text("Nora Lindqvist")
    work(page).get_by_role("button", name="Send this letter").press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"{reference}: We look into it")).to_be_visible()
    expect(case(page, reference)).to_be_focused()
    expect(case(page, reference).get_by_text("We look into it")).to_be_visible()
    expect(door(page, reference, "Take the case")).to_have_count(0)
    expect(reply(page)).to_have_value("I am looking into it")
    wait_until(
        lambda: any(f"taken on complaint {reference}" in letter.subject for letter in stack.letters()), 20, "no letter"
    )


def test_what_is_typed_stays_while_the_customer_writes_and_the_form_is_put_aside(
    stack: Stack, new_context: NewContext
) -> None:
    chat = talk(stack)
    reference = of_chat(stack, chat, taken=True)
    page = at(stack, new_context, chat)
    open_acts(page, reference)
    door(page, reference, "Ask the customer").click()
    question = work(page).get_by_label("Question 1")
    expect(question).to_be_focused()
    page.keyboard.type("Where exactly was it left?")
    with stack.transaction() as session:
        chats.receive(session, chat, "It was left outside, by the way.", client_id=str(uuid4()))
    expect(page.get_by_role("log").get_by_text("It was left outside, by the way.")).to_be_visible()
    expect(question).to_be_focused()
    page.keyboard.press("Escape")
    expect(door(page, reference, "Ask the customer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_have_value("Where exactly was it left?")
    page.context.set_offline(True)
    work(page).get_by_role("button", name="Send the questions").click()
    expect(work(page).get_by_role("alert").filter(has_text="There is no connection just now")).to_be_visible()
    expect(question).to_have_value("Where exactly was it left?")
    page.context.set_offline(False)
    work(page).get_by_role("button", name="Send the questions").click()
    work(page).get_by_role("button", name="Change it").click()
    expect(question).to_have_value("Where exactly was it left?")
    work(page).get_by_role("button", name="Send the questions").click()
    expect(work(page).locator(".letter-whole")).to_contain_text("Where exactly was it left?")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(work(page).locator(".letter-whole")).to_contain_text("Where exactly was it left?")
    work(page).get_by_role("button", name="Send this letter").dblclick()
    expect(case(page, reference).get_by_text("Customer has our questions")).to_be_visible()
    with stack.transaction() as session:
        found = queries.case_by_reference(session, reference)
        assert found is not None
        assert [event.kind for event in queries.events_of(session, [found.id])].count("asked") == 1


def test_two_agents_who_act_on_one_case_at_once_send_one_letter_and_the_slower_reads_who_was_faster(
    stack: Stack, new_context: NewContext
) -> None:
    chat = talk(stack)
    reference = of_chat(stack, chat)
    nora, samir = at(stack, new_context, chat), at(stack, new_context, chat, email="colleague@example.com")
    for page in (nora, samir):
        door(page, reference, "Take the case").click()
        work(page).get_by_role("button", name="Take the case").click()
        expect(work(page).get_by_text("Nothing has been sent yet")).to_be_visible()
    press = "document.querySelector('#work [name=do][value=send]').click()"
    nora.evaluate(press)
    samir.evaluate(press)
    done = [page.locator("#work-said").filter(has_text="We look into it") for page in (nora, samir)]
    expect(done[0].or_(nora.locator("#work .notice-due"))).to_be_visible()
    expect(done[1].or_(samir.locator("#work .notice-due"))).to_be_visible()
    assert sorted(each.count() for each in done) == [0, 1]
    slower, faster = (samir, "Nora Lindqvist") if done[0].count() else (nora, "Samir")
    alert = slower.locator("#work").get_by_role("alert").filter(has_text=faster)
    expect(alert).to_contain_text("Nothing was sent.")
    expect(work(slower).locator("form")).to_have_count(0)
    look(slower, "desk-panel-slower-1440-light")
    slower.keyboard.press("Escape")
    expect(case(slower, reference).get_by_text("We look into it")).to_be_visible()


def test_an_open_form_says_what_a_colleague_has_done_meanwhile(stack: Stack, new_context: NewContext) -> None:
    chat = talk(stack)
    reference = of_chat(stack, chat)
    nora, samir = at(stack, new_context, chat), at(stack, new_context, chat, email="colleague@example.com")
    door(nora, reference, "Take the case").click()
    expect(work(nora).get_by_role("button", name="Take the case")).to_be_visible()
    door(samir, reference, "Take the case").click()
    work(samir).get_by_role("button", name="Take the case").click()
    work(samir).get_by_role("button", name="Send this letter").click()
    expect(work(nora).get_by_text("This has happened since you opened this")).to_be_visible(timeout=10_000)
    work(nora).get_by_role("link", name="Begin again with the case as it is now").click()
    expect(work(nora).get_by_text("not open to you at the stage")).to_be_visible()


def test_a_complaint_is_filed_for_the_customer_with_what_the_card_knows(stack: Stack, new_context: NewContext) -> None:
    chat = talk(stack)
    page = at(stack, new_context, chat)
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.get_by_role("region", name="File a complaint")).to_be_visible()
    expect(work(page).get_by_label("Name of the customer")).to_have_value("Mia Hughes")
    expect(work(page).get_by_label("Order number")).to_have_value("10023")
    work(page).get_by_label("What happened?").fill("")
    work(page).get_by_role("button", name="File the complaint").click()
    expect(work(page).get_by_role("alert")).to_contain_text("Please")
    work(page).get_by_label("What happened?").fill("It was promised for Tuesday, and never came.")
    work(page).get_by_role("button", name="File the complaint").click()
    expect(work(page).locator(".letter-whole")).to_contain_text("Mia Hughes")
    work(page).get_by_role("button", name="Send this letter").click()
    expect(page.locator("#context").get_by_text("From this chat")).to_be_visible()
    expect(page.locator("#work-said")).to_contain_text("The letter is on its way.")


def test_the_neutral_person_reads_the_letter_before_it_goes_too(stack: Stack, new_context: NewContext) -> None:
    with stack.transaction() as session:
        neutral = people.staff_with_email(session, AMARA)
        nora, grace = (people.staff_with_email(session, email) for email in (AGENT, "manager@example.com"))
        found = service.take(session, filed(session, category="refund", email="ann.baker@example.org"), nora)
        world = World(session, queries.locked(session, found.id), nora, grace, neutral, nora)
        room = f"/desk/mediations/{world.begin().id}"
        link = people.new_sign_in_link(session, neutral)
    page = new_context().new_page()
    page.goto(stack.url + link)
    page.get_by_role("button", name="Sign in").click()
    page.goto(stack.url + room)
    page.get_by_label("What both sides agree on").fill("Half of it goes back.")
    page.get_by_role("button", name="Propose it to both sides").click()
    expect(page.get_by_text("Nothing has been sent yet")).to_be_visible()
    expect(page.locator(".letter-whole")).to_contain_text("Half of it goes back.")
    expect(page.get_by_text("ann.baker@example.org")).to_have_count(0)
    look(page, "neutral-letter-1440-light")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("What both sides agree on")).to_have_value("Half of it goes back.")
    page.get_by_role("button", name="Propose it to both sides").click()
    page.get_by_role("button", name="Send this letter").click()
    expect(page.get_by_text("it can be accepted from")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), SIZES)
def test_look(stack: Stack, new_context: NewContext, width: int, scheme: str) -> None:
    chat = talk(stack, name=LONG)
    reference = of_chat(stack, chat, taken=True, name=LONG, description="Nobody came. " * 100)
    page = at(stack, new_context, chat, width=width, scheme=scheme)
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(case(page, reference).locator("details[open] a").first).to_be_focused()
    look(page, f"desk-panel-acts-{width}-{scheme}")
    for label, name in {"Ask the customer": "ask", "Hand it to management": "escalate", "Add a file": "files"}.items():
        door(page, reference, label).click()
        expect(page.get_by_role("region", name=label)).to_be_visible()
        look(page, f"desk-panel-{name}-{width}-{scheme}")
        page.keyboard.press("Escape")
    door(page, reference, "Hand it to management").click()
    work(page).get_by_label("Why?").fill("The courier and the depot contradict each other. " * 6)
    work(page).get_by_role("button", name="Hand it to management").click()
    expect(work(page).get_by_text("Nothing has been sent yet")).to_be_visible()
    look(page, f"desk-panel-letter-{width}-{scheme}")
    work(page).get_by_role("button", name="Send this letter").click()
    expect(page.locator("#work-said")).to_contain_text("With a manager")
    look(page, f"desk-panel-done-{width}-{scheme}")
    page.get_by_role("link", name="File a complaint for this customer").click()
    expect(page.get_by_role("region", name="File a complaint")).to_be_visible()
    look(page, f"desk-panel-file-{width}-{scheme}")


def talk(stack: Stack, *, name: str = "Mia Hughes") -> UUID:
    """A chat that Nora holds, with what its hand-over card knows."""
    with stack.transaction() as session:
        found, _ = chats.open_conversation(session, None)
        chats.receive(session, found.id, "My parcel never came, and nobody answers.", client_id=str(uuid4()))
        facts = {"complainant_name": name, "order_number": "10023", "category": "lost", "description": "It never came."}
        email = f"m{uuid4().int % 10**6}@example.org"
        chats.remember_facts(session, found.id, {**facts, "contact_email": email})
        handoff.take_over(session, found.id, people.staff_with_email(session, AGENT))
        return found.id


def of_chat(stack: Stack, chat: UUID, *, taken: bool = False, **changes: str) -> str:
    """A complaint that was filed in that chat; its reference."""
    with stack.transaction() as session:
        given = {"email": f"c{uuid4().int % 10**6}@example.org", "conversation_id": chat, **changes}
        found = filed(session, **given)
        if taken:
            service.take(session, found, people.staff_with_email(session, AGENT))
        return found.reference


def at(
    stack: Stack,
    new_context: NewContext,
    chat: UUID,
    *,
    width: int = 1440,
    scheme: str = "light",
    email: str = AGENT,
) -> Page:
    """Somebody signed in, with that chat open."""
    context = new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = signed_in(stack, context.new_page(), email).page
    page.goto(f"{stack.url}/desk/chats/{chat}")
    page.wait_for_load_state("networkidle")
    return page


def case(page: Page, reference: str) -> Locator:
    return page.locator(f"#case-{reference}")


def door(page: Page, reference: str, label: str) -> Locator:
    return case(page, reference).get_by_role("link", name=label, exact=True)


def open_acts(page: Page, reference: str) -> None:
    case(page, reference).locator("summary").click()


def work(page: Page) -> Locator:
    return page.locator("#work")


def reply(page: Page) -> Locator:
    return page.locator("disputes-conversation").get_by_role("textbox", name="Write to the customer")


@pytest.fixture(autouse=True)
def nobody_waits(stack: Stack) -> Iterator[None]:
    """An agent holds only so many chats."""
    end_all(stack)
    yield
    end_all(stack)
