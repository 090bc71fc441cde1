"""What waits for staff: the list, page by page, and ticking off."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from disputes import database
from tests.cases.factories import filed
from tests.deadlines.many import fill
from tests.serving import Visitor, add_staff, signed_in

MANY_TASKS = text("""
    INSERT INTO case_tasks (id, case_id, kind, role, due_at, created_at)
    SELECT gen_random_uuid(), id, 'unowned', 'agent', next_date, now() FROM cases
""")


class TestList:
    def test_shows_what_waits_with_its_case(self, ada: Visitor) -> None:
        with database.transaction() as session:
            case = filed(session)
        page = ada.open("/desk/tasks")
        assert f'href="/desk/cases/{case.reference}"' in page
        assert "anybody" in page

    def test_says_when_nothing_waits(self, ada: Visitor) -> None:
        assert "Nothing waits for you" in ada.open("/desk/tasks")

    def test_goes_on_on_further_pages(self, ada: Visitor) -> None:
        with database.transaction() as session:
            fill(session, 230)
            session.execute(MANY_TASKS)
        assert "1 to 100 of 230" in ada.open("/desk/tasks")
        last = ada.open("/desk/tasks?page=99")
        assert "201 to 230 of 230" in last
        assert last.count("data-row=") == 30

    def test_the_rows_alone_for_a_page_that_is_open(self, ada: Visitor) -> None:
        assert "<html" not in ada.open("/desk/tasks/list")


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, add_staff()) as opened:
        yield opened
