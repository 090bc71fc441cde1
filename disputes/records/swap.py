"""Takes a person's name and addresses out of texts that are kept longer than these."""

import html
import re
from collections.abc import Iterable
from typing import Any, Final

import phonenumbers

ERASED_PERSON: Final = "Erased person"
ERASED_ADDRESS: Final = "Erased address"
ERASED_WORDS: Final = "Erased."

_BETWEEN: Final = r"[\s().\-/]*"
"""What people write between the digits of a telephone number."""


class Swap:
    """Replaces each of a person's identifiers by a token, in plain text, HTML and JSON values.

    An address is not found inside a longer one, and a telephone number is found however it is written.
    """

    def __init__(self, identifiers: Iterable[str | None], token: str = ERASED_PERSON) -> None:
        self._plain = frozenset(value.strip() for value in identifiers if value and value.strip())
        self._token = token
        wanted = sorted(self._plain | {html.escape(value) for value in self._plain}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern_of, wanted)), re.IGNORECASE) if wanted else None

    def and_also(self, identifiers: Iterable[str | None]) -> "Swap":
        """The same for these as well."""
        return Swap((*self._plain, *identifiers), self._token)

    def is_one(self, value: Any) -> bool:
        """True for a text that is one of the identifiers and nothing else."""
        return (
            isinstance(value, str) and self._pattern is not None and self._pattern.fullmatch(value.strip()) is not None
        )

    def text(self, text: str) -> str:
        """The text with the token in their place."""
        return self._pattern.sub(self._token, text) if self._pattern else text

    def json(self, value: Any) -> Any:
        """The same for every text within a JSON value."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.json(entry) for entry in value]
        if isinstance(value, dict):
            return {key: self.json(entry) for key, entry in value.items()}
        return value


def digits_of(phone: str) -> str:
    """A pattern for the digits of a number without its country, with anything that people put between them."""
    return _BETWEEN.join(_national(phone)[1])


def _pattern_of(identifier: str) -> str:
    if "@" in identifier:
        return rf"(?<![^\W_])(?<![^\W_][.+\-]){re.escape(identifier)}(?![^\W_])(?!-[^\W_])"
    country, digits = _national(identifier)
    if digits:
        prefix = rf"(?:(?:\+|00)?{country}{_BETWEEN})?(?:\(?0\)?{_BETWEEN})?"
        return rf"(?<!\d)(?:{prefix}){_BETWEEN.join(digits)}(?!\d)"
    return re.escape(identifier)


def _national(phone: str) -> tuple[str, str]:
    """The country of an international number and its digits at home; both empty for what is none."""
    if not re.fullmatch(r"\+\d{7,15}", phone):
        return "", ""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return "", phone.removeprefix("+")
    return str(number.country_code), str(number.national_number)
