"""Reads values out of what customers write. Pure functions; what cannot be read is None, never an exception."""

import re

from actions import turn as heard
from actions.turn import Turn
from disputes.cases import references
from disputes.cases.fields import FieldError, clean_email, clean_name, clean_phone
from disputes.orders.service import normalise_number

LONGEST_NAME_WORDS = 6
LONGEST_LOWER_CASE_NAME = 3
"""Words up to which something without a capital letter is taken for a name."""

_SAYS_NAME = re.compile(
    r"(?:\bmy (?:full )?name(?:'s| is| should be)|\bname\s*[:=]|\bi am called)\s+"
    r"(?!(?:a|an|the|not|wrong|spelled|written|misspelled|misspelt)\b)(?P<name>[^,;.?!\n\d]{2,80})",
    re.IGNORECASE,
)
_NAME_INSTEAD = re.compile(
    r"\bname\b.{0,20}\b(?:wrong|misspell?ed|misspelt|not right|incorrect|typo)\b[^\w]*"
    r"(?:(?:it|that)(?:'s| is| should be)|should be|i am|i'm)\s+(?P<name>[^,;.?!\n\d]{2,80})",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"^(?:hi|hello|hey|yes)?[,.! ]*(?:i am|i'm|it's|it is|this is|call me)\s+(?P<name>[^,;.?!\n\d]{2,80})",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(r"\s+(?:and|but|my|with|from|email|e-mail|mail|phone|order|the|by the way)\b.*$", re.IGNORECASE)
_NO_NAME = re.compile(
    r"\w+ing|not|no|very|so|still|here|sorry|angry|fed|tired|done|sure|(?:un)?happy|upset|from|at|in|on",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\b(?:and my|my|order|email|e-mail|mail|phone)\b.*$", re.IGNORECASE)
_SALUTATION = re.compile(
    r"^(?:(?:well|ok|okay|sure|yes|hi|hello|so|oh|and|also|btw|by the way)(?:[,.! ]+|$))+", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][^\d?!@#:;/\\<>\[\]{}=+*_]*")
_SPOKEN_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\s+at\s+)\s*", re.IGNORECASE)
_SPOKEN_DOT = re.compile(r"\s*(?:\(dot\)|\[dot\]|\s+dot\s+)\s*", re.IGNORECASE)
_LOOSE_EMAIL = re.compile(r"[^\s@,;:<>()]+\s*@\s*[^\s@,;:<>()]+\.[^\s@,;:<>().]+")
_BARE_ORDER = re.compile(r"\W*(?:[A-Za-z]{1,3}[- ]?)?\d[\d -]{1,18}\W*")

_YES = re.compile(
    r"(?:(?:yes|yeah|yep|yup|ok|okay|sure|alright|please do|go ahead)\b|(?:please|pls)\W*$)", re.IGNORECASE
)
_NO = re.compile(r"(?:no|nope|nah)\b", re.IGNORECASE)
_BUT = re.compile(r"\b(?:but|unless|except|only if|how|what|when|who|why)\b|\?", re.IGNORECASE)
_TO_FILE = re.compile(
    r"\b(?:make|file|lodge|submit|raise|open|register|start)\b.{0,20}\b(?:complaint|dispute|case)\b"
    r"|\bformal complaint\b",
    re.IGNORECASE,
)
_NO_AND_WHY = re.compile(r"no\s*[,.!;-]", re.IGNORECASE)
_NO_NUMBER = re.compile(
    r"\b(?:deleted|lost|threw|thrown|forgot(?:ten)?|(?:can ?not|can'?t|could(?: not|n'?t)) (?:find|remember|see)"
    r"|(?:do not|don'?t|did(?: not|n'?t)|have(?: not|n'?t)|never) (?:have|had|got|get|know|remember|keep|give)"
    r"|no (?:order|number|e?-?mail|idea|address)|without (?:one|it|a number)|(?:there is|there's) none)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?\s*$|^(?:(?:and|but|so|ok|yes|no|well|hi|hello|please)[,. ]+)*"
    r"(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|will|would|may|must|should)\b",
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(
    r"\b(?:withdraw|cancel|revoke|retract|drop|take back)\b.{0,15}\b(?:complaint|case|dispute)\b"
    r"|\btake\b.{0,10}\b(?:complaint|case)\b.{0,5}\bback\b",
    re.IGNORECASE,
)
SHORT_ANSWER = 6
"""Words up to which an answer that begins with yes or no is nothing but that."""

WITH_REASON = 20
"""Words up to which "no, ..." is a no, with the reason for it."""

HAS_NONE = 14
"""Words up to which a message says no more than that there is no number or address."""

_LABEL_WORDS = """
order number orders no nr nb num my is the it its it's i that this here would be was and think mean by name
"""
LABELS = frozenset(_LABEL_WORDS.split())
"""Words beside a value that tell nothing."""

_FIELDS = (
    ("description", re.compile(r"descri|story|what happened|what i (?:wrote|said|told)|\btext\b", re.IGNORECASE)),
    ("contact", re.compile(r"e-?mail|\bmail\b|phone|mobile|contact|telephone|reach me|\bcell\b", re.IGNORECASE)),
    ("order_number", re.compile(r"\border|purchase number", re.IGNORECASE)),
    ("complainant_name", re.compile(r"\bname|surname|spelled|spelt", re.IGNORECASE)),
    ("category", re.compile(r"categor|subject|topic|\babout\b", re.IGNORECASE)),
)
_NOT_X_BUT_Y = re.compile(r"\bnot\b\s+\S+(?:\s+but\b|,)", re.IGNORECASE)


def takes_complaint_back(turn: Turn) -> bool:
    """True when a complaint that was filed is to be withdrawn."""
    return _TAKES_BACK.search(turn.text) is not None


def asks_to_file(turn: Turn) -> bool:
    """True when a complaint is asked for in so many words, whatever else the message tells."""
    return _TO_FILE.search(turn.text) is not None


def yes_or_no(turn: Turn) -> bool | None:
    """What a short answer begins with: "yes, file a complaint" is a yes, whatever else its words are like."""
    text = turn.text.strip()
    if turn.is_button or turn.values or _BUT.search(text):
        return None
    if turn.words > SHORT_ANSWER:
        return False if turn.words <= WITH_REASON and _NO_AND_WHY.match(text) else None
    if _YES.match(text):
        return True
    return False if _NO.match(text) else None


def has_none(turn: Turn) -> bool:
    """True when a short message says that what was asked for is not there: lost, deleted, never had."""
    return turn.words <= HAS_NONE and not turn.values and _NO_NUMBER.search(turn.text) is not None


def asks_something(turn: Turn) -> bool:
    """True when the message is put as a question."""
    return _ASKS.search(turn.text.strip()) is not None


def tells_beside_value(turn: Turn) -> bool:
    """True when a message with a value says more than what the value is: "10044 is late"."""
    rest = turn.text
    for values in turn.values.values():
        for value in values:
            rest = rest.replace(value, " ")
    return any(word.lower() not in LABELS and not any(map(str.isdigit, word)) for word in re.findall(r"[\w']+", rest))


def name_said(text: str) -> str | None:
    """The name in a sentence that says it is one: "my name is Anna Berg", "my name is wrong, it is Anna"."""
    found = _SAYS_NAME.search(text) or _NAME_INSTEAD.search(text)
    return _name(_NAME_ENDS.sub("", found["name"])) if found else None


def name_answered(turn: Turn) -> str | None:
    """The name in the answer to "What is your name?": a bare name, other values beside it left out."""
    said = name_said(turn.text)
    if said:
        return said
    introduced = _INTRODUCES.match(turn.text)
    if introduced and _NO_NAME.fullmatch(introduced["name"].split()[0].strip("'\"")):
        return None
    bare = introduced["name"] if introduced else turn.text
    for values in turn.values.values():
        for value in values:
            bare = bare.replace(value, " ")
    first_part = _LABEL.sub("", re.split(r"[,;\n]| - ", _SALUTATION.sub("", bare.strip()))[0])
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
    spelled = _SPOKEN_DOT.sub(".", _SPOKEN_AT.sub("@", turn.text))
    candidates += [re.sub(r"\s", "", found) for found in _LOOSE_EMAIL.findall(spelled)]
    if _NOT_X_BUT_Y.search(turn.text):
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
    for slot, words in _FIELDS:
        if words.search(turn.text):
            return slot
    if turn.values.get(heard.ORDER_NUMBER):
        return "order_number"
    if turn.values.get(heard.PHONE):
        return "contact"
    return "complainant_name" if name_said(turn.text) else None


def says_instead(turn: Turn) -> bool:
    """True for "not 10023 but 10032" and the like: one value is put in the place of another."""
    return _NOT_X_BUT_Y.search(turn.text) is not None and bool(turn.values)
