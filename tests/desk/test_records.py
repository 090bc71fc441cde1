"""Hold, papers, copy and erasure at the desk: what is shown first, who may, and what is on record."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from zipfile import ZipFile

import pytest
import requests
from sqlalchemy import select

from disputes import clock, database
from disputes.administration.persons import WHYS
from disputes.cases import queries
from disputes.cases.tables import Case
from disputes.people.tables import AuditEntry, Staff
from tests.cases.factories import filed
from tests.cases.factories import staff as factory_staff
from tests.records.conftest import close
from tests.serving import Visitor, add_staff, hidden, signed_in


class TestAccess:
    @pytest.mark.parametrize("role", ["agent", "mediator"])
    def test_is_for_managers_and_administrators(self, visitor: Visitor, served: str, role: str) -> None:
        case = a_case()
        with signed_in(served, add_staff(role=role)) as other:
            assert other.get(page_of(case)).status_code == 403
            for verb in ("hold", "erase", "copy", "papers"):
                assert post(other, case, verb, look="second", why="code").status_code == 403
        assert now(case).erasure_asked_at is None

    def test_a_hold_is_for_managers_alone(self, visitor: Visitor, served: str) -> None:
        case = a_case()
        with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as root:
            assert "This is for managers." in root.open(page_of(case))
            assert post(root, case, "hold", look="second", reason="A court.").status_code == 403
        assert now(case).hold_until is None

    def test_the_page_of_the_case_leads_there(self, grace: Visitor) -> None:
        case = a_case()
        assert page_of(case) in grace.open(f"/desk/cases/{case.reference}")


class TestHold:
    def test_the_first_look_holds_nothing_the_second_does(self, grace: Visitor) -> None:
        case = a_case()
        assert "Yes, hold it" in post(grace, case, "hold").text
        assert now(case).hold_until is None
        until = (clock.now() + timedelta(days=30)).date().isoformat()
        answer = post(grace, case, "hold", look="second", until=until, reason="A court has written.")
        assert "The complaint is held." in answer.text
        assert now(case).hold_until is not None
        assert acts(case)[0].act == "case.held"

    @pytest.mark.parametrize(("fields", "field"), [({}, "reason"), ({"reason": "A court.", "until": "soon"}, "until")])
    def test_what_is_missing_is_said_beside_its_field(self, grace: Visitor, fields: dict[str, str], field: str) -> None:
        case = a_case()
        answer = post(grace, case, "hold", look="second", **fields)
        assert answer.status_code == 400
        assert f'id="{field}-fault"' in answer.text
        assert now(case).hold_until is None

    def test_ends_with_a_reason(self, grace: Visitor) -> None:
        case = a_case()
        post(grace, case, "hold", look="second", reason="A court has written.")
        assert post(grace, case, "release", look="second", reason=" ").status_code == 400
        assert "not held any more" in post(grace, case, "release", look="second", reason="It is settled.").text
        assert now(case).hold_until is None
        assert post(grace, case, "release", look="second", reason="Again.").status_code == 409


class TestErase:
    def test_shows_first_what_is_kept_until_when(self, grace: Visitor) -> None:
        ended, still_open = a_closed_case(), a_case()
        page = post(grace, ended, "erase").text
        assert "This cannot be taken back." in page
        assert f"{ended.reference}</span>: kept until " in page
        assert f"{still_open.reference}</span>: kept until it has ended." in page
        assert now(ended).contact_erased_at is None

    def test_needs_the_reference_typed_and_how_it_was_made_sure(self, grace: Visitor) -> None:
        case = a_closed_case()
        for fields in ({"typed": case.reference}, {"why": "code"}, {"why": "code", "typed": "CD-0000-0000"}):
            assert post(grace, case, "erase", look="second", **fields).status_code == 400
        assert now(case).contact_erased_at is None

    def test_does_it_and_says_what_to_tell(self, grace: Visitor) -> None:
        case = a_closed_case()
        answer = post(grace, case, "erase", look="second", why="code", typed=case.reference.lower())
        assert "Tell the person" in answer.text
        assert f"{case.reference}</span>: kept until " in answer.text
        assert "mia.hughes@example.com" not in answer.text
        assert now(case).customer.email is None
        (entry,) = acts_named("person.erased")
        assert (entry.subject_id, (entry.after or {})["why"]) == (case.customer_id, "code")

    def test_a_held_one_stays(self, grace: Visitor) -> None:
        case = a_closed_case()
        post(grace, case, "hold", look="second", reason="A court has written.")
        post(grace, case, "erase", look="second", why="code", typed=case.reference)
        assert now(case).customer.email is not None


class TestTaking:
    def test_a_copy_holds_what_is_kept_about_the_person(self, grace: Visitor) -> None:
        case = a_case()
        answer = post(grace, case, "copy", why="known")
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["cache-control"] == "no-store"
        with ZipFile(io.BytesIO(answer.content)) as archive:
            assert json.loads(archive.read("person.json"))["known_as"][0]["email"] == "mia.hughes@example.com"
        (entry,) = acts_named("person.exported")
        assert (entry.after or {})["why"] == "known"

    @pytest.mark.parametrize("why", ["", "because Mia Hughes said so"])
    def test_not_without_one_of_the_ways(self, grace: Visitor, why: str) -> None:
        answer = post(grace, a_case(), "copy", why=why)
        assert answer.status_code == 400
        assert "Please say how it was made sure who asks." in answer.text
        assert acts_named("person.exported") == []

    def test_the_papers_are_on_record_with_who_took_them(self, grace: Visitor) -> None:
        case = a_case()
        answer = post(grace, case, "papers")
        with ZipFile(io.BytesIO(answer.content)) as archive:
            assert "case.pdf" in archive.namelist()
        assert [entry.act for entry in acts(case)] == ["case.bundle_taken"]


def test_nothing_about_the_customer_is_in_the_audit(grace: Visitor) -> None:
    case = a_closed_case()
    post(grace, case, "hold", look="second", reason="Mia Hughes went to court.")
    post(grace, case, "release", look="second", reason="Mia Hughes has settled.")
    post(grace, case, "copy", why="code")
    post(grace, case, "erase", look="second", why="code", typed=case.reference)
    with database.transaction() as session:
        entries = session.scalars(select(AuditEntry)).all()
    said = " ".join(f"{entry.before} {entry.after}" for entry in entries)
    for words in ("Mia", "Hughes", "example.com", "court"):
        assert words not in said


def test_another_step_is_not_there(grace: Visitor) -> None:
    assert post(grace, a_case(), "forget", look="second").status_code == 404
    assert set(WHYS) == {"code", "known", "authority"}


def post(visitor: Visitor, case: Case, verb: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(f"{page_of(case)}/{verb}", csrf_token=token, **fields)


def page_of(case: Case) -> str:
    return f"/desk/cases/{case.reference}/records"


def a_case() -> Case:
    with database.transaction() as session:
        return filed(session)


def a_closed_case() -> Case:
    with database.transaction() as session:
        manager: Staff = factory_staff(session, role="manager", name="Max Frost")
        return close(session, filed(session), manager)


def now(case: Case) -> Case:
    with database.transaction() as session:
        return queries.locked(session, case.id)


def acts(case: Case) -> list[AuditEntry]:
    """What is on record about a case beside its end, newest first."""
    with database.transaction() as session:
        found = select(AuditEntry).where(AuditEntry.subject_id == case.id, AuditEntry.act != "case.overridden")
        return list(session.scalars(found.order_by(AuditEntry.at.desc())))


def acts_named(act: str) -> list[AuditEntry]:
    with database.transaction() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.act == act)))


@pytest.fixture
def grace(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """A manager, signed in."""
    with signed_in(served, add_staff("grace@casened.com", "Grace Okafor", "manager")) as opened:
        yield opened
