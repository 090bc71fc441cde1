"""Looking into a case at the desk: findings, questions, answers, files, and who has looked."""

from collections.abc import Iterator
from html import unescape
from uuid import uuid4

import pytest
import requests

from disputes import database
from disputes.cases import queries
from disputes.cases import service as cases
from disputes.cases.tables import Case
from disputes.investigation import service
from disputes.people.tables import Staff
from tests.cases.factories import filed
from tests.files.factories import from_phone, jpg, pdf
from tests.investigation.factories import CUSTOMER
from tests.serving import Visitor, add_staff, hidden, signed_in

SCRIPT = "<script>alert(1)</script>"


class TestFindings:
    def test_the_plan_shows_and_a_finding_closes_a_point(self, ada: Visitor, case: Case) -> None:
        page = ada.open(url(case))
        point = plan(case)[0]
        assert point.text in unescape(page)
        answer = send(ada, case, f"points/{point.id}/findings", finding="No signature.", result="confirmed")
        assert "No signature." in ada.follow(answer)
        assert plan(case)[0].findings[-1].result == "confirmed"

    def test_what_is_refused_is_said_and_stays_typed(self, ada: Visitor, case: Case) -> None:
        point = plan(case)[0]
        answer = send(ada, case, f"points/{point.id}/findings", finding="A long story.", result="maybe")
        assert answer.status_code == 400
        assert "Please choose a result." in answer.text
        assert "A long story." in answer.text

    def test_a_point_is_added(self, ada: Visitor, case: Case) -> None:
        assert "Was a neighbour asked?" in ada.follow(send(ada, case, "points", text="Was a neighbour asked?"))

    def test_a_colleague_sees_why_not(self, served: str, case: Case) -> None:
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            page = bo.open(url(case))
            assert "Only the person who has this complaint may do this." in page
            answer = send(bo, case, f"points/{plan(case)[0].id}/findings", finding="x", result="confirmed")
            assert answer.status_code == 403
            assert send(bo, case, "points", text="Was a neighbour asked?").status_code == 403


class TestQuestions:
    def test_asking_and_writing_down_what_was_said(self, ada: Visitor, case: Case) -> None:
        questions = ["Where was the parcel left?", "", "Did a neighbour take it?"]
        page = ada.follow(send(ada, case, "questions", question=questions))
        assert "We wait for the answer" in page
        page = ada.follow(send(ada, case, "answers", text="At the door.", key=hidden(page, "key")))
        assert "At the door." in page
        assert "We wait for the answer" not in page
        assert state_of(case) == "investigating"

    def test_a_double_click_writes_one_answer(self, ada: Visitor, case: Case) -> None:
        page = ada.follow(send(ada, case, "questions", question=["Where was the parcel left?"]))
        for _ in range(2):
            assert send(ada, case, "answers", text="At the door.", key=hidden(page, "key")).status_code == 303
        with database.transaction() as session:
            assert len(service.answers_of(session, case)) == 1

    def test_too_short_a_question_stays_typed(self, ada: Visitor, case: Case) -> None:
        answer = send(ada, case, "questions", question=["Why?"])
        assert answer.status_code == 400
        assert "something concrete" in answer.text
        assert ">Why?</textarea>" in answer.text

    def test_none_at_all(self, ada: Visitor, case: Case) -> None:
        answer = send(ada, case, "questions")
        assert answer.status_code == 400
        assert "at least one question" in answer.text


class TestFiles:
    def test_a_file_is_added_and_comes_back_as_a_download(self, ada: Visitor, case: Case) -> None:
        page = ada.follow(upload(ada, case, "carrier.exe", from_phone()))
        assert "carrier.jpg" in page
        [file] = files(case)
        answer = ada.get(f"{url(case)}/evidence/{file.id}")
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''carrier.jpg"
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("sandbox")
        assert answer.headers["cache-control"] == "no-store"
        assert b"Phone of Mia" not in answer.content
        assert "the file carrier.jpg" in ada.open(url(case))

    def test_a_name_cannot_add_headers(self, ada: Visitor, case: Case) -> None:
        with database.transaction() as session:
            service.add_evidence(session, case, CUSTOMER, 'a"\r\nX-Evil: 1; ü.pdf', pdf())
        [file] = files(case)
        answer = ada.get(f"{url(case)}/evidence/{file.id}")
        assert "x-evil" not in answer.headers
        assert answer.headers["content-disposition"].isascii()

    def test_what_cannot_be_kept_is_said(self, ada: Visitor, case: Case) -> None:
        answer = upload(ada, case, "photo.jpg", b"MZ" + b"\0" * 100)
        assert answer.status_code == 400
        assert "Please send a JPG picture" in answer.text

    def test_up_to_the_policys_size_and_no_more(self, ada: Visitor, case: Case) -> None:
        assert upload(ada, case, "scan.pdf", pdf(b" " * 9_900_000)).status_code == 303
        answer = upload(ada, case, "scan.pdf", pdf(b"." * 10_100_000))
        assert answer.status_code == 400
        assert "larger than 10 MB" in answer.text
        assert upload(ada, case, "scan.pdf", pdf(b"." * 11_500_000)).status_code == 413

    def test_of_another_case_there_is_none(self, ada: Visitor, case: Case, other: Case) -> None:
        with database.transaction() as session:
            file = service.add_evidence(session, other, CUSTOMER, "a.jpg", jpg())
        assert ada.get(f"{url(case)}/evidence/{file.id}").status_code == 404
        assert ada.get(f"{url(case)}/evidence/{uuid4()}").status_code == 404
        with database.transaction() as session:
            assert [view.what for view in service.views_of(session, other)] == []

    def test_a_mediator_sees_none(self, served: str, ada: Visitor, case: Case) -> None:
        upload(ada, case, "a.jpg", jpg())
        with signed_in(served, add_staff("neutral@casened.com", "Kim Neutral", "mediator")) as kim:
            assert kim.get(f"{url(case)}/evidence/{files(case)[0].id}").status_code == 403


class TestPage:
    def test_markup_is_shown_as_text(self, ada: Visitor, case: Case, ann: Staff) -> None:
        with database.transaction() as session:
            person = queries.locked(session, case.id).investigator
            assert person is not None
            point = service.add_point(session, case, person, f"Point {SCRIPT}")
            service.record_finding(session, case, person, point.id, f"Finding {SCRIPT}", "unclear")
            service.ask(session, case, person, [f"Question {SCRIPT}?"])
            service.answer(session, case, CUSTOMER, f"Answer {SCRIPT}", key="1", channel="page")
            service.add_evidence(session, case, CUSTOMER, SCRIPT, pdf())
        page = ada.open(url(case))
        assert SCRIPT not in page
        assert page.count("&lt;script&gt;") >= 4

    def test_an_untaken_case_has_no_plan_yet(self, ada: Visitor) -> None:
        with database.transaction() as session:
            free = filed(session)
        page = ada.open(url(free))
        assert "The plan is made when somebody takes the case." in page
        assert send(ada, free, "questions", question=["Where was the parcel left?"]).status_code == 403

    def test_who_looked_is_shown(self, ada: Visitor, served: str, case: Case) -> None:
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            bo.open(url(case))
        page = ada.open(url(case))
        assert "2 looks by staff" in page
        assert "Bo Ek: this page" in page


def url(case: Case) -> str:
    return f"/desk/cases/{case.reference}"


def token(visitor: Visitor) -> str:
    return hidden(visitor.open("/desk/account"), "csrf_token")


def send(visitor: Visitor, case: Case, what: str, **fields: str | list[str]) -> requests.Response:
    data = {"csrf_token": token(visitor), **fields}
    return visitor.carry_out(f"{url(case)}/{what}", data)


def upload(visitor: Visitor, case: Case, name: str, content: bytes) -> requests.Response:
    return visitor.post(
        f"{url(case)}/evidence",
        data={"csrf_token": token(visitor)},
        files={"file": (name, content)},
        headers={"Sec-Fetch-Site": "same-origin"},
    )


def plan(case: Case) -> list[service.Point]:
    return database.run(service.plan, case)


def files(case: Case) -> list[service.Evidence]:
    return database.run(service.evidence_of, case)


def state_of(case: Case) -> str:
    with database.transaction() as session:
        return queries.locked(session, case.id).state


@pytest.fixture
def ann() -> Staff:
    return add_staff()


@pytest.fixture
def ada(visitor: Visitor, served: str, ann: Staff) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, ann) as opened:
        yield opened


@pytest.fixture
def case(ada: Visitor, ann: Staff) -> Case:
    """Ada looks into it."""
    with database.transaction() as session:
        return cases.take(session, filed(session), ann)


@pytest.fixture
def other(ada: Visitor, ann: Staff) -> Case:
    with database.transaction() as session:
        return cases.take(session, filed(session, order_number="10024"), ann)
