"""The button for the provider: the whole way there and back, and what happens when it is not there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import text

from disputes import database
from disputes.people import oidc
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.people.oidc_server import RunningProvider, running_provider
from tests.serving import PASSWORD, Visitor, add_staff

HERE = "/desk/sign-in/provider"


class TestSignIn:
    def test_leads_in_and_to_the_page_that_was_asked_for(
        self, visitor: Visitor, running: RunningProvider, ada: Staff
    ) -> None:
        page = visitor.open("/desk/sign-in?next=/desk/cases")
        assert "Sign in with your work account" in page
        done = come_back(visitor, running, "s1", after="/desk/cases")
        assert done.headers["location"] == "/desk/cases"
        assert "Ada Lindqvist" in visitor.open("/desk/account")
        assert "by sign-in provider" in visitor.open("/desk/account")

    def test_a_second_step_is_the_provider_s_matter(
        self, visitor: Visitor, running: RunningProvider, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TWO_STEP_ROLES", "agent")
        settings.cache_clear()
        come_back(visitor, running, "s1")
        assert visitor.get("/desk/account").status_code == 200

    def test_an_old_session_of_this_browser_ends(self, visitor: Visitor, running: RunningProvider, ada: Staff) -> None:
        visitor.submit("/desk/sign-in", email=ada.email, password=PASSWORD)
        before = visitor.cookies[people.SESSION_COOKIE]
        come_back(visitor, running, "s1")
        with database.transaction() as session, pytest.raises(people.SignInNeeded):
            people.current_staff(session, before)

    def test_the_cookie_on_the_way_is_out_of_reach(self, visitor: Visitor, running: RunningProvider) -> None:
        answer = visitor.get(HERE)
        (flags,) = [line for line in answer.raw.headers.getlist("set-cookie") if "disputes_provider" in line]
        for flag in ("HttpOnly", "SameSite=lax", "Path=/desk/sign-in", "Max-Age=600"):
            assert flag in flags

    def test_a_changed_role_has_what_it_held_passed_on(
        self, visitor: Visitor, running: RunningProvider, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OIDC_ROLE_CLAIM", "groups")
        monkeypatch.setenv("OIDC_ROLES", "leads=manager")
        settings.cache_clear()
        running.knows("s1", email=ada.email, email_verified=True, groups=["leads"])
        come_back(visitor, running, "s1")
        with database.transaction() as session:
            names = session.scalars(text("SELECT task_name FROM procrastinate_jobs")).all()
            assert people.staff_with_email(session, ada.email).role == "manager"
        assert "administration.pass_on" in names


class TestRefused:
    def test_somebody_who_does_not_work_here(self, visitor: Visitor, running: RunningProvider, ada: Staff) -> None:
        running.knows("s9", email="stranger@casened.com", email_verified=True)
        answer = come_back(visitor, running, "s9")
        assert answer.status_code == 403
        assert "Nobody at this desk has the account" in answer.text
        assert people.SESSION_COOKIE not in visitor.cookies

    def test_an_answer_that_another_browser_asked_for(
        self, visitor: Visitor, running: RunningProvider, ada: Staff, served: str
    ) -> None:
        back = running.approve(visitor.get(HERE).headers["location"], "s1")
        with Visitor(served) as other:
            assert other.get(path_of(back)).status_code == 400
            other.get(HERE)
            assert other.get(path_of(back)).status_code == 403
            assert people.SESSION_COOKIE not in other.cookies

    def test_an_answer_that_comes_twice(self, visitor: Visitor, running: RunningProvider, ada: Staff) -> None:
        back = path_of(running.approve(visitor.get(HERE).headers["location"], "s1"))
        assert visitor.get(back).status_code == 303
        assert visitor.get(back).status_code == 400

    def test_who_says_no_there_is_told_so_in_our_own_words(self, visitor: Visitor, running: RunningProvider) -> None:
        back = path_of(running.deny(visitor.get(HERE).headers["location"]))
        answer = visitor.get(back + "&error_description=<script>alert(1)</script>")
        assert answer.status_code == 400
        assert "You did not sign in at the provider" in answer.text
        assert "<script>alert" not in answer.text

    def test_it_leads_nowhere_else(self, visitor: Visitor, running: RunningProvider, ada: Staff) -> None:
        assert come_back(visitor, running, "s1", after="https://evil.example").headers["location"] == "/desk"


class TestAway:
    def test_is_said_and_the_password_goes_on_to_work(
        self, visitor: Visitor, running: RunningProvider, ada: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(oidc, "READ_SECONDS", 0.2)
        running.silent.set()
        answer = visitor.get(HERE)
        assert answer.status_code == 503
        assert "The sign-in provider does not answer now" in answer.text
        assert visitor.submit("/desk/sign-in", email=ada.email, password=PASSWORD).status_code == 303

    def test_without_one_there_is_no_button_and_no_page(self, visitor: Visitor) -> None:
        assert "Sign in with" not in visitor.open("/desk/sign-in")
        for path in (HERE, f"{HERE}/callback?code=1&state=1"):
            assert visitor.get(path).status_code == 404


def come_back(visitor: Visitor, running: RunningProvider, subject: str, *, after: str = "/desk") -> requests.Response:
    """From the button to the provider, and with its answer back to us."""
    sent = visitor.get(HERE, params={"next": after})
    assert sent.status_code == 303, sent.text
    return visitor.get(path_of(running.approve(sent.headers["location"], subject)))


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch, emptied_database: str) -> Iterator[RunningProvider]:
    """A provider that the settings name."""
    with running_provider() as started:
        monkeypatch.setenv("OIDC_ISSUER", started.url)
        monkeypatch.setenv("OIDC_CLIENT_ID", "disputes")
        monkeypatch.setenv("OIDC_CLIENT_SECRET", "secret")
        settings.cache_clear()
        yield started


@pytest.fixture
def ada(running: RunningProvider) -> Staff:
    """An agent whom the provider knows."""
    staff = add_staff()
    running.knows("s1", email=staff.email, email_verified=True)
    return staff
