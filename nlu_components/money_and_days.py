"""Finds amounts of money and days in a message, by rule. Plain functions without rasa.

What they are worth for this shop and on this day is for whoever knows both: `disputes/told.py`.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, Match, NamedTuple, Optional, Tuple

from nlu_components.value_words import alternatives, any_of, language, listed, literal, mapped

SHOP = "shop"
"""A currency that was not said."""

BEFORE = 30
"""Characters before a number in which a word beside it is looked for."""

_NUMBER = r"(?:\d{1,3}(?:[ ,.']\d{3})+(?:[.,]\d{1,2})?|\d{1,7}(?:[.,]\d{1,2})?)(?!\d)"
_LAST_MINUTE = (23, 59)


class Found(NamedTuple):
    """A value with the place in the text where it stands."""

    value: str
    start: int
    end: int


class _Rules(NamedTuple):
    marked: "re.Pattern[str]"
    spelled: "re.Pattern[str]"
    note: "re.Pattern[str]"
    decimal: "re.Pattern[str]"
    no_money_before: "re.Pattern[str]"
    no_money_after: "re.Pattern[str]"
    time_before: "re.Pattern[str]"
    price_after: "re.Pattern[str]"
    days: "Tuple[re.Pattern[str], ...]"
    no_day_before: "re.Pattern[str]"


def find_amounts(text: str) -> Iterator[Found]:
    """Amounts as "49.90 EUR"; "49.90 shop" where no currency was said."""
    rules = _rules()
    for match in rules.marked.finditer(text):
        if rules.no_money_before.search(text[max(0, match.start() - BEFORE) : match.start()]):
            continue
        worth = _worth(match)
        if worth:
            yield Found(worth, match.start(), match.end())
    for match in rules.spelled.finditer(text):
        yield Found(_spelled(match), match.start(), match.end())
    for match in rules.note.finditer(text):
        amount, currency = str(mapped("notes")[_joined(match.group(0))]).split()
        yield Found(f"{int(amount)}.00 {currency}", match.start(), match.end())
    for match in rules.decimal.finditer(text):
        before = text[max(0, match.start() - BEFORE) : match.start()]
        may_be_time = rules.time_before.search(before) and (int(match["whole"]), int(match["part"])) <= _LAST_MINUTE
        is_time = may_be_time and int(match["part"]) < 60 and not rules.price_after.match(text, match.end())
        if is_time or rules.no_money_before.search(before) or rules.no_money_after.match(text, match.end()):
            continue
        yield Found(f"{int(match['whole'])}.{match['part']} {SHOP}", match.start(), match.end())


def find_days(text: str) -> Iterator[Found]:
    """Days as they were said, in one form for each way:

    "2026-03-12" with the year; "--03-12" without; "---12" a day of the month; "12/3/2026" and "12/3" as written, for
    the shop's order of day and month to tell; "-14d" and "-1m" counted from today; "<4" and ">4" the last and the next
    Friday (Monday is 0).
    """
    rules = _rules()
    for pattern in rules.days:
        for match in pattern.finditer(text):
            day = _day(match, rules, text)
            if day:
                yield Found(day, match.start(), match.end())


def _worth(match: "Match[str]") -> Optional[str]:
    """What an amount with its currency is worth."""
    said = match.groupdict()
    currency = _currency(said["before"] or said["after"])
    whole, part = _in_two(said["number"] or said["number_after"])
    if said["cents"]:
        of = mapped("hundredths")[said["cents"].lower()]
        return f"0.{int(whole):02} {of}" if part is None and int(whole) < 100 else None
    if said["thousand"]:
        whole += "000"
    if part is None and said["rest"]:
        part = said["rest"]
    return f"{int(whole)}.{(part or '00').ljust(2, '0')} {currency}"


def _in_two(number: str) -> Tuple[str, Optional[str]]:
    """The figures before and after the decimal sign: the last sign with one or two figures after it."""
    match = re.fullmatch(r"(?P<whole>.*?)(?:[.,](?P<part>\d{1,2}))?", number)
    assert match is not None
    return re.sub(r"\D", "", match["whole"]), match["part"]


def _currency(word: str) -> str:
    return str(mapped("currencies").get(_joined(word or ""), SHOP))


def _spelled(match: "Match[str]") -> str:
    """ "twelve pounds fifty"."""
    part = _count(match["spelled_part"]) if match["spelled_part"] else 0
    return f"{_count(match['spelled'])}.{part:02} {_currency(match['spelled_after'])}"


def _count(said: str) -> int:
    total = current = 0
    for word in re.split(r"[\s-]+", said.lower().strip()):
        number = mapped("numbers").get(word)
        if number is None:  # "and"
            continue
        if number >= 100:
            current = max(current, 1) * number
            total, current = (total + current, 0) if number >= 1000 else (total, current)
        else:
            current += number
    return total + current


def _day(match: "Match[str]", rules: _Rules, text: str) -> Optional[str]:  # noqa: PLR0911
    said: Dict[str, Any] = match.groupdict()
    if said.get("iso"):
        return str(said["iso"])
    if said.get("numeric"):
        return re.sub(r"[.-]", "/", re.sub(r"\s", "", said["numeric"]))
    if said.get("month"):
        month = mapped("months")[said["month"].lower()]
        day, year = int(said["day"]), said.get("year")
        if not 1 <= day <= 31:
            return None
        return f"{_full(year)}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"
    if said.get("of_month"):
        return f"---{int(said['of_month']):02}" if 1 <= int(said["of_month"]) <= 31 else None
    if said.get("count"):
        each, unit = re.fullmatch(r"(\d+)([dm])", str(mapped("spans")[said["span"].lower()])).groups()  # type: ignore
        count = int(said["count"]) if said["count"].isdigit() else _count(said["count"])
        return f"-{count * int(each)}{unit}" if count else None
    if said.get("word"):
        return f"{mapped('day_words')[_joined(said['word'])]:+}d"
    name = (said.get("weekday") or "").lower()
    if rules.no_day_before.search(text[max(0, match.start() - BEFORE) : match.start()]):
        return None
    number = {**mapped("weekdays"), **mapped("short_weekdays")}[name]
    is_next = said.get("which") and _joined(said["which"]) in {each.lower() for each in listed("next_words")}
    return f"{'>' if is_next else '<'}{number}"


def _full(year: str) -> str:
    return year if len(year) == 4 else f"20{year[-2:]}"


def _joined(said: str) -> str:
    return " ".join(said.lower().split())


def _rules() -> _Rules:
    return _built(language())


@lru_cache(maxsize=2)
def _built(_language: Path) -> _Rules:
    flags = re.IGNORECASE
    signs = literal(word for word in mapped("currencies") if not word[-1].isalpha())
    codes = literal(word for word in mapped("currencies") if word.isalpha())
    cents = literal(mapped("hundredths"))
    after_number = rf"\s*-?{alternatives('no_money_after')}(?!\w)"
    currency_before = rf"(?:{signs}|(?<![^\W\d_]){codes}\s)"
    marked = (
        rf"(?:(?P<before>{currency_before})\s?(?P<number>{_NUMBER})(?P<thousand>k\b)?(?:p\b)?"
        rf"|(?<![\w.,])(?P<number_after>{_NUMBER})\s?(?:(?P<after>{signs}|{codes}(?!\w))"
        rf"(?:\s(?P<rest>\d\d)(?![\w/.:,]\w|\w|{after_number}))?"
        rf"|(?P<cents>{cents})(?!\w)))"
    )
    number_word = literal(mapped("numbers"))
    spelled = (
        rf"(?<![\w-])(?P<spelled>{number_word}(?:[\s-]+(?:and\s+)?{number_word}){{0,5}})\s+(?P<spelled_after>{codes})(?!\w)"
        rf"(?:\s+(?:and\s+)?(?P<spelled_part>{number_word}(?:[\s-]{number_word})?)(?!\w))?"
    )
    month, ordinal = literal(mapped("months")), alternatives("ordinals")
    joins = rf"(?:\s+{alternatives('month_joins')})?"
    weekday = literal([*mapped("weekdays"), *mapped("short_weekdays")])
    after_month = rf"(?![\w-])(?!\s+{alternatives('no_month_after')}\b)"
    year = r"(?:,?\s*(?P<year>(?:19|20)\d\d|'\d\d)(?!\d))?"
    before = rf"\b{alternatives('before_day_and_month')}\b:?\s*"
    which = f"(?P<which>{any_of([*listed('last_words'), *listed('next_words')])})"
    named = rf"(?:\b{weekday}\.?,?\s+(?:the\s+)?)?"
    days = (
        r"(?<![\w-])(?P<iso>(?:19|20)\d\d-(?:0\d|1[0-2])-[0-3]\d)(?![\d-])",
        r"(?<![\w./-])(?P<numeric>\d{1,2}([./-])\s?\d{1,2}\2\s?(?:(?:19|20)\d\d|\d\d))(?![\w/-]|\.\d)",
        rf"(?<![\w.,/-]){named}(?P<day>\d{{1,2}})\s?{ordinal}?{joins}\s*-?(?P<month>{month}){after_month}\.?{year}",
        rf"(?<![\w-]){named}(?P<month>{month}){after_month}\.?\s+(?P<day>\d{{1,2}})(?!\d|[:.,]\d){ordinal}?(?!\w){year}",
        rf"\b{alternatives('before_day_of_month')}\s+{alternatives('the_words')}\s+(?P<of_month>\d{{1,2}}){ordinal}"
        rf"(?!\w)(?!\s+{alternatives('no_day_of_month')}\b)",
        rf"(?P<count>(?<![\w.,])\d{{1,3}}|\b{number_word}(?:[\s-]{number_word})?)\s*(?P<span>{literal(mapped('spans'))})"
        rf"\s+{alternatives('ago')}\b",
        rf"\b(?P<word>{literal(mapped('day_words'))})(?!\w|'s)",
        rf"\b(?:{which}\s+)?(?P<weekday>{literal(mapped('weekdays'))})(?!\w|['’]s)",
        rf"\b{which}\s+(?P<weekday>{literal(mapped('short_weekdays'))})(?!\w|['’]s)",
        rf"{before}(?P<numeric>\d{{1,2}}/\d{{1,2}})(?![\w/]|[.,]\d)",
        r"\A\s*(?P<numeric>\d{1,2}/\d{1,2})\W*\Z",
    )
    return _Rules(
        marked=re.compile(marked, flags),
        spelled=re.compile(spelled, flags),
        note=re.compile(rf"\b{literal(mapped('notes'))}(?!\w)", flags),
        decimal=re.compile(r"(?<![\w.,/:-])(?P<whole>\d{1,5})[.,](?P<part>\d\d)(?![\w/%-]|[.,:]\d)", flags),
        no_money_before=re.compile(rf"\b{alternatives('no_money_before')}\s*$", flags),
        no_money_after=re.compile(after_number, flags),
        time_before=re.compile(rf"\b{alternatives('time_before')}\s*$", flags),
        price_after=re.compile(rf"\s+{alternatives('price_after')}(?!\w)", flags),
        days=tuple(re.compile(day, flags) for day in days),
        no_day_before=re.compile(rf"\b{alternatives('no_day_before')}\s*$", flags),
    )
