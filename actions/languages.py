"""Tells a message in another language than the assistant's by its script or its small words. No guess at which one."""

import re
import unicodedata
from typing import Final

from actions.phrases import phrases

SURE: Final = 2
"""Small words from which it is no accident."""

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def is_foreign(text: str) -> bool:
    """True when the message is in another language; a name or a word or two borrowed from one is not."""
    letters = [sign for sign in text if sign.isalpha()]
    if sum(not _is_ours(sign) for sign in letters) * 2 > len(letters):
        return True
    words = [part for word in _WORD.findall(text.lower()) for part in re.split("['’]", word)]
    foreign = sum(word in phrases().foreign_small_words for word in words)
    ours = sum(word in phrases().small_words for word in words)
    return foreign >= SURE and foreign > ours


def _is_ours(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(phrases().letters_begin_with)
