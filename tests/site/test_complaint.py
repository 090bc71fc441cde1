"""The complaint form: filed once, nothing lost, nothing of the customer in an address."""

import re

import pytest
import requests
from sqlalchemy import select

from disputes import database
from disputes.cases.tables import Case
from disputes.edge.limits import FILINGS
from tests.serving import Visitor, hidden

SCRIPT = "<script>alert('x')</script>"
FORM = {
    "name": "Mia Hughes",
    "email": "mia.hughes@example.com",
    "order_number": "#10 023",
    "category": "lost",
    "description": "The lamp never arrived.",
    "desired_outcome": "Send it again.",
}


def test_files_and_gives_a_receipt(visitor: Visitor) -> None:
    page = visitor.follow(send(visitor))
    assert re.search(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}", page)
    assert "m•••@example.com" in page
    case = only_case()
    assert (case.source, case.order_number, case.category) == ("form", "10023", "lost")


def test_the_address_of_the_receipt_says_nothing(visitor: Visitor) -> None:
    place = send(visitor).headers["location"]
    assert re.fullmatch(r"/complaint/received/[0-9a-f]{64}", place)


def test_the_order_number_may_be_left_out_and_a_phone_number_is_enough(visitor: Visitor) -> None:
    page = visitor.follow(send(visitor, email="", phone="07700 900123", order_number="", desired_outcome=""))
    assert "Please note the reference" in page
    assert only_case().order_number is None


def test_sent_twice_is_filed_once(visitor: Visitor) -> None:
    key = hidden(visitor.open("/complaint"), "filing_key")
    first = visitor.submit("/complaint", filing_key=key, **FORM)
    second = visitor.submit("/complaint", filing_key=key, **FORM)
    assert first.headers["location"] == second.headers["location"]
    only_case()


def test_sent_again_with_other_words_is_not_lost(visitor: Visitor) -> None:
    key = hidden(visitor.open("/complaint"), "filing_key")
    visitor.submit("/complaint", filing_key=key, **FORM)
    visitor.submit("/complaint", filing_key=key, **{**FORM, "description": "And the bowl is broken."})
    assert [case.description for case in all_cases()] == [FORM["description"], "And the bowl is broken."]


class TestFaults:
    def test_are_named_on_top_and_beside(self, visitor: Visitor) -> None:
        answer = send(visitor, name="", email="020 7946 0018", description="")
        assert answer.status_code == 400
        for field in ("name", "email", "description"):
            assert f'<a href="#{field}">' in answer.text
            assert f'id="{field}-fault"' in answer.text
        assert all_cases() == []

    def test_no_way_to_answer_is_one(self, visitor: Visitor) -> None:
        answer = send(visitor, email="")
        assert "Please give an e-mail address or a phone number" in answer.text

    def test_keep_the_draft_and_the_form_key(self, visitor: Visitor) -> None:
        key = hidden(visitor.open("/complaint"), "filing_key")
        words = "First line.\nSecond line, with <b>signs</b>."
        answer = visitor.submit("/complaint", filing_key=key, **{**FORM, "name": "", "description": words})
        assert "First line.\nSecond line, with &lt;b&gt;signs&lt;/b&gt;." in answer.text.replace("\r\n", "\n")
        assert 'value="mia.hughes@example.com"' in answer.text
        assert '<option value="lost" selected>' in answer.text
        assert hidden(answer.text, "filing_key") == key

    def test_a_made_up_form_key_is_replaced(self, visitor: Visitor) -> None:
        answer = visitor.submit("/complaint", filing_key="../x", **{**FORM, "name": ""})
        assert len(hidden(answer.text, "filing_key")) >= 40

    @pytest.mark.parametrize("field", [*FORM, "phone"])
    def test_markup_is_shown_as_text(self, visitor: Visitor, field: str) -> None:
        answer = visitor.submit("/complaint", **{**FORM, "name": "", field: SCRIPT})
        assert SCRIPT not in answer.text

    def test_too_many_from_one_place_wait_and_keep_what_they_wrote(self, visitor: Visitor) -> None:
        for number in range(FILINGS):
            assert send(visitor, description=f"Complaint number {number}.").status_code == 303
        answer = send(visitor, description="One more complaint.")
        assert answer.status_code == 429
        assert "One more complaint." in answer.text


def test_another_site_cannot_send_it(visitor: Visitor) -> None:
    answer = visitor.post("/complaint", data=FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert all_cases() == []


def test_a_made_up_receipt_leads_to_the_status_page(visitor: Visitor) -> None:
    assert visitor.get("/complaint/received/" + "0" * 64).headers["location"] == "/status"


def send(visitor: Visitor, **changes: str) -> requests.Response:
    key = hidden(visitor.open("/complaint"), "filing_key")
    return visitor.submit("/complaint", filing_key=key, **{**FORM, **changes})


def all_cases() -> list[Case]:
    with database.transaction() as session:
        return list(session.scalars(select(Case).order_by(Case.filed_at)))


def only_case() -> Case:
    (case,) = all_cases()
    return case
