"""Reads values out of what customers write. Pure functions; what cannot be read is None, never an exception.

How a language says what is looked for stands in `reading.yml`.
"""

import re

from actions import slots
from actions import turn as heard
from actions.phrases import phrases
from actions.turn import Turn
from disputes.cases import references
from disputes.cases.fields import FieldError, clean_email, clean_name, clean_phone
from disputes.orders.service import normalise_number

LONGEST_NAME_WORDS = 6
LONGEST_LOWER_CASE_NAME = 3
"""Words up to which something without a capital letter is taken for a name."""

_NAME = re.compile(r"[^\W\d_][^\d?!@#:;/\\<>\[\]{}=+*_]*")
_LOOSE_EMAIL = re.compile(r"[^\s@,;:<>()]+\s*@\s*[^\s@,;:<>()]+\.[^\s@,;:<>().]+")
_BARE_ORDER = re.compile(r"\W*(?:[A-Za-z]{1,3}[- ]?)?\d[\d -]{1,18}\W*")

SHORT_ANSWER = 6
"""Words up to which an answer that begins with yes or no is nothing but that."""

WITH_REASON = 20
"""Words up to which "no, ..." is a no, with the reason for it."""

HAS_NONE = 14
"""Words up to which a message says no more than that there is no number or address."""

_MEANT = (slots.DESCRIPTION, slots.CONTACT, slots.ORDER_NUMBER, slots.NAME, slots.CATEGORY)


def takes_complaint_back(turn: Turn) -> bool:
    """True when a complaint that was filed is to be withdrawn."""
    return phrases().takes_complaint_back.search(turn.text) is not None


def asks_to_file(turn: Turn) -> bool:
    """True when a complaint is asked for in so many words, whatever else the message tells."""
    return phrases().asks_to_file.search(turn.text) is not None


def yes_or_no(turn: Turn) -> bool | None:
    """What a short answer begins with: "yes, file a complaint" is a yes, whatever else its words are like."""
    text = turn.text.strip()
    if turn.is_button or turn.values or phrases().but.search(text):
        return None
    if turn.words > SHORT_ANSWER:
        return False if turn.words <= WITH_REASON and phrases().no_and_why.match(text) else None
    if phrases().yes.match(text):
        return True
    return False if phrases().no.match(text) else None


def has_none(turn: Turn) -> bool:
    """True when a short message says that what was asked for is not there: lost, deleted, never had."""
    return turn.words <= HAS_NONE and not turn.values and phrases().has_none.search(turn.text) is not None


def asks_something(turn: Turn) -> bool:
    """True when the message is put as a question."""
    return phrases().asks.search(turn.text.strip()) is not None


def tells_beside_value(turn: Turn) -> bool:
    """True when a message with a value says more than what the value is: "10044 is late"."""
    rest = turn.text
    for values in turn.values.values():
        for value in values:
            rest = rest.replace(value, " ")
    return any(
        word.lower() not in phrases().labels and not any(map(str.isdigit, word)) for word in re.findall(r"[\w']+", rest)
    )


def name_said(text: str) -> str | None:
    """The name in a sentence that says it is one: "my name is Anna Berg", "my name is wrong, it is Anna"."""
    found = phrases().says_name.search(text) or phrases().name_instead.search(text)
    return _name(phrases().name_ends.sub("", found["name"])) if found else None


def name_answered(turn: Turn) -> str | None:
    """The name in the answer to "What is your name?": a bare name, other values beside it left out."""
    said = name_said(turn.text)
    if said:
        return said
    introduced = phrases().introduces.match(turn.text)
    if introduced and phrases().no_name.fullmatch(introduced["name"].split()[0].strip("'\"")):
        return None
    bare = introduced["name"] if introduced else turn.text
    for values in turn.values.values():
        for value in values:
            bare = bare.replace(value, " ")
    first_part = phrases().label.sub("", re.split(r"[,;\n]| - ", phrases().salutation.sub("", bare.strip()))[0])
    words = first_part.split()
    if len(words) > LONGEST_LOWER_CASE_NAME and sum(word[:1].isupper() for word in words) * 2 < len(words):
        return None
    return _name(first_part)


def _name(text: str) -> str | None:
    stripped = text.strip(" .,;:-'\"")
    if not _NAME.fullmatch(stripped) or len(stripped.split()) > LONGEST_NAME_WORDS:
        return None
    try:
        return clean_name(stripped)
    except FieldError:
        return None


def email_in(turn: Turn) -> str | None:
    """The e-mail address in the message, also when it is spelled out ("anna at example dot com")."""
    candidates = list(turn.values.get(heard.EMAIL, ()))
    spelled = phrases().spoken_dot.sub(".", phrases().spoken_at.sub("@", turn.text))
    candidates += [re.sub(r"\s", "", found) for found in _LOOSE_EMAIL.findall(spelled)]
    if phrases().not_this_but_that.search(turn.text):
        candidates.reverse()  # "not a@example.com but b@example.com": the last one counts
    for candidate in candidates:
        try:
            return clean_email(candidate.strip(".,"))
        except FieldError:
            continue
    return None


def phone_in(turn: Turn, country: str, *, was_asked: bool) -> str | None:
    """The phone number in the message, with its country code. A bare number is one only when it was asked for."""
    candidates = list(turn.values.get(heard.PHONE, ()))
    if was_asked:
        candidates += turn.values.get(heard.ORDER_NUMBER, ())
        candidates.append(turn.text)
    for candidate in candidates:
        try:
            return clean_phone(candidate, country)
        except FieldError:
            continue
    return None


def order_number_in(turn: Turn, *, was_asked: bool) -> str | None:
    """The order number in the message, in the shop's form. A number of any length counts when it was asked for."""
    candidates = list(turn.values.get(heard.ORDER_NUMBER, ()))[-1:]  # "not 10023 but 10032": the last one counts
    if was_asked:
        if _BARE_ORDER.fullmatch(turn.text):
            candidates.append(turn.text)
        candidates += turn.values.get(heard.PHONE, ())
    for candidate in candidates:
        number = normalise_number(candidate)
        if number:
            return number
    return None


def reference_in(turn: Turn) -> str | None:
    """The reference of a complaint in the message, if its check character fits."""
    return references.find(turn.text)


def looks_like_reference(turn: Turn) -> bool:
    """True when something like a reference was typed, right or not."""
    return turn.first(heard.REFERENCE) is not None


def field_meant(turn: Turn) -> str | None:
    """The slot that a correction speaks of, by its words or by the kind of value in it."""
    if turn.values.get(heard.EMAIL):
        return "contact"
    for slot in _MEANT:
        if phrases().means(slot).search(turn.text):
            return slot
    if turn.values.get(heard.ORDER_NUMBER):
        return "order_number"
    if turn.values.get(heard.PHONE):
        return "contact"
    return "complainant_name" if name_said(turn.text) else None


def says_number(turn: Turn) -> bool:
    """True when the message speaks of a number, without which one."""
    return phrases().says_number.search(turn.text) is not None


def says_instead(turn: Turn) -> bool:
    """True for "not 10023 but 10032" and the like: one value is put in the place of another."""
    return phrases().not_this_but_that.search(turn.text) is not None and bool(turn.values)
