"""The chat's own words are as easy to read as the assistant's."""

import pytest
import yaml

from disputes.chat.lines import LINES_FILE
from tests.dialogue.test_consistency import ENOUGH_TO_GRADE, GRADE, LONGEST_SENTENCE
from tests.readability import grade, sentences_in, words_in

LINES: dict[str, str] = yaml.safe_load(LINES_FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("key", sorted(LINES))
def test_each_line_is_easy_to_read(key: str) -> None:
    sentences = sentences_in(LINES[key])
    lengths = [len(words_in(sentence)) for sentence in sentences]
    assert max(lengths, default=0) <= LONGEST_SENTENCE
    if sum(lengths) >= ENOUGH_TO_GRADE:
        assert grade(sentences) <= GRADE
