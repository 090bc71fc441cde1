"""Answering a complaint at the desk: the form, the letter before it goes out, and what was agreed."""

from collections.abc import Iterator
from html import unescape
from uuid import UUID

import pytest
import requests

from disputes import database
from disputes.cases import queries, service
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.notifications import service as letters
from disputes.offers import service as offers
from disputes.people.tables import Staff
from tests.cases.factories import filed
from tests.offers.factories import CUSTOMER, examined, kinds, last_event, offer_id, offered, reviewed, settled
from tests.serving import Visitor, add_staff, hidden, signed_in

SCRIPT = "<script>alert(1)</script>"
TYPED = {
    "position": "offer",
    "outcome_code": "partly_upheld",
    "findings": "The carrier left it at another door.",
    "reasons": "We chose the carrier.",
    "cause": "carrier",
    "clauses.C4": "on",
    "remedies.0.kind": "",
    "remedies.1.kind": "refund",
    "remedies.1.amount": "49.90",
    "remedies.1.due_days": "5",
    "remedies.1.conditions": "To the card you paid with.",
}
FINAL = {"takes_part": "We take part in arbitration.", "time_limits": "An arbiter asks for this letter in a year."}


class TestAnswer:
    def test_t08_first_the_letter_then_sending_it(self, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        page = ada.open(f"{url(case)}/answer")
        assert "The carrier&#39;s photo shows another door." in page
        preview = send(ada, case, "answer", **TYPED, answer="first", do="preview")
        assert preview.status_code == 200
        for words in (
            "Our answer on complaint",
            "The carrier left it at another door.",
            "£49.90",
            "mia.hughes@example.com",
        ):
            assert words in preview.text
        assert state_of(case) == "investigating"
        assert happened(case)[-1] == "taken"
        page = ada.follow(ada.press_send(preview))
        assert "We offer something" in page
        assert state_of(case) == "outcome_offered"

    def test_the_letter_is_the_one_that_was_shown(self, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        preview = send(ada, case, "answer", **TYPED, answer="first", do="preview")
        ada.press_send(preview)
        with database.transaction() as session:
            written = letters.write_letter_for(session, last_event(session, case).id)
            assert written is not None
            shown = unescape(preview.text)
            assert written.subject in shown
            for line in written.text.splitlines():
                assert line in shown or "seal" in line

    def test_nothing_goes_out_that_was_not_shown(self, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        preview = send(ada, case, "answer", **TYPED, answer="first", do="preview")
        changed = {**TYPED, "reasons": "Something else."}
        answer = send(ada, case, "answer", **changed, answer="first", do="send", seen=hidden(preview.text, "seen"))
        assert answer.status_code == 200
        assert "not the one you saw" in answer.text
        assert "Something else." in answer.text
        answer = send(ada, case, "answer", **TYPED, answer="first", do="send")
        assert "Nothing has been sent yet" in answer.text
        assert state_of(case) == "investigating"

    def test_what_is_missing_is_said_beside_each_field(self, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        typed = {**TYPED, "findings": "", "remedies.1.amount": ""}
        answer = send(ada, case, "answer", **typed, answer="first", do="preview")
        assert answer.status_code == 400
        for words in (
            "Please say what you found out.",
            "Please give the amount.",
            "We chose the carrier.",
            'href="#findings"',
        ):
            assert words in answer.text
        typed = {**TYPED, "remedies.1.amount": "a lot"}
        assert "This cannot be read." in send(ada, case, "answer", **typed, answer="first", do="preview").text

    def test_a_refusal_asks_for_a_reason_for_each_point(self, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        with database.transaction() as session:
            points = [point.id for point in investigation.plan(session, case)]
        typed = {**TYPED, "position": "reject", "outcome_code": "not_upheld", "remedies.1.kind": ""}
        answer = send(ada, case, "answer", **typed, answer="first", do="preview")
        assert answer.text.count("Please give a reason for this point") == 2 * len(points)  # in the list, and beside it
        typed |= {f"point_reasons.{point}": "The records say otherwise." for point in points}
        assert "The records say otherwise." in send(ada, case, "answer", **typed, answer="first", do="preview").text

    def test_changing_it_keeps_what_was_typed(self, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        page = send(ada, case, "answer", **TYPED, answer="first", do="change").text
        for words in ("The carrier left it at another door.", "To the card you paid with.", 'value="49.90"'):
            assert words in page

    def test_not_before_every_point_has_a_finding(self, ada: Visitor, ann: Staff) -> None:
        with database.transaction() as session:
            case = service.take(session, filed(session), ann)
        assert "Note what you found on every point first." in ada.open(url(case))
        assert ada.get(f"{url(case)}/answer").status_code == 403
        assert send(ada, case, "answer", **TYPED, answer="first", do="preview").status_code == 403

    def test_a_colleague_sees_why_not(self, served: str, ada: Visitor, ann: Staff) -> None:
        case = one(examined, ann)
        with signed_in(served, add_staff("bo@casened.com", "Bo Ek")) as bo:
            assert "Only the person who looks into this complaint may do this." in bo.open(url(case))
            assert send(bo, case, "answer", **TYPED, answer="first", do="preview").status_code == 403

    def test_a_form_from_before_says_that_the_case_has_moved(self, ada: Visitor, ann: Staff) -> None:
        case = one(offered, ann)
        answer = send(ada, case, "answer", **TYPED, answer="first", do="preview")
        assert answer.status_code == 409
        assert "moved on" in answer.text

    def test_a_new_answer_starts_from_the_old_one(self, ada: Visitor, ann: Staff) -> None:
        case = one(offered, ann)
        with database.transaction() as session:
            offers.counter(session, case, CUSTOMER, offer_id(session, case), f"A lamp {SCRIPT}")
        assert "A lamp" in ada.open(url(case))
        page = ada.open(f"{url(case)}/answer")
        for words in ("A lamp", "We chose the carrier, so the loss is ours.", 'value="49.90"'):
            assert words in page
        assert SCRIPT not in page
        preview = send(ada, case, "answer", **TYPED, answer="better", do="preview")
        ada.press_send(preview)
        assert happened(case)[-1] == "outcome_bettered"
        assert "replaced by a newer one" in ada.open(url(case))


class TestFinal:
    def test_t18_by_the_manager_with_the_options_outside(self, served: str, ada: Visitor, ann: Staff) -> None:
        grace = add_staff("grace@casened.com", "Grace Okafor", "manager")
        with database.transaction() as session:
            case = reviewed(session, offered(session, ann), grace)
        assert "disabled" in ada.open(url(case))
        with signed_in(served, grace) as boss:
            page = boss.open(f"{url(case)}/answer")
            assert "Options outside the shop" in page
            preview = send(boss, case, "answer", **TYPED, answer="final", do="preview")
            assert "Please say whether we take part" in preview.text
            preview = send(boss, case, "answer", **TYPED, **FINAL, answer="final", do="preview")
            assert "We take part in arbitration." in preview.text
            boss.follow(boss.press_send(preview))
        assert state_of(case) == "final_response"


class TestWrittenDown:
    def test_t10_a_refusal_on_the_telephone(self, ada: Visitor, ann: Staff) -> None:
        case = one(offered, ann)
        with database.transaction() as session:
            offer = offer_id(session, case)
        ada.follow(ada.press_send(send(ada, case, f"answer/{offer}/refused", words="Not enough.")))
        assert state_of(case) == "escalated"
        assert send(ada, case, f"answer/{offer}/countered", words="A lamp").status_code == 409

    def test_what_the_customer_would_take(self, ada: Visitor, ann: Staff) -> None:
        case = one(offered, ann)
        with database.transaction() as session:
            offer = offer_id(session, case)
        assert "A new lamp" in ada.follow(send(ada, case, f"answer/{offer}/countered", words="A new lamp"))
        assert send(ada, case, f"answer/{offer}/countered", words=" ").status_code == 400


class TestRemedies:
    def test_delivered_with_a_proof(self, ada: Visitor, ann: Staff) -> None:
        case = one(settled, ann)
        assert "to be delivered" in ada.open(url(case))
        refused = send(ada, case, f"remedies/{remedy_of(case)}/delivered", proof=" ")
        assert refused.status_code == 400
        assert "Please say how we know" in refused.text
        shown = send(ada, case, f"remedies/{remedy_of(case)}/delivered", proof="Payment 7719")
        page = ada.follow(ada.press_send(shown))
        assert "Payment 7719" in page
        assert happened(case)[-1] == "remedy_delivered"

    def test_failed(self, ada: Visitor, ann: Staff) -> None:
        case = one(settled, ann)
        page = ada.follow(send(ada, case, f"remedies/{remedy_of(case)}/failed", words=f"Lost {SCRIPT}"))
        assert "Failed" in page
        assert SCRIPT not in page

    def test_others_see_why_not(self, served: str, ada: Visitor, ann: Staff) -> None:
        case = one(settled, ann)
        with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as admin:
            assert "This is for agents and managers." in admin.open(url(case))
            assert send(admin, case, f"remedies/{remedy_of(case)}/delivered", proof="x").status_code == 403


def one(make, by: Staff) -> Case:  # type: ignore[no-untyped-def]
    """A case made by a factory, committed."""
    with database.transaction() as session:
        case: Case = make(session, by)
        return case


def url(case: Case) -> str:
    return f"/desk/cases/{case.reference}"


def send(visitor: Visitor, case: Case, path: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(f"{url(case)}/{path}", csrf_token=token, **fields)


def state_of(case: Case) -> str:
    with database.transaction() as session:
        return queries.locked(session, case.id).state


def happened(case: Case) -> list[str]:
    with database.transaction() as session:
        return kinds(session, case)


def remedy_of(case: Case) -> UUID:
    with database.transaction() as session:
        return offers.remedies_of(session, case)[0].id


@pytest.fixture
def ann(visitor: Visitor) -> Staff:
    """She looks into the cases; the visitor's database is there before she is."""
    return add_staff()


@pytest.fixture
def ada(visitor: Visitor, served: str, ann: Staff) -> Iterator[Visitor]:
    """The same person, signed in."""
    with signed_in(served, ann) as opened:
        yield opened
