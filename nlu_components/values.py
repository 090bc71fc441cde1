"""Finds e-mail addresses, references, order numbers and phone numbers in a message, by rule.

Plain functions without rasa, so that they can be tested and used anywhere.
"""

import re
from typing import List, NamedTuple, Tuple

EMAIL = "email"
REFERENCE = "reference"
ORDER_NUMBER = "order_number"
PHONE = "phone"

# Digits of a phone number: ITU-T E.164 allows 15; under 8 it is more likely to be an order number.
PHONE_DIGITS = range(8, 16)
# With a word such as "phone" before it, a short national number counts as well.
MARKED_PHONE_DIGITS = range(6, 16)

_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\"']+@[^\s@,;:<>()\[\]\"']+\.[^\W\d_]{2,}", re.IGNORECASE)
_REFERENCE = re.compile(r"(?<![\w-])CD[-\s]?[0-9A-Z]{4}[-\s]?[0-9A-Z]{4}(?![\w-])", re.IGNORECASE)
_MARKED_ORDER = re.compile(
    r"(?:\b(?:order|ordr|purchase|parcel|package)(?:\s+(?:number|numb|nr|no|num|id))?|\b(?:number|nr|no|num)|[#№])"
    r"\.?(?:\s+(?:is|was|it's|to|i think))?\s*[:#№]?\s*"
    r"((?:[A-Z]{1,3}-?|(?-i:[A-Z]{2,3}) )?\d(?:[ -]?\d){3,9})(?![\w-])",
    re.IGNORECASE,
)
_PREFIXED_ORDER = re.compile(r"(?<![\w-])(?!CD)[A-Z]{2,3}-?\d{4,10}(?![\w-])", re.IGNORECASE)
_PHONE_WORD = re.compile(r"\b(?:phone|tel|telephone|mobile|cell|call|ring|text|reach)\b[^\d+\n]{0,24}$", re.IGNORECASE)
_DIGITS = re.compile(r"(?<![\w@.,/-])(?:\+|00)?\(?\d(?:[\s().\-/]{0,2}\d)+(?![\w@/]|[.,]\d)")
_MONEY_BEFORE = re.compile(r"(?:[$€£¥]|\b(?:usd|eur|gbp|sek|kr|euros?|pounds?))\s*$", re.IGNORECASE)
_UNIT_AFTER = re.compile(
    r"\s*(?:[$€£¥%]|usd\b|eur\b|gbp\b|sek\b|kr\b|euros?\b|pounds?\b|dollars?\b|days?\b|weeks?\b|months?\b|years?\b"
    r"|hours?\b|minutes?\b|times?\b|pieces?\b|pcs\b|am\b|pm\b|cm\b|mm\b|kg\b|g\b|l\b|ml\b)",
    re.IGNORECASE,
)


class Value(NamedTuple):
    """A value found in the text at [start, end)."""

    entity: str
    value: str
    start: int
    end: int


def find_values(text: str) -> List[Value]:
    """All values in the text, in order of appearance; none overlaps another.

    A bare number of 4 to 7 digits is taken for an order number, a longer one for a phone number. What it really
    is, the action decides by what was asked. Money, dates, times and amounts are left alone.
    """
    found: List[Value] = []
    taken: List[Tuple[int, int]] = []

    def take(entity: str, start: int, end: int) -> None:
        if any(start < stop and begin < end for begin, stop in taken):
            return
        taken.append((start, end))
        found.append(Value(entity, text[start:end].strip(" .,"), start, end))

    for match in _EMAIL.finditer(text):
        take(EMAIL, match.start(), match.end())
    for match in _REFERENCE.finditer(text):
        take(REFERENCE, match.start(), match.end())
    for match in _MARKED_ORDER.finditer(text):
        before = text[: match.start()]
        digits = sum(character.isdigit() for character in match.group(1))
        says_phone = _PHONE_WORD.search(before) or re.search(r"(?:phone|mobile|tel|cell)\W{0,2}\s*$", before, re.IGNORECASE)
        if says_phone or match.group(1).startswith("0") or digits > 7 and not _names_order(match.group(0)):
            continue
        if not _UNIT_AFTER.match(text, match.end(1)):
            take(ORDER_NUMBER, match.start(1), match.end(1))
    for match in _PREFIXED_ORDER.finditer(text):
        take(ORDER_NUMBER, match.start(), match.end())
    for match in _DIGITS.finditer(text):
        if _MONEY_BEFORE.search(text, 0, match.start()) or _UNIT_AFTER.match(text, match.end()):
            continue
        written = match.group(0)
        start = match.start()
        if written.startswith("(") and ")" not in written:  # a remark in brackets, not a dialling code
            written, start = written[1:], start + 1
        digits = sum(character.isdigit() for character in written)
        marked = _PHONE_WORD.search(text[: match.start()]) is not None
        if written.startswith("+") or digits in PHONE_DIGITS or (marked and digits in MARKED_PHONE_DIGITS):
            if digits in MARKED_PHONE_DIGITS and not _is_date(written):
                take(PHONE, start, match.end())
        elif re.fullmatch(r"\d{4,7}|\d{1,3}(?: \d{3})+", written) and not _is_year(written, text):
            take(ORDER_NUMBER, start, match.end())
    return sorted(found, key=lambda value: value.start)


def _names_order(words: str) -> bool:
    return re.search(r"order|ordr|purchase", words, re.IGNORECASE) is not None


def _is_year(number: str, text: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", number) is not None and text.strip(" .#") != number


def _is_date(number: str) -> bool:
    return re.fullmatch(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", number) is not None
