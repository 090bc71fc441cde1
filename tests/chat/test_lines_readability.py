"""The chat's own words are as easy to read as the assistant's."""

import pytest
import yaml

from disputes.chat.lines import LINES
from disputes.words import file_of
from tests.dialogue.test_consistency import ENOUGH_TO_GRADE, GRADE, LONGEST_SENTENCE
from tests.readability import grade, sentences_in, words_in

WORDS: dict[str, str] = yaml.safe_load(file_of(LINES).read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(WORDS))
def test_each_line_is_easy_to_read(key: str) -> None:
    sentences = sentences_in(WORDS[key])
    lengths = [len(words_in(sentence)) for sentence in sentences]
    assert max(lengths, default=0) <= LONGEST_SENTENCE
    if sum(lengths) >= ENOUGH_TO_GRADE:
        assert grade(sentences) <= GRADE
