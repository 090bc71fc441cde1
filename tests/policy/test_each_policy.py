"""The default policy and both examples: what must be true of any of them."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disputes import policy
from disputes.policy import Policy, dates_for_filed
from disputes.policy.kinds import CASE_STATES
from disputes.policy.models import CLAUSE_IDS, OutcomeCode, RemedyKind
from tests.conftest import POLICIES, ROOT

YEAR_2024, YEAR_2040 = (datetime(year, 1, 1) for year in (2024, 2040))  # noqa: DTZ001 hypothesis adds the zone
MICROSECOND = timedelta(microseconds=1)
CLOSED_PLATFORM = "ec.europa.eu"

each_file = pytest.mark.parametrize("file", POLICIES)


@cache
def read(file: str) -> Policy:
    return policy.load(ROOT / file)


@each_file
class TestWords:
    def test_has_the_ten_clauses_in_order(self, file: str) -> None:
        assert list(read(file).clauses) == list(CLAUSE_IDS)

    def test_no_name_is_left_in_braces(self, file: str) -> None:
        shop = read(file)
        for clause in shop.clauses.values():
            assert "{" not in clause.text
        for state in CASE_STATES:
            assert "{" not in shop.stages[state].next_step
        for sentence in (shop.outside_options.general, shop.outside_options.takes_part, shop.mediation.cost):
            assert "{" not in sentence

    def test_has_labels_for_every_outcome_and_remedy(self, file: str) -> None:
        assert set(read(file).outcome_labels) == set(get_args(OutcomeCode))
        assert set(read(file).remedy_labels) == set(get_args(RemedyKind))

    def test_history_is_short_and_in_whole_sentences(self, file: str) -> None:
        for kind, line in read(file).history.items():
            assert line.endswith("."), kind
            assert max(len(sentence.split()) for sentence in line.split(". ")) <= 22, kind

    def test_no_text_names_the_closed_platform(self, file: str) -> None:
        assert CLOSED_PLATFORM not in read(file).source

    def test_keeps_the_text_it_was_read_from(self, file: str) -> None:
        assert read(file).source == (ROOT / file).read_text()


@each_file
class TestDates:
    @given(at=st.datetimes(YEAR_2024, YEAR_2040, timezones=st.just(UTC)))
    def test_are_in_order_for_every_category_and_at_the_end_of_a_day(self, file: str, at: datetime) -> None:
        shop = read(file)
        for category in shop.categories:
            dates, clocks = dates_for_filed(at, shop, category), shop.clocks_for(category)
            assert at < dates.named_person_by
            assert at + timedelta(days=clocks.first_answer_days - 1) < dates.first_answer_by
            assert dates.first_answer_by <= dates.expected_end
            for due in (dates.named_person_by, dates.first_answer_by, dates.expected_end):
                assert shop.calendar.is_business_day(shop.calendar.day_of(due))
            for due in (dates.named_person_by, dates.first_answer_by, dates.expected_end, dates.hard_cap):
                assert shop.calendar.day_of(due + MICROSECOND) == shop.calendar.day_of(due) + timedelta(days=1)

    def test_the_office_opens_again_after_any_closed_day(self, file: str) -> None:
        shop = read(file)
        christmas = datetime(2026, 12, 25, 12, tzinfo=UTC)
        assert not shop.is_office_open(christmas)
        opens = shop.next_opening(christmas)
        assert christmas < opens < christmas + timedelta(days=14)
        assert shop.is_office_open(opens)


@each_file
class TestWork:
    def test_every_category_has_points_of_its_own_or_the_general_ones(self, file: str) -> None:
        shop = read(file)
        for category in shop.categories:
            points = shop.points_for(category)
            assert points[-len(shop.points.general) :] == shop.points.general
            assert len(points) == len(set(points))

    def test_a_category_that_is_not_known_any_more_gets_the_general_points(self, file: str) -> None:
        assert read(file).points_for("fax") == read(file).points.general

    def test_has_a_neutral_person_and_something_to_mediate(self, file: str) -> None:
        shop = read(file)
        assert shop.mediators
        assert shop.may_mediate(shop.mediation.categories[0], None) is None


class TestExamples:
    def test_differ_where_they_say_so(self) -> None:
        default, strict, small = (read(file) for file in POLICIES)
        assert strict.clocks.first_answer_days < default.clocks.first_answer_days < small.clocks.first_answer_days
        assert (strict.shop.currency, strict.shop.country) == ("EUR", "NL")
        assert strict.clocks_for("refund").first_answer_days == 7
        assert small.resellers == []
        assert "a partner shop" in small.clauses["C9"].text

    def test_count_their_own_holidays(self) -> None:
        default, strict, small = (read(file).calendar for file in POLICIES)
        kings_day, st_brigid = date(2026, 4, 27), date(2027, 2, 1)
        assert not strict.is_business_day(kings_day)
        assert default.is_business_day(kings_day)
        assert strict.name_of(kings_day) == "King's Day"
        assert st_brigid in small.closed
        assert not small.is_business_day(date(2026, 11, 23)), "Monday is no working day there"
