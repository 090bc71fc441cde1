"""Closed days: no new date falls on them, and no date that was told moves because of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.administration import closed_days
from disputes.cases import engine, queries
from disputes.cases.tables import Case
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people.tables import AuditEntry, Staff
from disputes.policy import entered_days
from disputes.policy.closed_days import know
from tests.cases import factories

pytestmark = pytest.mark.database

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = date(2026, 5, 12), date(2026, 5, 13), date(2026, 5, 14)


class TestDates:
    def test_a_new_date_goes_around_the_day(self, followed: None) -> None:
        day = run(closed_days.add, manager(), WEDNESDAY, "Stocktaking")
        with database.transaction() as session:
            assert due(factories.filed(session)) == THURSDAY
        assert policy.current().calendar.name_of(WEDNESDAY) == "Stocktaking"
        run(closed_days.remove, manager(), day.id)
        with database.transaction() as session:
            assert due(factories.filed(session)) == WEDNESDAY

    def test_a_date_that_was_told_stays_when_a_day_is_added(self, followed: None) -> None:
        with database.transaction() as session:
            case = factories.filed(session)
        before = dates_of(case)
        run(closed_days.add, manager(), WEDNESDAY, "Stocktaking")
        run(closed_days.add, manager(), case.first_answer_by.date(), "Moving house")
        with database.transaction() as session:
            case = queries.locked(session, case.id)
            engine.replan(session, case)
            assert dates_of(case) == before
            assert {timer.due_at for timer in engine.timers_of(session, case)} >= {before[0], before[1]}

    def test_and_when_one_is_taken_away(self, followed: None) -> None:
        day = run(closed_days.add, manager(), WEDNESDAY, "Stocktaking")
        with database.transaction() as session:
            case = factories.filed(session)
        before = dates_of(case)
        run(closed_days.remove, manager(), day.id)
        with database.transaction() as session:
            case = queries.locked(session, case.id)
            engine.replan(session, case)
            assert dates_of(case) == before

    def test_the_office_is_closed_at_once(self, followed: None) -> None:
        assert policy.current().is_office_open(NOW)
        run(closed_days.add, manager(), TUESDAY, "The heating is broken")
        with database.transaction():
            assert not policy.current().is_office_open(NOW)
            assert policy.current().next_opening(NOW).date() == WEDNESDAY

    def test_another_process_knows_within_seconds(self, followed: None, monkeypatch: pytest.MonkeyPatch) -> None:
        with database.transaction() as session:  # as a process does that has not made the change itself
            closed_days.add(session, manager(session), WEDNESDAY, "Stocktaking")
            entered_days.refresh(session)
        know({})
        with database.transaction():
            assert WEDNESDAY in policy.current().calendar.closed
        know({})
        with database.transaction():
            assert WEDNESDAY not in policy.current().calendar.closed, "it was read just now"
        monkeypatch.setattr(entered_days, "SECONDS", 0.0)
        with database.transaction():
            assert WEDNESDAY in policy.current().calendar.closed

    def test_a_change_that_is_taken_back_closes_nothing(self, followed: None) -> None:
        boss = manager()
        with pytest.raises(ZeroDivisionError), database.transaction() as session:
            closed_days.add(session, boss, WEDNESDAY, "Stocktaking")
            raise ZeroDivisionError
        with database.transaction():
            assert WEDNESDAY not in policy.current().calendar.closed


class TestAdd:
    @pytest.mark.parametrize(
        ("day", "why"),
        [
            (date(2026, 5, 11), "from today on"),
            (date(2028, 5, 14), "two years"),
            (date(2026, 5, 16), "does not work on a Saturday"),
            (date(2026, 5, 25), "closed already: Spring Bank Holiday"),
        ],
    )
    def test_names_a_day_that_cannot_be_closed(self, session: Session, day: date, why: str) -> None:
        with clock.set_to(NOW), pytest.raises(Invalid) as fault:
            closed_days.add(session, manager(session), day, "Stocktaking")
        assert why in fault.value.fields["day"]

    @pytest.mark.parametrize("name", ["", " ", "x" * 61])
    def test_needs_a_name(self, session: Session, name: str) -> None:
        with clock.set_to(NOW), pytest.raises(Invalid) as fault:
            closed_days.add(session, manager(session), WEDNESDAY, name)
        assert "name" in fault.value.fields

    def test_twice_at_once_says_so(self, session: Session) -> None:
        with clock.set_to(NOW):
            closed_days.add(session, manager(session), WEDNESDAY, "Stocktaking")
            with pytest.raises(Conflict):
                closed_days.add(session, manager(session), WEDNESDAY, "Moving house")

    def test_is_not_for_agents(self, session: Session) -> None:
        with pytest.raises(Refused):
            closed_days.add(session, factories.staff(session), WEDNESDAY, "Stocktaking")

    def test_is_on_record_and_so_is_the_other_way(self, session: Session) -> None:
        boss = manager(session)
        with clock.set_to(NOW):
            day = closed_days.add(session, boss, WEDNESDAY, "Stocktaking")
            closed_days.remove(session, boss, day.id)
        acts = session.scalars(select(AuditEntry).where(AuditEntry.act.like("closed_day.%"))).all()
        assert {entry.act for entry in acts} == {"closed_day.added", "closed_day.removed"}
        assert all(entry.staff_id == boss.id and entry.subject_id == day.id for entry in acts)


class TestRemove:
    def test_not_of_a_day_that_is_over_or_not_there(self, session: Session) -> None:
        boss = manager(session)
        with clock.set_to(NOW):
            day = closed_days.add(session, boss, WEDNESDAY, "Stocktaking")
        with clock.set_to(NOW + timedelta(days=2)), pytest.raises(Conflict):
            closed_days.remove(session, boss, day.id)
        with pytest.raises(NotFound):
            closed_days.remove(session, boss, uuid4())


def run(verb, by: Staff, *args):  # type: ignore[no-untyped-def]
    with database.transaction() as session:
        return verb(session, by, *args)


def manager(session: Session | None = None) -> Staff:
    if session is not None:
        return factories.staff(session, role="manager")
    with database.transaction() as opened:
        return factories.staff(opened, role="manager")


def due(case: Case) -> date:
    """The day by which somebody takes the case: the next working day."""
    assert case.next_date is not None
    return policy.current().calendar.day_of(case.next_date)


def dates_of(case: Case) -> tuple[datetime | None, ...]:
    return (case.next_date, case.first_answer_by, case.expected_end, case.hard_cap)


@pytest.fixture
def followed(database_url: str) -> Iterator[None]:
    """Calendars follow the table, as in every process of the program, and it is a Tuesday."""
    with clock.set_to(NOW), database.at_begin(entered_days.refresh):
        entered_days.read_again()
        yield
    know({})
    entered_days.read_again()
