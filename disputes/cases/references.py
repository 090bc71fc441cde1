"""Case references: `CD-XXXX-XXXX`, seven random characters and one check character in Crockford's base 32.

The check is a weighted sum over the field of 32 elements with a different weight at each place. It catches every
single wrong character and every swap of two characters, near or far. Two or more independent errors pass one time
in 32. Nothing in a reference says who filed it, or when, or how many there are.
"""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PREFIX = "CD"
RANDOM_PLACES = 7

_VALUES = {sign: value for value, sign in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_FIELD_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1
_FIELD_SIZE = 32
_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212_]+")
_IN_A_SENTENCE = re.compile(
    r"(?<![0-9A-Za-z])[Cc][Dd][-\s\u2010-\u2015]?[0-9A-Za-z]{4}[-\s\u2010-\u2015]?[0-9A-Za-z]{4}(?![0-9A-Za-z])"
)


def new_reference() -> str:
    """A fresh reference, from the system's source of randomness."""
    values = [secrets.randbelow(_FIELD_SIZE) for _ in range(RANDOM_PLACES)]
    signs = "".join(ALPHABET[value] for value in (*values, _check(values)))
    return f"{PREFIX}-{signs[:4]}-{signs[4:]}"


def normalise(text: str) -> str | None:
    """The reference somebody typed, as we write it; None when it is none, or its check character does not fit.

    Lower case, missing or other dashes and spaces are fine; O is read as 0, I and L as 1.
    """
    plain = _SEPARATORS.sub("", _visible(text)).upper()
    body = plain.removeprefix(PREFIX)
    if body == plain or len(body) != RANDOM_PLACES + 1:
        return None
    values = [_VALUES.get(sign, -1) for sign in body]
    if -1 in values or _check(values[:-1]) != values[-1]:
        return None
    signs = "".join(ALPHABET[value] for value in values)
    return f"{PREFIX}-{signs[:4]}-{signs[4:]}"


def find(text: str) -> str | None:
    """The first valid reference in a sentence; None when there is none."""
    return next((found for part in _IN_A_SENTENCE.findall(_visible(text)) if (found := normalise(part))), None)


def _visible(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def _check(values: list[int]) -> int:
    total = 0
    for value in values:
        total = _doubled(total ^ value)
    return total


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ _FIELD_POLYNOMIAL if value & _FIELD_SIZE else value
