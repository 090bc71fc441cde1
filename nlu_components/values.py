"""Finds e-mail addresses, references, order numbers, phone numbers, amounts and days in a message, by rule.

Plain functions without rasa, so that they can be tested and used anywhere. The words that go with a language are in
`values.yml`; what is here is about figures and signs.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Iterator, List, NamedTuple, Tuple

from nlu_components.money_and_days import BEFORE, Found, find_amounts, find_days
from nlu_components.value_words import alternatives, any_of, language, listed, literal, mapped

EMAIL = "email"
REFERENCE = "reference"
ORDER_NUMBER = "order_number"
PHONE = "phone"
AMOUNT = "amount"
DAY = "date"

MOST_PHONE_DIGITS = 15
"""As ITU-T E.164 allows."""

LEAST_PHONE_DIGITS = 8
LEAST_MARKED_PHONE_DIGITS = 6
"""With a word such as "phone" before it, a short national number counts as well."""

MOST_UNMARKED_DIGITS = 12
"""A longer number without a word, a plus or a zero before it is a parcel's or a card's."""

LONGEST_BARE_ORDER = 7
"""Digits of a number without any word that may be an order; a longer one is more likely a telephone."""

LONGEST_ORDER = 20

_LOCAL = r"[^\W_](?:[\w.+%'’&-]*[\w+-])?"
_DOMAIN = r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*\.[^\W\d_]{2,24}"
_EMAIL = re.compile(rf"(?<![\w.+@-]){_LOCAL}@{_DOMAIN}(?![\w@])")
_APART = re.compile(rf"(?<![\w.+@-])(?P<local>{_LOCAL})(?P<at>\s{{0,2}}@\s{{0,2}})(?P<domain>{_DOMAIN})(?![\w@])")
_REFERENCE = re.compile(r"(?<![\w-])CD[-\s]?[0-9A-Z]{4}[-\s]?[0-9A-Z]{4}(?![\w-])", re.IGNORECASE)
_PREFIXED_ORDER = re.compile(r"(?<![\w-])(?!CD)[A-Z]{2,3}-?\d{4,10}(?![\w-])", re.IGNORECASE)
_PAGE = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_TIME = re.compile(r"(?<![\d:.])\d{1,2}(?::\d\d(?::\d\d)?|\.\d\d\s?[-–]\s?\d{1,2}\.\d\d)(?![\d:])")
_FIGURES = re.compile(
    r"(?<![\w@.,-])(?P<plus>\+|00(?=[1-9]))?(?P<first>\(?\d)(?P<rest>(?:(?:\(0\)|[\s().\-/]){0,3}\d)*)(?![\w@]|[.,]\d)"
)
_GROUPS_OF_ORDER = r"(?:\d{1,3}(?:[ ]\d{3})+|\d(?:[ ]\d){3,}|\d{4}(?:[ ]\d{4})+|\d+(?:-\d+)*)(?!\d)"
_SURE_LOCAL = re.compile(r"[._+\d-]")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Value(NamedTuple):
    """A value found in the text at [start, end). An address that was spelled out is put together."""

    entity: str
    value: str
    start: int
    end: int


class _Rules(NamedTuple):
    order: "re.Pattern[str]"
    names_order: "re.Pattern[str]"
    other_number: "re.Pattern[str]"
    phone_word: "re.Pattern[str]"
    between_orders: "re.Pattern[str]"
    counted_before: "re.Pattern[str]"
    counted_after: "re.Pattern[str]"
    things_after: "re.Pattern[str]"
    spelled: "re.Pattern[str]"
    bracketed: "re.Pattern[str]"
    dot: "re.Pattern[str]"
    mail_word: "re.Pattern[str]"
    address_begins: "re.Pattern[str]"
    no_local_part: "frozenset[str]"
    mail_host: "re.Pattern[str]"


def find_values(text: str) -> List[Value]:
    """All values in the text, in order of appearance; none overlaps another.

    A bare number of 4 to 7 digits is taken for an order number, a longer one for a phone number. What it really
    is, the action decides by what was asked. Times, and numbers that a word says to be something else, are left alone.
    """
    found: List[Value] = []
    taken: List[Tuple[int, int]] = []

    def is_free(start: int, end: int) -> bool:
        return not any(start < stop and begin < end for begin, stop in taken)

    def take(entity: str, each: Iterator[Found]) -> None:
        for value, start, end in each:
            if is_free(start, end):
                taken.append((start, end))
                found.append(Value(entity, value.strip(" .,"), start, end))

    take(EMAIL, _emails(text))
    taken += [match.span() for match in _PAGE.finditer(text)]
    take(REFERENCE, _whole(_REFERENCE, text))
    take(DAY, find_days(text))
    taken += [match.span() for match in _TIME.finditer(text)]
    take(AMOUNT, find_amounts(text))
    take(ORDER_NUMBER, _marked_orders(text))
    taken += [match.span("number") for match in _rules().other_number.finditer(text)]
    take(ORDER_NUMBER, _whole(_PREFIXED_ORDER, text))
    named = [value.end for value in found if value.entity == ORDER_NUMBER]
    for start, end in _runs(text):
        if not is_free(start, end):
            continue
        entity = _kind(text, start, end)
        if entity == ORDER_NUMBER and named:
            if not _goes_on(text, named, start):
                continue
            named.append(end)
        if entity:
            take(entity, iter([Found(text[start:end], start, end)]))
    return sorted(found, key=lambda value: value.start)


def _goes_on(text: str, named: List[int], start: int) -> bool:
    """Whether a bare number belongs to those before it that are orders: "orders 10023, 10024 and 10025"."""
    before = max((end for end in named if end <= start), default=None)
    return before is not None and _rules().between_orders.fullmatch(text, before, start) is not None


def _whole(pattern: "re.Pattern[str]", text: str) -> Iterator[Found]:
    return (Found(match.group(0), match.start(), match.end()) for match in pattern.finditer(text))


def _emails(text: str) -> Iterator[Found]:
    yield from _whole(_EMAIL, text)
    rules = _rules()
    if "@" in text:
        for match in _APART.finditer(text):
            is_handle = match["at"][0].isspace() and not match["at"][-1].isspace()
            if not is_handle or _is_address(match["local"], text, match.start()):
                yield Found(f"{match['local']}@{match['domain']}", match.start(), match.end())
    for pattern in (rules.bracketed, rules.spelled):
        for match in pattern.finditer(text):
            local, domain = (_put_together(match[part]) for part in ("local", "domain"))
            is_marked = pattern is rules.bracketed or local.lower() not in rules.no_local_part and (
                rules.dot.search(match["domain"]) is not None
                or rules.mail_host.match(domain)
                or _is_address(local, text, match.start())
            )
            if is_marked and re.fullmatch(_DOMAIN, domain):
                yield Found(f"{local}@{domain}", match.start(), match.end())


def _put_together(said: str) -> str:
    """ "anna dot berg" as it is typed."""
    signs = mapped("sign_words")
    return re.sub(r"\s", "", _rules().dot.sub(lambda match: str(signs[match["sign"].lower()]), said))


def _is_address(local: str, text: str, start: int) -> bool:
    """Whether something before an "at" is likely part of an address: by its signs, or by what stands before."""
    before = text[max(0, start - BEFORE) : start]
    if local.lower() in _rules().no_local_part:
        return False
    return bool(
        _SURE_LOCAL.search(local) or _rules().mail_word.search(before) or _rules().address_begins.search(before)
    )


def _marked_orders(text: str) -> Iterator[Found]:
    rules = _rules()
    for match in rules.order.finditer(text):
        number = match["number"]
        digits = sum(sign.isdigit() for sign in number)
        names_order = rules.names_order.search(match["mark"]) is not None
        before = text[max(0, match.start() - BEFORE) : match.start()]
        if not names_order and (rules.other_number.search(before + match.group(0)) or rules.phone_word.search(before)):
            continue
        is_short = digits < 4 and not (names_order and match["sure"])
        is_long = digits > (LONGEST_ORDER if names_order else LONGEST_BARE_ORDER)
        if is_short or is_long or number.startswith("0") or rules.counted_after.match(text, match.end("number")):
            continue
        yield Found(number, match.start("number"), match.end("number"))


def _runs(text: str) -> Iterator[Tuple[int, int]]:
    """Places of numbers: figures with the signs that people put between those of one number, taken apart where two
    numbers stand side by side."""
    for match in _FIGURES.finditer(text):
        start, end = match.span()
        written = match.group(0)
        if written.startswith("(") and ")" not in written:  # a remark in brackets, not a dialling code
            start, written = start + 1, written[1:]
        for part in _apart(written):
            yield start + part[0], start + part[1]


def _apart(written: str) -> Iterator[Tuple[int, int]]:
    """The numbers in a run of figures. Parts belong together while they can be one telephone number."""
    parts = [match.span() for match in re.finditer(r"[^\s/]*\d|[^\s/]+", written)]
    begin = 0
    while begin < len(parts):
        end = min(len(parts), begin + MOST_PHONE_DIGITS)
        while end > begin + 1 and not _is_one(written[parts[begin][0] : parts[end - 1][1]]):
            end -= 1
        yield parts[begin][0], parts[end - 1][1]
        begin = end


def _is_one(written: str) -> bool:
    digits = re.sub(r"\D", "", written)
    groups = re.findall(r"\d+", written)
    if re.fullmatch(r"\d{1,3}(?: \d{3})+|\d(?: \d)+", written) and len(digits) <= LONGEST_BARE_ORDER:
        return True
    if not LEAST_PHONE_DIGITS <= len(digits) <= MOST_PHONE_DIGITS:
        return False
    if written.startswith("+") or digits.startswith("00"):
        return True
    if digits.startswith("0"):
        return len(digits) <= MOST_UNMARKED_DIGITS and not any(len(group) >= 9 for group in groups[1:])
    return len(digits) <= MOST_UNMARKED_DIGITS and max(map(len, groups)) <= 5 and not (
        len(groups) == 2 and len(groups[0]) == len(groups[1]) == 5  # two orders
    )


def _kind(text: str, start: int, end: int) -> str:
    """What a number without a word for orders is; empty when it is neither an order nor a telephone."""
    rules = _rules()
    written = text[start:end]
    digits = re.sub(r"\D", "", written)
    before = text[max(0, start - BEFORE) : start]
    if rules.counted_after.match(text, end):
        return ""
    says_phone = rules.phone_word.search(before) is not None
    has_country = written.startswith("+") or digits.startswith("00") and len(digits) > LEAST_PHONE_DIGITS
    most = MOST_PHONE_DIGITS + 2 if digits.startswith("00") else MOST_PHONE_DIGITS
    if says_phone or has_country:
        least = LEAST_MARKED_PHONE_DIGITS if says_phone else LEAST_PHONE_DIGITS
        if least <= len(digits) <= most:
            return PHONE
    elif LEAST_PHONE_DIGITS <= len(digits) <= MOST_UNMARKED_DIGITS:
        return PHONE
    if re.fullmatch(r"[1-9]\d{3,6}|[1-9]\d{0,2}(?: \d{3})+|[1-9](?: \d){3,6}", written):
        is_year = _YEAR.fullmatch(written) is not None and text.strip(" .#") != written
        is_count = digits.endswith("00") and rules.things_after.match(text, end)
        if not is_year and not is_count and not rules.counted_before.search(before):
            return ORDER_NUMBER
    return ""


def _rules() -> _Rules:
    return _built(language())


@lru_cache(maxsize=2)
def _built(_language: Path) -> _Rules:
    flags = re.IGNORECASE
    order_words, number_words = alternatives("order_words"), alternatives("number_words")
    numbered = rf"(?:\s+(?:{alternatives('fillers')}\s+)*{number_words}(?![^\W\d_]))"
    fillers = rf"(?:\s+{alternatives('fillers')}(?!\w))*"
    prefix = r"(?:[A-Z]{1,4}-?|(?-i:[A-Z]{2,3})[ ]|CN[ ])?"
    order = (
        rf"(?P<mark>(?<![^\W\d_])(?:{order_words}|{alternatives('parcel_words')})(?P<sure>{numbered}|\s*[#№])?"
        rf"|(?<![^\W\d_]){number_words}|[#№])"
        rf"\.?{fillers}\s*[:#№=-]?\s*[(]?(?P<number>{prefix}{_GROUPS_OF_ORDER})(?![\w@]|-\w|[.,/]\d)"
    )
    other = (
        rf"(?<![^\W\d_]){alternatives('other_numbers')}(?![^\W\d_])\.?(?:\s+{number_words}\b\.?)?{fillers}"
        rf"(?:\s+{any_of(listed('other_numbers'))})?(?:\s+{alternatives('other_fillers')})?\s*[:#=-]?\s*"
        r"(?P<number>(?:[A-Z]{1,4}\s?)?\d(?:[\s-]?[\dA-Z]?\d)*)"
    )
    signs = literal(mapped("sign_words"))
    dot = rf"(?:\s*[(\[{{]\s*{signs}\s*[)\]}}]\s*|\s+{signs}\s+)"
    at = alternatives("at_words")
    host = rf"[^\W_][\w-]*(?:(?:{dot}|\.)[^\W_][\w-]*){{1,3}}"
    local = rf"(?<![\w.+@-])(?P<local>[^\W_][\w+-]*(?:(?:{dot}|\.)[\w+-]+){{0,4}})"
    hosts = any_of(listed("mail_hosts"))
    return _Rules(
        order=re.compile(order, flags),
        names_order=re.compile(order_words, flags),
        other_number=re.compile(other, flags),
        phone_word=re.compile(rf"(?<![^\W\d_]){alternatives('phone_words')}(?![^\W\d_])[^\d+\n]{{0,24}}$", flags),
        between_orders=re.compile(rf"(?:[\s,;/&+.#()?-]|\b{alternatives('between_orders')}\b)*", flags),
        counted_before=re.compile(rf"\b{alternatives('counted_before')}\s*$", flags),
        counted_after=re.compile(rf"\s*(?:[%°]|{alternatives('counted_after')}(?![\w]))", flags),
        things_after=re.compile(rf"\s+{alternatives('things')}(?!\w)"),
        spelled=re.compile(rf"{local}\s+{at}\s+(?P<domain>{host})(?![\w@])", flags),
        bracketed=re.compile(rf"{local}\s*[(\[{{]\s*{at}\s*[)\]}}]\s*(?P<domain>{host})(?![\w@])", flags),
        dot=re.compile(rf"\s*[(\[{{]?\s*(?<!\w)(?P<sign>{signs})(?!\w)\s*[)\]}}]?\s*", flags),
        mail_word=re.compile(rf"\b{alternatives('mail_words')}\b", flags),
        address_begins=re.compile(rf"(?:\A|\b{alternatives('address_begins')}|[:=])\s*$", flags),
        no_local_part=frozenset(listed("no_local_part")),
        mail_host=re.compile(rf"{hosts}\.", flags),
    )
