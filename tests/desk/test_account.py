"""One's own account: where one is signed in."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from disputes import database
from disputes.people import service as people
from disputes.people.tables import StaffSession
from tests.serving import PASSWORD, Visitor, add_staff, hidden, signed_in

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


class TestSessions:
    def test_shows_each_browser_and_which_one_this_is(self, ada: Visitor, other: Visitor) -> None:
        page = ada.open("/desk/account")
        assert "Firefox on Windows" in page
        assert "from 127.0.0.0/24" in page
        assert page.count("this one") == 1

    def test_one_is_signed_out_from_another(self, ada: Visitor, other: Visitor) -> None:
        page = ada.open("/desk/account")
        for answer in (end(ada, page, of_firefox()), end(ada, page, of_firefox())):
            assert answer == 303
        assert other.get("/desk").headers["location"].startswith("/desk/sign-in")
        assert "Firefox" not in ada.open("/desk/account")

    def test_all_others_at_once(self, ada: Visitor, other: Visitor) -> None:
        token = hidden(ada.open("/desk/account"), "csrf_token")
        ada.submit("/desk/account/sessions/end-others", csrf_token=token)
        assert other.get("/desk").status_code == 303
        assert ada.get("/desk").status_code == 200

    def test_not_of_somebody_else(self, ada: Visitor, served: str) -> None:
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            page = ada.open("/desk/account")
            assert end(ada, page, newest_session()) == 404
            assert bo.get("/desk").status_code == 200

    def test_a_new_password_ends_the_others(self, ada: Visitor, other: Visitor) -> None:
        token = hidden(ada.open("/desk/account"), "csrf_token")
        ada.submit("/desk/account/password", csrf_token=token, current=PASSWORD, password="a brand new password")
        assert other.get("/desk").status_code == 303
        assert ada.get("/desk").status_code == 200

    def test_a_second_sign_in_in_one_browser_ends_the_first(self, ada: Visitor) -> None:
        before = ada.cookies[people.SESSION_COOKIE]
        ada.submit("/desk/sign-in", email="ada@casened.com", password=PASSWORD)
        assert ada.cookies[people.SESSION_COOKIE] != before
        with database.transaction() as session, pytest.raises(people.SignInNeeded):
            people.current_staff(session, before)


class TestPassword:
    def test_ten_wrong_guesses_of_the_current_one_and_then_a_pause(self, ada: Visitor) -> None:
        token = hidden(ada.open("/desk/account"), "csrf_token")
        for _ in range(10):
            ada.submit("/desk/account/password", csrf_token=token, current="x", password="a brand new password")
        right = {"current": PASSWORD, "password": "a brand new password"}
        answer = ada.submit("/desk/account/password", csrf_token=token, **right)
        assert answer.status_code == 400
        assert "too many wrong passwords" in answer.text


def end(visitor: Visitor, page: str, session_id: str) -> int:
    token = hidden(page, "csrf_token")
    return visitor.submit(f"/desk/account/sessions/{session_id}/end", csrf_token=token).status_code


def of_firefox() -> str:
    with database.transaction() as session:
        return str(session.scalars(select(StaffSession.id).where(StaffSession.browser.like("Firefox%"))).one())


def newest_session() -> str:
    with database.transaction() as session:
        return str(session.scalars(select(StaffSession.id).order_by(StaffSession.created_at.desc())).first())


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    with signed_in(served, add_staff()) as opened:
        yield opened


@pytest.fixture
def other(ada: Visitor, served: str) -> Iterator[Visitor]:
    """The same person in another browser."""
    with Visitor(served) as opened:
        opened.headers["User-Agent"] = FIREFOX
        assert opened.submit("/desk/sign-in", email="ada@casened.com", password=PASSWORD).status_code == 303
        yield opened
