"""The sentences of each policy that customers read are short and plain: in the chat, on the pages and in letters."""

from functools import cache

import pytest

from disputes import policy
from tests.conftest import POLICIES, ROOT
from tests.readability import grade, sentences_in, words_in

LONGEST_SENTENCE = 20
"""Words. Above that a reader loses the beginning before the end comes."""

GRADE = 8.0
"""Of school. "Alternative dispute resolution" has its name by law, and costs a short text four grades."""

ENOUGH_TO_GRADE = 20
"""Words: below that one long word decides."""

READ_BY_STAFF = ("tasks.",)


@cache
def texts_of(file: str) -> dict[str, str]:
    texts = policy.load(ROOT / file).texts
    return {place: text for place, text in texts.items() if not place.startswith(READ_BY_STAFF)}


@pytest.mark.parametrize("file", POLICIES)
class TestReadability:
    def test_sentences_are_short(self, file: str) -> None:
        lengths = {
            f"{place}: {sentence}": len(words_in(sentence))
            for place, text in texts_of(file).items()
            for sentence in sentences_in(text)
        }
        assert {words: length for words, length in lengths.items() if length > LONGEST_SENTENCE} == {}

    def test_words_are_easy(self, file: str) -> None:
        long = {place: text for place, text in texts_of(file).items() if len(words_in(text)) >= ENOUGH_TO_GRADE}
        grades = {place: grade(sentences_in(text)) for place, text in long.items()}
        assert {place: found for place, found in grades.items() if found > GRADE} == {}
        assert {"clauses.C5.text", "clauses.C8.text", "outside_options.general"} <= set(grades)
