"""Takes a person's name and addresses out of texts that are kept longer than these."""

import html
import re
from collections.abc import Iterable
from typing import Any, Final

ERASED_PERSON: Final = "Erased person"
ERASED_WORDS: Final = "Erased."


class Swap:
    """Replaces each of a person's identifiers by a token, in plain text, HTML and JSON values."""

    def __init__(self, identifiers: Iterable[str | None]) -> None:
        self._plain = frozenset(value.strip() for value in identifiers if value and value.strip())
        wanted = sorted(self._plain | {html.escape(value) for value in self._plain}, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(value) for value in wanted), re.IGNORECASE) if wanted else None

    def and_also(self, identifiers: Iterable[str | None]) -> "Swap":
        """The same for these as well."""
        return Swap((*self._plain, *identifiers))

    def text(self, text: str) -> str:
        """The text with the token in their place."""
        return self._pattern.sub(ERASED_PERSON, text) if self._pattern else text

    def json(self, value: Any) -> Any:
        """The same for every text within a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(entry) for entry in value]
        if isinstance(value, dict):
            return {key: self.json(entry) for key, entry in value.items()}
        return value
