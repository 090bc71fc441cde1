"""Amounts and days that a customer named, for this shop and as seen from the day on which they wrote.

The rules for values find them in one form for each way of saying it (`nlu_components.money_and_days`); what "the 12th"
or a bare 49.90 means is decided here. Pure but for `of_case`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from disputes import policy
from disputes.cases.tables import Case
from disputes.policy import Policy
from disputes.policy.words import say_day, say_money
from nlu_components.money_and_days import SHOP
from nlu_components.values import AMOUNT, DAY, find_values

MOST: Final = 6
"""Of each kind that are shown: a story with more of them is read anyway."""

_MONTH_FIRST: Final = frozenset({"en-US", "en-PH", "es-US"})
"""Locales in which 3/12 is the twelfth of March."""

SOON: Final = timedelta(days=60)
"""A day without a year that is no further ahead is one to come; else it is the one that was."""


@dataclass(frozen=True)
class Told:
    """In the order in which they were named, each once."""

    amounts: tuple[str, ...] = ()
    days: tuple[date, ...] = ()

    @property
    def amounts_said(self) -> str:
        """For a line of a card; empty when none was named."""
        return ", ".join(self.amounts[:MOST])

    @property
    def days_said(self) -> str:
        """For a line of a card; empty when none was named."""
        return ", ".join(say_day(day) for day in self.days[:MOST])


def of_case(case: Case) -> Told:
    """What the description of a complaint names, as seen from the day on which it was filed."""
    rules = policy.current()
    return in_text(case.description, rules, case.filed_at.astimezone(rules.calendar.zone).date())


def in_text(text: str, rules: Policy, today: date) -> Told:
    """What a text names that was written on that day."""
    found = find_values(text)
    return told(
        (value.value for value in found if value.entity == AMOUNT),
        (value.value for value in found if value.entity == DAY),
        rules,
        today,
    )


def told(amounts: Iterable[str], days: Iterable[str], rules: Policy, today: date) -> Told:
    """The same for values that have been found already."""
    said = (amount_of(each, rules) for each in amounts)
    named = (day_of(each, rules.shop.locale, today) for each in days)
    return Told(
        tuple(dict.fromkeys(say_money(*each) for each in said)), tuple(dict.fromkeys(day for day in named if day))
    )


def amount_of(found: str, rules: Policy) -> tuple[Decimal, str]:
    """An amount with its currency; the shop's, when none was said."""
    amount, currency = found.split()
    return Decimal(amount), rules.shop.currency if currency == SHOP else currency


def day_of(found: str, locale: str, today: date) -> date | None:
    """The day that is meant; None when there is no such day."""
    if match := re.fullmatch(r"([+-]\d+)([dm])", found):
        count = int(match[1])
        return today + timedelta(days=count) if match[2] == "d" else _months_away(today, count)
    if found[0] in "<>":
        away = (int(found[1]) - today.weekday()) % 7
        return today + timedelta(days=(away or 7) if found[0] == ">" else away - 7)
    if match := re.fullmatch(r"---(\d\d)", found):
        return next(_such_days(today, int(match[1])), None)
    if match := re.fullmatch(r"--(\d\d)-(\d\d)", found):
        return _latest(today, int(match[1]), int(match[2]))
    figures = [int(figure) for figure in re.findall(r"\d+", found)]
    if "/" in found:
        first, second, *rest = figures
        month, day = (first, second) if locale in _MONTH_FIRST else (second, first)
        year = rest[0] + 2000 if rest and rest[0] < 100 else next(iter(rest), None)
        return _latest(today, month, day) if year is None else _date(year, month, day)
    return _date(*figures)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _months_away(today: date, count: int) -> date:
    """The same day of another month, or its last day when there is no such."""
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return next(day for away in range(4) if (day := _date(year, month + 1, today.day - away)))


def _such_days(today: date, day_of_month: int) -> Iterator[date]:
    """The latest such days that are not in the future."""
    for back in range(3):
        month = _months_away(today.replace(day=1), -back)
        day = _date(month.year, month.month, day_of_month)
        if day is not None and day <= today:
            yield day


def _latest(today: date, month: int, day: int) -> date | None:
    """The latest such day that is past or soon: people complain of what was, and of what was promised."""
    years = (_date(today.year + away, month, day) for away in (1, 0, -1))
    return next((each for each in years if each and each <= today + SOON), None)
