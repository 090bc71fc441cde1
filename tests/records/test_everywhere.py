"""One person in every place, erased: no table and no file knows them any more."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import queries
from disputes.chat.tables import Conversation
from disputes.records import service, tracker
from disputes.settings import settings
from tests.conftest import admin_dsn, make_database, url_of
from tests.records.conftest import NOW, months_after
from tests.records.everywhere import (
    EMAIL,
    IDENTIFIERS,
    found_in_database,
    found_in_files,
    seed_everywhere,
    seed_tracker,
    send_letters,
)

pytestmark = pytest.mark.database

MUST_HAVE_BEEN_IN = {
    "public.cases.description",
    "public.cases.order_number",
    "public.case_event_texts.text",
    "public.case_event_texts.reason",
    "public.customers.name",
    "public.customers.email",
    "public.customers.phone",
    "public.messages.text",
    "public.messages.card",
    "public.messages.quick_replies",
    "public.conversations.facts",
    "public.conversations.corrections",
    "public.conversations.handoff_summary",
    "public.conversations.reply_email",
    "public.satisfactions.words",
    "public.status_requests.email",
    "public.status_requests.lookup",
    "public.notifications.recipient",
    "public.notifications.text",
    "public.notifications.html",
    "public.case_questions.text",
    "public.case_answers.text",
    "public.case_findings.finding",
    "public.case_evidence.file_name",
    "public.chat_files.file_name",
    "public.messages.attachment",
    "public.offers.findings",
    "public.offers.reasons",
    "public.offers.point_reasons",
    "public.offers.takes_part",
    "public.offers.time_limits",
    "public.offer_counters.words",
    "public.remedies.conditions",
    "public.remedies.proof",
    "public.inbound_mails.text",
    "public.inbound_mails.original",
    "public.inbound_mails.sender",
    "public.inbound_mails.raw",
}
"""Where the seed must be found before, so that the search is known to look there."""


def test_nothing_is_left_anywhere(database_url: str, rasa_dsn: str) -> None:
    with clock.set_to(NOW), database.transaction() as session:
        cases = seed_everywhere(session)
        chats = list(session.scalars(select(Conversation.id)))
    with clock.set_to(NOW):
        send_letters()
    seed_tracker(rasa_dsn, chats)
    application = psycopg.connect(database.psycopg_dsn(database_url), autocommit=True)
    rasa = psycopg.connect(rasa_dsn, autocommit=True)
    with application, rasa:
        before = found_in_database(application, IDENTIFIERS)
        assert {place.split(":")[0] for place in before} >= MUST_HAVE_BEEN_IN
        assert found_in_database(rasa, IDENTIFIERS)
        assert {place.split("/")[-2] for place in found_in_files(settings().var_dir, IDENTIFIERS)} >= {"mail"}

        later = months_after(NOW, 36)
        with clock.set_to(later):
            result = database.run(service.erase_person, email=EMAIL)
            assert sorted(result.erased) == sorted(case.reference for case in cases)
            assert (result.kept, result.kept_until, result.why) == ([], None, [])
            run_records_jobs(application)

        assert "\n".join(found_in_database(application, IDENTIFIERS)) == ""
        assert found_in_database(rasa, IDENTIFIERS) == []
        assert found_in_files(settings().var_dir, IDENTIFIERS) == []
        left = rasa.execute("SELECT sender_id FROM events").fetchall()
        assert left == [("somebody else:1",)]
    with database.transaction() as session:
        for case in cases:
            tombstone = queries.locked(session, case.id)
            assert (tombstone.state, tombstone.category) == (case.state, case.category)
            assert tombstone.customer.name == "Erased person"
        done = service.check(session)
        assert (done.histories, done.faults) == (len(cases), [])


def test_the_search_finds_bytes_and_every_schema(database_url: str) -> None:
    with psycopg.connect(database.psycopg_dsn(database_url), autocommit=True) as connection:
        connection.execute("CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.odd (raw bytea, said jsonb)")
        connection.execute("INSERT INTO elsewhere.odd VALUES ('of the FLUGELbinder', '[\"Zebedee\"]')")
        places = {place.split(":")[0] for place in found_in_database(connection, IDENTIFIERS)}
    assert places == {"elsewhere.odd.raw", "elsewhere.odd.said"}


def run_records_jobs(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Does what the worker would do with the jobs that erasing has left, and takes them off the queue."""
    jobs: dict[str, Callable[..., None]] = {
        tracker.FORGET_TRACKER: tracker.forget_tracker,
        tracker.FORGET_LETTER: tracker.forget_letter,
    }
    waiting = connection.execute("SELECT id, task_name, args FROM procrastinate_jobs WHERE task_name LIKE 'records.%'")
    for job_id, task, args in waiting.fetchall():
        assert isinstance(args, dict)
        jobs[str(task)](**args)
        jobs[str(task)](**args)
        connection.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])


def test_a_rasa_that_never_ran_has_nothing_to_forget(rasa_dsn: str) -> None:
    tracker.forget_tracker(str(uuid4()))


@pytest.fixture
def rasa_dsn(postgres_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database like Rasa's own, that the settings name."""
    name = f"rasa_{uuid4().hex[:12]}"
    make_database(postgres_dir, name)
    url = url_of(postgres_dir, name)
    monkeypatch.setenv("RASA_TRACKER_URL", url.replace("+psycopg:", "+psycopg2:"))
    settings.cache_clear()
    yield database.psycopg_dsn(url)
    with psycopg.connect(admin_dsn(postgres_dir), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_tables_of_this_file_are_real(session: Session) -> None:
    for place in MUST_HAVE_BEEN_IN:
        schema, table, column = place.split(".")
        assert session.scalar(
            text(
                "SELECT 1 FROM information_schema.columns WHERE (table_schema, table_name, column_name) = (:s, :t, :c)"
            ),
            {"s": schema, "t": table, "c": column},
        ), place
