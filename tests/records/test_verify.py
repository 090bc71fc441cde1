"""Tampering is found, wherever it happens; what was erased by the rules is none."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import chain, engine, queries
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import NotFound
from disputes.people.tables import Staff
from disputes.records import service
from tests.cases import factories
from tests.records.conftest import NOW, close, send_letter, tamper

pytestmark = pytest.mark.database

CHANGES = {
    "kind": "'accepted'",
    "from_state": "'closed'",
    "to_state": "'resolved'",
    "actor_kind": "'clock', staff_id = NULL",
    "staff_id": "(SELECT id FROM staff WHERE name = 'Somebody Else')",
    "audience": "'everyone'",
    "clause_id": "'C9'",
    "notice": "'N99'",
    "data": """'{"source": "shop"}'""",
    "text_digest": "'0000'",
    "due_at": "now()",
    "at": "at + interval '1 second'",
    "prev_hash": "'0000'",
    "hash": "'0000'",
    "seq": "77",
}


@pytest.fixture
def case(session: Session, agent: Staff, manager: Staff) -> Case:
    """A case with four lines, two of them with words and one letter with a seal."""
    factories.staff(session, name="Somebody Else")
    with clock.set_to(NOW):
        case = queries.locked(session, factories.filed(session).id)
        send_letter(session, case)
        engine.note(session, case, "information_added", Actor("customer"), notice="none: said", text="It rained.")
        staff = Actor("staff", "agent", agent.id)
        engine.note(session, case, "held", staff, notice="none: quiet", reason="A claim.", for_customer=False)
        close(session, case, manager)
    session.flush()
    return case


def test_whole_histories_have_no_fault(session: Session, case: Case) -> None:
    factories.filed(session, name="Tom O'Neill")
    done = service.check(session)
    assert (done.histories, done.faults) == (2, [])
    assert service.verify(session, case.reference.lower()) == []


def test_an_unknown_reference_is_said(session: Session, case: Case) -> None:
    with pytest.raises(NotFound):
        service.verify(session, "CD-0000-0000")


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_in_any_column_of_a_line_is_found(session: Session, case: Case, column: str) -> None:
    tamper(
        session,
        f"UPDATE case_events SET {column} = {CHANGES[column]} WHERE case_id = :id AND seq = 3",
        id=case.id,
    )
    found = service.verify(session, case.reference)
    assert found, column
    assert {fault.reference for fault in found} == {case.reference}


def test_every_column_is_in_that_list(session: Session) -> None:
    assert set(CaseEvent.__table__.columns.keys()) - {"id", "case_id"} == set(CHANGES)


def test_a_line_moved_to_another_case_is_found(session: Session, case: Case) -> None:
    other = factories.filed(session, name="Tom O'Neill")
    tamper(
        session,
        "UPDATE case_events SET case_id = :other, seq = 9 WHERE case_id = :id AND seq = 4",
        other=other.id,
        id=case.id,
    )
    assert {fault.reference for fault in service.verify(session)} == {case.reference, other.reference}


def test_a_dropped_line_is_found_in_the_middle_and_at_the_end(session: Session, case: Case) -> None:
    tamper(session, "DELETE FROM case_event_texts")
    for seq in (4, 2):
        tamper(session, "DELETE FROM case_events WHERE case_id = :id AND seq = :seq", id=case.id, seq=seq)
        assert service.verify(session)


@pytest.mark.parametrize("column", ["text", "reason", "salt"])
def test_changed_words_are_found(session: Session, case: Case, column: str) -> None:
    tamper(session, f"UPDATE case_event_texts SET {column} = 'other'")
    whys = [fault.why for fault in service.verify(session)]
    assert any("words were changed" in why for why in whys)


def test_words_that_vanish_without_an_erasure_are_found(session: Session, case: Case) -> None:
    tamper(session, "DELETE FROM case_event_texts")
    assert any("words are gone" in fault.why for fault in service.verify(session))


@pytest.mark.parametrize("change", ["seal = '0123456789abcdef'", "text = 'History seal: 0123456789abcdef'"])
def test_a_letter_with_a_seal_of_no_line_is_found(session: Session, case: Case, change: str) -> None:
    tamper(session, f"UPDATE notifications SET {change}")
    assert [fault.where for fault in service.verify(session)] == ["letter"]


@pytest.mark.parametrize("change", ["state = 'resolved'", "last_hash = 'x'", "last_event_seq = 9"])
def test_a_row_that_does_not_fit_its_history_is_found(session: Session, case: Case, change: str) -> None:
    tamper(session, f"UPDATE cases SET {change} WHERE id = :id", id=case.id)
    assert service.verify(session)


def test_a_history_written_anew_from_its_beginning_is_found_by_the_seal_of_a_letter(
    session: Session, case: Case
) -> None:
    tamper(session, "UPDATE case_events SET data = '{}' WHERE case_id = :id AND seq = 1", id=case.id)
    head = ""
    for event in queries.events_of(session, [case.id]):
        event_hash = _hash_after(event, head)
        tamper(
            session,
            "UPDATE case_events SET prev_hash = :prev, hash = :hash WHERE id = :id",
            prev=head,
            hash=event_hash,
            id=event.id,
        )
        head = event_hash
    tamper(session, "UPDATE cases SET last_hash = :head WHERE id = :id", head=head, id=case.id)
    found = service.verify(session)
    assert [fault.where for fault in found] == ["letter"]


def test_words_erased_by_the_rules_are_no_fault(session: Session, case: Case) -> None:
    service.erase_case(session, queries.locked(session, case.id))
    assert session.scalar(text("SELECT count(*) FROM case_event_texts")) == 0
    assert service.verify(session) == []


def _hash_after(event: CaseEvent, head: str) -> str:
    written = CaseEvent(**{name: getattr(event, name) for name in CaseEvent.__table__.columns.keys()})  # noqa: SIM118
    written.prev_hash = head
    return chain.hash_of(written)


def test_the_database_lets_nobody_empty_the_histories(session: Session) -> None:
    factories.filed(session)
    for change in ("TRUNCATE case_events CASCADE", "TRUNCATE cases CASCADE", "DELETE FROM case_events"):
        with pytest.raises(DBAPIError, match="only appended to"), session.begin_nested():
            session.execute(text(change))
    assert session.scalar(text("SELECT count(*) FROM case_events"))
