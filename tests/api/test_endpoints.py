"""The JSON API as a shop's own system uses it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import event, select

from disputes import database
from disputes.cases.tables import Case
from disputes.people import codes
from disputes.people.tables import StatusRequest
from tests.cases.factories import filed
from tests.serving import Visitor

MIA = "mia.hughes@example.com"
COMPLAINT = {"name": "Mia Hughes", "email": MIA, "order_number": "10023", "description": "It never arrived."}

TAKES_ANYTHING = "/api/inbound-mail"
"""Any bytes are a mail, so that no request can be made that its description does not allow."""

BOUNDED = settings(
    max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
AS_DESCRIBED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class TestComplaints:
    def test_are_filed(self, visitor: Visitor) -> None:
        answer = visitor.post("/api/complaints", json=COMPLAINT)
        assert answer.status_code == 201
        body = answer.json()
        assert re.fullmatch(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}", body["reference"])
        assert set(body) == {"reference", "next_step", "next_date", "expected_end", "status_url"}
        assert only_case().reference == body["reference"]

    def test_sent_again_under_the_same_key_are_filed_once(self, visitor: Visitor) -> None:
        headers = {"Idempotency-Key": "order-10023"}
        first = visitor.post("/api/complaints", json=COMPLAINT, headers=headers)
        second = visitor.post("/api/complaints", json=COMPLAINT, headers=headers)
        assert first.json() == second.json()
        only_case()

    def test_another_complaint_under_a_used_key_is_not_lost(self, visitor: Visitor) -> None:
        headers = {"Idempotency-Key": "order-10023"}
        visitor.post("/api/complaints", json=COMPLAINT, headers=headers)
        visitor.post("/api/complaints", json=COMPLAINT | {"description": "And it is broken."}, headers=headers)
        assert len(all_cases()) == 2

    def test_faults_are_named_by_field(self, visitor: Visitor) -> None:
        answer = visitor.post("/api/complaints", json={"name": "1", "email": "nope", "description": "short"})
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["code"] == "invalid"
        assert set(error["fields"]) == {"name", "email", "description"}

    def test_somebody_nobody_can_answer_is_a_fault(self, visitor: Visitor) -> None:
        answer = visitor.post("/api/complaints", json=COMPLAINT | {"email": None})
        assert set(answer.json()["error"]["fields"]) == {"contact"}

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name": 1}', b"\xff"])
    def test_what_is_not_a_complaint_at_all_is_malformed(self, visitor: Visitor, body: bytes) -> None:
        answer = visitor.post("/api/complaints", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}
        assert set(answer.json()["error"]) <= {"code", "message", "fields"}


class TestStatus:
    def test_a_code_shows_the_cases(self, visitor: Visitor, case: Case) -> None:
        request_id = ask(visitor).json()["request_id"]
        answer = verify(visitor, request_id, code_of(request_id))
        assert answer.status_code == 200
        (shown,) = answer.json()["cases"]
        assert shown["reference"] == case.reference
        assert shown["masked_contact"] == "m•••@example.com"
        assert not {"name", "email", "phone", "description"} & set(shown)

    def test_the_reference_finds_it_too(self, visitor: Visitor, case: Case) -> None:
        request_id = ask(visitor, order_number=None, reference=case.reference).json()["request_id"]
        assert verify(visitor, request_id, code_of(request_id)).status_code == 200

    def test_a_stranger_gets_the_same_answer_for_the_same_work(self, visitor: Visitor, case: Case) -> None:
        with noted_statements() as known:
            right = ask(visitor)
        with noted_statements() as unknown:
            wrong = ask(visitor, order_number="99999", email="nobody@example.com")
        assert right.status_code == wrong.status_code == 202
        assert right.json() | {"request_id": ""} == wrong.json() | {"request_id": ""}
        assert known == unknown

    def test_a_wrong_code_shows_nothing(self, visitor: Visitor, case: Case) -> None:
        request_id = ask(visitor).json()["request_id"]
        answers = [verify(visitor, request_id, "000000x") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [400, 400, 429]
        assert answers[0].json()["error"]["code"] == "code_wrong"
        assert verify(visitor, request_id, code_of(request_id)).status_code == 429

    def test_a_request_that_never_was_has_no_code(self, visitor: Visitor) -> None:
        assert verify(visitor, str(uuid4()), "123456").status_code == 400

    def test_a_code_works_once(self, visitor: Visitor, case: Case) -> None:
        request_id = ask(visitor).json()["request_id"]
        right = code_of(request_id)
        assert [verify(visitor, request_id, right).status_code for _ in range(2)] == [200, 400]

    def test_five_in_a_quarter_of_an_hour(self, visitor: Visitor) -> None:
        answers = [ask(visitor) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [202] * 5 + [429]
        assert answers[-1].headers["retry-after"] == "900"

    def test_no_address_of_the_network_is_kept(self, visitor: Visitor) -> None:
        ask(visitor)
        with database.transaction() as session:
            kept = session.scalars(select(StatusRequest.ip_digest)).one()
        assert kept is not None
        assert "127.0.0.1" not in kept

    @pytest.mark.parametrize("body", [{"email": MIA}, {"order_number": "10023", "email": "nope"}])
    def test_faults_are_named_by_field(self, visitor: Visitor, body: dict[str, str]) -> None:
        answer = visitor.post("/api/status/requests", json=body)
        assert answer.status_code == 400
        assert set(answer.json()["error"]["fields"]) in ({"order_number"}, {"email"})


@schemathesis.serializer("message/rfc822")
def as_it_is(_context: object, value: object) -> bytes:
    """A mail in a made-up request: its bytes."""
    return value if isinstance(value, bytes) else str(value).encode()


def test_whatever_is_sent_the_answer_is_as_described(visitor: Visitor) -> None:
    """Schemathesis makes requests from the description, good ones and bad ones, for a few seconds."""
    seen: set[int] = set()
    schema = schemathesis.openapi.from_url(f"{visitor.url}/api/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    for operation, mode in product(operations, schemathesis.GenerationMode):
        if operation.path == TAKES_ANYTHING and mode is schemathesis.GenerationMode.NEGATIVE:
            continue

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def every(case: schemathesis.Case[Any]) -> None:
            answer = case.call_and_validate(checks=AS_DESCRIBED, timeout=20)
            seen.add(answer.status_code)

        every()
    assert len(operations) == 7
    assert seen & {400, 422}


def ask(visitor: Visitor, **changes: str | None) -> requests.Response:
    return visitor.post("/api/status/requests", json={"order_number": "10023", "email": MIA, **changes})


def verify(visitor: Visitor, request_id: str, code: str) -> requests.Response:
    return visitor.post("/api/status/verifications", json={"request_id": request_id, "code": code})


def code_of(request_id: str) -> str:
    """The code that the letter of this request would hold."""
    with database.transaction() as session:
        return codes.issue(session, session.get_one(StatusRequest, UUID(request_id)))


def all_cases() -> list[Case]:
    with database.transaction() as session:
        return list(session.scalars(select(Case)))


def only_case() -> Case:
    (case,) = all_cases()
    return case


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
def case(visitor: Visitor) -> Case:
    """Mia's complaint about order 10023."""
    with database.transaction() as session:
        return filed(session)
