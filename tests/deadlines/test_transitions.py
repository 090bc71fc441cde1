"""What each clock does when it is over: the step, its letter, its date, the promise, and the work for staff."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, states
from disputes.cases.clocks import Timer
from disputes.cases.tables import Case, CasePromise, CaseTask
from tests.cases.factories import queued
from tests.cases.plays import Played, due, events, kinds, play, sweep_at, timers

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
IN_TIME = timedelta(seconds=30)
pytestmark = pytest.mark.database


def played_at(session: Session, stage: str, **changes: Any) -> Played:
    """A case at that stage, on a Tuesday."""
    with clock.set_to(TUESDAY):
        return play(session, stage, **changes)


def run_out(session: Session, case: Case, kind: str) -> datetime:
    """Lets that clock run out, with a sweep after each date before; returns its date."""
    over = due(session, case, kind)
    while running := [at for _, at in timers(session, case) if at <= over]:
        sweep_at(session, case, min(running) + IN_TIME)
    return over


def letter(session: Session, case: Case, kind: str) -> Any:
    """The last event of that kind; its letter is queued exactly once."""
    event = next(event for event in reversed(events(session, case)) if event.kind == kind)
    jobs = [job for job in queued(session, engine.TELL) if job["event_id"] == str(event.id)]
    assert len(jobs) == (0 if str(event.notice).startswith("none") else 1)
    return event


def promise(session: Session, case: Case, what: str) -> list[tuple[str, datetime]]:
    """What became of each promise of that, in order."""
    found = select(CasePromise).where(CasePromise.case_id == case.id, CasePromise.what == what)
    return [(row.state, row.due_at) for row in session.scalars(found.order_by(CasePromise.told_at, CasePromise.due_at))]


def work(session: Session, case: Case) -> set[str]:
    """The tasks that wait."""
    return set(session.scalars(select(CaseTask.kind).where(CaseTask.case_id == case.id, CaseTask.done_at.is_(None))))


def day_after(at: datetime, days: int) -> datetime:
    """The last moment of the day so many days later, rolled forward."""
    return policy.current().calendar.due_after_days(at, days)


class TestSilence:
    def test_t7_silence_goes_on_with_what_we_have_and_marks_it(self, session: Session) -> None:
        case = played_at(session, "awaiting_customer").case
        first = case.first_answer_by
        over = run_out(session, case, "answer_question")
        event = letter(session, case, "answered")
        assert (case.state, event.actor_kind, event.notice, event.due_at) == ("investigating", "clock", "N6", over)
        assert (case.first_answer_by - first).days >= policy.current().clocks.customer_question_days
        assert kinds(session, case).count("question_reminder") == 2
        assert case.next_date == case.first_answer_by

    def test_t11a_silence_settles_only_when_all_was_granted(self, session: Session) -> None:
        case = played_at(session, "outcome_offered", grants_all=True).case
        over = run_out(session, case, "offer")
        event = letter(session, case, "assumed_settled")
        assert (case.state, case.resolution, event.notice, event.due_at) == ("resolved", "assumed", "N8a", over)
        assert kinds(session, case).count("offer_reminder") == 2
        assert event.data["dates"]["window_ends"] == due(session, case, "review_close").isoformat()

    def test_t11b_silence_after_any_other_answer_goes_to_a_manager(self, session: Session) -> None:
        case = played_at(session, "outcome_offered").case
        over = run_out(session, case, "offer")
        event = letter(session, case, "unanswered")
        assert (case.state, event.notice, event.due_at) == ("escalated", "N9", over)
        assert case.expected_end == day_after(over, policy.current().clocks.management_review_after_silence_days)
        assert event.data["dates"]["final_response"] == due(session, case, "final_response").isoformat()
        assert "unowned_review" in work(session, case)

    def test_t15_silence_is_a_no_to_mediation_and_costs_nothing(self, session: Session) -> None:
        case = played_at(session, "mediation_offered").case
        first = case.first_answer_by
        run_out(session, case, "mediation_answer")
        event = letter(session, case, "mediation_declined")
        assert (case.state, event.actor_kind, event.notice) == ("investigating", "clock", "N12a")
        assert case.first_answer_by > first

    def test_t17_the_time_for_mediation_ends(self, session: Session) -> None:
        case = played_at(session, "in_mediation").case
        over = run_out(session, case, "mediation_end")
        event = letter(session, case, "mediation_ended")
        assert (case.state, event.notice) == ("escalated", "N13")
        assert case.expected_end == day_after(over, policy.current().clocks.management_review_after_mediation_days)


class TestOurOwnDates:
    def test_a_case_that_nobody_took_is_told_and_stays(self, session: Session) -> None:
        case = played_at(session, "filed").case
        run_out(session, case, "named_person")
        event = letter(session, case, "named_person_late")
        assert (case.state, event.notice, case.next_date) == ("filed", "NP", case.first_answer_by)
        assert [state for state, _ in promise(session, case, "named_person")] == ["missed"]
        assert "unowned" in work(session, case)

    def test_t12_an_urgent_case_that_nobody_took_goes_to_a_manager(self, session: Session) -> None:
        case = played_at(session, "filed", description="It gave my child an electric shock. We are afraid.").case
        assert case.urgent
        run_out(session, case, "named_person")
        assert (case.state, letter(session, case, "escalated").notice) == ("escalated", "N10")

    @pytest.mark.parametrize("stage", ["filed", "investigating"])
    def test_t12_a_missed_first_date_escalates_and_never_closes(self, session: Session, stage: str) -> None:
        played = played_at(session, stage)
        case, told = played.case, played.case.expected_end
        over = run_out(session, case, "first_answer")
        event = letter(session, case, "escalated")
        assert (case.state, event.actor_kind, event.notice, event.due_at) == ("escalated", "clock", "N10", over)
        assert ("missed", over) in promise(session, case, "first_answer")
        assert case.expected_end == told  # what was promised for the end still holds
        assert case.next_date == due(session, case, "final_response")
        assert "unowned_review" in work(session, case)

    def test_staff_are_warned_before_and_the_customer_is_not(self, session: Session) -> None:
        case = played_at(session, "investigating").case
        sweep_at(session, case, due(session, case, "staff_warning") + IN_TIME)
        event = letter(session, case, "staff_warning")
        assert (event.audience, event.notice) == ("staff", "none: for staff only")
        assert "due_soon" in work(session, case)

    def test_t25_a_late_final_response_gets_one_new_date_and_a_daily_alarm(self, session: Session) -> None:
        case = played_at(session, "escalated").case
        over = run_out(session, case, "final_response")
        event = letter(session, case, "final_overdue")
        assert (case.state, event.notice, event.due_at) == ("escalated", "N10", over)
        new = day_after(over, policy.current().clocks.management_review_after_silence_days)
        assert case.expected_end == case.next_date == due(session, case, "final_response") == new
        assert event.data["dates"]["final_response"] == new.isoformat()
        assert promise(session, case, "final_response")[-1] == ("open", new)
        assert "missed" in [state for state, _ in promise(session, case, "final_response")]
        for day in range(1, 4):
            sweep_at(session, case, over + timedelta(days=day) + IN_TIME)
            assert kinds(session, case).count("final_alarm") == day
        assert kinds(session, case).count("final_overdue") == 1

    def test_t25_the_second_date_is_not_moved_again(self, session: Session) -> None:
        case = played_at(session, "escalated").case
        run_out(session, case, "final_response")
        second = run_out(session, case, "final_response")
        assert kinds(session, case).count("final_overdue") == 1
        assert case.expected_end == second
        assert [state for state, _ in promise(session, case, "final_response")].count("missed") == 2


class TestOutsideDoor:
    @pytest.mark.parametrize(
        "stage",
        [
            "filed",
            "investigating",
            "awaiting_customer",
            "outcome_offered",
            "mediation_offered",
            "in_mediation",
            "escalated",
        ],
    )
    def test_t19_opens_by_itself_in_every_open_state(self, session: Session, stage: str) -> None:
        played = played_at(session, stage)
        case, cap = played.case, played.case.hard_cap
        with clock.set_to(TUESDAY):
            for kind, _ in timers(session, case):
                if kind != "hard_cap":
                    engine.drop_timer(session, case, kind)
        sweep_at(session, case, cap)
        assert case.deadlock_notice_at is None
        sweep_at(session, case, cap + IN_TIME)
        event = letter(session, case, "deadlock_notice")
        assert (case.state, event.notice, event.due_at) == (stage, "N15", cap)
        assert case.deadlock_notice_at == cap + IN_TIME
        assert promise(session, case, "outside_door") == [("kept", cap)]
        sweep_at(session, case, cap + timedelta(days=50))
        assert kinds(session, case).count("deadlock_notice") == 1

    def test_t19_not_after_a_final_response(self, session: Session) -> None:
        case = played_at(session, "final_response").case
        sweep_at(session, case, case.hard_cap + IN_TIME)
        assert "deadlock_notice" not in kinds(session, case)

    def test_t19_at_once_when_a_withdrawal_is_undone_after_the_cap(self, session: Session) -> None:
        filed_at = TUESDAY
        case = played_at(session, "investigating").case
        with clock.set_to(filed_at + timedelta(days=40)):
            engine.move(session, case, states.WITHDRAWN, states.Actor("customer"))
        back = filed_at + timedelta(days=50)
        assert sweep_at(session, case, back) == 0
        with clock.set_to(back):
            engine.move(session, case, states.WITHDRAWAL_UNDONE, states.Actor("customer"))
        sweep_at(session, case, back)
        assert "deadlock_notice" in kinds(session, case)


class TestTheEnd:
    @pytest.mark.parametrize("stage", ["final_response", "resolved"])
    def test_t21_closes_after_the_window_and_a_last_call(self, session: Session, stage: str) -> None:
        case = played_at(session, stage).case
        run_out(session, case, "last_call")
        call = letter(session, case, "last_call")
        assert call.notice == "N16"
        assert call.data["dates"]["window_ends"] == due(session, case, "review_close").isoformat()
        assert case.state == stage
        over = run_out(session, case, "review_close")
        event = letter(session, case, "closed")
        assert (case.state, event.notice.startswith("none"), event.due_at) == ("closed", True, over)
        assert timers(session, case) == []
        assert case.ended_at == over

    def test_t21_never_while_something_agreed_is_owed(self, session: Session) -> None:
        case = played_at(session, "resolved", open_remedies=1).case
        sweep_at(session, case, TUESDAY + timedelta(days=300))
        assert case.state == "resolved"
        assert "last_call" not in kinds(session, case)

    def test_t24_a_late_remedy_is_told_with_a_new_date_each_time(self, session: Session) -> None:
        case, remedy = played_at(session, "resolved", open_remedies=1).case, uuid4()
        with clock.set_to(TUESDAY):
            engine.set_timer(session, case, Timer("remedy_due", day_after(TUESDAY, 7), remedy))
        over = run_out(session, case, "remedy_due")
        event = letter(session, case, "remedy_overdue")
        new = policy.current().calendar.due_after_business_days(over, 3)
        assert (case.state, event.notice, event.due_at) == ("resolved", "N19", over)
        assert (event.data["remedy_id"], event.data["remedy_due"]) == (str(remedy), new.isoformat())
        assert event.data["dates"]["next"] == new.isoformat()
        assert case.next_date == due(session, case, "remedy_due") == new
        assert promise(session, case, f"remedy:{remedy}") == [("open", new)]
        assert "remedy_overdue" in work(session, case)
        run_out(session, case, "remedy_due")
        assert kinds(session, case).count("remedy_overdue") == 2

    def test_one_late_remedy_does_not_touch_another(self, session: Session) -> None:
        case, first, second = played_at(session, "resolved", open_remedies=2).case, uuid4(), uuid4()
        with clock.set_to(TUESDAY):
            engine.set_timer(session, case, Timer("remedy_due", day_after(TUESDAY, 7), first))
            engine.set_timer(session, case, Timer("remedy_due", day_after(TUESDAY, 20), second))
        run_out(session, case, "remedy_due")
        running = [at for kind, at in timers(session, case) if kind == "remedy_due"]
        assert running == [
            policy.current().calendar.due_after_business_days(day_after(TUESDAY, 7), 3),
            day_after(TUESDAY, 20),
        ]

    def test_the_customer_is_asked_how_it_went(self, session: Session) -> None:
        case = played_at(session, "resolved").case
        run_out(session, case, "satisfaction")
        assert letter(session, case, "satisfaction_asked").notice == "NS"
        assert case.state == "resolved"


class TestProgressNotes:
    def test_come_weekly_on_their_grid_and_not_twice_after_an_outage(self, session: Session) -> None:
        case = played_at(session, "escalated").case
        first = due(session, case, "progress_note")
        sweep_at(session, case, first + IN_TIME)
        assert due(session, case, "progress_note") == policy.current().calendar.end_of_day(
            policy.current().calendar.day_of(first) + timedelta(days=7)
        )
        before = kinds(session, case).count("progress_note")
        engine.drop_timer(session, case, "final_response")
        engine.drop_timer(session, case, "hard_cap")
        sweep_at(session, case, first + timedelta(days=30))
        assert kinds(session, case).count("progress_note") == before + 1
        assert due(session, case, "progress_note") > first + timedelta(days=30)

    def test_any_letter_puts_the_next_note_off(self, session: Session) -> None:
        case = played_at(session, "investigating").case
        with clock.set_to(TUESDAY + timedelta(days=5)):
            engine.note(session, case, "assigned", states.Actor("system"), notice="N4")
        assert due(session, case, "progress_note") == policy.current().calendar.end_of_day(
            policy.current().calendar.day_of(TUESDAY) + timedelta(days=12)
        )
