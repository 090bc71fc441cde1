"""Staff and roles: what an administrator does there, and what nobody may."""

import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest
import requests
from sqlalchemy import select, text

from disputes import clock, database
from disputes.cases import queries as case_queries
from disputes.cases import service as cases
from disputes.cases.tables import Case
from disputes.notifications import tasks as letters
from disputes.people import queries, two_step
from disputes.people import service as people
from disputes.people.tables import AuditEntry, Staff, Team
from tests.cases.factories import filed
from tests.serving import Visitor, add_staff, hidden, signed_in

HERE = "/desk/admin/staff"


class TestAccess:
    @pytest.mark.parametrize("role", ["agent", "manager", "mediator"])
    def test_is_for_administrators(self, visitor: Visitor, served: str, role: str) -> None:
        with signed_in(served, add_staff(role=role)) as other:
            for path in (HERE, f"{HERE}/new", f"{HERE}/{UUID(int=1)}", "/desk/admin/audit"):
                assert other.get(path).status_code == 403
            assert ("Admin" in other.open("/desk/account")) is (role == "manager")

    def test_leads_each_to_their_first_page(self, root: Visitor, served: str) -> None:
        assert root.get("/desk/admin").headers["location"] == HERE
        with signed_in(served, add_staff("max@casened.com", "Max", "manager")) as manager:
            assert manager.get("/desk/admin").headers["location"] == "/desk/admin/teams"


class TestAdd:
    def test_shows_a_link_once_that_signs_in(self, root: Visitor, visitor: Visitor) -> None:
        answer = post(root, f"{HERE}/new", name="Bo Ek", email="bo@casened.com", role="agent", chat_limit="3")
        link = link_on(answer.text)
        assert answer.headers["cache-control"] == "no-store"
        assert link not in root.open(f"{HERE}/{id_of('bo@casened.com')}")
        assert "Hello Bo Ek" in visitor.open(link)
        assert visitor.submit(link).status_code == 303
        assert find("bo@casened.com").chat_limit == 3

    def test_or_has_it_mailed(self, root: Visitor) -> None:
        answer = post(root, f"{HERE}/new", name="Bo", email="bo@casened.com", role="agent", chat_limit="5", how="mail")
        assert "One-time sign-in link" not in answer.text
        with database.transaction() as session:
            jobs = session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
        (job,) = [args for name, args in jobs if name == "people.send_sign_in_link"]
        letters.send_sign_in_link(job["staff_id"], job["cause"])
        with database.transaction() as session:
            sent = session.execute(text("SELECT recipient, text FROM notifications")).one()
        assert sent.recipient == "bo@casened.com"
        assert "••••••" in sent.text

    def test_says_what_is_wrong_beside_each_field(self, root: Visitor) -> None:
        answer = post(root, f"{HERE}/new", name=" ", email="nobody", role="king", chat_limit="many")
        assert answer.status_code == 400
        for name in ("name", "email", "role", "chat_limit"):
            assert f'href="#{name}"' in answer.text
        taken = post(root, f"{HERE}/new", name="Root", email="root@casened.com", role="agent", chat_limit="5")
        assert "There already is a member of staff" in taken.text

    def test_markup_is_shown_as_text(self, root: Visitor) -> None:
        post(root, f"{HERE}/new", name="<b>Bo</b>", email="bo@casened.com", role="agent", chat_limit="5")
        assert "<b>Bo</b>" not in root.open(HERE)


class TestChange:
    def test_sets_details_and_teams(self, root: Visitor, ada: Staff) -> None:
        team = a_team("Returns")
        answer = save(root, ada, name="Ada Ek", role="manager", chat_limit="2", team=str(team))
        assert "Saved." in answer.text
        now = find(ada.email)
        assert (now.name, now.role, now.chat_limit) == ("Ada Ek", "manager", 2)
        with database.transaction() as session:
            assert queries.is_member(session, team, ada.id)

    def test_of_what_another_administrator_changed_meanwhile_is_refused(self, root: Visitor, ada: Staff) -> None:
        page = root.open(f"{HERE}/{ada.id}")
        save(root, ada, name="Ada Ek")
        stale = {"version": hidden(page, "version"), "name": "Ada Berg", "role": "agent", "chat_limit": "5"}
        answer = root.submit(f"{HERE}/{ada.id}", csrf_token=hidden(page, "csrf_token"), **stale)
        assert answer.status_code == 409
        assert "meanwhile" in answer.text
        assert find(ada.email).name == "Ada Ek"

    def test_one_s_own_role_stays(self, root: Visitor) -> None:
        me = find("root@casened.com")
        assert "disabled" in root.open(f"{HERE}/{me.id}")
        save(root, me, name="Root Ek", role="agent")
        assert (find(me.email).name, find(me.email).role) == ("Root Ek", "admin")

    def test_a_role_that_holds_no_complaints_passes_them_on(self, root: Visitor, ada: Staff) -> None:
        case, bo = taken_by(ada), add_staff("bo@casened.com", "Bo Ek")
        answer = save(root, ada, role="admin", heir=str(bo.id))
        assert f"Somebody else has now: {case.reference}." in answer.text
        assert holder_of(case) == bo.id


class TestDeactivate:
    def test_ends_sessions_at_once_and_passes_on_what_was_held(self, root: Visitor, ada: Staff, served: str) -> None:
        case, bo = taken_by(ada), add_staff("bo@casened.com", "Bo Ek")
        with signed_in(served, ada) as hers:
            assert hers.get("/desk").status_code == 200
            assert case.reference in root.open(f"{HERE}/{ada.id}")
            answer = deactivate(root, ada, heir=str(bo.id))
            assert f"Somebody else has now: {case.reference}." in answer.text
            assert hers.get("/desk").headers["location"].startswith("/desk/sign-in")
        assert holder_of(case) == bo.id

    def test_without_an_heir_an_alarm_waits(self, root: Visitor, ada: Staff, served: str) -> None:
        case = taken_by(ada)
        assert f"An alarm waits for: {case.reference}." in deactivate(root, ada).text
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            assert case.reference in bo.open("/desk/tasks")
            token = hidden(bo.open("/desk/account"), "csrf_token")
            taken = bo.carry_out(f"/desk/cases/{case.reference}/steps/take-on", {"csrf_token": token})
            assert taken.status_code == 303
        assert holder_of(case) == find("bo@casened.com").id

    def test_of_oneself_is_refused(self, root: Visitor) -> None:
        me = find("root@casened.com")
        add_staff("second@casened.com", "Second", "admin")
        assert deactivate(root, me).status_code == 409
        assert find(me.email).active

    def test_can_be_taken_back(self, root: Visitor, ada: Staff) -> None:
        deactivate(root, ada)
        page = root.open(f"{HERE}/{ada.id}")
        post(root, f"{HERE}/{ada.id}/activate", version=hidden(page, "version"))
        assert find(ada.email).active


class TestLink:
    def test_a_new_one_ends_the_one_before(self, root: Visitor, visitor: Visitor, ada: Staff) -> None:
        first = link_on(post(root, f"{HERE}/{ada.id}/link", how="show").text)
        second = link_on(post(root, f"{HERE}/{ada.id}/link", how="show").text)
        assert visitor.get(first).status_code == 404
        assert visitor.get(second).status_code == 200

    def test_says_who_made_it(self, root: Visitor, ada: Staff) -> None:
        post(root, f"{HERE}/{ada.id}/link", how="show")
        with database.transaction() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "link.made")).one()
        assert (entry.staff_id, entry.subject_id) == (find("root@casened.com").id, ada.id)

    def test_not_for_an_account_that_is_off(self, root: Visitor, ada: Staff) -> None:
        deactivate(root, ada)
        assert post(root, f"{HERE}/{ada.id}/link", how="show").status_code == 409


class TestTwoStep:
    def test_is_reset_for_others_alone(self, root: Visitor, ada: Staff) -> None:
        me = find("root@casened.com")
        for staff in (ada, me):
            turn_on(staff)
        assert "Reset." in post(root, f"{HERE}/{ada.id}/two-step/reset").text
        assert post(root, f"{HERE}/{me.id}/two-step/reset").status_code == 409
        assert (is_on(ada), is_on(me)) == (False, True)


class TestSessions:
    def test_are_seen_and_ended(self, root: Visitor, ada: Staff, served: str) -> None:
        with signed_in(served, ada) as hers:
            page = root.open(f"{HERE}/{ada.id}")
            assert "from 127.0.0.0/24" in page
            ending = re.search(rf'action="({HERE}/{ada.id}/sessions/[\w-]+/end)"', page)
            assert ending is not None
            assert "Signed out there." in post(root, ending[1]).text
            assert hers.get("/desk").status_code == 303

    def test_all_at_once(self, root: Visitor, ada: Staff, served: str) -> None:
        with signed_in(served, ada) as one, signed_in(served, ada) as other:
            post(root, f"{HERE}/{ada.id}/sessions/end-all")
            assert (one.get("/desk").status_code, other.get("/desk").status_code) == (303, 303)


def post(visitor: Visitor, path: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(path, csrf_token=token, **fields)


def save(visitor: Visitor, staff: Staff, **changes: str) -> requests.Response:
    version = hidden(visitor.open(f"{HERE}/{staff.id}"), "version")
    fields = {"name": staff.name, "role": staff.role, "chat_limit": str(staff.chat_limit), "version": version}
    return post(visitor, f"{HERE}/{staff.id}", **(fields | changes))


def deactivate(visitor: Visitor, staff: Staff, **fields: str) -> requests.Response:
    version = hidden(visitor.open(f"{HERE}/{staff.id}"), "version")
    return post(visitor, f"{HERE}/{staff.id}/deactivate", version=version, **fields)


def link_on(page: str) -> str:
    found = re.search(r"http://[^<]+(/desk/sign-in/link/[\w-]+)", page)
    assert found is not None
    return found[1]


def find(email: str) -> Staff:
    with database.transaction() as session:
        return people.staff_with_email(session, email)


def id_of(email: str) -> UUID:
    return find(email).id


def a_team(name: str) -> UUID:
    with database.transaction() as session:
        team = Team(name=name, is_default=False, assignment=None, created_at=clock.now())
        session.add(team)
        session.flush()
        return team.id


def taken_by(staff: Staff) -> Case:
    with clock.set_to(clock.now() - timedelta(days=1)), database.transaction() as session:
        return cases.take(session, filed(session), staff)


def holder_of(case: Case) -> UUID | None:
    with database.transaction() as session:
        return case_queries.locked(session, case.id).investigator_id


def turn_on(staff: Staff) -> None:
    """Without ending the session of the test: it counts as the one in which it was set up."""
    with database.transaction() as session:
        secret = two_step.begin(session, staff, "Shop").secret
        here = next(iter(people.live_sessions(session, staff.id)), None)
        session_id = here.id if here else UUID(int=1)
        two_step.confirm(session, staff, pyotp.TOTP(secret).at(clock.now()), session_id=session_id)


def is_on(staff: Staff) -> bool:
    with database.transaction() as session:
        return two_step.is_on(session, staff.id)


@pytest.fixture
def root(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An administrator, signed in."""
    with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as opened:
        yield opened


@pytest.fixture
def ada(root: Visitor) -> Staff:
    return add_staff()
