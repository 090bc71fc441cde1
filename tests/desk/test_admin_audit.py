"""The audit page: one list of what was done and what was read, narrowed and taken along."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from disputes import clock, database
from disputes.administration import audit_trail
from disputes.administration.queries import Wanted
from disputes.cases.tables import Case
from disputes.desk.audit_words import GROUPS, KINDS, WORDS
from disputes.investigation import service as investigation
from disputes.people import audit, visits
from disputes.people import service as people
from disputes.people.audit import ACTS
from disputes.people.tables import AuditEntry, Staff
from disputes.people.visits import Visit
from tests.cases.factories import filed
from tests.serving import Visitor, add_staff, signed_in

HERE = "/desk/admin/audit"


class TestWords:
    def test_there_are_some_for_every_act(self) -> None:
        assert {*ACTS, "case.read"} == set(WORDS)

    def test_every_act_is_in_one_group(self) -> None:
        grouped = [act for _, acts in GROUPS.values() for act in acts]
        assert sorted(grouped) == sorted(WORDS)

    def test_every_kind_of_object_has_a_name(self) -> None:
        assert set(audit.Subject.__value__.__args__) == set(KINDS)


class TestList:
    def test_has_acts_and_looks_once_each(self, root: Visitor, ada: Staff) -> None:
        case = a_case()
        with database.transaction() as session:
            for _ in range(2):
                investigation.log_view(session, case, ada, "case")
        page = root.open(HERE)
        assert page.count("Read a complaint") == 1
        assert page.count(f'href="/desk/cases/{case.reference}"') == 1
        assert "Signed in" in page

    def test_says_who_what_and_from_where(self, root: Visitor, ada: Staff) -> None:
        note(ada, "staff.changed", before={"role": "agent"}, after={"role": "manager"}, place="192.0.2.0/24")
        page = root.open(f"{HERE}?group=staff")
        for words in ("Ada Lindqvist", "Changed a member of staff", "<del>agent</del>", "manager", "192.0.2.0/24"):
            assert words in page

    def test_names_who_was_not_signed_in_and_the_command_line(self, root: Visitor, ada: Staff) -> None:
        root.submit("/desk/sign-in", email=ada.email, password="wrong")
        with visits.within(Visit(operator="deploy")), database.transaction() as session:
            people.new_sign_in_link(session, ada)
        page = root.open(HERE)
        assert "Somebody not signed in" in page
        assert "deploy at the command line" in page

    def test_markup_is_shown_as_text(self, root: Visitor, ada: Staff) -> None:
        note(ada, "team.added", after={"name": "<script>alert(1)</script>"})
        assert "<script>alert" not in root.open(HERE)


class TestFilters:
    def test_by_person(self, root: Visitor, ada: Staff) -> None:
        note(ada, "closed_day.added")
        note(add_staff("bo@casened.com", "Bo Ek"), "closed_day.removed")
        page = root.open(f"{HERE}?person={ada.id}")
        assert "Closed a day" in page
        assert "Opened a day again" not in page

    def test_by_what_it_is_about(self, root: Visitor, ada: Staff) -> None:
        first, second = a_case(), a_case()
        for case in (first, second):
            note(ada, "case.held", about=case)
        page = root.open(f"{HERE}?about={first.reference.lower()}")
        assert first.reference in page
        assert second.reference not in page
        assert "There is no complaint with this reference" in root.open(f"{HERE}?about=CD-0000-0001")

    def test_by_a_colleague_it_is_about_with_their_sessions(self, root: Visitor, ada: Staff, served: str) -> None:
        with signed_in(served, ada):
            page = root.open(f"{HERE}?about={ada.email}")
        assert "Signed in" in page
        assert "Added a member of staff" in page

    def test_by_days_both_ends_included(self, root: Visitor, ada: Staff) -> None:
        for day in (9, 10, 11):
            with clock.set_to(datetime(2026, 3, day, 12, tzinfo=UTC)):
                note(ada, "team.added", after={"name": f"Team {day}"})
        page = root.open(f"{HERE}?since=2026-03-10&until=2026-03-10")
        assert "Team 10" in page
        assert "Team 9" not in page
        assert "Team 11" not in page

    @pytest.mark.parametrize("query", ["person=x", "since=soon", "mark=x", "group=nonsense", "mark=2026-01-01 x"])
    def test_nonsense_is_no_filter(self, root: Visitor, query: str) -> None:
        assert "Signed in" in root.open(f"{HERE}?{query}")

    def test_what_fits_nothing_says_so(self, root: Visitor) -> None:
        assert "Nothing on record" in root.open(f"{HERE}?until=2020-01-01")


class TestPages:
    def test_lead_through_all_of_it_without_a_gap(self, root: Visitor, ada: Staff) -> None:
        at = datetime(2026, 3, 10, 12, tzinfo=UTC)
        for number in range(audit_trail.PAGE + 5):
            with clock.set_to(at + timedelta(seconds=number // 3)):  # some at one moment
                note(ada, "team.added", after={"name": f"Team {number:03}."})
        first = root.open(f"{HERE}?until=2026-03-10")
        older = first.split('<a href="')[-1].split('"')[0].replace("&amp;", "&")
        second = root.open(older)
        for number in range(audit_trail.PAGE + 5):
            assert (first + second).count(f"Team {number:03}.") == 1, number
        assert "That is all." in second


class TestFile:
    def test_has_what_the_filters_let_through_and_is_an_entry_itself(self, root: Visitor, ada: Staff) -> None:
        note(ada, "team.added", after={"name": "=1+1"})
        note(ada, "closed_day.added")
        answer = root.get(f"{HERE}/audit.csv?group=desk&person={ada.id}")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["cache-control"] == "no-store"
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["act"] for row in rows] == ["closed_day.added", "team.added"]
        assert rows[0]["who"] == "Ada Lindqvist"
        with database.transaction() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "audit.exported")).one()
        assert entry.after == {"rows": 2}

    def test_no_cell_is_a_formula(self, root: Visitor) -> None:
        note(add_staff("bo@casened.com", "=HYPERLINK(1)"), "closed_day.added")
        rows = csv.reader(io.StringIO(root.get(f"{HERE}/audit.csv").content.decode("utf-8-sig")))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]

    def test_is_read_in_portions_to_the_end(self, root: Visitor, ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(audit_trail, "BATCH", 3)
        for _ in range(10):
            note(ada, "closed_day.added")
        with database.transaction() as session:
            wanted = Wanted(acts={"closed_day.added"})
            assert len({entry.id for entry in audit_trail.every(session, wanted)}) == 10


def note(by: Staff, act: audit.Act, *, place: str | None = None, about: Case | None = None, **values) -> None:  # type: ignore[no-untyped-def]
    with visits.within(Visit(place=place)), database.transaction() as session:
        audit.note(session, act, by=by, about=("case", about.id) if about else None, **values)


def a_case() -> Case:
    with database.transaction() as session:
        return filed(session)


@pytest.fixture
def root(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An administrator, signed in."""
    with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as opened:
        yield opened


@pytest.fixture
def ada(root: Visitor) -> Staff:
    return add_staff()
