"""Taking away, checking and erasing what the investigation holds."""

import json
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import chain, engine, queries
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.investigation import service
from disputes.investigation.queries import answers_of
from disputes.people.tables import Staff
from tests.files.factories import pdf
from tests.investigation.factories import CUSTOMER, taken
from tests.investigation.test_evidence import stored_files
from tests.investigation.test_questions import answered

WORDS = {
    "point": "Was Mia-in-the-point at home?",
    "finding": "Mia-in-the-finding was out.",
    "question": "Were you, Mia-in-the-question, at home?",
    "answer": "Mia-in-the-answer was not.",
    "file": "Mia-in-the-file.pdf",
}
TABLES = ("case_points", "case_findings", "case_questions", "case_answers", "case_evidence", "case_events")


@pytest.fixture
def full(session: Session, case: Case, ann: Staff) -> Case:
    """A case with something in every place."""
    point = service.add_point(session, case, ann, WORDS["point"])
    service.record_finding(session, case, ann, point.id, WORDS["finding"], "confirmed")
    service.ask(session, case, ann, [WORDS["question"]])
    answered(session, case, WORDS["answer"])
    service.add_evidence(session, case, CUSTOMER, WORDS["file"], pdf(b"Mia-in-the-content"))
    service.log_view(session, case, ann, "case")
    return case


def test_the_export_has_what_the_customer_may_have_and_is_json(session: Session, full: Case) -> None:
    written = json.dumps(service.export_of(session, full))
    for name in WORDS.keys() - {"finding"}:
        assert WORDS[name] in written
    [file] = service.evidence_of(session, full)
    assert file.sha256 in written
    assert file.stored_as not in written


def test_findings_are_the_shops_own_until_the_customer_is_told(session: Session, full: Case, ann: Staff) -> None:
    assert WORDS["finding"] not in json.dumps(service.export_of(session, full))
    engine.note(session, full, "outcome_offered", Actor("staff", "agent", ann.id), notice="N7")
    assert WORDS["finding"] in json.dumps(service.export_of(session, full))
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        point = service.plan(session, full)[-1]
        service.record_finding(session, full, ann, point.id, "Seen in the review", "unclear")
    assert "Seen in the review" not in json.dumps(service.export_of(session, full))


def test_the_shops_papers_are_named_to_nobody(session: Session, full: Case, ann: Staff) -> None:
    service.add_evidence(session, full, CUSTOMER, "About a neighbour.pdf", pdf(), staff=ann)
    written = service.export_of(session, full)["evidence"]
    assert [(file["from"], bool(file["file_name"])) for file in written] == [("customer", True), ("shop", False)]


def test_the_export_is_of_one_case(session: Session, full: Case, ann: Staff) -> None:
    assert "Mia-in" not in json.dumps(service.export_of(session, taken(session, ann)))


def test_erasing_leaves_no_word_and_no_file_and_an_unbroken_chain(session: Session, full: Case) -> None:
    assert found(session) >= set(WORDS)
    service.erase(session, full)
    assert found(session) == set()
    assert stored_files() == []
    assert "Mia-in" not in json.dumps(service.export_of(session, full))
    assert service.export_of(session, full)["evidence"][0]["sha256"]
    events = queries.events_of(session, [full.id])
    assert chain.breaks_in(events, full.last_event_seq, full.last_hash) == []
    assert service.changes_in(session, full) == []


def test_erasing_again_changes_nothing(session: Session, full: Case) -> None:
    service.erase(session, full)
    before = service.export_of(session, full)
    service.erase(session, full)
    assert service.export_of(session, full) == before


def test_what_nobody_touched_is_as_it_came(session: Session, full: Case) -> None:
    assert service.changes_in(session, full) == []


def test_a_changed_answer_is_found(session: Session, full: Case) -> None:
    answers_of(session, full.id)[0].text = "I was at home."
    session.flush()
    assert ["its words were changed" in sentence for sentence in service.changes_in(session, full)] == [True]


def test_a_changed_file_is_found(session: Session, full: Case) -> None:
    stored_files()[0].write_bytes(pdf(b"other"))
    assert ["missing, or was changed" in sentence for sentence in service.changes_in(session, full)] == [True]


def test_a_file_with_a_forged_digest_is_found(session: Session, full: Case) -> None:
    [file] = service.evidence_of(session, full)
    file.sha256 = "0" * 64
    session.flush()
    assert any("not the one in the history" in sentence for sentence in service.changes_in(session, full))


def found(session: Session) -> set[str]:
    """Which of the words are in any row."""
    rows = [
        str(row) for table in TABLES for (row,) in session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))
    ]
    return {name for name, words in WORDS.items() if any(words in row for row in rows)}
