"""Every job that services name is registered, runs, and is done by another worker when one dies."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate import App
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, database, jobs
from disputes.worker import app as worker
from disputes.worker import schedule
from disputes.worker.app import make_app, rescue_stalled, run_worker
from disputes.worker.prompt import PromptWorker
from tests.conftest import ROOT

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url")]

NAMES = re.compile(r'^[A-Z_]+(?:: Final)? = "((?:chat|notifications|people|deadlines)\.[a-z_]+)"', re.MULTILINE)


def test_every_job_that_is_named_in_the_code_is_registered() -> None:
    packages = [ROOT / "disputes" / name for name in ("chat", "cases", "deadlines", "notifications", "people")]
    named = {name for package in packages for path in package.rglob("*.py") for name in names_in(path)}
    assert named
    assert named <= set(make_app().tasks)


def test_periodic_jobs_are_all_in_the_schedule() -> None:
    calls = [path for path in (ROOT / "disputes").rglob("*.py") if ".periodic(" in path.read_text()]
    assert [path.name for path in calls] == [Path(schedule.__file__).name]


def test_a_job_is_gone_with_the_transaction_that_queued_it() -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        jobs.defer(session, "housekeeping", timestamp=0)
        raise ZeroDivisionError
    assert waiting() == []


def test_a_job_for_later_is_not_started_now() -> None:
    with database.transaction() as session:
        jobs.defer(session, "housekeeping", after=timedelta(minutes=5), timestamp=0)
    with database.transaction() as session:
        at = session.execute(text("SELECT scheduled_at FROM procrastinate_jobs")).scalar_one()
    assert timedelta(minutes=4) < at - clock.now() < timedelta(minutes=6)


def test_a_job_of_a_worker_that_died_is_done_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction() as session:
        jobs.defer(session, "housekeeping", lock="one", timestamp=0)
        dead = session.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")
        ).scalar_one()
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :dead"), {"dead": dead})
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.05)

    async def rescue_and_work() -> int:
        app: App = make_app()
        async with app.open_async():
            rescued = await rescue_stalled(app)
        stop = asyncio.Event()
        working = asyncio.create_task(run_worker(stop))
        async with asyncio.timeout(10):
            while waiting():
                await asyncio.sleep(0.05)
        stop.set()
        await working
        return rescued

    assert asyncio.run(rescue_and_work()) == 1


def test_a_dead_workers_periodic_job_gives_way_to_the_next_one_that_waits() -> None:
    with database.transaction() as session:
        jobs.defer(session, "inbound.fetch", lock="inbound.fetch", queueing_lock="inbound.fetch", timestamp=0)
        dead = session.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id")
        ).scalar_one()
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :dead"), {"dead": dead})
        jobs.defer(session, "inbound.fetch", lock="inbound.fetch", queueing_lock="inbound.fetch", timestamp=60)

    async def rescue() -> int:
        app: App = make_app()
        async with app.open_async():
            return await rescue_stalled(app)

    assert asyncio.run(rescue()) == 1
    assert waiting() == ["inbound.fetch"]


def test_the_worker_goes_on_after_its_connections_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "RESTART_SECONDS", 0.05)

    async def cut_and_work() -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(run_worker(stop))
        async with asyncio.timeout(20):
            await asyncio.sleep(0.5)
            database.run(cut_other_connections)
            with database.transaction() as session:
                jobs.defer(session, "housekeeping", timestamp=0)
            while waiting():
                await asyncio.sleep(0.05)
        stop.set()
        await working

    asyncio.run(cut_and_work())


def test_a_job_starts_as_soon_as_the_one_that_holds_its_lock_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    leave_nothing_else_to_wake_it(monkeypatch)
    ended, began = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        app = make_app()

        @app.task(name="first")
        async def first() -> None:
            database.run(lambda session: jobs.defer(session, "second", lock="one"))
            await asyncio.sleep(0.3)  # until the worker has looked in vain
            ended.set()

        @app.task(name="second")
        async def second() -> None:
            assert ended.is_set()
            began.set()

        monkeypatch.setattr(worker, "make_app", lambda: app)
        stop = asyncio.Event()
        working = asyncio.create_task(run_worker(stop))
        database.run(lambda session: jobs.defer(session, "first", lock="one"))
        async with asyncio.timeout(20):
            await began.wait()
        stop.set()
        await working

    asyncio.run(work())


def test_a_job_that_is_queued_while_the_worker_looks_is_not_left_until_it_polls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave_nothing_else_to_wake_it(monkeypatch)
    listens, heard, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    hear = PromptWorker._handle_notification

    async def hear_and_say(self: PromptWorker, **told: Any) -> None:
        await hear(self, **told)
        heard.set()

    async def work() -> None:
        app = make_app()
        app.task(name="knock")(lambda: None)
        fetch = app.job_manager.fetch_job

        @app.task(name="done")
        async def finish() -> None:
            done.set()

        async def fetch_and_queue(**which: Any) -> Any:
            found = await fetch(**which)
            if found is None and listens.is_set():
                listens.clear()
                heard.clear()
                database.run(lambda session: jobs.defer(session, "done"))
                await heard.wait()
            return found

        monkeypatch.setattr(PromptWorker, "_handle_notification", hear_and_say)
        monkeypatch.setattr(app.job_manager, "fetch_job", fetch_and_queue)
        monkeypatch.setattr(worker, "make_app", lambda: app)
        stop = asyncio.Event()
        working = asyncio.create_task(run_worker(stop))
        async with asyncio.timeout(20):
            while not heard.is_set():
                database.run(lambda session: jobs.defer(session, "knock"))
                await asyncio.sleep(0.05)
            listens.set()
            database.run(lambda session: jobs.defer(session, "knock"))
            await done.wait()
        stop.set()
        await working

    asyncio.run(work())


def leave_nothing_else_to_wake_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """No polling and no periodic jobs."""
    monkeypatch.setattr(worker, "POLL_SECONDS", 60.0)
    monkeypatch.setattr(worker, "add_schedule", lambda app: None)


def names_in(path: Path) -> set[str]:
    """Job names in a file of ours."""
    return set(NAMES.findall(path.read_text()))


def waiting() -> list[str]:
    """Jobs that are not done."""
    with database.transaction() as session:
        rows = session.execute(text("SELECT task_name FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"))
        return [row.task_name for row in rows]


def cut_other_connections(session: Session) -> None:
    """What a restart of PostgreSQL does to those who are connected."""
    session.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )
