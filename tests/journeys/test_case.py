"""A complaint from the form to the final response, by hand in browsers: a question, an offer refused, four eyes."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import NewContext, signed_in
from tests.journeys.pictures import look
from tests.stack import Stack, wait_until

pytestmark = [pytest.mark.browser]

REFERENCE = re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}")
LINK = re.compile(r"/case/[\w.\-]+")


@dataclass
class Complainant:
    """Somebody who filed with the form and comes back by the links in our letters."""

    stack: Stack
    page: Page
    email: str
    reference: str = ""

    def file(self, description: str) -> None:
        self.page.goto(f"{self.stack.url}/complaint")
        for name, text in {"name": "Zoë Zieliński", "email": self.email, "order_number": "10023"}.items():
            self.page.fill(f"[name={name}]", text)
        self.page.fill("[name=description]", description)
        self.page.fill("[name=desired_outcome]", "A new lamp")
        self.page.get_by_role("button", name="Send the complaint").click()
        found = REFERENCE.search(self.page.locator("main").inner_text())
        assert found is not None
        self.reference = found.group()

    def letter(self, words: str) -> str:
        """The text of our letter with these words in it, once it has come."""
        wait_until(lambda: self._letters(words), 60, f"no letter with “{words}”")
        return self._letters(words)[0]

    def open_letter(self, words: str) -> None:
        """Follows the link of that letter."""
        found = LINK.search(self.letter(words))
        assert found is not None
        self.page.goto(self.stack.url + found.group())
        expect(self.page.get_by_role("heading", name="How your complaint stands")).to_be_visible()

    def _letters(self, words: str) -> list[str]:
        return [
            letter.text
            for letter in self.stack.letters()
            if self.email in letter.recipient and self.reference in letter.subject and words in letter.text
        ]


@dataclass
class Desk:
    """Somebody at the page of one case."""

    page: Page
    url: str

    def open(self) -> None:
        self.page.goto(self.url)

    def unfold(self, title: str) -> None:
        self.page.locator("summary", has_text=title).first.click()

    def press(self, title: str) -> None:
        self.page.get_by_role("button", name=title, exact=True).first.click()

    def send(self, title: str) -> None:
        """Presses a button whose letter is shown first, and sends the letter."""
        self.press(title)
        expect(self.page.get_by_text("Nothing has been sent yet")).to_be_visible()
        self.press("Send this letter")

    def sees(self, text: str) -> None:
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def examine_everything(self) -> None:
        """Records a finding on every point of the plan."""
        unexamined = self.page.locator(".badge", has_text="Open")
        while self.page.locator("[aria-labelledby=plan] li", has=unexamined).count():
            point = self.page.locator("[aria-labelledby=plan] li", has=unexamined).first
            point.locator("summary").click()
            point.locator("textarea").fill("The picture shows the lamp in two pieces, in our own box.")
            point.get_by_role("button", name="Record it").click()
            self.page.wait_for_load_state()

    def answer(self, position: str, outcome: str, *, final: bool = False) -> None:
        """Fills in our answer, reads the letter, and sends it."""
        page = self.page
        page.check(f"[name=position][value={position}]")
        page.select_option("[name=outcome_code]", outcome)
        page.fill("[name=findings]", "The lamp was packed without protection and broke on the way.")
        page.fill("[name=reasons]", "We sent it without enough padding, so this is our fault.")
        page.select_option('[name="remedies.0.kind"]', "part_refund")
        page.fill('[name="remedies.0.amount"]', "20.00")
        page.fill('[name="remedies.0.due_days"]', "7")
        page.check('[name="clauses.C4"]')
        page.select_option("[name=cause]", index=1)
        if final:
            page.fill("[name=takes_part]", "We take part in mediation by the consumer service if you ask for it.")
            page.fill("[name=time_limits]", "You can ask us for a review within thirty days.")
        page.get_by_role("button", name="Show the letter").click()
        page.get_by_role("button", name="Send this letter").click()


def test_from_the_form_to_the_final_response(stack: Stack, new_context: NewContext) -> None:
    customer = Complainant(stack, new_context().new_page(), "zoe@example.org")
    customer.file("The lamp came broken in two, and nobody answers my mails.")
    assert "we have your complaint" in customer.letter("Your reference").lower() or customer.reference

    url = f"{stack.url}/desk/cases/{customer.reference}"
    agent = Desk(signed_in(stack, new_context().new_page(), "agent@example.com").page, url)
    agent.open()
    agent.send("Take the case")
    agent.sees("What has to be looked into")
    look(agent.page, "case-desk")

    agent.unfold("Ask the customer")
    agent.page.locator("[name=question]").first.fill("Could you send a picture of the box?")
    agent.send("Send the questions")
    customer.open_letter("Could you send a picture of the box?")
    customer.page.fill("[name=words] >> nth=0", "The box was whole, and there was no padding in it.")
    customer.page.get_by_role("button", name="Send the answer").click()
    expect(customer.page.get_by_text("Your answer is with your complaint")).to_be_visible()

    agent.open()
    agent.sees("there was no padding in it")
    agent.examine_everything()
    agent.page.get_by_role("link", name="Write our answer").click()
    agent.answer("offer", "partly_upheld")
    agent.sees("Customer has our answer")
    agent.page.get_by_role("button", name="Write our answer").count()

    customer.open_letter("£20.00")
    look(customer.page, "case-offer")
    customer.page.locator("summary", has_text="I do not agree").click()
    customer.page.locator("form[action$='/refuse'] textarea").fill("I asked for a new lamp.")
    customer.page.get_by_role("button", name="I do not agree", exact=True).dblclick()
    expect(customer.page.get_by_text("With management").first).to_be_visible()

    manager = Desk(signed_in(stack, new_context().new_page(), "manager@example.com").page, url)
    agent.open()
    expect(agent.page.get_by_role("button", name="Take on the review")).to_be_disabled()
    manager.open()
    manager.send("Take on the review")
    manager.page.get_by_role("link", name="final response").click()
    manager.answer("offer", "goodwill", final=True)
    manager.sees("Customer has the final response")

    customer.open_letter("final response")
    look(customer.page, "case-final")
    with customer.page.expect_download() as download:
        customer.page.get_by_role("link", name="Take everything with you").click()
    assert download.value.suggested_filename == f"{customer.reference}.zip"
    customer.page.get_by_role("button", name="I accept, and the matter is settled").click()
    expect(customer.page.get_by_text("What was agreed").first).to_be_visible()

    manager.open()
    manager.unfold("It was delivered")
    manager.page.locator("[name=proof]").first.fill("Payment 4711")
    manager.send("Note it, and tell the customer")
    customer.letter("done")


def test_a_withdrawal_can_be_taken_back(stack: Stack, new_context: NewContext) -> None:
    customer = Complainant(stack, new_context().new_page(), "wanda@example.org")
    customer.file("The parcel is late and I need it for a birthday.")
    customer.open_letter("Your reference")
    customer.page.locator("summary", has_text="Withdraw the complaint").click()
    customer.page.get_by_role("button", name="Withdraw it").click()
    expect(customer.page.get_by_text("Please tick the box to confirm.")).to_be_visible()
    customer.page.locator("summary", has_text="Withdraw the complaint").click()
    customer.page.check("[name=sure]")
    customer.page.get_by_role("button", name="Withdraw it").click()
    expect(customer.page.get_by_text("You withdrew this complaint.").first).to_be_visible()
    customer.page.get_by_role("button", name="Go on with the complaint after all").click()
    expect(customer.page.get_by_text("Your complaint goes on where it stood.")).to_be_visible()


def test_a_link_of_a_letter_is_for_one_case_only(stack: Stack, new_context: NewContext) -> None:
    one = Complainant(stack, new_context().new_page(), "one@example.org")
    one.file("The first complaint about a chair.")
    other = Complainant(stack, new_context().new_page(), "other@example.org")
    other.file("The second complaint about a table.")
    one.open_letter("Your reference")
    refused = one.page.request.post(
        f"{stack.url}/status/complaints/{other.reference}/withdraw",
        form={"sure": "yes"},
        headers={"Sec-Fetch-Site": "same-origin"},
        max_redirects=0,
    )
    assert (refused.status, refused.headers["location"]) == (303, "/status")
    other.open_letter("Your reference")
    expect(other.page.get_by_text("Received").first).to_be_visible()
