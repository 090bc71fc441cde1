"""The status page: the same answer for everybody until a code has proved who asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
import requests
from sqlalchemy import event, select, update

from disputes import clock, database
from disputes.cases.tables import Case
from disputes.people import codes
from disputes.people.tables import StatusRequest
from tests.cases.factories import filed
from tests.serving import Visitor

MIA = "mia.hughes@example.com"


def test_two_steps_and_the_case_is_shown(visitor: Visitor, reference: str) -> None:
    page = visitor.follow(ask(visitor))
    assert "6-digit code" in page
    page = visitor.follow(visitor.submit("/status/code", code=code()))
    assert reference in page
    for words in ("Whose turn", "Next date", "Final response by", "What has happened", "Speak to a person"):
        assert words in page
    assert MIA not in page
    assert "m•••@example.com" in page


def test_the_reference_finds_it_too(visitor: Visitor, reference: str) -> None:
    ask(visitor, reference.lower().replace("-", ""))
    page = visitor.follow(visitor.submit("/status/code", code=code()))
    assert reference in page


def test_no_address_on_the_way_says_who_or_what(visitor: Visitor, reference: str) -> None:
    asked = ask(visitor)
    proved = visitor.submit("/status/code", code=code())
    assert (asked.headers["location"], proved.headers["location"]) == ("/status/code", "/status/complaints")


class TestStrangers:
    def test_read_the_same_words(self, visitor: Visitor, reference: str) -> None:
        known = ask(visitor)
        first = visitor.open("/status/code")
        unknown = ask(visitor, "99999", "nobody@example.com")
        second = visitor.open("/status/code")
        assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
        assert first == second

    def test_cost_the_same_statements(self, visitor: Visitor, reference: str) -> None:
        with noted_statements() as known:
            ask(visitor)
        with noted_statements() as unknown:
            ask(visitor, "99999", "nobody@example.com")
        assert known == unknown
        assert len(known) > 2

    def test_are_sent_back_without_a_request(self, visitor: Visitor, reference: str) -> None:
        for path in ("/status/code", "/status/complaints"):
            assert visitor.get(path).headers["location"] == "/status"

    def test_do_not_get_in_before_the_code(self, visitor: Visitor, reference: str) -> None:
        ask(visitor)
        assert visitor.get("/status/complaints").headers["location"] == "/status"

    def test_do_not_get_in_with_the_cookie_from_before_the_code(
        self, visitor: Visitor, served: str, reference: str
    ) -> None:
        ask(visitor)
        before = visitor.cookies["disputes_status"]
        visitor.submit("/status/code", code=code())
        with Visitor(served) as other:
            other.cookies.set("disputes_status", before, path="/status", domain="127.0.0.1")
            assert other.get("/status/complaints").headers["location"] == "/status"

    def test_do_not_get_in_with_a_made_up_cookie(self, visitor: Visitor, reference: str) -> None:
        visitor.cookies.set("disputes_status", str(newest_request()), path="/status", domain="127.0.0.1")
        assert visitor.get("/status/complaints").headers["location"] == "/status"


class TestCode:
    def test_three_wrong_ones_end_the_request(self, visitor: Visitor, reference: str) -> None:
        ask(visitor)
        right = code()
        wrong = "111111" if right != "111111" else "222222"
        answers = [visitor.submit("/status/code", code=wrong) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 400]
        assert "Ask for a new code" in answers[-1].text
        assert visitor.submit("/status/code", code=right).status_code == 400

    def test_works_once(self, visitor: Visitor, reference: str) -> None:
        ask(visitor)
        cookie = visitor.cookies["disputes_status"]
        right = code()
        assert visitor.submit("/status/code", code=right).status_code == 303
        visitor.cookies.clear()
        visitor.cookies.set("disputes_status", cookie, path="/status", domain="127.0.0.1")
        assert visitor.submit("/status/code", code=right).status_code == 400

    def test_the_page_closes_on_request(self, visitor: Visitor, reference: str) -> None:
        ask(visitor)
        visitor.submit("/status/code", code=code())
        visitor.submit("/status/leave")
        assert visitor.get("/status/complaints").headers["location"] == "/status"

    def test_the_page_closes_by_itself(self, visitor: Visitor, reference: str) -> None:
        ask(visitor)
        visitor.submit("/status/code", code=code())
        with database.transaction() as session:
            session.execute(update(StatusRequest).values(verified_until=clock.now()))
        assert visitor.get("/status/complaints").headers["location"] == "/status"


def test_the_cookie_is_for_these_pages_and_no_script(visitor: Visitor, reference: str) -> None:
    flags = ask(visitor).headers["set-cookie"]
    for flag in ("HttpOnly", "SameSite=lax", "Path=/status"):
        assert flag in flags


def test_five_in_a_quarter_of_an_hour(visitor: Visitor, reference: str) -> None:
    for _ in range(5):
        assert ask(visitor).status_code == 303
    answer = ask(visitor)
    assert answer.status_code == 429
    assert 'value="10023"' in answer.text


@pytest.mark.parametrize(("lookup", "email"), [("", MIA), ("10023", "nope"), ("", "")])
def test_faulty_fields_are_named(visitor: Visitor, lookup: str, email: str) -> None:
    answer = ask(visitor, lookup, email)
    assert answer.status_code == 400
    assert "error-summary" in answer.text


def test_markup_is_shown_as_text(visitor: Visitor) -> None:
    with database.transaction() as session:
        filed(session, name="<b>Mia</b>", order_number="<i>10023</i>", description="<script>alert(1)</script> twice")
    ask(visitor, "<script>alert(1)</script>", MIA)
    assert "<script>alert" not in ask(visitor, "<script>alert(1)</script>", "nope").text


def ask(visitor: Visitor, lookup: str = "10023", email: str = MIA) -> requests.Response:
    return visitor.submit("/status", lookup=lookup, email=email)


def newest_request() -> UUID:
    with database.transaction() as session:
        request = StatusRequest(lookup="10023", email=MIA, created_at=clock.now(), code_expires_at=clock.now())
        request.verified_until = clock.now() + codes.VERIFIED_FOR
        session.add(request)
        session.flush()
        return request.id


def code() -> str:
    """The code that the letter of the newest request would hold."""
    with database.transaction() as session:
        request = session.scalars(select(StatusRequest).order_by(StatusRequest.created_at.desc())).first()
        assert request
        return codes.issue(session, request)


@contextmanager
def noted_statements() -> Iterator[list[str]]:
    """The SQL that the application sends meanwhile, without its values."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(database.engine(), "before_cursor_execute", note)
    yield sent
    event.remove(database.engine(), "before_cursor_execute", note)


@pytest.fixture
def reference(visitor: Visitor) -> str:
    """The reference of Mia's complaint about order 10023."""
    with database.transaction() as session:
        case: Case = filed(session)
        return case.reference
