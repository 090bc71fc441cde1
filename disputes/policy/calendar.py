"""Working days and the ends of days, counted where the shop is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

from disputes.policy.closed_days import ClosedDays
from disputes.policy.models import WEEKDAYS, CalendarRules, Shop

ONE_DAY = timedelta(days=1)
HOLIDAY_LANGUAGE = "en_US"
LAST_MOMENT = time(23, 59, 59, 999999)


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a day in that zone, as aware UTC: the last day of a period counts in full."""
    return datetime.combine(day, LAST_MOMENT, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class Calendar:
    """The shop's days. `working` has Monday as 0; `closed` has public holidays and the shop's own, wherever entered."""

    zone: ZoneInfo
    working: frozenset[int]
    closed: Mapping[date, str]

    def day_of(self, at: datetime) -> date:
        """The day it is in the shop at that moment."""
        return at.astimezone(self.zone).date()

    def end_of_day(self, day: date) -> datetime:
        """The last moment of that day in the shop, as aware UTC."""
        return end_of_day(day, self.zone)

    def is_business_day(self, day: date) -> bool:
        """True when the shop works on that day."""
        return day.weekday() in self.working and day not in self.closed

    def name_of(self, day: date) -> str:
        """What a closed day is called, such as "Good Friday"; "closed" where it has no name."""
        return str(self.closed.get(day) or "closed")

    def this_or_next_business_day(self, day: date) -> date:
        """The day itself when the shop works, else the first working day after it."""
        while not self.is_business_day(day):
            day += ONE_DAY
        return day

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th working day after that day; the day itself never counts."""
        for _ in range(count):
            day = self.this_or_next_business_day(day + ONE_DAY)
        return day

    def due_after_days(self, start: datetime, days: int) -> datetime:
        """The end of the last of so many calendar days after `start`; rolls forward to a working day."""
        return self.end_of_day(self.this_or_next_business_day(self.day_of(start) + timedelta(days=days)))

    def due_after_business_days(self, start: datetime, days: int) -> datetime:
        """The end of the last of so many working days after `start`."""
        return self.end_of_day(self.add_business_days(self.day_of(start), days))


def calendar_of(shop: Shop, rules: CalendarRules) -> Calendar:
    """The calendar that the policy describes. Public holidays are those of the shop's country and region."""
    closed = holidays.HolidayBase()
    if rules.public_holidays:
        closed = holidays.country_holidays(shop.country, subdiv=shop.subdivision, language=HOLIDAY_LANGUAGE)
    closed.update(dict.fromkeys(rules.extra_closed_days, "closed"))
    return Calendar(
        zone=ZoneInfo(shop.timezone),
        working=frozenset(WEEKDAYS.index(day) for day in rules.working_days),
        closed=ClosedDays(closed),
    )
