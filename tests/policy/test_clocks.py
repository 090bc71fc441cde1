"""Due dates: what is promised at filing, over weekends, holidays, clock changes and leap days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes import policy
from disputes.policy import dates_for_filed, say_date

LONDON = ZoneInfo("Europe/London")
MICROSECOND = timedelta(microseconds=1)
YEAR_2024, YEAR_2040 = (datetime(year, 1, 1) for year in (2024, 2040))  # noqa: DTZ001 hypothesis adds the zone


def filed(*when: int) -> datetime:
    """A moment in the shop's zone, as UTC."""
    return datetime(*when, tzinfo=LONDON).astimezone(UTC)  # type: ignore[arg-type, misc]


class TestNamedPerson:
    @pytest.mark.parametrize(
        ("filed_at", "by"),
        [
            pytest.param(filed(2026, 5, 12, 10), date(2026, 5, 13), id="weekday"),
            pytest.param(filed(2026, 5, 15, 16), date(2026, 5, 18), id="Friday to Monday"),
            pytest.param(filed(2026, 5, 17, 16), date(2026, 5, 18), id="Sunday to Monday"),
            pytest.param(filed(2026, 4, 2, 16), date(2026, 4, 7), id="over Easter"),
            pytest.param(filed(2026, 12, 24, 16), date(2026, 12, 29), id="over Christmas"),
            pytest.param(filed(2028, 2, 28, 16), date(2028, 2, 29), id="leap day is a working day"),
        ],
    )
    def test_is_told_by_the_end_of_the_next_working_day(self, filed_at: datetime, by: date) -> None:
        dates = dates_for_filed(filed_at, policy.current())
        assert dates.named_person_by.astimezone(LONDON).date() == by


class TestLastDay:
    def test_counts_in_full(self) -> None:
        dates = dates_for_filed(filed(2026, 5, 12, 0, 1), policy.current())
        last = dates.first_answer_by.astimezone(LONDON)
        assert last == datetime(2026, 5, 27, 23, 59, 59, 999999, tzinfo=LONDON)
        assert (last + MICROSECOND).date() == date(2026, 5, 28)

    def test_is_the_same_for_the_first_and_the_last_moment_of_a_day(self) -> None:
        first, last = filed(2026, 5, 12, 0, 0), filed(2026, 5, 12, 23, 59, 59)
        assert dates_for_filed(first, policy.current()) == dates_for_filed(last, policy.current())

    def test_a_second_later_it_is_the_next_day(self) -> None:
        before = dates_for_filed(filed(2026, 5, 12, 23, 59, 59), policy.current()).hard_cap
        after = dates_for_filed(filed(2026, 5, 13, 0, 0, 0), policy.current()).hard_cap
        assert after - before == timedelta(days=1)

    def test_of_a_summer_evening_is_counted_in_the_shops_zone(self) -> None:
        half_past_midnight_in_london = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
        cap = dates_for_filed(half_past_midnight_in_london, policy.current()).hard_cap
        assert cap.astimezone(LONDON).date() == date(2026, 7, 2) + timedelta(days=42)

    def test_rolls_forward_from_a_weekend_and_from_a_holiday(self) -> None:
        saturday = dates_for_filed(filed(2026, 5, 15, 9), policy.current())
        assert say_date(saturday.first_answer_by, policy.current()) == "Monday 1 June 2026"
        bank_holiday = dates_for_filed(filed(2026, 8, 1, 9), policy.current())
        assert say_date(bank_holiday.expected_end, policy.current()) == "Tuesday 1 September 2026"

    def test_of_the_hard_cap_never_rolls(self) -> None:
        dates = dates_for_filed(filed(2026, 5, 10, 9), policy.current())
        assert say_date(dates.hard_cap, policy.current()) == "Sunday 21 June 2026"


class TestClockChanges:
    def test_into_summer_time(self) -> None:
        dates = dates_for_filed(filed(2026, 3, 16, 12), policy.current())
        assert dates.first_answer_by == datetime(2026, 3, 31, 22, 59, 59, 999999, tzinfo=UTC)

    def test_into_winter_time(self) -> None:
        dates = dates_for_filed(filed(2026, 10, 14, 12), policy.current())
        assert dates.first_answer_by == datetime(2026, 10, 29, 23, 59, 59, 999999, tzinfo=UTC)

    def test_a_due_day_with_23_hours_still_ends_at_midnight(self) -> None:
        calendar = policy.current().calendar
        assert calendar.end_of_day(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, 59, 59, 999999, tzinfo=UTC)


class TestAnyMoment:
    @given(st.datetimes(YEAR_2024, YEAR_2040, timezones=st.just(UTC)))
    def test_dates_are_in_order_never_too_early_and_at_the_end_of_a_day(self, at: datetime) -> None:
        dates = dates_for_filed(at, policy.current())
        calendar = policy.current().calendar
        assert at < dates.named_person_by <= dates.first_answer_by < dates.expected_end < dates.hard_cap
        assert dates.first_answer_by - at >= timedelta(days=15) - timedelta(hours=1)
        for due in (dates.named_person_by, dates.first_answer_by, dates.expected_end):
            assert calendar.is_business_day(calendar.day_of(due))
        for due in (dates.named_person_by, dates.first_answer_by, dates.expected_end, dates.hard_cap):
            assert calendar.day_of(due + MICROSECOND) == calendar.day_of(due) + timedelta(days=1)


class TestOffice:
    def test_is_open_from_its_first_minute_to_just_before_its_last(self) -> None:
        shop = policy.current()
        assert not shop.is_office_open(filed(2026, 5, 12, 8, 59))
        assert shop.is_office_open(filed(2026, 5, 12, 9, 0))
        assert shop.is_office_open(filed(2026, 5, 12, 17, 29))
        assert not shop.is_office_open(filed(2026, 5, 12, 17, 30))

    def test_is_closed_on_holidays_and_opens_on_the_next_working_day(self) -> None:
        shop = policy.current()
        assert not shop.is_office_open(filed(2026, 12, 25, 11))
        assert shop.next_opening(filed(2026, 12, 24, 20)) == datetime(2026, 12, 29, 9, 0, tzinfo=LONDON)

    def test_says_its_hours(self) -> None:
        said = policy.current().say_office_hours()
        assert said == "Monday to Thursday 9:00 to 17:30, Friday 9:00 to 17:00"


class TestResellers:
    @pytest.mark.parametrize(
        "words", ["NordicHome", "nordic home", "I bought it at Nordic-Home!", "NORDICHOME.EXAMPLE"]
    )
    def test_are_found_by_channel_and_by_words(self, words: str) -> None:
        found = policy.current().reseller_named(words)
        assert found is not None
        assert found.name == "NordicHome"

    @pytest.mark.parametrize("words", ["direct", "", "my nordic homewares", "lumen"])
    def test_are_not_found_in_other_words(self, words: str) -> None:
        assert policy.current().reseller_named(words) is None
