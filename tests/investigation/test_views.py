"""Who looked at what, and when."""

from datetime import UTC, datetime, timedelta

import time_machine
from sqlalchemy.orm import Session

from disputes import database
from disputes.cases.tables import Case
from disputes.investigation import service
from disputes.people.tables import Staff
from tests.cases.factories import staff
from tests.investigation.factories import taken
from tests.investigation.test_questions import at_once

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def test_looks_within_ten_minutes_are_one(session: Session, case: Case, ann: Staff) -> None:
    for after in (timedelta(), timedelta(minutes=9, seconds=59), timedelta(minutes=10), timedelta(minutes=12)):
        with time_machine.travel(MONDAY + after, tick=False):
            service.log_view(session, case, ann, "case")
    views = service.views_of(session, case)
    assert [view.at for view in views] == [MONDAY + timedelta(minutes=10), MONDAY]
    assert {(view.name, view.staff_id, view.what) for view in views} == {("Ann Baker", ann.id, "case")}


def test_people_cases_and_parts_are_apart(session: Session, case: Case, ann: Staff, bo: Staff) -> None:
    other = taken(session, ann)
    with time_machine.travel(MONDAY, tick=False):
        service.log_view(session, case, ann, "case")
        service.log_view(session, case, bo, "case")
        service.log_view(session, case, ann, "bundle")
        service.log_view(session, other, ann, "case")
    assert len(service.views_of(session, case)) == 3
    assert len(service.views_of(session, other)) == 1


def test_two_windows_at_once_are_one_look(database_url: str) -> None:
    with database.transaction() as session:
        ann = staff(session)
        case = taken(session, ann)
    assert at_once(*[lambda: database.run(service.log_view, case, ann, "case")] * 4) == []
    with database.transaction() as session:
        assert len(service.views_of(session, case)) == 1
