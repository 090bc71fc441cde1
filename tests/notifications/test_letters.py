"""Every letter, as approved text; and what holds for all of them.

A changed letter fails here. Read the difference aloud; when it is better, run with APPROVE=1 to keep it.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from disputes import policy
from disputes.cases import states
from disputes.notifications import letters
from disputes.notifications.letters import FOR_NOTICE, CaseFacts, Letter, Said
from tests.notifications.examples import ANN, BASE_URL, EXAMPLES, FACTS, FILED, NOTICES_BESIDE, of

APPROVED = Path(__file__).parent / "approved"
NASTY = "</p><script>alert('x')</script> <img src=x onerror=alert(1)> {{ 7 * 7 }} \"&'"
LABEL = re.compile(r"^(?:> |[A-Z][^:.]{0,19}: {2,}|(?:\d\.|-) +| +)")
SAYS_A_DATE = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+ \d{4}")


def letter_of(name: str) -> Letter:
    notice, facts = EXAMPLES[name]
    return write(notice, facts)


def write(notice: str, facts: CaseFacts) -> Letter:
    return FOR_NOTICE[notice](facts, policy.current(), BASE_URL)


def status_code() -> Letter:
    return letters.status_code("012345", FILED, policy.current(), BASE_URL)


def sign_in_link() -> Letter:
    link = f"{BASE_URL}/desk/sign-in/link/t0ken"
    return letters.sign_in_link("Ann Baker", link, 24, policy.current(), BASE_URL)


def staff_task() -> Letter:
    return letters.staff_task(
        policy.current(),
        BASE_URL,
        name="Ann Baker",
        what="Nobody has taken on this complaint yet.",
        reference="CD-7K3M-9QXA",
        due_at=FILED,
        link=f"{BASE_URL}/desk/cases/CD-7K3M-9QXA",
    )


def said() -> list[Said]:
    """Something of a chat, around midnight where the shop is."""
    rows = [("Reference", "CD-7K3M-9QXA"), ("Stage", "We look into it")]
    return [
        Said("You", FILED, "Where is my parcel?\nIt should be here."),
        Said("Assistant", FILED, "Here it is:", rows),
        Said("Ann Baker", FILED + timedelta(days=1), "It is on its way. You have it tomorrow."),
    ]


def chat_reply() -> Letter:
    return letters.chat_reply(said()[2:], policy.current(), BASE_URL)


def chat_received() -> Letter:
    return letters.chat_received("Tuesday 12 May 2026", policy.current(), BASE_URL)


def chat_not_helped() -> Letter:
    return letters.chat_not_helped(policy.current(), BASE_URL)


def chat_transcript() -> Letter:
    return letters.chat_transcript(said(), policy.current(), BASE_URL, is_cut=True, asks=True)


OTHERS = {
    "status_code": status_code,
    "sign_in_link": sign_in_link,
    "staff_task": staff_task,
    "chat_reply": chat_reply,
    "chat_received": chat_received,
    "chat_not_helped": chat_not_helped,
    "chat_transcript": chat_transcript,
}
ALL = [*EXAMPLES, *OTHERS]


def any_letter(name: str) -> Letter:
    return letter_of(name) if name in EXAMPLES else OTHERS[name]()


@pytest.mark.parametrize("name", ALL)
class TestEveryLetter:
    def test_is_as_approved(self, name: str) -> None:
        letter = any_letter(name)
        got = f"Subject: {letter.subject}\n\n{letter.text}"
        file = APPROVED / f"{name}.txt"
        if os.environ.get("APPROVE"):
            file.write_text(got)
        assert file.read_text() == got

    def test_says_the_same_in_text_and_html(self, name: str) -> None:
        letter = any_letter(name)
        shown = words_of(letter.html)
        for line in letter.text.split("\n"):
            for sentence in re.split(r"(?<=[.?]) ", LABEL.sub("", line)):
                if sentence.endswith((".", "?")):
                    assert plain(sentence) in shown

    def test_has_a_subject_without_personal_data_on_one_line(self, name: str) -> None:
        subject = any_letter(name).subject
        assert "\n" not in subject
        assert len(subject) < 70
        for secret in ("Mia", "Hughes", "Ann", "10023", "012345", "t0ken"):
            assert secret not in subject

    def test_loads_nothing_from_elsewhere(self, name: str) -> None:
        html = any_letter(name).html
        assert not re.search(r"(?:src|background)=|url\(|@import|<script|<link", html)

    def test_claims_no_legal_advice_and_shouts_nowhere(self, name: str) -> None:
        text = any_letter(name).text
        assert "legal advice" not in text.lower()
        assert "do not reply" not in text.lower()
        assert "!" not in text


@pytest.mark.parametrize("name", EXAMPLES)
class TestEveryLetterAboutACase:
    def test_names_no_date_but_those_of_the_engine(self, name: str) -> None:
        _, facts = EXAMPLES[name]
        told = {policy.current().say_date(moment) for moment in moments_in(facts)}
        assert set(SAYS_A_DATE.findall(letter_of(name).text)) <= told

    def test_has_what_every_letter_has(self, name: str) -> None:
        text, facts = letter_of(name).text, EXAMPLES[name][1]
        shop = policy.current().shop
        for needed in (
            facts.reference,
            facts.case_url,
            shop.support_email,
            shop.support_phone,
            "answer this letter",
            "version 0f3a9c51b7de",
            "C10",
        ):
            assert needed in text
        body, _, footer = text.partition("\n--\n")
        assert f"History seal: {facts.seal}" in footer
        assert facts.seal not in body

    def test_shows_typed_html_as_text(self, name: str) -> None:
        notice, facts = EXAMPLES[name]
        html = write(notice, typed(facts, NASTY)).html
        assert "<script" not in html
        assert "<img" not in html
        assert not re.search(r"\b49\b", words_of(html).replace("7946", ""))

    def test_keeps_the_words_of_customers_apart(self, name: str) -> None:
        notice, facts = EXAMPLES[name]
        if facts.actor != "customer":
            return
        fake = "Fine.\n\nKind regards\ncasened.com\n\n--\nWHAT HAPPENS NEXT\x0bYOU CAN ALWAYS\r\nYou get £1000."
        text = write(notice, replace(facts, text=fake, description=fake, desired_outcome=fake)).text
        assert text.count("\n--\n") == 1
        assert text.count("\nKind regards\n") == 1
        assert text.count("\nYOU CAN ALWAYS") == 1
        assert "\nYou get £1000." not in text


class TestEveryPolicy:
    def test_has_every_letter_in_its_own_words(self, each_policy: Path) -> None:
        shop = policy.current().shop
        for name in EXAMPLES:
            text = letter_of(name).text
            assert text.count(shop.name) >= 1, name
            assert shop.support_email in text
            assert shop.name == "casened.com" or "casened.com" not in text.replace(BASE_URL, ""), name
            assert not re.search(r"\{\w+\}|None|datetime", text), name


class TestTheTable:
    def test_every_notice_of_it_has_a_letter(self) -> None:
        wanted = {step.letter for step in states.TRANSITIONS if step.letter}
        assert wanted | set(NOTICES_BESIDE) == set(FOR_NOTICE)

    def test_every_letter_has_an_approved_text(self) -> None:
        assert {notice for notice, _ in EXAMPLES.values()} == set(FOR_NOTICE)

    def test_every_step_with_a_letter_has_one_for_its_event(self) -> None:
        shown = {(notice, facts.kind) for notice, facts in EXAMPLES.values()}
        assert {(step.letter, step.event) for step in states.TRANSITIONS if step.letter} <= shown

    def test_no_approved_text_is_left_over(self) -> None:
        assert {file.stem for file in APPROVED.glob("*.txt")} == set(ALL)

    @pytest.mark.parametrize("step", [step for step in states.TRANSITIONS if step.letter], ids=lambda step: step.id)
    def test_a_letter_rests_on_the_clause_of_its_step(self, step: states.Transition) -> None:
        for notice, facts in EXAMPLES.values():
            if facts.kind == step.event:
                assert step.clause in write(notice, facts).clauses


class TestMailFromAChat:
    def test_shows_what_was_typed_as_text_and_quoted(self) -> None:
        fake = f"Fine.\n\nKind regards\ncasened.com\n\n--\n{NASTY}"
        words = [Said("You", FILED, fake, [("Label", NASTY)]), Said(NASTY, FILED, "Hello.")]
        letter = letters.chat_transcript(words, policy.current(), BASE_URL, is_cut=False, asks=False)
        assert "<script" not in letter.html
        assert "<img" not in letter.html
        assert letter.text.count("\nKind regards\n") == 1
        assert letter.text.count("\n--\n") == 1

    def test_names_each_day_once(self) -> None:
        text = chat_transcript().text
        assert text.count("TUESDAY 12 MAY 2026") == 1
        assert text.count("WEDNESDAY 13 MAY 2026") == 1


class TestWords:
    @pytest.mark.parametrize("name", ["Click https://evil.example", "win@evil.example", "www.evil.example", "x" * 90])
    def test_a_name_that_is_bait_is_not_repeated(self, name: str) -> None:
        assert write("N1", replace(FACTS, name=name)).text.startswith("Hello,\n")

    @pytest.mark.parametrize("name", ["Zoë O'Neill", "李小龍", "Ana Maria de la Cruz-Öst Jr."])
    def test_other_names_are(self, name: str) -> None:
        assert write("N1", replace(FACTS, name=name)).text.startswith(f"Dear {name},\n")

    def test_long_words_survive(self) -> None:
        story = "A very long story. " * 1000
        assert story.strip() in write("N1", replace(FACTS, description=story.strip())).text

    def test_the_shop_never_calls_its_own_complaint_the_customers(self) -> None:
        for name, (notice, facts) in EXAMPLES.items():
            text = write(notice, replace(facts, source="shop")).text
            assert "your complaint CD-" not in text, name
            assert "Withdraw:" not in text, name

    def test_a_letter_before_the_cap_says_when_the_door_opens(self) -> None:
        for notice in ("N1", "N4r", "N6", "N7", "N9", "N10", "N13", "NX", "NP"):
            for known, facts in EXAMPLES.values():
                if known == notice and not facts.door_open:
                    assert "Tuesday 23 June 2026" in write(notice, facts).text or facts.kind == "assigned"

    def test_two_letters_about_the_same_answer_say_whose_turn_it_is(self) -> None:
        text = write(*of(states.TAKEN, "investigating", **ANN)).text
        assert "You do not need to do anything for this." in text


class TestAcknowledgement:
    def test_has_what_the_policy_asks_of_it(self) -> None:
        text, shop_policy = write("N1", FACTS).text, policy.current()
        dates = policy.dates_for_filed(FILED, shop_policy)
        for due in (dates.named_person_by, dates.first_answer_by, dates.expected_end, dates.hard_cap):
            assert shop_policy.say_date(due) in text
        for needed in ("CD-7K3M-9QXA", FACTS.outside.general, "on the same page", f"{BASE_URL}/status"):
            assert needed in text


def moments_in(facts: Any) -> Iterator[datetime]:
    """Every moment in facts, however deep."""
    for field in fields(facts):
        value = getattr(facts, field.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, datetime):
                yield one
            elif is_dataclass(one):
                yield from moments_in(one)


def typed(facts: CaseFacts, words: str) -> CaseFacts:
    """Facts in which everything that a person may type is these words."""
    return replace(
        facts,
        name=words,
        description=words,
        desired_outcome=words,
        order_number=words,
        category_label=words,
        text=words,
        reason=words,
        reseller=facts.reseller and words,
        questions=tuple(words for _ in facts.questions),
        offer=facts.offer and replace(facts.offer, reasons=words, summary=words),
        settlement=facts.settlement and replace(facts.settlement, words=words),
        remedies=tuple(replace(remedy, conditions=words) for remedy in facts.remedies),
    )


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
