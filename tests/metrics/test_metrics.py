"""What /metrics tells: true figures, nothing about anybody, and nothing to strangers."""

import re
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text
from starlette.testclient import TestClient

from disputes import clock, database, jobs
from disputes.cases import tasks
from disputes.chat import handoff, presence, queries, service
from disputes.chat.tables import Conversation
from disputes.metrics.endpoint import create_metrics_app
from disputes.settings import settings
from tests.cases.factories import filed
from tests.serving import Visitor, add_staff
from tests.stack import ROOT

pytestmark = pytest.mark.database

SECRET = "a long random text"


class TestAccess:
    def test_this_machine_may_read(self, visitor: Visitor) -> None:
        answer = visitor.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")

    def test_whoever_comes_through_a_proxy_finds_nothing(self, visitor: Visitor) -> None:
        assert visitor.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404

    def test_with_a_token_only_its_holder_reads(self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("METRICS_TOKEN", SECRET)
        settings.cache_clear()
        assert visitor.get("/metrics").status_code == 404
        assert visitor.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404
        told = {"Authorization": f"Bearer {SECRET}", "X-Forwarded-For": "203.0.113.7"}
        assert visitor.get("/metrics", headers=told).status_code == 200

    def test_a_workers_figures_are_guarded_alike(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("METRICS_TOKEN", SECRET)
        settings.cache_clear()
        with TestClient(create_metrics_app()) as worker:
            assert worker.get("/metrics").status_code == 404
            told = worker.get("/metrics", headers={"Authorization": f"Bearer {SECRET}"})
        assert "disputes_turn_seconds_bucket" in told.text
        assert "disputes_chats" not in told.text


class TestFigures:
    def test_of_an_empty_shop(self, visitor: Visitor) -> None:
        figures = read(visitor)
        assert figures["disputes_database_answers"] == 1
        for name in ("longest_wait_seconds", "oldest_job_seconds", "complaints_overdue", "sweep_lag_seconds"):
            assert figures[f"disputes_{name}"] == 0

    def test_of_chats(self, visitor: Visitor) -> None:
        ada = add_staff()
        with database.transaction() as session:
            presence.staff_arrive(session, ada)
            first, second = (service.open_conversation(session, None)[0].id for _ in range(2))
        for chat in (first, second):
            with clock.set_to(clock.now() - timedelta(seconds=20)):
                database.run(ask_for_a_person, chat)
        figures = read(visitor)
        assert figures["disputes_chats{owner=queue}"] == 2
        assert 20 <= figures["disputes_longest_wait_seconds"] < 30
        assert figures["disputes_agents_present"] == 1
        database.run(handoff.claim, first, ada)
        figures = read(visitor)
        assert (figures["disputes_chats{owner=queue}"], figures["disputes_chats{owner=agent}"]) == (1, 1)

    def test_of_jobs(self, visitor: Visitor) -> None:
        with database.transaction() as session:
            jobs.defer(session, "housekeeping", timestamp=0)
            jobs.defer(session, "housekeeping", after=timedelta(hours=1), timestamp=0)
            session.execute(text("UPDATE procrastinate_events SET at = at - interval '40 seconds'"))
        figures = read(visitor)
        assert figures["disputes_jobs{state=waiting}"] == 1
        assert figures["disputes_jobs{state=planned}"] == 1
        assert 40 <= figures["disputes_oldest_job_seconds"] < 60
        assert figures["disputes_workers"] == 0

    def test_of_complaints(self, visitor: Visitor) -> None:
        with database.transaction() as session:
            case = filed(session)
            tasks.open_task(session, case, "letter_failed")
        figures = read(visitor)
        assert figures["disputes_complaints_open"] == 1
        assert figures["disputes_complaints_unowned"] == 1
        assert figures["disputes_tasks_open{kind=letter_failed}"] == 1
        assert (figures["disputes_complaints_overdue"], figures["disputes_sweep_lag_seconds"]) == (0, 0)
        with clock.set_to(clock.now() - timedelta(days=60)), database.transaction() as session:
            filed(session, email="long.ago@example.com")
        figures = read(visitor)
        assert figures["disputes_complaints_overdue"] == 1
        assert figures["disputes_sweep_lag_seconds"] > 3600

    def test_without_a_database_the_process_still_tells_its_own(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as away:
            away.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
            settings.cache_clear()
            database.engine.cache_clear()
            figures = read(visitor)
        settings.cache_clear()
        database.engine.cache_clear()
        assert figures["disputes_database_answers"] == 0
        assert "disputes_complaints_open" not in figures
        assert "disputes_sockets{side=customers}" in figures

    def test_none_names_anybody(self, visitor: Visitor) -> None:
        with database.transaction() as session:
            filed(session, name="Mia Hughes", email="mia.hughes@example.com")
        add_staff()
        told = visitor.open("/metrics")
        for word in ("mia", "hughes", "ada", "lindqvist", "10023", "casened"):
            assert not re.search(rf"\b{word}\b", told, re.IGNORECASE), word


def test_the_runbook_says_of_each_what_to_do(visitor: Visitor) -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    told = {family.name for family in text_string_to_metric_families(visitor.open("/metrics"))}
    ours = {name for name in told if name.startswith("disputes_")}
    assert len(ours) > 15
    assert {name for name in ours if f"`{name}" not in runbook} == set()
    counted = {f"{name}_total" for name in ours}  # the reader of metrics takes that end off the name of a counter
    assert set(re.findall(r"`(disputes_\w+)", runbook)) <= ours | counted | {"disputes_sweep_age_seconds"}


def ask_for_a_person(session, chat) -> None:  # type: ignore[no-untyped-def]
    conversation: Conversation | None = queries.locked(session, chat)
    assert conversation is not None
    handoff.request_person(session, conversation, "asked", None)


def read(visitor: Visitor) -> dict[str, float]:
    """Every figure; one with a label as name{label=value}."""
    found = {}
    for family in text_string_to_metric_families(visitor.open("/metrics")):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sample.labels.items())
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = float(sample.value)
    return found
