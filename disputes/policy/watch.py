"""Finds the words in what a customer writes that change how a complaint is handled."""

import re
from collections.abc import Iterable

ANY_ENDING = "*"


def plain(words: str) -> str:
    """The words in small letters with one space between them, without signs."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in words.casefold()).split())


class WatchList:
    """Words and phrases to look for. A whole word counts, also with any ending where it was written with a star."""

    def __init__(self, phrases: Iterable[str]) -> None:
        patterns = [
            re.escape(plain(phrase)) + (r"\w*" if phrase.rstrip().endswith(ANY_ENDING) else "")
            for phrase in phrases
            if plain(phrase)
        ]
        self._pattern = re.compile(rf"\b(?:{'|'.join(patterns)})\b") if patterns else None

    def is_in(self, text: str) -> bool:
        """True when one of the phrases occurs in the text."""
        return self.first_in(text) is not None

    def first_in(self, text: str) -> str | None:
        """The words of the text in which one of the phrases occurs first, in small letters."""
        found = self._pattern.search(plain(text)) if self._pattern is not None else None
        return found.group() if found else None
