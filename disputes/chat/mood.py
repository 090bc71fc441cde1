"""How a customer seems to feel, for the colleague who is about to speak with them: from the words that they wrote, in
neutral words. Pure; kept nowhere, and never shown to the customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import yaml

from disputes import policy
from disputes.policy.watch import WatchList
from disputes.words import file_of

MOOD_FILE: Final = "disputes/chat/mood.yml"
LOUD_LETTERS: Final = 12
MANY_SIGNS: Final = 3


@dataclass(frozen=True)
class MoodFile:
    """The words to look for, and what is said of them."""

    sentences: dict[str, str]
    upset: WatchList
    cross: WatchList


def mood_of(words: Sequence[str]) -> str | None:
    """A sentence about the last messages of a customer; None when they have written nothing yet."""
    if not words:
        return None
    return _file().sentences[_how(words)]


def is_loud(text: str) -> bool:
    """Written in capitals, or with a row of exclamation marks."""
    letters = [sign for sign in text if sign.isalpha()]
    capitals = sum(sign.isupper() for sign in letters)
    return (len(letters) >= LOUD_LETTERS and capitals > 0.8 * len(letters)) or "!" * MANY_SIGNS in text


def _how(words: Sequence[str]) -> str:
    if any(policy.current().is_urgent(text) for text in words):
        return "safety"
    if any(_file().upset.is_in(text) or is_loud(text) for text in words):
        return "upset"
    return "cross" if any(_file().cross.is_in(text) for text in words) else "calm"


@cache
def _file() -> MoodFile:
    written = yaml.safe_load(file_of(MOOD_FILE).read_text(encoding="utf-8"))
    return MoodFile(written["sentences"], WatchList(written["upset"]), WatchList(written["cross"]))
