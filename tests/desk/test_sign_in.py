"""The door of the desk."""

import pytest
import requests

from disputes import database
from disputes.people import attempts
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.serving import PASSWORD, Visitor, add_staff, hidden, signed_in


class TestPassword:
    def test_lets_in(self, visitor: Visitor) -> None:
        add_staff()
        answer = enter(visitor)
        assert answer.headers["location"] == "/desk"
        assert "Ada Lindqvist" in visitor.open("/desk")

    def test_the_cookie_is_out_of_reach(self, visitor: Visitor) -> None:
        add_staff()
        flags = cookie(enter(visitor))
        for flag in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
            assert flag in flags
        assert "Secure" not in flags

    def test_the_cookie_travels_by_https_only_where_there_is_https(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add_staff()
        monkeypatch.setenv("PUBLIC_URL", "https://disputes.casened.com")
        settings.cache_clear()
        answer = enter(visitor)
        assert "Secure" in cookie(answer)
        assert "max-age" in answer.headers["strict-transport-security"]

    def test_a_wrong_one_says_as_much_as_a_wrong_address(self, visitor: Visitor) -> None:
        add_staff()
        wrong = enter(visitor, password="wrong")
        nobody = enter(visitor, email="nobody@casened.com", password="wrong")
        assert wrong.status_code == nobody.status_code == 400
        assert wrong.text.replace("ada@", "nobody@") == nobody.text

    def test_ten_wrong_ones_and_then_a_pause(self, visitor: Visitor, served: str) -> None:
        add_staff()
        for _ in range(attempts.MOST):
            enter(visitor, password="wrong")
        assert enter(visitor).status_code == 429

    def test_the_owner_still_gets_in_from_where_they_were_before(self, visitor: Visitor, served: str) -> None:
        with signed_in(served, add_staff()) as own:
            for _ in range(attempts.MOST):
                enter(visitor, password="wrong")
            assert enter(visitor).status_code == 429
            assert enter(own).status_code == 303

    def test_another_site_cannot_sign_anybody_in(self, visitor: Visitor) -> None:
        add_staff()
        form = {"email": "ada@casened.com", "password": PASSWORD}
        answer = visitor.post("/desk/sign-in", data=form, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403

    @pytest.mark.parametrize(
        "place", ["https://evil.example", "//evil.example", "/desk//..//\\evil.example", "/deskevil", "/desk/\nX: y"]
    )
    def test_it_leads_nowhere_else(self, visitor: Visitor, place: str) -> None:
        add_staff()
        assert enter(visitor, next=place).headers["location"] == "/desk"

    def test_it_leads_back_to_the_page_that_was_asked_for(self, visitor: Visitor) -> None:
        add_staff()
        door = visitor.get("/desk/cases").headers["location"]
        assert 'value="/desk/cases"' in visitor.open(door)
        assert enter(visitor, next="/desk/cases").headers["location"] == "/desk/cases"

    def test_markup_is_shown_as_text(self, visitor: Visitor) -> None:
        assert "<script>alert" not in enter(visitor, email='"><script>alert(1)</script>').text


class TestLink:
    def test_a_look_does_not_use_it_up_and_the_button_does(self, visitor: Visitor) -> None:
        path = link(add_staff())
        for _ in range(2):
            assert "Hello Ada Lindqvist" in visitor.open(path)
        assert visitor.submit(path).headers["location"] == "/desk"
        assert visitor.get(path).status_code == 404
        assert visitor.submit(path).status_code == 404

    def test_may_set_a_password(self, visitor: Visitor, served: str) -> None:
        path = link(add_staff())
        assert visitor.submit(path, new_password="short").status_code == 400
        assert visitor.submit(path, new_password="another long password").status_code == 303
        with Visitor(served) as later:
            assert enter(later, password="another long password").status_code == 303

    def test_a_made_up_one_opens_nothing(self, visitor: Visitor) -> None:
        assert visitor.submit("/desk/sign-in/link/made-up").status_code == 404


class TestAccount:
    def test_the_password_needs_the_current_one(self, visitor: Visitor, served: str) -> None:
        with signed_in(served, add_staff()) as ada:
            token = csrf(ada)
            wrong = ada.submit("/desk/account/password", csrf_token=token, current="x", password="a brand new password")
            assert wrong.status_code == 400
            right = ada.submit(
                "/desk/account/password", csrf_token=token, current=PASSWORD, password="a brand new password"
            )
            assert "has been changed" in right.text
        assert enter(visitor, password="a brand new password").status_code == 303

    def test_signing_out_ends_it(self, visitor: Visitor, served: str) -> None:
        with signed_in(served, add_staff()) as ada:
            token = ada.cookies[people.SESSION_COOKIE]
            ada.submit("/desk/sign-out", csrf_token=csrf(ada))
            visitor.cookies.set(people.SESSION_COOKIE, token)
            assert visitor.get("/desk").headers["location"].startswith("/desk/sign-in")


def enter(visitor: Visitor, **changes: str) -> requests.Response:
    return visitor.submit("/desk/sign-in", **{"email": "ada@casened.com", "password": PASSWORD, **changes})


def cookie(answer: requests.Response) -> str:
    """What was said of the session cookie."""
    each = answer.raw.headers.getlist("set-cookie")
    return next(line for line in each if line.startswith(f"{people.SESSION_COOKIE}="))


def csrf(visitor: Visitor) -> str:
    return hidden(visitor.open("/desk/account"), "csrf_token")


def link(staff: Staff) -> str:
    with database.transaction() as session:
        return people.new_sign_in_link(session, staff)
