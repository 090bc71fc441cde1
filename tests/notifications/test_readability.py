"""The readability gate: every approved letter can be read by a tired person on a small screen.

The figures are ours, met by all letters and kept from slipping. Ours measure grade 4 at most. The footer and what
customers typed do not count.
"""

import re
from pathlib import Path

import pytest

from tests.readability import grade, sentences_in, words_in

APPROVED = Path(__file__).parent / "approved"
LETTERS = sorted(file.stem for file in APPROVED.glob("*.txt"))

WORDS_IN_A_SENTENCE = 13.5
"""On average. Above 20 a reader loses the beginning before the end comes; our letters are well below."""

LONGEST_SENTENCE = 30
"""The longest says from which day on a customer need not wait for us, and for what."""

GRADE = 5.0

JARGON = (
    "pursuant", "hereby", "herein", "aforementioned", "whereas", "notwithstanding", "in respect of", "with regard to",
    "prior to", "subsequent", "commence", "terminate", "utilise", "facilitate", "endeavour", "ascertain", "remedy",
    "remedies", "stakeholder", "escalat", "adjudicat", "liabil", "without prejudice", "deadlock", "sla", "ticket",
    "adr", "odr", "kindly", "please be advised", "at your earliest convenience", "legal advice", "guarantee that",
    "unfortunately", "valued customer", "we take your complaint seriously", "as soon as possible", "shortly",
    "in due course", "asap", "soonest",
)  # fmt: skip
"""Words of lawyers and of call centres; and promises of a time that no clock of ours keeps ("shortly")."""


@pytest.mark.parametrize("name", LETTERS)
class TestReadability:
    def test_sentences_are_short(self, name: str) -> None:
        lengths = [len(words_in(sentence)) for sentence in sentences_of(name)]
        assert sum(lengths) / len(lengths) <= WORDS_IN_A_SENTENCE
        assert max(lengths) <= LONGEST_SENTENCE

    def test_words_are_easy(self, name: str) -> None:
        assert grade_of(name) <= GRADE

    def test_has_no_jargon(self, name: str) -> None:
        said = f" {' '.join(sentences_of(name)).lower()} "
        assert [word for word in JARGON if re.search(rf"\b{re.escape(word)}", said)] == []


def test_the_gate_can_be_closed() -> None:
    bad = "Pursuant to the aforementioned stipulations the organisation hereby endeavours to facilitate remediation."
    assert (
        grade(  # what the gate would say of a letter by a lawyer
            [bad]
        )
        > GRADE
    )


def sentences_of(name: str) -> list[str]:
    """Our own sentences in an approved letter: no quotes, rows, addresses, headings, farewell or footer."""
    text = (APPROVED / f"{name}.txt").read_text().partition("\n--\n")[0].partition("\n\n")[2]
    found = []
    for line in text.split("\n"):
        if line.startswith(">") or re.match(r"^[A-Z][^:.]{0,19}: {2,}", line) or "://" in line or line.isupper():
            continue
        found += sentences_in(line)
    return found


def grade_of(name: str) -> float:
    return grade(sentences_of(name))
