"""The lists of work: which cases are in each as time goes by, in which order, page by page."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import engine, queries, service, states, worklists
from disputes.cases.clocks import Timer
from disputes.cases.tables import Case
from disputes.cases.worklists import NAMES, Name
from disputes.people.tables import Staff
from tests.cases.factories import filed, staff
from tests.cases.plays import CUSTOMER, Played, due, play, sweep_at
from tests.deadlines.many import fill

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.database


class TestMine:
    def test_what_i_look_into_and_what_i_decide(self, session: Session) -> None:
        played = played_at(session, "final_response")
        assert lists_of(session, played.case, played.agent) == {"mine", "open"}
        assert lists_of(session, played.case, played.manager) == {"mine", "open"}
        assert lists_of(session, played.case, staff(session)) == {"open"}

    def test_a_settled_one_stays_as_long_as_something_is_owed(self, session: Session) -> None:
        owing = played_at(session, "resolved", open_remedies=1)
        done = played_at(session, "resolved", order_number="10024")
        assert lists_of(session, owing.case, owing.agent) == {"mine", "ended"}
        assert lists_of(session, done.case, done.agent) == {"ended"}


class TestDueToday:
    def test_on_the_last_day_and_not_before(self, session: Session) -> None:
        case = played_at(session, "investigating").case
        last = due(session, case, "first_answer")
        assert "today" not in lists_of(session, case, at=last - timedelta(days=1))
        assert "today" in lists_of(session, case, at=last - timedelta(hours=20))
        assert "today" in lists_of(session, case, at=last)
        assert "today" not in lists_of(session, case, at=last + A_MINUTE)

    def test_not_when_the_customer_is_to_answer(self, session: Session) -> None:
        case = played_at(session, "awaiting_customer").case
        assert "today" not in lists_of(session, case, at=due(session, case, "answer_question"))

    def test_a_remedy_that_is_to_be_delivered(self, session: Session) -> None:
        case = played_at(session, "resolved", open_remedies=1).case
        engine.set_timer(session, case, Timer("remedy_due", TUESDAY + timedelta(hours=3)))
        assert "today" in lists_of(session, case)


class TestOverdue:
    def test_from_the_moment_the_date_is_over(self, session: Session) -> None:
        case = played_at(session, "escalated").case
        last = due(session, case, "final_response")
        assert "overdue" not in lists_of(session, case, at=last)
        assert "overdue" in lists_of(session, case, at=last + A_MINUTE)

    def test_a_new_one_stays_there_after_the_clock_has_gone_on(self, session: Session) -> None:
        case = played_at(session, "filed").case
        over = due(session, case, "named_person") + A_MINUTE
        sweep_at(session, case, over)
        assert case.next_date is not None
        assert case.next_date > over
        assert "overdue" in lists_of(session, case, at=over)
        with clock.set_to(over):
            service.take(session, case, staff(session))
        assert "overdue" not in lists_of(session, case, at=over)

    def test_a_final_response_whose_date_was_moved_because_it_was_over(self, session: Session) -> None:
        case = played_at(session, "escalated").case
        over = due(session, case, "final_response") + A_MINUTE
        sweep_at(session, case, over)
        assert case.final_overdue_at is not None
        assert "overdue" in lists_of(session, case, at=over)

    def test_past_the_hard_cap(self, session: Session) -> None:
        case = played_at(session, "awaiting_customer").case
        cap = case.hard_cap
        case.next_date = cap + timedelta(days=3)
        assert "overdue" not in lists_of(session, case, at=cap)
        assert "overdue" in lists_of(session, case, at=cap + A_MINUTE)

    def test_a_remedy_that_was_not_delivered(self, session: Session) -> None:
        case = played_at(session, "resolved", open_remedies=1).case
        engine.set_timer(session, case, Timer("remedy_due", TUESDAY + timedelta(hours=3)))
        over = TUESDAY + timedelta(hours=4)
        sweep_at(session, case, over)
        assert case.next_date is not None
        assert case.next_date > over
        assert "overdue" in lists_of(session, case, at=over)

    def test_no_ended_one_of_which_nothing_is_owed(self, session: Session) -> None:
        case = played_at(session, "withdrawn").case
        case.next_date = TUESDAY - timedelta(days=1)
        session.flush()
        assert "overdue" not in lists_of(session, case)


class TestUnowned:
    def test_a_new_one_until_somebody_takes_it(self, session: Session) -> None:
        case = played_at(session, "filed").case
        assert "unowned" in lists_of(session, case)
        service.take(session, case, staff(session))
        assert "unowned" not in lists_of(session, case)

    def test_a_review_until_a_manager_takes_it_on(self, session: Session) -> None:
        case = played_at(session, "escalated").case
        assert "unowned" in lists_of(session, case)
        service.take_review(session, case, staff(session, role="manager"))
        assert "unowned" not in lists_of(session, case)

    def test_one_whose_investigator_has_left_the_shop(self, session: Session) -> None:
        played = played_at(session, "investigating")
        assert "unowned" not in lists_of(session, played.case)
        played.agent.active = False
        session.flush()
        assert "unowned" in lists_of(session, played.case)
        line = page(session, "unowned").lines[0]
        assert (line.holder, line.unowned) == (None, True)

    def test_one_in_mediation_that_nobody_reviews(self, session: Session) -> None:
        played = played_at(session, "escalated")
        engine.move(session, queries.locked(session, played.case.id), states.MEDIATION_OFFERED, CUSTOMER)
        assert "unowned" in lists_of(session, played.case)

    def test_no_ended_one(self, session: Session) -> None:
        played = played_at(session, "withdrawn")
        played.agent.active = False
        session.flush()
        assert lists_of(session, played.case) == {"ended"}


class TestOrder:
    def test_urgent_ones_then_those_due_first(self, session: Session) -> None:
        with clock.set_to(TUESDAY - timedelta(days=3)):
            older = filed(session, order_number="10024")
        with clock.set_to(TUESDAY):
            newer = filed(session, order_number="10025")
            urgent = filed(session, order_number="10026", description="The kettle caught fire and burned my hand.")
        assert urgent.urgent
        assert shown(session, "open") == [urgent.reference, older.reference, newer.reference]

    def test_ended_ones_newest_first(self, session: Session) -> None:
        first = played_at(session, "withdrawn").case
        with clock.set_to(TUESDAY + timedelta(days=1)):
            second = play(session, "withdrawn", order_number="10024").case
        assert shown(session, "ended") == [second.reference, first.reference]


class TestPages:
    def test_each_case_is_on_exactly_one(self, session: Session) -> None:
        fill(session, 250)
        pages = [page(session, "open", number=number) for number in (1, 2, 3)]
        assert [(each.first, each.last, each.pages) for each in pages] == [(1, 100, 3), (101, 200, 3), (201, 250, 3)]
        assert len({line.case.reference for each in pages for line in each.lines}) == 250

    def test_one_that_is_gone_is_the_last(self, session: Session) -> None:
        fill(session, 101)
        assert page(session, "open", number=9).number == 2
        assert page(session, "mine", number=9).lines == []

    def test_counts_are_what_the_pages_hold(self, session: Session) -> None:
        fill(session, 130, due=20)
        played = play(session, "withdrawn")
        for name in NAMES:
            count = worklists.counts(session, played.agent.id)[name]
            found = worklists.page_of(session, name, played.agent.id, 1000)
            assert len(found.lines) == min(count, worklists.PAGE), name

    def test_ended_ones_are_counted_up_to_a_thousand(self, session: Session) -> None:
        fill(session, 1001)
        session.execute(text("UPDATE cases SET state = 'closed', ended_at = updated_at"))
        assert worklists.counts(session, UUID(int=1))["ended"] == worklists.ENDED_COUNTED

    def test_the_first_page_needs_no_look_at_all_of_them(self, session: Session) -> None:
        fill(session, 5000)
        session.execute(text("ANALYZE cases"))
        found = session.execute(
            text("""
            EXPLAIN SELECT * FROM cases
            WHERE state NOT IN ('resolved', 'closed', 'withdrawn', 'redirected', 'merged')
            ORDER BY urgent DESC, next_date, filed_at, id LIMIT 100
        """)
        )
        assert "ix_cases_open_work" in " ".join(found.scalars())


class TestHints:
    def test_a_change_is_told_with_its_commit(self, listening: psycopg.Connection[tuple[str]]) -> None:
        with database.transaction() as session:
            case = filed(session)
            assert heard(listening) == set()
        assert heard(listening) == {str(case.id)}

    def test_what_is_rolled_back_is_not(self, listening: psycopg.Connection[tuple[str]]) -> None:
        with pytest.raises(ZeroDivisionError), database.transaction() as session:
            filed(session)
            raise ZeroDivisionError
        assert heard(listening) == set()

    def test_very_many_are_one_hint(self, listening: psycopg.Connection[tuple[str]]) -> None:
        with database.transaction() as session:
            fill(session, 60)
            session.execute(
                text("""
                INSERT INTO case_tasks (id, case_id, kind, role, created_at)
                SELECT gen_random_uuid(), id, 'unowned', 'agent', now() FROM cases
            """)
            )
        assert heard(listening) == {""}

    def test_work_that_is_done_is_told(self, listening: psycopg.Connection[tuple[str]]) -> None:
        with database.transaction() as session:
            case = filed(session)
        heard(listening)
        with database.transaction() as session:
            session.execute(text("UPDATE case_tasks SET done_at = now()"))
        assert heard(listening) == {str(case.id)}


def played_at(session: Session, stage: str, **changes: object) -> Played:
    """A case at that stage, on a Tuesday."""
    with clock.set_to(TUESDAY):
        return play(session, stage, **changes)


def lists_of(session: Session, case: Case, who: Staff | None = None, *, at: datetime = TUESDAY) -> set[Name]:
    """The lists that a case is in; each also counts it."""
    staff_id = who.id if who else UUID(int=1)
    with clock.set_to(at):
        counted = worklists.counts(session, staff_id)
        pages = {name: worklists.page_of(session, name, staff_id, counted[name]) for name in NAMES}
    assert {name: len(each.lines) for name, each in pages.items()} == counted
    return {name for name, each in pages.items() if case.id in [line.case.id for line in each.lines]}


def page(session: Session, name: Name, *, number: int = 1) -> worklists.Page:
    """That page of a list, for somebody who has no case."""
    return worklists.page_of(session, name, UUID(int=1), worklists.counts(session, UUID(int=1))[name], number)


def shown(session: Session, name: Name) -> list[str]:
    """The references in a list, from the top."""
    with clock.set_to(TUESDAY):
        return [line.case.reference for line in page(session, name).lines]


def heard(listening: psycopg.Connection[tuple[str]]) -> set[str]:
    """What has been told since the last time."""
    return {notice.payload for notice in listening.notifies(timeout=0.2)}


@pytest.fixture
def listening(database_url: str) -> Iterator[psycopg.Connection[tuple[str]]]:
    """Somebody who hears the hints of the desk."""
    with psycopg.connect(database.psycopg_dsn(database_url), autocommit=True) as connection:
        connection.execute("LISTEN desk")
        yield connection
