"""The second step in the browser: set up on one's account, asked for at the door."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

import pyotp
import pytest
import requests
import time_machine

from disputes import clock
from disputes.people import two_step
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.serving import PASSWORD, Visitor, add_staff, hidden, signed_in

ACCOUNT = "/desk/account/two-step"


class TestSetUp:
    def test_takes_the_password_and_a_code_and_shows_the_recovery_codes_once(self, ada: Visitor) -> None:
        begun = post(ada, "begin", password=PASSWORD)
        page = ada.follow(begun)
        secret = secret_on(page)
        assert "data:image/svg+xml" in page
        done = post(ada, "confirm", code=pyotp.TOTP(secret).now())
        codes = re.findall(r"<li>(\w{4}-\w{4}-\w{4})</li>", done.text)
        assert len(codes) == two_step.CODES
        assert done.headers["cache-control"] == "no-store"
        after = ada.open(ACCOUNT)
        assert secret not in after
        assert codes[0] not in after
        assert "10 of your recovery codes are left" in after

    def test_not_without_the_password(self, ada: Visitor) -> None:
        assert post(ada, "begin", password="wrong").status_code == 400
        assert "Scan the picture" not in ada.open(ACCOUNT)

    def test_the_picture_holds_the_address_for_the_app(self, ada: Visitor) -> None:
        page = ada.follow(post(ada, "begin", password=PASSWORD))
        picture = re.search(r'src="data:image/svg\+xml[^"]*"', page)
        assert picture is not None
        assert "<svg" in unquote(unescape(picture[0]))
        assert secret_on(page) not in picture[0]

    def test_a_wrong_code_is_said_beside_its_field(self, ada: Visitor) -> None:
        post(ada, "begin", password=PASSWORD)
        answer = post(ada, "confirm", code="000000")
        assert answer.status_code == 400
        assert 'id="code-fault"' in answer.text


class TestDoor:
    def test_asks_for_the_code_after_the_password(self, visitor: Visitor, served: str) -> None:
        staff = add_staff()
        secret = turn_on(served, staff)
        asked = visitor.submit("/desk/sign-in", email=staff.email, password=PASSWORD, next="/desk/cases")
        assert asked.headers["location"] == "/desk/sign-in/code?next=%2Fdesk%2Fcases"
        assert "disputes_desk" not in visitor.cookies
        assert visitor.get("/desk").headers["location"].startswith("/desk/sign-in")
        page = visitor.follow(asked)
        with later():
            done = visitor.submit("/desk/sign-in/code", code=code_of(secret), next=hidden(page, "next"))
            assert done.headers["location"] == "/desk/cases"
            assert "Ada Lindqvist" in visitor.open("/desk")

    def test_the_same_code_does_not_open_it_twice(self, visitor: Visitor, served: str) -> None:
        staff = add_staff()
        secret = turn_on(served, staff)
        with later():
            code = code_of(secret)
            for expected in (303, 400):
                visitor.cookies.clear()
                visitor.submit("/desk/sign-in", email=staff.email, password=PASSWORD)
                assert visitor.submit("/desk/sign-in/code", code=code).status_code == expected

    def test_nobody_gets_to_the_code_without_the_password(self, visitor: Visitor, served: str) -> None:
        turn_on(served, add_staff())
        for answer in (visitor.get("/desk/sign-in/code"), visitor.submit("/desk/sign-in/code", code="123456")):
            assert answer.headers["location"].startswith("/desk/sign-in")

    def test_ten_wrong_codes_and_then_a_pause_but_not_for_a_browser_that_is_known(
        self, visitor: Visitor, served: str
    ) -> None:
        staff = add_staff()
        with signed_in(served, staff) as own:
            secret = turn_on(served, staff)
            visitor.submit("/desk/sign-in", email=staff.email, password=PASSWORD)
            for _ in range(10):
                assert visitor.submit("/desk/sign-in/code", code="000000").status_code == 400
            assert visitor.submit("/desk/sign-in/code", code=code_of(secret)).status_code == 429
            with later():
                own.submit("/desk/sign-in", email=staff.email, password=PASSWORD)
                assert own.submit("/desk/sign-in/code", code=code_of(secret)).status_code == 303

    def test_another_site_cannot_send_a_code(self, visitor: Visitor) -> None:
        answer = visitor.post("/desk/sign-in/code", data={"code": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


class TestNeeded:
    def test_every_page_leads_to_the_set_up_until_it_is_done(
        self, visitor: Visitor, served: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        staff = add_staff()
        monkeypatch.setenv("TWO_STEP_ROLES", "agent")
        settings.cache_clear()
        with signed_in(served, staff) as ada:
            for path in ("/desk", "/desk/cases", "/desk/account"):
                assert ada.get(path).headers["location"] == ACCOUNT
            part = ada.get("/desk/lists", headers={"HX-Request": "true"})
            assert part.headers["hx-redirect"] == ACCOUNT
            set_up(ada)
            assert "Ada Lindqvist" in ada.open("/desk")

    def test_one_may_still_leave(self, visitor: Visitor, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
        staff = add_staff()
        monkeypatch.setenv("TWO_STEP_ROLES", "agent")
        settings.cache_clear()
        with signed_in(served, staff) as ada:
            token = hidden(ada.open(ACCOUNT), "csrf_token")
            assert ada.submit("/desk/sign-out", csrf_token=token).headers["location"] == "/desk/sign-in"


class TestOff:
    def test_takes_a_code(self, ada: Visitor) -> None:
        secret = set_up(ada)
        assert post(ada, "off", code="000000").status_code == 400
        with later():
            assert post(ada, "off", code=code_of(secret)).status_code == 303
            assert "Set it up" in ada.open(ACCOUNT)


def set_up(visitor: Visitor) -> str:
    secret = secret_on(visitor.follow(post(visitor, "begin", password=PASSWORD)))
    assert post(visitor, "confirm", code=code_of(secret)).status_code == 200
    return secret


def turn_on(url: str, staff: Staff) -> str:
    """In another browser."""
    with signed_in(url, staff) as opened:
        return set_up(opened)


def post(visitor: Visitor, verb: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open(ACCOUNT), "csrf_token")
    return visitor.submit(f"{ACCOUNT}/{verb}", csrf_token=token, **fields)


def secret_on(page: str) -> str:
    found = re.search(r'class="secret-key">(\w+)<', page)
    assert found is not None
    return found[1]


def code_of(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def later() -> time_machine.travel:
    """In the next period, in which the app shows another code than the one that set it up."""
    return time_machine.travel(clock.now() + two_step.PERIOD)


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    with signed_in(served, add_staff()) as opened:
        yield opened
