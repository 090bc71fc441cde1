"""Fills the figures of the policy into its sentences, and says dates and money in plain English."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from disputes.policy.models import MIDNIGHT, WEEKDAYS, Hours, PolicyFile, Weekday
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "words")

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ORDER_WORDS = frozenset({"order", "amount"})
STAFF_WORDS = frozenset({"staff"})

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORT_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORT_MONTHS = ("jan", "feb", "mar", "apr", "may_short", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
_UNITS = {"business_days": "working_day", "days": "day", "hours": "hour", "seconds": "second"}


def fill(sentence: str, words: Mapping[str, str]) -> str:
    """The sentence with every {name} replaced; a name that is not known stays (the loader refuses it)."""
    return PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), sentence)


def names_in(sentence: str) -> list[str]:
    """The {names} used in a sentence."""
    return PLACEHOLDER.findall(sentence)


def words_of(file: PolicyFile) -> dict[str, str]:
    """Every name that texts may use, with what it stands for."""
    words = {
        "shop_name": file.shop.name,
        "shop_url": str(file.shop.url).rstrip("/"),
        "support_email": file.shop.support_email,
        "support_phone": file.shop.support_phone,
        "office_hours": say_hours(file.office_hours),
        "reseller_names": say_list([reseller.name for reseller in file.resellers]) or say("partner_shop"),
    }
    for name, figure in file.clocks:
        if isinstance(figure, int):
            words[name] = say_duration(name, figure)
    return words


def say_duration(name: str, figure: int) -> str:
    """ "15 days", "1 working day", "1 minute": the unit is the end of the clock's name."""
    if name.endswith("_seconds") and figure % 60 == 0:
        unit, figure = "minute", figure // 60
    else:
        unit = next(words for ending, words in _UNITS.items() if name.endswith(f"_{ending}"))
    return say_count(figure, unit)


def say_count(figure: int, unit: str) -> str:
    """ "1 day", "12 days"; units are those of the section `words`."""
    return say(f"{unit}.one") if figure == 1 else say(f"{unit}.many", count=figure)


def say_number(number: int) -> str:
    """ "20,000"."""
    return _figure(f"{number:,}")


def say_list(names: Sequence[str], last: Literal["or", "and"] = "or") -> str:
    """ "a, b or c"."""
    if len(names) < 2:
        return "".join(names)
    return say(last, before=", ".join(names[:-1]), last=names[-1])


def say_date_in(at: datetime, zone: ZoneInfo) -> str:
    """ "Tuesday 12 May 2026", the day it is in that zone."""
    return say_day(at.astimezone(zone).date())


def say_day(day: date) -> str:
    """ "Tuesday 12 May 2026"."""
    return say("date", weekday=_weekday(day.weekday()), day=day.day, month=say(_MONTHS[day.month - 1]), year=day.year)


def say_short(local: datetime, *, with_year: bool) -> str:
    """ "Tue 12 May", for dense lists."""
    weekday, month = say(_SHORT_DAYS[local.weekday()]), say(_SHORT_MONTHS[local.month - 1])
    if with_year:
        return say("short_date_of_year", weekday=weekday, day=local.day, month=month, year=local.year)
    return say("short_date", weekday=weekday, day=local.day, month=month)


def say_stamp(local: datetime, *, with_year: bool) -> str:
    """ "12 May, 14:05", for dense lists."""
    month, time_of_day = say(_SHORT_MONTHS[local.month - 1]), local.strftime("%H:%M")
    if with_year:
        return say("stamp_of_year", day=local.day, month=month, year=local.year, time=time_of_day)
    return say("stamp", day=local.day, month=month, time=time_of_day)


def say_distance(days: int) -> str:
    """How far away a day is: "today", "in 3 days", "2 days ago"."""
    if abs(days) > 1:
        return say("in_days", count=days) if days > 0 else say("days_ago", count=-days)
    return (say("yesterday"), say("today"), say("tomorrow"))[days + 1]


def say_time_in(at: datetime, zone: ZoneInfo) -> str:
    """ "14:05", in that zone."""
    return at.astimezone(zone).strftime("%H:%M")


def say_money(amount: Decimal, currency: str) -> str:
    """ "£1,249.00", or "1,249.00 CHF" for a currency without a sign everybody knows."""
    figure = _figure(f"{amount:,.2f}")
    sign = _SIGNS.get(currency)
    return say("money", sign=sign, figure=figure) if sign else say("money_of", figure=figure, currency=currency)


def say_hours(hours: Mapping[Weekday, Hours]) -> str:
    """ "Monday to Thursday 9:00 to 17:30, Friday 9:00 to 17:00": neighbours with equal hours go together."""
    runs: list[tuple[int, int, Hours]] = []
    for number, day in enumerate(WEEKDAYS):
        if day not in hours:
            continue
        if runs and runs[-1][1] == number - 1 and runs[-1][2] == hours[day]:
            runs[-1] = (runs[-1][0], number, hours[day])
        else:
            runs.append((number, number, hours[day]))
    return ", ".join(
        say("open_on", days=_days(first, last), opens=_clock(open_.opens), closes=_clock(open_.closes))
        for first, last, open_ in runs
    )


def _days(first: int, last: int) -> str:
    if first == last:
        return _weekday(first)
    return say("day_to_day", first=_weekday(first), last=_weekday(last))


def _weekday(number: int) -> str:
    return say(WEEKDAYS[number])


def _figure(english: str) -> str:
    return english.translate({ord(","): say("thousands"), ord("."): say("decimals")})


def _clock(moment: time) -> str:
    if moment == MIDNIGHT:
        return "24:00"
    return f"{moment.hour}:{moment.minute:02}"
