"""The words of the chat, of pages and of forms are as easy to read as the assistant's."""

import pytest

from disputes.words import Sentences
from tests.dialogue.test_consistency import ENOUGH_TO_GRADE, GRADE, LONGEST_SENTENCE
from tests.readability import grade, sentences_in, words_in

FILES = ("disputes/chat/lines.yml", "disputes/sentences.yml", "widget/src/words.json")
READ_BY_STAFF = {"consent.shop_agrees"}
WORDS = {name: words for file in FILES for name, words in Sentences(file).all().items() if name not in READ_BY_STAFF}


@pytest.mark.parametrize("name", sorted(WORDS))
def test_each_is_easy_to_read(name: str) -> None:
    sentences = sentences_in(WORDS[name])
    lengths = [len(words_in(sentence)) for sentence in sentences]
    assert max(lengths, default=0) <= LONGEST_SENTENCE
    if sum(lengths) >= ENOUGH_TO_GRADE:
        assert grade(sentences) <= GRADE
