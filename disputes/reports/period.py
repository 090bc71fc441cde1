"""Days and weeks of a report, counted where the shop is. A week begins on Monday."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from disputes.errors import Invalid
from disputes.policy.calendar import Calendar

ONE_DAY: Final = timedelta(days=1)
ONE_WEEK: Final = timedelta(days=7)
WEEKS_AT_FIRST: Final = 12
"""So many weeks, with the one that runs, are shown when nobody chose other days."""

LONGEST: Final = timedelta(days=3 * 366)
_WEEK: Final = re.compile(r"(\d{4})-W(\d{1,2})")


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both in full."""

    first: date
    last: date

    @classmethod
    def around(cls, today: date) -> Self:
        """The last weeks up to today."""
        return cls(monday_of(today) - (WEEKS_AT_FIRST - 1) * ONE_WEEK, today)

    @classmethod
    def week(cls, monday: date) -> Self:
        """One whole week."""
        return cls(monday, monday + ONE_WEEK - ONE_DAY)

    @classmethod
    def chosen(cls, first: date | None, last: date | None, today: date) -> Self:
        """What somebody asked for; what they left open is as in `around`. Raises `Invalid` for days that make no
        period, or more than three years."""
        usual = cls.around(today)
        last = last or max(usual.last, first or usual.last)
        first = first or monday_of(last) - (WEEKS_AT_FIRST - 1) * ONE_WEEK
        if first > last:
            raise Invalid("The first day is after the last.", {"from": "Please choose a day before the last."})
        if last - first > LONGEST:
            raise Invalid("Please choose three years at most.", {"from": "Please choose a later day."})
        return cls(first, last)

    def bounds(self, calendar: Calendar) -> tuple[datetime, datetime]:
        """The last moment before the period and its last moment: what is later than one and not than the other."""
        return calendar.end_of_day(self.first - ONE_DAY), calendar.end_of_day(self.last)

    def mondays(self) -> Iterator[date]:
        """The Monday of every week that has a day in the period."""
        monday = monday_of(self.first)
        while monday <= self.last:
            yield monday
            monday += ONE_WEEK

    def part_of_week(self, monday: date) -> "Period":
        """The days of a week that are in the period."""
        whole = Period.week(monday)
        return Period(max(self.first, whole.first), min(self.last, whole.last))

    def before(self, weeks: int) -> "Period":
        """The weeks right before this period."""
        return Period(self.first - weeks * ONE_WEEK, self.first - ONE_DAY)


def monday_of(day: date) -> date:
    """The Monday of the week a day is in."""
    return day - timedelta(days=day.weekday())


def last_whole_week(today: date) -> Period:
    """The week before the one that runs."""
    return Period.week(monday_of(today) - ONE_WEEK)


def read_week(written: str) -> Period:
    """The week written like 2026-W01, or by one of its days like 2026-01-02. Raises `Invalid` for anything else."""
    try:
        if found := _WEEK.fullmatch(written):
            return Period.week(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        return Period.week(monday_of(date.fromisoformat(written)))
    except ValueError as fault:
        raise Invalid("A week is written like 2026-W07, or as one of its days, like 2026-02-11.") from fault


def week_name(monday: date) -> str:
    """ "2026-W07": the same all over the world."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"
