"""The clocks at awkward moments: the changes of summer time, holidays, leap days, the last moment, an outage."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import clocks, engine, states
from disputes.cases.clocks import Position, Timer
from disputes.cases.tables import Case
from disputes.policy import Policy
from disputes.policy.clocks import dates_for_filed
from tests.cases.plays import due, events, kinds, play, sweep_at, timers

LAST_MOMENT = time(23, 59, 59, 999999)
ONE_TICK = timedelta(microseconds=1)
LONDON = ZoneInfo("Europe/London")
MOMENTS = {
    "the night before summer time": datetime(2026, 3, 28, 23, 30, tzinfo=LONDON),
    "the last second of winter time": datetime(2026, 3, 29, 0, 59, 59, tzinfo=LONDON),
    "the first half past one": datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=0),
    "the second half past one": datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1),
    "Christmas Eve": datetime(2026, 12, 24, 16, tzinfo=LONDON),
    "the last moment of the year": datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=LONDON),
    "the day before a leap day": datetime(2028, 2, 28, 12, tzinfo=LONDON),
    "the last moment of a leap day": datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=LONDON),
    "no leap year": datetime(2027, 2, 14, 10, tzinfo=LONDON),
    "before Easter": datetime(2026, 4, 2, 18, tzinfo=LONDON),
}
STAGES = ["filed", "investigating", "awaiting_customer", "outcome_offered", "mediation_offered", "in_mediation"]


def position_at(filed_at: datetime, rules: Policy, state: str = "filed", **changes: object) -> Position:
    """A case filed then, in that state."""
    dates = dates_for_filed(filed_at, rules)
    start = Position(state, "other", filed_at, dates.first_answer_by, dates.expected_end, dates.hard_cap)
    return replace(start, **changes)  # type: ignore[arg-type]


@pytest.mark.usefixtures("each_policy")
class TestEveryDate:
    def test_is_the_last_moment_of_a_working_day_and_ahead(self) -> None:
        rules = policy.current()
        for name, filed_at in MOMENTS.items():
            now = filed_at.astimezone(UTC)
            window = rules.calendar.due_after_days(now, 30)
            for state in states.STATES:
                position = position_at(now, rules, state, window_ends=window)
                for timer in clocks.timers_for(position, now, rules, now=now):
                    local = timer.due_at.astimezone(rules.calendar.zone)
                    assert local.time() == LAST_MOMENT, f"{timer.kind} {name}"
                    assert timer.due_at.tzinfo is UTC
                    assert timer.due_at >= now
                    if timer.kind in clocks.SHOWN:
                        assert rules.calendar.is_business_day(local.date()), f"{timer.kind} {name}"

    def test_days_are_counted_as_days_where_the_shop_is(self) -> None:
        rules = policy.current()
        figures = rules.clocks_for(None)
        for filed_at in MOMENTS.values():
            dates = dates_for_filed(filed_at, rules)
            day = filed_at.astimezone(rules.calendar.zone).date()
            told = dates.first_answer_by.astimezone(rules.calendar.zone).date()
            rolled = range(figures.first_answer_days, (told - day).days)
            assert (told - day).days >= figures.first_answer_days
            assert not any(rules.calendar.is_business_day(day + timedelta(days=extra)) for extra in rolled)
            cap = dates.hard_cap.astimezone(rules.calendar.zone).date()
            assert (cap - day).days == figures.hard_cap_days

    def test_acts_after_the_last_moment_and_not_a_tick_before(self, session: Session) -> None:
        for filed_at in MOMENTS.values():
            with clock.set_to(filed_at.astimezone(UTC)):
                case = play(session, "investigating").case
            over = due(session, case, "first_answer")
            sweep_at(session, case, over)
            assert case.state == "investigating"
            sweep_at(session, case, over + ONE_TICK)
            assert case.state == "escalated"
            told = events(session, case)[-1]
            assert (told.kind, told.due_at) == ("escalated", over)

    @pytest.mark.parametrize("stage", STAGES)
    def test_after_three_days_without_a_sweep_the_same_letters_go_by_the_same_dates(
        self, session: Session, stage: str
    ) -> None:
        """I8: one case is swept each minute after a date, its twin after an outage over the first date of its stage."""
        now = list(MOMENTS.values())[STAGES.index(stage)].astimezone(UTC)
        with clock.set_to(now):
            prompt, late = play(session, stage).case, play(session, stage).case
        end = min(due_at for kind, due_at in timers(session, prompt) if kind in clocks.SHOWN) + timedelta(days=3)
        outage = end - timedelta(days=3, minutes=1)
        for case in (prompt, late):
            follow(session, case, now, outage)
        follow(session, prompt, outage, end)
        sweep_at(session, late, end)
        assert letters(session, late) == letters(session, prompt)
        assert late.state == prompt.state
        assert sweep_at(session, late, end) == 0


class TestPause:
    """Our target stands still while somebody else has the case; the hard cap never does."""

    def test_moves_our_dates_by_whole_days_across_summer_time(self, session: Session) -> None:
        asked_at = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)
        with clock.set_to(asked_at):
            played = play(session, "awaiting_customer")
        case, first, cap = played.case, played.case.first_answer_by, played.case.hard_cap
        with clock.set_to(datetime(2026, 3, 30, 8, tzinfo=UTC)):
            engine.move(session, case, states.ANSWERED, states.Actor("customer"))
        assert case.first_answer_by.astimezone(LONDON).date() == first.astimezone(LONDON).date() + timedelta(days=3)
        assert case.first_answer_by.astimezone(LONDON).time() == LAST_MOMENT
        assert case.hard_cap == cap

    def test_an_answer_on_the_same_day_moves_nothing(self, session: Session) -> None:
        with clock.set_to(datetime(2026, 5, 12, 9, tzinfo=UTC)):
            case = play(session, "awaiting_customer").case
        first = case.first_answer_by

        with clock.set_to(datetime(2026, 5, 12, 18, tzinfo=UTC)):
            engine.move(session, case, states.ANSWERED, states.Actor("customer"))
        assert case.first_answer_by == first

    @given(days=st.integers(0, 400), start=st.dates(date(2024, 1, 1), date(2030, 1, 1)))
    def test_shifted_dates_are_working_days_and_never_earlier(self, days: int, start: date) -> None:
        calendar = policy.current().calendar
        since = calendar.end_of_day(start)
        over = calendar.end_of_day(calendar.this_or_next_business_day(start + timedelta(days=9)))
        moved = clocks.shifted(over, since, calendar.end_of_day(start + timedelta(days=days)), calendar)
        assert moved >= over
        assert calendar.is_business_day(calendar.day_of(moved))
        assert 0 <= (calendar.day_of(moved) - calendar.day_of(over)).days - days <= 14


class TestLongOutage:
    """Longer than the times themselves: nobody is told a date that is over, or the same thing twice at once."""

    @pytest.mark.parametrize("stage", ["filed", "investigating", "awaiting_customer", "outcome_offered", "escalated"])
    def test_no_letter_names_a_next_date_that_is_over(self, session: Session, stage: str) -> None:
        filed_at = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
        with clock.set_to(filed_at):
            case = play(session, stage).case
        seen, back = len(events(session, case)), filed_at + timedelta(days=100)
        sweep_at(session, case, back)
        told = events(session, case)[seen:]
        last_letter = [event for event in told if event.audience == "everyone"][-1]
        assert datetime.fromisoformat(last_letter.data["dates"]["next"]) > back
        assert case.next_date is not None
        assert case.next_date > back

    def test_reminders_that_are_all_over_go_out_as_one(self, session: Session) -> None:
        with clock.set_to(datetime(2026, 5, 12, 14, 5, tzinfo=UTC)):
            case = play(session, "outcome_offered").case
        sweep_at(session, case, datetime(2026, 5, 21, 9, tzinfo=UTC))
        assert kinds(session, case).count("offer_reminder") == 1

    def test_nobody_agrees_by_silence_who_was_not_reminded(self, session: Session) -> None:
        with clock.set_to(datetime(2026, 5, 12, 14, 5, tzinfo=UTC)):
            case = play(session, "outcome_offered", grants_all=True).case
        back = datetime(2026, 6, 20, 9, tzinfo=UTC)
        sweep_at(session, case, back)
        assert case.state == "outcome_offered"
        assert kinds(session, case)[-2:].count("offer_reminder") == 1
        new_end = due(session, case, "offer")
        assert new_end >= back + timedelta(days=6)
        sweep_at(session, case, new_end + ONE_TICK)
        assert (case.state, case.resolution) == ("resolved", "assumed")

    def test_the_last_call_still_leaves_a_week(self, session: Session) -> None:
        with clock.set_to(datetime(2026, 5, 12, 14, 5, tzinfo=UTC)):
            case = play(session, "final_response").case
        back = datetime(2026, 9, 1, 9, tzinfo=UTC)
        sweep_at(session, case, back)
        assert (case.state, kinds(session, case)[-1]) == ("final_response", "last_call")
        closing = due(session, case, "review_close")
        assert (closing.astimezone(LONDON).date() - back.date()).days == policy.current().clocks.last_call_days - 1
        assert events(session, case)[-1].data["dates"]["window_ends"] == closing.isoformat()
        sweep_at(session, case, closing + ONE_TICK)
        assert case.state == "closed"


class TestOrder:
    def test_what_moves_the_case_comes_before_what_only_tells_of_it(self) -> None:
        at = datetime(2026, 5, 12, 22, 59, 59, 999999, tzinfo=UTC)
        shuffled = [
            Timer(kind, at) for kind in ("progress_note", "review_close", "staff_warning", "last_call", "offer")
        ]
        in_order = [timer.kind for timer in sorted(shuffled, key=clocks.by_date)]
        assert in_order == ["offer", "last_call", "review_close", "staff_warning", "progress_note"]


def follow(session: Session, case: Case, now: datetime, end: datetime) -> None:
    """Sweeps in the first minute after each date up to `end`."""
    while running := [due_at for _, due_at in timers(session, case) if due_at + ONE_TICK <= end]:
        now = max(now, min(end, min(running) + timedelta(seconds=30)))
        sweep_at(session, case, now)


def letters(session: Session, case: Case) -> list[tuple[str, str | None, datetime | None]]:
    """What the customer was written, and by which date it was due."""
    found = events(session, case)
    return [(event.kind, event.notice, event.due_at) for event in found if event.audience == "everyone"]
