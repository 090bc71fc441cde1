"""The worker: which function runs under which job name, how often it is tried again, and what runs by the clock."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ProcrastinateException, UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy.exc import OperationalError

from disputes import clock, database
from disputes.cases import versions
from disputes.chat import files_to_case, routing, timers, turns, work
from disputes.errors import NotFound
from disputes.settings import settings
from disputes.worker.admin_jobs import add_admin_jobs
from disputes.worker.case_jobs import add_case_jobs
from disputes.worker.mail_jobs import AGAIN, add_mail_jobs
from disputes.worker.prompt import PromptApp, pool_of_single_statements
from disputes.worker.reach_jobs import add_reach_jobs
from disputes.worker.records_jobs import add_records_jobs
from disputes.worker.schedule import add_schedule

CONCURRENCY = 16
"""Jobs at once in one process: most of them wait for Rasa or a mail server."""

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 12.0
"""A worker without a heartbeat for this long is dead, and what it was doing is done by another. A worker that was
only asleep (a closed laptop) gets time for its own heartbeat first: see `_rescue_for_ever`."""

LEAVE_SECONDS = 2.0
PATIENT_LEAVE_SECONDS = 10.0
"""How long the jobs under way may take when the worker is asked to stop: at the end of a laptop's run, and in a
process of its own. Less than STALLED_SECONDS: nobody hears its heart any more by then, and others take its jobs."""

RESTART_SECONDS = 1.0
POLL_SECONDS = 0.5
"""How late a job may start that was to wait for some time; others start at once, or when the one before them ends."""

log = structlog.get_logger(__name__)


def make_app() -> App:
    """The Procrastinate app with every job of the program."""
    dsn = database.psycopg_dsn(settings().database_url)
    connector = PsycopgConnector(pool_factory=pool_of_single_statements, conninfo=dsn, min_size=1, max_size=6)
    app = PromptApp(connector=connector)
    add_chat_jobs(app)
    add_mail_jobs(app)
    add_reach_jobs(app)
    add_records_jobs(app)
    add_case_jobs(app)
    add_admin_jobs(app)
    add_schedule(app)
    return app


def add_chat_jobs(app: App) -> None:
    """The assistant's turns, and files on their way to a case.

    `turns.answer` itself knows when patience ends; the limit here is only a wall.
    """

    @app.task(
        name="chat.answer",
        pass_context=True,
        retry=RetryStrategy(max_attempts=200, wait=1),
    )
    def answer(context: JobContext, message_id: str) -> None:
        turns.answer(message_id, tried_before=context.job.attempts > 0)

    app.task(name=files_to_case.TO_CASE, retry=AGAIN)(files_to_case.to_case)
    app.task(name=work.ASSIGN, retry=AGAIN)(assign_waiting)
    app.task(name=work.ACT, retry=AGAIN)(act_on_chat)


def assign_waiting() -> None:
    """Gives waiting chats to people."""
    routing.assign_waiting()


def act_on_chat(conversation_id: str) -> None:
    """Acts on what is over in one chat; a chat that was erased meanwhile has nothing left to act on."""
    with contextlib.suppress(NotFound):
        database.run(timers.act, UUID(conversation_id))


async def run_worker(
    stop: asyncio.Event | None = None, *, concurrency: int = CONCURRENCY, leave_seconds: float = LEAVE_SECONDS
) -> None:
    """Works until `stop` is set (or the task is cancelled), and starts again after trouble with the database."""
    stop = stop or asyncio.Event()
    policy_noted = False
    while not stop.is_set():
        try:
            if not policy_noted:
                await asyncio.to_thread(database.run, versions.note_in_force)
                policy_noted = True
            await _work(stop, concurrency, leave_seconds)
        except (psycopg.Error, OperationalError, ProcrastinateException, OSError) as error:
            log.warning("worker.restarts", reason=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RESTART_SECONDS)


async def _work(stop: asyncio.Event, concurrency: int, leave_seconds: float) -> None:
    app = make_app()
    async with app.open_async():
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
                shutdown_graceful_timeout=leave_seconds,
                delete_jobs="successful",
            )
        )
        rescue = asyncio.create_task(_rescue_for_ever(app))
        tasks: list[asyncio.Task[Any]] = [work, rescue, asyncio.create_task(stop.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _rescue_for_ever(app: App) -> None:
    """Gives the jobs of dead workers to the living."""
    looked_at = clock.now()
    while True:
        slept = (clock.now() - looked_at).total_seconds()
        looked_at = clock.now()
        if slept < STALLED_SECONDS / 2:
            await rescue_stalled(app)
        else:  # this process itself was away: its own jobs look stalled until its next heartbeat
            log.warning("worker.was_away", seconds=round(slept))
        await asyncio.sleep(HEARTBEAT_SECONDS)


async def rescue_stalled(app: App) -> int:
    """Puts jobs of workers without a heartbeat back into the queue; returns how many."""
    rescued = 0
    stalled: Any = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS)
    for job in stalled:
        retry_at: datetime = clock.now() - timedelta(seconds=1)
        try:
            await app.job_manager.retry_job(job, retry_at=retry_at)
        except UniqueViolation:  # the next one of a periodic job waits already, and does what this one did not
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        log.warning("worker.job_rescued", task=job.task_name)
        rescued += 1
    return rescued
