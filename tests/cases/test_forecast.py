""" "What if I do nothing?" tells exactly what the clocks then do."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine
from disputes.cases.clocks import Timer
from disputes.cases.forecast import forecast, forecast_of, if_you_do_nothing
from tests.cases.plays import Played, due, events, play, sweep_at, timers

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
FIRST = datetime(2023, 12, 1, tzinfo=UTC)
STAGES = [
    "filed", "investigating", "awaiting_customer", "outcome_offered", "mediation_offered", "in_mediation",
    "escalated", "final_response", "resolved", "final_accepted", "withdrawn",
]  # fmt: skip
pytestmark = pytest.mark.database


class TestForecast:
    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],  # shrinking days of sweeps takes longer than reading them
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        stage=st.sampled_from(STAGES),
        start=st.integers(0, 1500 * 24 * 60).map(
            lambda minutes: datetime(2023, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        ),
        grants_all=st.booleans(),
        remedies=st.integers(0, 1),
        urgent=st.booleans(),
        swept_before=st.integers(0, 40),
    )
    def test_is_what_the_sweeps_then_write(
        self,
        session: Session,
        stage: str,
        start: datetime,
        grants_all: bool,
        remedies: int,
        urgent: bool,
        swept_before: int,
    ) -> None:
        now = start
        with clock.set_to(now):
            played = at_stage(session, stage, grants_all, remedies, urgent)
        now = sweep_until(session, played, now, now + timedelta(days=swept_before))
        seen = len(events(session, played.case))
        with clock.set_to(now):
            told = forecast_of(session, played.case)
        if told:
            sweep_until(session, played, now, told[-1].at + timedelta(seconds=30))
        written = [(event.due_at, event.kind) for event in events(session, played.case)[seen:]]
        assert written[: len(told)] == [(line.at, line.event) for line in told]
        assert {kind for _, kind in written[len(told) :]} <= {"final_alarm", "progress_note", "remedy_overdue"}
        assert not told or told[-1].state == played.case.state

    def test_of_a_withdrawn_case_is_empty(self, session: Session) -> None:
        assert forecast_of(session, play(session, "withdrawn").case) == []

    def test_ends_when_only_weekly_letters_are_left(self, session: Session) -> None:
        lines = forecast_of(session, play(session, "escalated").case)
        assert lines[-1].kind != "progress_note"
        assert {line.event for line in lines} >= {"final_overdue", "deadlock_notice", "progress_note"}

    def test_is_pure(self, session: Session) -> None:
        case = play(session, "outcome_offered").case
        position, running = engine.position_of(case), engine.timers_of(session, case)
        first = forecast(position, running, policy.current(), clock.now())
        assert forecast(position, running, policy.current(), clock.now()) == first
        assert running == engine.timers_of(session, case)


class TestIfYouDoNothing:
    def test_silence_after_an_answer_that_gives_all_is_said_to_settle(self, session: Session) -> None:
        with clock.set_to(TUESDAY):
            said = if_you_do_nothing(session, play(session, "outcome_offered", grants_all=True).case)
        assert said[0].startswith("If you do not reply by Tuesday 26 May 2026, we take the matter as settled")
        assert "another look until Friday 26 June 2026" in said[-1]

    def test_silence_after_any_other_answer_leads_to_a_manager(self, session: Session) -> None:
        with clock.set_to(TUESDAY):
            said = if_you_do_nothing(session, play(session, "outcome_offered").case)
        assert said[0] == (
            "If you do not reply by Tuesday 26 May 2026, a manager looks at your case again. You lose nothing."
        )

    @pytest.mark.parametrize("stage", STAGES)
    def test_every_stage_has_something_to_say_and_every_date_is_enforced(self, session: Session, stage: str) -> None:
        played = play(session, stage)
        said = if_you_do_nothing(session, played.case)
        assert said
        dates = {policy.current().say_date(line.at) for line in forecast_of(session, played.case)}
        for sentence in said:
            assert "{" not in sentence
            assert not dates or any(date in sentence for date in dates)


def at_stage(session: Session, stage: str, grants_all: bool, remedies: int, urgent: bool) -> Played:
    """A case there, with a remedy that is to be delivered within ten days where it was agreed on."""
    words = "My child was hurt by an electric shock from it." if urgent else "The parcel never arrived."
    agreed = remedies if stage in ("resolved", "final_accepted") else 0
    played = play(session, stage, grants_all=grants_all, open_remedies=agreed, description=words)
    if agreed:
        by = policy.current().calendar.due_after_days(clock.now(), 10)
        engine.set_timer(session, played.case, Timer("remedy_due", by, uuid4()))
    return played


def sweep_until(session: Session, played: Played, now: datetime, end: datetime) -> datetime:
    """Sweeps in the first minute after each date, up to `end`; returns `end`."""
    while running := [due_at for _, due_at in timers(session, played.case) if due_at < end]:
        now = max(now, min(running) + timedelta(seconds=30))
        sweep_at(session, played.case, now)
    return max(now, end)


def test_the_helper_sweeps(session: Session) -> None:
    with clock.set_to(TUESDAY):
        played = play(session, "awaiting_customer")
    end = due(session, played.case, "answer_question") + timedelta(minutes=1)
    sweep_until(session, played, TUESDAY, end)
    assert played.case.state == "investigating"
