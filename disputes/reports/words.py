"""Figures in words: times in the unit that fits, shares with what they are of, and "too few" where they say nothing."""

from datetime import date
from typing import Final

MEDIAN_FROM: Final = 5
"""From so many rows on half of them say something; and a share is told in per cent."""

NINE_OF_TEN_FROM: Final = 10
"""From so many rows on the slowest tenth is at least one of them."""

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def say_time(seconds: float) -> str:
    """ "45 s", "12 min", "5.5 h", "3.2 days"."""
    if seconds < 1.5 * MINUTE:
        return f"{seconds:.0f} s"
    if seconds < 1.5 * HOUR:
        return f"{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{_short(seconds / HOUR)} h"
    return f"{_short(seconds / DAY)} days"


def say_day(day: date) -> str:
    """ "4 May 2026"; the Monday of a week names the week."""
    return f"{day.day} {day:%b %Y}"


def say_share(part: int, whole: int) -> str:
    """ "89 %"; "8 of 9" told alone says enough where the whole is small, and then this is empty."""
    return f"{round(100 * part / whole)} %" if whole >= MEDIAN_FROM else ""


def say_change(now: float, before: float) -> str:
    """ "+3", "-1.5", "same"."""
    change = now - before
    return "same" if abs(change) < 0.05 else f"{'+' if change > 0 else '−'}{_short(abs(change))}"


def _short(figure: float) -> str:
    return f"{figure:.1f}".removesuffix(".0")
