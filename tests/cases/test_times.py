"""Who had a case for how long, what to expect, and whether what was promised and told came true."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states, times
from disputes.cases.tables import Case, CasePromise
from disputes.cases.times import Days, ageing, back_test, days_with, expected_time, kept_rate
from tests.cases.factories import filed
from tests.cases.plays import Played, events, play, sweep_at

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
pytestmark = pytest.mark.database


class TestDaysWith:
    def test_adds_up_to_the_days_that_the_case_was_open(self, session: Session) -> None:
        played = at(session, TUESDAY, "investigating")
        move(session, played, states.ASKED, TUESDAY + timedelta(days=3))
        move(session, played, states.ANSWERED, TUESDAY + timedelta(days=8))
        move(session, played, states.MEDIATION_OFFERED, TUESDAY + timedelta(days=10))
        move(session, played, states.MEDIATION_STARTED, TUESDAY + timedelta(days=14))
        now = TUESDAY + timedelta(days=20)
        assert split(session, played.case, now) == Days(us=3 + 2, you=5 + 4, neutral=6)

    def test_counts_days_where_the_shop_is_also_across_summer_time(self, session: Session) -> None:
        played = at(session, datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "filed")
        assert split(session, played.case, datetime(2026, 3, 28, 23, 59, tzinfo=UTC)) == Days()
        assert split(session, played.case, datetime(2026, 3, 29, 23, 30, tzinfo=UTC)) == Days(us=2)

    def test_stops_at_the_end(self, session: Session) -> None:
        played = at(session, TUESDAY, "outcome_offered")
        move(session, played, states.ACCEPTED, TUESDAY + timedelta(days=2))
        assert split(session, played.case, TUESDAY + timedelta(days=300)) == Days(you=2)

    def test_of_nothing_is_nothing(self) -> None:
        assert days_with([], TUESDAY, policy.current().calendar) == Days()


class TestExpectedTime:
    def test_is_the_policys_figure_until_there_are_enough_and_says_so(self, session: Session) -> None:
        for days in range(1, times.FEWEST):
            ended_after(session, days)
        assert expected_time(session, "warranty", "filed").n == 0
        measure_on(session, TUESDAY + timedelta(days=100))
        told = expected_time(session, "warranty", "filed")
        assert (told.source, told.n) == ("policy", times.FEWEST - 1)
        assert told.median_days == told.p80_days == policy.current().clocks.final_response_days

    def test_is_measured_from_twenty_cases_on(self, session: Session) -> None:
        for days in range(1, times.FEWEST + 1):
            ended_after(session, days)
        measure_on(session, TUESDAY + timedelta(days=100))
        told = expected_time(session, "warranty", "filed")
        assert (told.source, told.n, told.median_days, told.p80_days) == ("measured", 20, 11, 17)
        assert expected_time(session, "refund", "filed").source == "policy"
        assert expected_time(session, "warranty", "in_mediation").source == "policy"

    def test_each_night_takes_the_place_of_the_last_and_looks_two_years_back(self, session: Session) -> None:
        for days in range(1, times.FEWEST + 1):
            ended_after(session, days)
        measure_on(session, TUESDAY + timedelta(days=100))
        measure_on(session, TUESDAY + timedelta(days=101))
        assert expected_time(session, "warranty", "filed").n == times.FEWEST
        measure_on(session, TUESDAY + times.LOOKED_BACK + timedelta(days=30))
        assert expected_time(session, "warranty", "filed").source == "policy"

    def test_opening_a_page_reads_one_row(self, session: Session) -> None:
        asked: list[str] = []
        connection = session.connection()

        def remember(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            asked.append(statement)

        event.listen(connection, "before_cursor_execute", remember)
        expected_time(session, "warranty", "filed")
        event.remove(connection, "before_cursor_execute", remember)
        assert len(asked) == 1
        assert "case_events" not in asked[0]

    def test_does_not_count_what_was_withdrawn(self, session: Session) -> None:
        for _ in range(times.FEWEST):
            at(session, TUESDAY, "withdrawn", category="warranty")
        measure_on(session, TUESDAY + timedelta(days=100))
        assert expected_time(session, "warranty", "filed").n == 0

    @pytest.mark.parametrize("stage", states.STATES)
    def test_there_is_a_figure_for_every_stage(self, session: Session, stage: str) -> None:
        assert expected_time(session, "other", stage).median_days > 0


class TestBackTest:
    def test_counts_how_many_came_true(self, session: Session) -> None:
        for days in range(1, 21):
            ended_after(session, days)
        for days in (5, 11, 16, 25):
            ended_after(session, days, start=datetime(2026, 7, 2, 9, tzinfo=UTC))
        result = back_test(session, date(2026, 7, 20))
        assert (result.month, result.cases, result.measured) == (date(2026, 7, 1), 4, 4)
        assert (result.within_median, result.within_p80) == (2, 3)
        assert back_test(session, date(2026, 7, 1)).cases == 4

    def test_with_too_few_cases_before_nothing_was_told(self, session: Session) -> None:
        ended_after(session, 3)
        result = back_test(session, date(2026, 5, 1))
        assert (result.cases, result.measured) == (1, 0)

    def test_last_month_is_the_month_before_where_the_shop_is(self, session: Session) -> None:
        with clock.set_to(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)):
            assert times.check_last_month(session).month == date(2026, 6, 1)


class TestKeptRate:
    def test_is_kept_of_what_was_due(self, session: Session) -> None:
        session.execute(update(CasePromise).values(state="dropped", settled_at=TUESDAY))
        played = at(session, TUESDAY, "investigating")  # a person was named in time
        case = at(session, TUESDAY, "filed").case
        sweep_at(session, case, TUESDAY + timedelta(days=2))  # here not
        with clock.set_to(TUESDAY + timedelta(days=3)):
            kept = kept_rate(session, TUESDAY)
        assert (kept.kept, kept.missed, kept.rate) == (1, 1, 0.5)
        assert played.case.state == "investigating"

    def test_a_date_that_is_over_counts_as_missed_before_anybody_notes_it(self, session: Session) -> None:
        session.execute(update(CasePromise).values(state="dropped", settled_at=TUESDAY))
        at(session, TUESDAY, "filed")
        with clock.set_to(TUESDAY + timedelta(days=2)):
            assert kept_rate(session, TUESDAY).missed == 1

    def test_without_promises_there_is_no_rate(self, session: Session) -> None:
        with clock.set_to(TUESDAY - timedelta(days=3000)):
            assert kept_rate(session, clock.now()).rate is None


class TestAgeing:
    def test_groups_open_cases_by_age(self, session: Session) -> None:
        with clock.set_to(TUESDAY):
            before = ageing(session)
            for days in (0, 7, 8, 15, 40, 43, 100):
                with clock.set_to(TUESDAY - timedelta(days=days)):
                    filed(session, email=f"{uuid4().hex}@example.com")
            at(session, TUESDAY, "resolved")
            after = ageing(session)
        assert [new - old for new, old in zip(after.by_age, before.by_age, strict=True)] == [2, 2, 0, 1, 2]
        assert after.open - before.open == sum(after.by_age) - sum(before.by_age) == 7
        assert after.past_hard_cap - before.past_hard_cap == 2
        assert after.overdue - before.overdue == 6


def at(session: Session, moment: datetime, stage: str, **changes: object) -> Played:
    """A case at that stage, then."""
    with clock.set_to(moment):
        return play(session, stage, **changes)


def move(session: Session, played: Played, step: states.Transition, moment: datetime) -> None:
    """A step of whoever may take it."""
    actor = played.by_agent if step.roles and step is not states.ANSWERED else states.Actor("customer")
    with clock.set_to(moment):
        engine.move(session, played.case, step, actor)


def measure_on(session: Session, moment: datetime) -> None:
    """What the job does in that night."""
    with clock.set_to(moment):
        times.measure(session)


def ended_after(session: Session, days: int, *, start: datetime = TUESDAY) -> None:
    """A case about a guarantee that was settled so many days after it was filed."""
    played = at(session, start, "outcome_offered", category="warranty")
    move(session, played, states.ACCEPTED, start + timedelta(days=days))


def split(session: Session, case: Case, now: datetime) -> Days:
    """Who had the case, by then."""
    return days_with(events(session, case), now, policy.current().calendar)
