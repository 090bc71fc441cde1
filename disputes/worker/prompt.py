"""Procrastinate's app and worker, so that a job starts as soon as it may, and with as few round trips as it can.

What happens to a job is Procrastinate's own.
"""

from typing import Any

import psycopg
from procrastinate import App
from procrastinate.jobs import Notification
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool

from disputes import database


class PromptApp(App):
    """Has its jobs done by a `PromptWorker`."""

    def _worker(self, **options: Any) -> Worker:
        return PromptWorker(app=self, **{**self.worker_defaults, **options})


class PromptWorker(Worker):
    """Looks again for jobs when it heard of one while it was looking, which Procrastinate's forgets until it polls."""

    _heard = 0

    async def _handle_notification(self, *, channel: str, notification: Notification) -> None:
        self._heard += 1
        await super()._handle_notification(channel=channel, notification=notification)

    async def _fetch_and_process_jobs(self) -> None:
        heard = None
        while heard != self._heard and not self._stop_event.is_set():
            heard = self._heard
            await super()._fetch_and_process_jobs()  # type: ignore[no-untyped-call]


def pool_of_single_statements(**options: Any) -> AsyncConnectionPool:
    """Each statement is committed by itself, since none of Procrastinate's belongs to another; and a connection on
    which nothing has arrived needs no query to tell that it lives."""
    return AsyncConnectionPool(**{**options, "check": _check, "configure": _commit_each})


async def _commit_each(connection: psycopg.AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


async def _check(connection: psycopg.AsyncConnection[Any]) -> None:
    if not database.is_quiet(connection):
        await AsyncConnectionPool.check_connection(connection)
