"""From a problem in free words to a filed complaint, its letter, and the way back by order number."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.journeys.conftest import NewContext, greeted
from tests.journeys.people import Customer
from tests.journeys.pictures import look
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.browser]

REFERENCE = re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}")
CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")


def test_a_problem_becomes_a_complaint_with_a_letter(stack: Stack, customer: Customer) -> None:
    reference = file_by_chat(customer, "ada.l@example.org", name="Ada Lovelace")
    wait_until(lambda: letter_to(stack, "ada.l@example.org", reference), 60, "no acknowledgement")
    letter = letter_to(stack, "ada.l@example.org", reference)
    assert "Ada Lovelace" in letter
    assert "It never came, and I waited in for it." in letter

    customer.is_answered_with("Where is my complaint about order 10023?", "e-mail")
    customer.write("ada.l@example.org")
    customer.sees("6-digit code")
    wait_until(lambda: code_for(stack, "ada.l@example.org"), 60, "no code")
    code = code_for(stack, "ada.l@example.org")
    customer.write(code)
    customer.sees("••••••")
    expect(customer.log.get_by_text(reference).last).to_be_visible()
    with stack.transaction() as session:
        everything = " ".join(str(row) for table in ("messages", "status_requests") for row in rows_of(session, table))
    assert code not in everything


def test_a_double_click_files_once(stack: Stack, new_context: NewContext) -> None:
    customer = greeted(stack, new_context().new_page())
    bring_to_summary(customer, "double@example.org", name="Dora Double")
    customer.log.get_by_role("button", name="Yes, file my complaint", exact=True).dblclick()
    customer.sees("CD-")
    customer.is_answered_with("how long does a complaint take?", "30 days")
    assert cases_of(stack, "double@example.org") == 1


def test_markup_is_text_everywhere(stack: Stack, customer: Customer) -> None:
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    dialogs: list[str] = []
    customer.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    file_by_chat(customer, "nasty@example.org", name="Bobby Tables", more=f"{nasty} It is broken, really.")
    customer.page.goto(f"{stack.url}/dev/mail")
    assert dialogs == []


def test_no_order_number_is_no_obstacle(stack: Stack, customer: Customer) -> None:
    customer.is_answered_with("I want to make a complaint, your staff was rude to me", "name?")
    customer.is_answered_with("Noor Nummerlos", "reach you")
    customer.is_answered_with("noor@example.org", "If an order belongs to this")
    customer.write("I have no order number")
    customer.sees("add anything")
    customer.write("The person at the counter laughed at me in front of everybody.")
    customer.sees("Yes, file my complaint")
    customer.press("Yes, file my complaint")
    customer.sees("CD-")
    assert cases_of(stack, "noor@example.org") == 1


@pytest.mark.parametrize("odd", ["😡😡😡", "/file_complaint", "<b>", "????", "x" * 4000])
def test_odd_messages_get_a_clear_answer(customer: Customer, odd: str) -> None:
    before = customer.log.locator(".message.bot").count()
    customer.write(odd)
    expect(customer.log.locator(".message.bot").nth(before)).to_be_visible()


class TestForm:
    def test_the_written_complaint_needs_no_chat(self, stack: Stack, new_context: NewContext) -> None:
        page = new_context(java_script_enabled=False).new_page()
        page.goto(f"{stack.url}/complaint")
        fill_form(page, email="fay@example.org")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text(REFERENCE).first).to_be_visible()
        assert "fay" not in page.url
        assert cases_of(stack, "fay@example.org") == 1

    def test_errors_are_beside_the_field_and_on_top(self, stack: Stack, new_context: NewContext) -> None:
        page = new_context().new_page()
        page.goto(f"{stack.url}/complaint")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        assert page.locator("[aria-invalid=true]").count() >= 2


class TestStatus:
    def test_unknown_and_known_look_the_same(self, stack: Stack, new_context: NewContext) -> None:
        page = new_context().new_page()
        seen = []
        for lookup in ("10023", "99999"):
            page.goto(f"{stack.url}/status")
            page.get_by_label("Order number or reference").fill(lookup)
            page.get_by_label("Your e-mail address").fill("stranger@example.org")
            page.get_by_role("button", name="Send me a code").click()
            expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
            seen.append((page.url, page.locator("main").inner_text()))
        assert seen[0] == seen[1]

    def test_by_reference_and_code(self, stack: Stack, new_context: NewContext) -> None:
        page = new_context().new_page()
        page.goto(f"{stack.url}/complaint")
        fill_form(page, email="stan@example.org")
        page.get_by_role("button", name="Send").click()
        reference = REFERENCE.findall(page.locator("main").inner_text())[0]
        page.goto(f"{stack.url}/status")
        page.get_by_label("Order number or reference").fill(reference.lower().replace("-", " "))
        page.get_by_label("Your e-mail address").fill("Stan@Example.org")
        page.get_by_role("button", name="Send me a code").click()
        wait_until(lambda: code_for(stack, "stan@example.org"), 60, "no code")
        page.get_by_label("Code").fill(code_for(stack, "stan@example.org"))
        page.get_by_role("button", name="See how it stands").click()
        expect(page.get_by_text(reference).first).to_be_visible()
        look(page, "status-stands-1440-light")
        assert "stan" not in page.url
        text = page.locator("main").inner_text()
        assert "st•" in text.lower() or "s•••@example.org" in text


def bring_to_summary(customer: Customer, email: str, *, name: str, more: str = "") -> None:
    """Tells the problem, refuses the remedy, and answers the questions up to the summary."""
    customer.is_answered_with("my parcel 10023 never arrived", "settle")
    customer.press("No")
    customer.sees("What is your name?")
    customer.is_answered_with(name, "reach you")
    customer.write(email)
    customer.sees("add anything")
    customer.write(more or "It never came, and I waited in for it.")
    customer.sees("Please check")


def file_by_chat(customer: Customer, email: str, *, name: str, more: str = "") -> str:
    """Files a complaint in the chat; returns its reference."""
    bring_to_summary(customer, email, name=name, more=more)
    customer.press("Yes, file my complaint")
    customer.sees("CD-")
    return str(REFERENCE.findall(customer.log.inner_text())[-1])


def fill_form(page: Page, *, email: str) -> None:
    page.get_by_label("Your name").fill("Fay Form")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("What happened").fill("The lamp arrived in pieces and nobody answers my letters.")
    page.get_by_label("What is it about").select_option(index=1)


def letter_to(stack: Stack, email: str, reference: str) -> str:
    """The text of the letter with this reference to this address; empty: none yet."""
    found = [letter.text for letter in stack.letters() if email in letter.recipient and reference in letter.subject]
    return found[0] if found else ""


def code_for(stack: Stack, email: str) -> str:
    """The newest code that was mailed to this address; empty: none yet."""
    for letter in stack.letters():
        if email in letter.recipient and "CD-" not in letter.subject:
            found = CODE.search(letter.text)
            if found:
                return found.group(1) + found.group(2)
    return ""


def rows_of(session: Session, table: str) -> list[object]:
    """Every row of a table."""
    return list(session.execute(text(f"SELECT * FROM {table}")))


def cases_of(stack: Stack, email: str) -> int:
    """How many cases there are for this address."""
    with stack.transaction() as session:
        statement = text("SELECT count(*) FROM cases JOIN customers ON customers.id = customer_id WHERE email = :email")
        return int(session.execute(statement, {"email": email}).scalar_one())
