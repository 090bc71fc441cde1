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

BARE_NAME_WORDS = (2, 3)
"""How many words a name has that is told without being asked for."""

_NAME = re.compile(r"[^\W\d_][^\d?!@#:;/\\<>\[\]{}=+*_]*")
_BARE_ORDER = re.compile(r"\W*(?:[A-Za-z]{1,3}[- ]?)?\d[\d -]{1,18}\W*")

_NO_WORD = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}", re.IGNORECASE)
"""Letters that somebody typed without looking."""

NEAR = 40
"""Characters before a value in which what is said of it is looked for."""

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
    return phrases().asks_to_file.search(turn.text) is not None and phrases().would_file.search(turn.text) is None


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


def is_for_later(turn: Turn) -> bool:
    """True for "not now": neither a yes nor a no to what was offered."""
    return phrases().for_later.match(turn.text.strip()) is not None


def has_no_mail(turn: Turn) -> bool:
    """True when somebody says that there is no e-mail address, only a phone."""
    return turn.words <= HAS_NONE and phrases().has_no_mail.search(turn.text) is not None


def refuses(turn: Turn) -> bool:
    """True when somebody does not want to tell what was asked for."""
    return turn.words <= HAS_NONE and (turn.intent == "deny" or phrases().refuses.search(turn.text) is not None)


def yes_if(turn: Turn) -> bool:
    """True for a yes with a condition: "yes, but only if it comes before Friday"."""
    is_yes = not turn.is_button and phrases().yes.match(turn.text.strip()) is not None
    return is_yes and phrases().but.search(turn.text) is not None and not asks_something(turn)


def puts_right(turn: Turn) -> bool:
    """True when somebody says that it was not as it was understood."""
    return phrases().puts_right.search(turn.text) is not None


def tells_beside_value(turn: Turn, *known: str) -> bool:
    """True when a message with a value says more than what the value is: "10044 is late". `known`: values beside."""
    rest = turn.without_values
    for value in known:
        rest = rest.replace(value, " ")
    return any(
        word.lower() not in phrases().labels and not any(map(str.isdigit, word)) for word in re.findall(r"[\w']+", rest)
    )


def name_said(text: str) -> str | None:
    """The name in a sentence that says it is one: "my name is Anna Berg", "my name is wrong, it is Anna"."""
    both = phrases().first_and_last.search(text)
    if both:
        return _name(f"{both['name']} {both['last']}")
    found = phrases().says_name.search(text) or phrases().name_instead.search(text)
    name = (_surname_and_first(found["name"]) or _begin(found["name"])) if found else ""
    return _name(name) if _is_name_like(name) else None


def name_answered(turn: Turn) -> str | None:
    """The name in the answer to "What is your name?": a bare name, other values beside it left out."""
    said = name_said(turn.text)
    if said:
        return said
    bare = phrases().salutation.sub("", turn.without_values.strip())
    introduced = phrases().introduces.match(bare)
    if introduced:
        first = introduced["name"].split()[0].strip("'\".,")
        if phrases().no_name.fullmatch(first) and (first.islower() or bare.isupper()):
            return None
        bare = introduced["name"]
    both = None if turn.values else _surname_and_first(bare)
    if both:
        return _name(both)
    bare = phrases().title.sub("", bare)
    first, *others = [_begin(part) for part in re.split(r"[,;\n]| - |(?<!\b\w)(?<!\b\w\w)\.\s+", bare)]
    if _is_name_like(first):
        return _name(others[0] if others and _is_longer(others[0], first) else first)
    return next((_name(part) for part in others if _is_written_as_name(part)), None)


def bare_name(turn: Turn) -> str | None:
    """A name that stands for itself, written as names are: "Tom Read"."""
    words = turn.text.strip(" .!").split()
    is_like_one = len(words) in BARE_NAME_WORDS and all(word[:1].isupper() and word[1:].islower() for word in words)
    return name_answered(turn) if is_like_one and not turn.values else None


def _is_longer(name: str, than: str) -> bool:
    """True for "Dele Okafor" after "Dele", or "Tom Hale" after "Hale"."""
    parts = name.casefold().split()
    return _is_name_like(name) and len(parts) > 1 and than.casefold() in (parts[0], parts[-1])


def _begin(text: str) -> str:
    """As much of the text as may be a name, without what people put before and after one."""
    cut = re.split(r"[,;?!\n\d@:]|(?<!\b\w)\.", phrases().title.sub("", phrases().salutation.sub("", text.strip())))[0]
    for ends in (phrases().label, phrases().name_ends, phrases().after_name):
        cut = ends.sub("", cut)
    return cut.strip(" .,;:-'\"(")


def _surname_and_first(text: str) -> str | None:
    """ "Berg, Anna", when that is all; of "Hale, Tom Hale" what comes after."""
    parts = [part.strip(" .!") for part in text.split(",")]
    if len(parts) != 2 or not all(_is_written_as_name(part) for part in parts) or " " in parts[0]:
        return None
    if _is_longer(_begin(parts[1]), parts[0]):
        return _begin(parts[1])
    return ", ".join(parts) if " " not in parts[1] and _begin(parts[1]) == parts[1] else None


def _is_written_as_name(text: str) -> bool:
    return bool(text) and all(word[:1].isupper() for word in text.split()) and _is_name_like(text)


def _is_name_like(text: str) -> bool:
    """True unless its words or its letters say that it is something else."""
    words = text.split()
    capitals = sum(word[:1].isupper() for word in words)
    if len(words) > LONGEST_LOWER_CASE_NAME and capitals * 2 < len(words):
        return False
    is_loud = text.isupper() and len(words) > 1
    not_when_small = (phrases().small_words | phrases().no_names_when_small) - phrases().names_too
    for word in words:
        small = word.lower().strip(".'’\"")
        if small in phrases().no_names or ((word.islower() or is_loud) and small in not_when_small):
            return False
    return bool(words) and not _NO_WORD.search(text)


def _name(text: str | None) -> str | None:
    stripped = (text or "").strip(" .,;:-'\"")
    if not _NAME.fullmatch(stripped) or len(stripped.split()) > LONGEST_NAME_WORDS:
        return None
    try:
        return clean_name(stripped)
    except FieldError:
        return None


def email_in(turn: Turn) -> str | None:
    """The e-mail address in the message, also when it was spelled out ("anna at example dot com")."""
    for candidate in _put_forward(turn, heard.EMAIL):
        try:
            return clean_email(candidate)
        except FieldError:
            continue
    return None


def _put_forward(turn: Turn, kind: str) -> list[str]:
    """The values of that kind, without those that another one is put in the place of: "10032, not 10023"."""
    aside = {
        value
        for found, value, start, _end in turn.places
        if found == kind and phrases().puts_aside.search(turn.text[max(0, start - NEAR) : start])
    }
    values = turn.values.get(kind, ())
    return [value for value in values if value not in aside] or list(values)


def phone_in(turn: Turn, country: str, *, was_asked: bool) -> str | None:
    """The phone number in the message, with its country code. A bare number is one only when it was asked for."""
    candidates = _put_forward(turn, heard.PHONE)
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
    candidates = _put_forward(turn, heard.ORDER_NUMBER)[-1:]
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
