"""What complainants do with a case, each named after its row of the table."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import complainant, service
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case
from disputes.errors import Conflict
from tests.cases.factories import filed, staff
from tests.cases.test_steps import CUSTOMER, START, escalated, later, open_tasks, promise, timers


@pytest.fixture(autouse=True)
def at_start() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


class TestWithdraw:
    def test_t23_rests_and_goes_on_where_it_stood(self, session: Session, at_start: time_machine.Traveller) -> None:
        case = service.take(session, filed(session), staff(session))
        answer, cap = case.first_answer_by, case.hard_cap
        complainant.withdraw(session, case, CUSTOMER)
        assert (case.state, timers(session, case)) == ("withdrawn", {})
        assert promise(session, case, "first_answer").state == "dropped"
        later(at_start, days=5)
        complainant.undo_withdrawal(session, case, Actor("assistant"))
        assert case.state == "investigating"
        assert case.first_answer_by == timers(session, case)["first_answer"] > answer
        assert timers(session, case)["hard_cap"] == cap
        assert promise(session, case, "first_answer").state == "open"

    def test_t23_cannot_be_undone_for_ever(self, session: Session, at_start: time_machine.Traveller) -> None:
        case = filed(session)
        complainant.withdraw(session, case, CUSTOMER)
        at_start.move_to(datetime(2026, 3, 16, 23, 59, 59, tzinfo=UTC))  # the fourteenth day
        savepoint = session.begin_nested()
        complainant.undo_withdrawal(session, case, CUSTOMER)
        savepoint.rollback()
        at_start.move_to(datetime(2026, 3, 17, 0, 0, tzinfo=UTC))
        with pytest.raises(Conflict, match="new complaint"):
            complainant.undo_withdrawal(session, case, CUSTOMER)

    def test_t23_is_not_for_staff(self, session: Session) -> None:
        case = filed(session)
        with pytest.raises(NotAllowed):
            complainant.withdraw(session, case, service.acting(staff(session, role="manager")))


class TestReview:
    def settled(self, session: Session) -> Case:
        case, _ = escalated(session)
        case.window_ends = policy.current().calendar.due_after_days(clock.now(), 30)
        case.state = "resolved"
        session.flush()
        return case

    def test_t22_once_then_linked(self, session: Session) -> None:
        case = self.settled(session)
        complainant.ask_review(session, case, CUSTOMER, "Here is the receipt.", reason="new_fact")
        assert (case.state, case.review_used, case.decider_id) == ("escalated", True, None)
        case.state = "resolved"
        session.flush()
        with pytest.raises(Conflict, match="link it"):
            complainant.ask_review(session, case, CUSTOMER, "And another one.", reason="new_fact")

    def test_t22_counts_from_the_event_and_the_last_day_in_full(
        self, session: Session, at_start: time_machine.Traveller
    ) -> None:
        case = self.settled(session)
        assert case.window_ends is not None
        at_start.move_to(case.window_ends + timedelta(microseconds=1))
        with pytest.raises(Conflict, match="over"):
            complainant.ask_review(session, case, CUSTOMER, "New.", reason="new_fact")
        at_start.move_to(case.window_ends)
        complainant.ask_review(session, case, CUSTOMER, "New.", reason="new_fact")

    def test_t22_a_closed_case_opens_only_for_what_was_not_delivered(self, session: Session) -> None:
        case = self.settled(session)
        case.state = "closed"
        session.flush()
        with pytest.raises(Conflict, match="closed"):
            complainant.ask_review(session, case, CUSTOMER, "New.", reason="new_fact")
        case.open_remedies = 1
        with pytest.raises(Conflict, match="not due yet"):
            complainant.ask_review(session, case, CUSTOMER, "It never came.", reason="remedy")
        case.remedy_overdue_at = clock.now()
        complainant.ask_review(session, case, CUSTOMER, "It never came.", reason="remedy")
        assert case.state == "escalated"


class TestSatisfaction:
    def test_an_unhappy_answer_is_work_for_a_manager(self, session: Session) -> None:
        case = TestReview().settled(session)
        complainant.give_satisfaction(session, case, happy=False, words="Nobody called.")
        assert "unhappy" in open_tasks(session, case)
        assert case.state == "resolved"
