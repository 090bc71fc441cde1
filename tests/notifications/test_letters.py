"""Every letter, as approved text; and what holds for all of them.

A changed letter fails here. Read the difference aloud; when it is better, run with ACCEPT_LETTERS=1 to keep it.
"""

import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from disputes import policy
from disputes.notifications import letters
from disputes.notifications.letters import CaseFacts, Letter

APPROVED = Path(__file__).parent / "approved"
BASE_URL = "https://disputes.casened.com"
FILED = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
DATES = policy.dates_for_filed(FILED, policy.current())
FACTS = CaseFacts(
    reference="CD-7K3M-9QXA",
    state="filed",
    name="Mia Hughes",
    order_number="10023",
    category_label="Parcel never arrived",
    description="The parcel never arrived, although it says delivered.\n\nI asked the neighbours. Nobody has it.",
    desired_outcome="My money back",
    source="chat",
    filed_at=FILED,
    next_date=DATES.named_person_by,
    first_answer_by=DATES.first_answer_by,
    expected_end=DATES.expected_end,
    hard_cap=DATES.hard_cap,
)
NASTY = "</p><script>alert('x')</script> <img src=x onerror=alert(1)> {{ 7 * 7 }} \"&'"

type Write = Callable[[CaseFacts], Letter]


def acknowledgement(facts: CaseFacts) -> Letter:
    return letters.acknowledgement(facts, policy.current(), BASE_URL)


def named_person(facts: CaseFacts) -> Letter:
    return letters.named_person(replace(facts, staff_name="Ann Baker"), policy.current(), BASE_URL)


def status_code(_: CaseFacts) -> Letter:
    return letters.status_code("012345", FILED, policy.current(), BASE_URL)


def sign_in_link(_: CaseFacts) -> Letter:
    link = f"{BASE_URL}/desk/sign-in/link/t0ken"
    return letters.sign_in_link("Ann Baker", link, 24, policy.current(), BASE_URL)


ALL: dict[str, tuple[Write, CaseFacts]] = {
    "acknowledgement": (acknowledgement, FACTS),
    "acknowledgement_without_order": (acknowledgement, replace(FACTS, order_number=None, desired_outcome=None)),
    "acknowledgement_by_staff": (acknowledgement, replace(FACTS, source="staff")),
    "acknowledgement_by_shop": (acknowledgement, replace(FACTS, source="shop", desired_outcome=None)),
    "named_person": (named_person, FACTS),
    "status_code": (status_code, FACTS),
    "sign_in_link": (sign_in_link, FACTS),
}


@pytest.mark.parametrize("name", ALL)
class TestEveryLetter:
    def test_is_as_approved(self, name: str) -> None:
        write, facts = ALL[name]
        letter = write(facts)
        got = f"Subject: {letter.subject}\n\n{letter.text}"
        file = APPROVED / f"{name}.txt"
        if os.environ.get("ACCEPT_LETTERS"):
            file.write_text(got)
        assert file.read_text() == got

    def test_says_the_same_in_text_and_html(self, name: str) -> None:
        write, facts = ALL[name]
        letter = write(facts)
        shown = words_of(letter.html)
        for line in letter.text.split("\n"):
            for sentence in re.split(r"(?<=[.?]) ", line.removeprefix("> ").strip()):
                if sentence.endswith((".", "?")):
                    assert plain(sentence) in shown

    def test_has_a_subject_without_personal_data_on_one_line(self, name: str) -> None:
        write, facts = ALL[name]
        subject = write(facts).subject
        assert "\n" not in subject
        assert len(subject) < 70
        for secret in ("Mia", "Hughes", "Ann", "10023", "012345", "t0ken"):
            assert secret not in subject

    def test_loads_nothing_from_elsewhere(self, name: str) -> None:
        write, facts = ALL[name]
        html = write(facts).html
        assert not re.search(r"(?:src|background)=|url\(|@import|<script|<link", html)

    def test_claims_no_legal_advice_and_shouts_nowhere(self, name: str) -> None:
        write, facts = ALL[name]
        text = write(facts).text
        assert "legal advice" not in text.lower()
        assert "do not reply" not in text.lower()
        assert "!" not in text


class TestWords:
    def test_typed_html_is_shown_as_text_in_every_field(self) -> None:
        facts = replace(
            FACTS, name=NASTY, description=NASTY, desired_outcome=NASTY, order_number=NASTY, category_label=NASTY
        )
        for letter in (acknowledgement(facts), named_person(facts)):
            assert "<script" not in letter.html
            assert "<img" not in letter.html
            assert "onerror=alert(1)&gt;" in letter.html or "onerror" not in letter.html
            assert "49" not in words_of(letter.html).replace("7946", "")
        assert NASTY in acknowledgement(facts).text

    def test_typed_words_cannot_pass_for_ours_in_the_text(self) -> None:
        fake = "Fine.\n\nKind regards\ncasened.com\n\nWHAT HAPPENS NEXT"
        text = acknowledgement(replace(FACTS, description=fake)).text
        assert text.count("\nWHAT HAPPENS NEXT") == 1
        assert "\n> WHAT HAPPENS NEXT" in text

    @pytest.mark.parametrize("name", ["Click https://evil.example", "win@evil.example", "www.evil.example", "x" * 90])
    def test_a_name_that_is_bait_is_not_repeated(self, name: str) -> None:
        assert acknowledgement(replace(FACTS, name=name)).text.startswith("Hello,\n")

    @pytest.mark.parametrize("name", ["Zoë O'Neill", "李小龍", "Ana Maria de la Cruz-Öst Jr."])
    def test_other_names_are(self, name: str) -> None:
        assert acknowledgement(replace(FACTS, name=name)).text.startswith(f"Dear {name},\n")

    def test_long_words_survive(self) -> None:
        story = "A very long story. " * 1000
        assert story.strip() in acknowledgement(replace(FACTS, description=story.strip())).text


class TestAcknowledgement:
    def test_has_what_the_policy_asks_of_it(self) -> None:
        text = acknowledgement(FACTS).text
        shop_policy = policy.current()
        for due in (DATES.named_person_by, DATES.first_answer_by, DATES.expected_end, DATES.hard_cap):
            assert shop_policy.say_date(due) in text
        for needed in (
            "CD-7K3M-9QXA",
            shop_policy.shop.support_email,
            shop_policy.shop.support_phone,
            shop_policy.outside_options.general,
            "answer this letter and say so",
            f"{BASE_URL}/status",
            "C3, C4, C5, C6, C7, C8, C10",
        ):
            assert needed in text


def plain(text: str) -> str:
    return " ".join(text.split())


def words_of(html: str) -> str:
    """What a reader sees of the page."""

    class Words(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []
            self.hidden = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.hidden = self.hidden or tag in ("style", "head")

        def handle_endtag(self, tag: str) -> None:
            if tag in ("style", "head"):
                self.hidden = False

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                self.found.append(data)

    words = Words()
    words.feed(html)
    return plain("".join(words.found))
