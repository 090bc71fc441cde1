"""Fills the figures of the policy into its sentences, and says dates and money in plain English."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from disputes.policy.models import MIDNIGHT, WEEKDAYS, Hours, PolicyFile, Weekday

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ORDER_WORDS = frozenset({"order", "amount"})
STAFF_WORDS = frozenset({"staff"})

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}
_UNITS = {"business_days": "working day", "days": "day", "hours": "hour", "seconds": "second"}


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
        "reseller_names": say_list([reseller.name for reseller in file.resellers]) or "a partner shop",
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
    return f"{figure} {unit}" if figure == 1 else f"{figure} {unit}s"


def say_list(names: Sequence[str], last: str = "or") -> str:
    """ "a, b or c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def say_date_in(at: datetime, zone: ZoneInfo) -> str:
    """ "Tuesday 12 May 2026", the day it is in that zone."""
    return say_day(at.astimezone(zone).date())


def say_day(day: date) -> str:
    """ "Tuesday 12 May 2026"."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_time_in(at: datetime, zone: ZoneInfo) -> str:
    """ "14:05", in that zone."""
    return at.astimezone(zone).strftime("%H:%M")


def say_money(amount: Decimal, currency: str) -> str:
    """ "£1,249.00", or "1,249.00 CHF" for a currency without a sign everybody knows."""
    figure = f"{amount:,.2f}"
    sign = _SIGNS.get(currency)
    return f"{sign}{figure}" if sign else f"{figure} {currency}"


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
        f"{_DAYS[first] if first == last else f'{_DAYS[first]} to {_DAYS[last]}'} "
        f"{_clock(open_.opens)} to {_clock(open_.closes)}"
        for first, last, open_ in runs
    )


def _clock(moment: time) -> str:
    if moment == MIDNIGHT:
        return "24:00"
    return f"{moment.hour}:{moment.minute:02}"
