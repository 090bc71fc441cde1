"""Asking how a complaint stands: only the owner of the mailbox on file ever learns anything."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.orm import Session

from disputes import database
from disputes.cases import progress, service
from disputes.cases.progress import NotVerified
from disputes.cases.schemas import CaseProgress
from disputes.cases.tables import Case
from disputes.errors import Invalid, TooMany
from disputes.people import codes
from disputes.people.tables import StatusRequest
from tests.cases.factories import filed, queued, staff

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
MAIL = "mia.hughes@example.com"
pytestmark = pytest.mark.database


class TestRequest:
    def test_is_a_row_and_a_job_whether_or_not_anything_matches(self, session: Session, case: Case) -> None:
        known = progress.request_code(session, "#10 023", "Mia.Hughes@example.com")
        unknown = progress.request_code(session, "99999", "nobody@example.com")
        jobs = queued(session, "people.send_status_code")
        assert jobs == [{"request_id": str(known)}, {"request_id": str(unknown)}]
        rows = [session.get_one(StatusRequest, request_id) for request_id in (known, unknown)]
        assert [(row.lookup, row.email) for row in rows] == [("10023", MAIL), ("99999", "nobody@example.com")]
        assert {row.code_expires_at for row in rows} == {NOON + timedelta(minutes=10)}
        assert {row.code_digest for row in rows} == {None}

    def test_does_the_same_statements_for_both(self, session: Session, case: Case) -> None:
        assert statements(session, "10023", MAIL) == statements(session, "99999", "nobody@example.com")

    @pytest.mark.parametrize(
        ("lookup", "email", "fields"),
        [("", MAIL, {"lookup"}), ("10023", "07700 900123", {"email"}), (" ", "", {"lookup", "email"})],
    )
    def test_needs_both_fields(self, session: Session, lookup: str, email: str, fields: set[str]) -> None:
        with pytest.raises(Invalid) as caught:
            progress.request_code(session, lookup, email)
        assert set(caught.value.fields) == fields

    def test_of_anything_else_is_kept_short(self, session: Session) -> None:
        request = session.get_one(StatusRequest, progress.request_code(session, "<b>" * 500 + "\x00", MAIL))
        assert len(request.lookup or "") == 64

    def test_job_has_no_address_in_it(self, session: Session) -> None:
        progress.request_code(session, "10023", MAIL)
        locks = session.connection().exec_driver_sql("SELECT lock FROM procrastinate_jobs").scalars().all()
        assert all("@" not in lock for lock in locks)

    def test_sixth_from_one_place_in_a_quarter_of_an_hour_is_refused(self, session: Session) -> None:
        for minute in range(5):
            with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
                progress.request_code(session, f"{minute}0000", MAIL, ip_digest="here")
        with time_machine.travel(NOON + timedelta(minutes=14, seconds=59), tick=False):
            progress.request_code(session, "10023", MAIL, ip_digest="elsewhere")
            with pytest.raises(TooMany):
                progress.request_code(session, "10023", MAIL, ip_digest="here")
        with time_machine.travel(NOON + timedelta(minutes=15, seconds=1), tick=False):
            progress.request_code(session, "10023", MAIL, ip_digest="here")


class TestVerify:
    def test_right_code_opens_for_half_an_hour(self, session: Session, case: Case) -> None:
        request_id, code = with_code(session)
        check = progress.verify_code(session, request_id, f" {code[:3]} {code[3:]} ")
        assert (check.ok, check.until) == (True, NOON + timedelta(minutes=30))
        with time_machine.travel(NOON + timedelta(minutes=29, seconds=59), tick=False):
            assert [found.reference for found in progress.progress_of(session, request_id)] == [case.reference]
        with time_machine.travel(NOON + timedelta(minutes=30), tick=False), pytest.raises(NotVerified):
            progress.progress_of(session, request_id)

    def test_code_works_once(self, session: Session, case: Case) -> None:
        request_id, code = with_code(session)
        assert progress.verify_code(session, request_id, code).ok
        assert progress.verify_code(session, request_id, code).result == "expired"

    def test_code_works_for_its_own_request_only(self, session: Session, case: Case) -> None:
        (first, code), (second, _) = with_code(session), with_code(session)
        assert progress.verify_code(session, second, code).result == "wrong"
        assert progress.verify_code(session, first, code).ok

    @pytest.mark.parametrize(("seconds", "result"), [(599, "verified"), (600, "expired")])
    def test_code_works_for_ten_minutes(self, session: Session, case: Case, seconds: int, result: str) -> None:
        request_id, code = with_code(session)
        with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
            assert progress.verify_code(session, request_id, code).result == result

    def test_third_wrong_try_ends_it(self, session: Session, case: Case) -> None:
        request_id, code = with_code(session)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        results = [progress.verify_code(session, request_id, wrong).result for _ in range(3)]
        assert results == ["wrong", "wrong", "too_many"]
        assert progress.verify_code(session, request_id, code).result == "too_many"

    @pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567", "١٢٣٤٥٦", "\x00"])
    def test_what_is_no_code_is_a_wrong_one(self, session: Session, case: Case, typed: str) -> None:
        request_id, _ = with_code(session)
        assert progress.verify_code(session, request_id, typed).result == "wrong"

    def test_a_request_that_matches_nothing_answers_like_one_that_does(self, session: Session, case: Case) -> None:
        matched, _ = with_code(session, code="111111")
        unmatched = progress.request_code(session, "99999", "nobody@example.com")
        for seconds in (0, 1, 2, 3, 600):
            with time_machine.travel(NOON + timedelta(seconds=seconds), tick=False):
                answers = {progress.verify_code(session, asked, "222222").result for asked in (matched, unmatched)}
            assert len(answers) == 1
        assert progress.verify_code(session, uuid4(), "222222").result == "wrong"

    def test_tries_are_counted_also_when_the_request_is_over(self, database_url: str) -> None:
        with database.transaction() as session:
            filed(session)
            request_id, _ = with_code(session, code="111111")
        results = [database.run(progress.verify_code, request_id, "222222").result for _ in range(3)]
        assert results == ["wrong", "wrong", "too_many"]

    def test_the_code_is_nowhere_in_the_database(self, session: Session, case: Case) -> None:
        request_id, code = with_code(session)
        row = session.get_one(StatusRequest, request_id)
        assert row.code_digest is not None
        assert code not in row.code_digest
        assert len(row.code_digest) == 64


class TestProgress:
    def test_says_where_the_case_is_and_what_comes_next(self, session: Session, case: Case) -> None:
        (found,) = verified(session)
        assert (found.stage, found.stage_label, found.turn, found.whose_turn) == ("filed", "Received", "us", "Ours")
        assert (found.next_date, found.promised_end, found.overdue) == (case.next_date, case.expected_end, False)
        assert (found.category_label, found.order_number) == ("Parcel never arrived", "10023")
        assert found.masked_contact == "m•••@example.com"
        assert [line.text for line in found.history] == ["You filed this complaint."]
        assert [step.status for step in found.steps] == ["now", "later", "later", "later", "later"]

    def test_after_it_was_taken(self, session: Session, case: Case) -> None:
        service.take(session, case, staff(session, name="Ann Baker"))
        (found,) = verified(session)
        assert (found.stage, found.next_date) == ("investigating", case.first_answer_by)
        assert found.history[-1].text == "Ann Baker took on your case."
        assert [step.status for step in found.steps][:3] == ["done", "now", "later"]

    def test_says_so_when_a_date_was_missed(self, session: Session, case: Case) -> None:
        with time_machine.travel(NOON + timedelta(days=3), tick=False):
            (found,) = verified(session)
        assert found.overdue

    def test_of_one_order_shows_each_person_their_own_case(self, session: Session, case: Case) -> None:
        other = filed(session, name="Max Hughes", email="max@example.com")
        assert [found.reference for found in verified(session, email="max@example.com")] == [other.reference]
        assert [found.reference for found in verified(session)] == [case.reference]

    def test_by_reference_shows_that_case_only(self, session: Session, case: Case) -> None:
        filed(session)
        found = verified(session, lookup=case.reference.lower().replace("-", ""))
        assert [each.reference for each in found] == [case.reference]

    def test_by_somebody_elses_reference_shows_nothing(self, session: Session, case: Case) -> None:
        other = filed(session, name="Max Hughes", email="max@example.com")
        assert verified(session, lookup=other.reference) == []

    def test_of_several_complaints_shows_the_newest_first(self, session: Session, case: Case) -> None:
        with time_machine.travel(NOON + timedelta(days=1), tick=False):
            newer = filed(session, category="late")
            assert [each.reference for each in verified(session)] == [newer.reference, case.reference]

    def test_is_lost_when_the_address_on_file_changes(self, session: Session, case: Case) -> None:
        request_id, code = with_code(session)
        progress.verify_code(session, request_id, code)
        case.customer.email = "new@example.com"
        session.flush()
        assert progress.progress_of(session, request_id) == []

    def test_needs_the_code(self, session: Session, case: Case) -> None:
        request_id, _ = with_code(session)
        for asked in (request_id, uuid4()):
            with pytest.raises(NotVerified):
                progress.progress_of(session, asked)


class TestMayCodeBeSent:
    def test_three_an_hour_to_one_mailbox(self, session: Session) -> None:
        for number in range(3):
            assert codes.may_send(session, sent(session, lookup=f"1000{number}"))
        assert not codes.may_send(session, asked(session, lookup="10009"))
        with time_machine.travel(NOON + timedelta(hours=1, seconds=1), tick=False):
            assert codes.may_send(session, asked(session, lookup="10009"))

    def test_ten_an_hour_for_one_order(self, session: Session) -> None:
        for number in range(10):
            assert codes.may_send(session, sent(session, email=f"m{number}@example.com"))
        assert not codes.may_send(session, asked(session, email="m11@example.com"))

    def test_six_in_one_conversation(self, session: Session) -> None:
        chat = uuid4()
        for number in range(6):
            sent(session, lookup=f"1{number}", email=f"m{number}@example.com", conversation_id=chat)
        assert not codes.may_send(session, asked(session, conversation_id=chat))
        assert codes.may_send(session, asked(session, conversation_id=uuid4()))

    def test_a_strangers_attempts_do_not_shut_the_owner_out(self, session: Session) -> None:
        for number in range(20):
            asked(session, email=f"guess{number}@example.com")
        assert codes.may_send(session, asked(session))


def statements(session: Session, lookup: str, email: str) -> list[str]:
    """The SQL that a request causes."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    progress.request_code(session, lookup, email)
    event.remove(connection, "before_cursor_execute", note)
    assert seen
    return seen


def with_code(session: Session, *, code: str | None = None) -> tuple[UUID, str]:
    """A request whose code has been made, as the job does it."""
    request = asked(session)
    if code is None:
        return request.id, codes.issue(session, request)
    request.code_digest = codes.digest_of(request.id, code)
    session.flush()
    return request.id, code


def asked(
    session: Session, *, lookup: str = "10023", email: str = MAIL, conversation_id: UUID | None = None
) -> StatusRequest:
    request_id = progress.request_code(session, lookup, email, conversation_id=conversation_id)
    return session.get_one(StatusRequest, request_id)


def sent(
    session: Session, *, lookup: str = "10023", email: str = MAIL, conversation_id: UUID | None = None
) -> StatusRequest:
    request = asked(session, lookup=lookup, email=email, conversation_id=conversation_id)
    request.code_sent_at = NOON
    session.flush()
    return request


def verified(session: Session, *, lookup: str = "10023", email: str = MAIL) -> list[CaseProgress]:
    request = asked(session, lookup=lookup, email=email)
    assert progress.verify_code(session, request.id, codes.issue(session, request)).ok
    return progress.progress_of(session, request.id)


@pytest.fixture
def case(session: Session) -> Case:
    return filed(session)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield
