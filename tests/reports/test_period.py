"""Weeks where the shop is, over summer time and the end of a year."""

from datetime import UTC, date, datetime

import pytest

from disputes import policy
from disputes.errors import Invalid
from disputes.reports.period import Period, last_whole_week, read_week, week_name

CALENDAR = policy.current().calendar


class TestWeeks:
    @pytest.mark.parametrize(
        ("written", "first", "last"),
        [
            ("2026-W01", date(2025, 12, 29), date(2026, 1, 4)),
            ("2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
            ("2027-01-02", date(2026, 12, 28), date(2027, 1, 3)),
            ("2027-01-04", date(2027, 1, 4), date(2027, 1, 10)),
        ],
    )
    def test_the_last_week_of_a_year_goes_on_into_the_next(self, written: str, first: date, last: date) -> None:
        assert read_week(written) == Period(first, last)

    def test_is_called_by_the_year_of_its_thursday(self) -> None:
        assert (week_name(date(2025, 12, 29)), week_name(date(2026, 12, 28))) == ("2026-W01", "2026-W53")

    @pytest.mark.parametrize("written", ["", "2025-W53", "2026-W00", "week 3", "2026-02-30"])
    def test_there_is_no_other(self, written: str) -> None:
        with pytest.raises(Invalid):
            read_week(written)

    def test_the_last_whole_one_ends_on_sunday(self) -> None:
        assert last_whole_week(date(2026, 5, 17)) == Period(date(2026, 5, 4), date(2026, 5, 10))
        assert last_whole_week(date(2026, 5, 18)) == Period(date(2026, 5, 11), date(2026, 5, 17))


class TestBounds:
    def test_a_week_in_which_summer_time_begins_has_an_hour_less(self) -> None:
        start, end = Period(date(2026, 3, 23), date(2026, 3, 29)).bounds(CALENDAR)
        assert start == datetime(2026, 3, 22, 23, 59, 59, 999999, tzinfo=UTC)
        assert end == datetime(2026, 3, 29, 22, 59, 59, 999999, tzinfo=UTC)

    def test_and_one_in_which_it_ends_an_hour_more(self) -> None:
        start, end = Period(date(2026, 10, 19), date(2026, 10, 25)).bounds(CALENDAR)
        assert (end - start).total_seconds() == 7 * 86400 + 3600


class TestChosen:
    def test_nothing_chosen_is_twelve_weeks_up_to_today(self) -> None:
        assert Period.chosen(None, None, date(2026, 5, 20)) == Period(date(2026, 3, 2), date(2026, 5, 20))

    def test_one_end_is_enough(self) -> None:
        today = date(2026, 5, 20)
        assert Period.chosen(date(2026, 5, 1), None, today).last == today
        assert Period.chosen(None, date(2026, 1, 31), today) == Period(date(2025, 11, 10), date(2026, 1, 31))

    def test_every_week_with_a_day_in_it_is_one(self) -> None:
        mondays = list(Period(date(2026, 12, 31), date(2027, 1, 4)).mondays())
        assert mondays == [date(2026, 12, 28), date(2027, 1, 4)]
        assert Period(date(2026, 12, 31), date(2027, 1, 4)).part_of_week(mondays[0]) == Period(
            date(2026, 12, 31), date(2027, 1, 3)
        )
