"""Keeps PostgreSQL and some programs running until it is told to stop, then leaves nothing behind."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from disputes.local.children import LAUNCHER, Child, Say
from disputes.local.failures import CannotStart
from disputes.local.postgres import EmbeddedPostgres

LOOK_SECONDS = 0.5
POSTGRES_TRIES = 5
# Ctrl-C to everything down is promised within 5 s: 2 for the programs, 3 for PostgreSQL.
CHILD_SECONDS = 2.0


class Supervisor:
    """Runs `work`, which starts things through the methods below, until it fails or a signal arrives.

    `ending` is set once it stops; threads that `work` started look at it.
    """

    def __init__(self, say: Say) -> None:
        self.say = say
        self._children: list[Child] = []
        self._postgres: EmbeddedPostgres | None = None
        self._background: asyncio.TaskGroup | None = None
        self._postgres_lock = threading.Lock()
        self.ending = threading.Event()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Blocks until SIGINT, SIGTERM or SIGHUP, or until `work` or a child fails; raises its failure."""
        asyncio.run(self._run(work))

    def keep(self, child: Child) -> None:
        """Starts this program and keeps it running."""
        self._children.append(child)
        self._in_background(child.keep_running(self.say))

    async def keep_postgres(self, postgres: EmbeddedPostgres) -> None:
        """Starts PostgreSQL, returns when it answers, and keeps it running."""
        self._postgres = postgres
        await asyncio.to_thread(self._start_postgres, postgres)
        self._in_background(self._watch_postgres(postgres))

    async def finish(self, name: str, command: list[str], *, folder: Path, environment: dict[str, str]) -> str:
        """Runs a short program to its end and returns what it printed; CannotStart if it fails."""
        process = await asyncio.create_subprocess_exec(
            *[sys.executable, "-I", str(LAUNCHER), str(os.getpid()), *command],
            cwd=folder,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        try:
            printed, complained = await process.communicate()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        if process.returncode != 0:
            lines = [line for line in complained.decode(errors="replace").splitlines() if line.strip()]
            raise CannotStart(f"{name} failed: {lines[-1].strip() if lines else 'it gave no reason'}")
        return printed.decode(errors="replace")

    def _in_background(self, job: Coroutine[Any, Any, None]) -> None:
        assert self._background is not None
        self._background.create_task(job)

    async def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asked = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, asked.set)
        everything = asyncio.create_task(self._work_in_group(work))
        stopping = asyncio.create_task(asked.wait())
        await asyncio.wait({everything, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if asked.is_set():
            self.say("Stopping.")
        began = time.monotonic()
        self.ending.set()
        everything.cancel()
        stopping.cancel()
        failure = (await asyncio.gather(everything, return_exceptions=True))[0]
        await asyncio.gather(*[child.stop(CHILD_SECONDS) for child in self._children])
        if self._postgres is not None:
            await asyncio.to_thread(self._stop_postgres, self._postgres)
        if asked.is_set():
            self.say(f"Everything is stopped, after {time.monotonic() - began:.1f} s.")
            return
        if isinstance(failure, BaseException):
            raise _first_of(failure)

    async def _work_in_group(self, work: Coroutine[Any, Any, None]) -> None:
        async with asyncio.TaskGroup() as group:
            self._background = group
            group.create_task(work)

    def _start_postgres(self, postgres: EmbeddedPostgres) -> None:
        """In a thread, which cancelling does not end: a late start must not outlive the stop."""
        with self._postgres_lock:
            if not self.ending.is_set():
                postgres.start()

    def _stop_postgres(self, postgres: EmbeddedPostgres) -> None:
        with self._postgres_lock:
            postgres.stop()

    async def _watch_postgres(self, postgres: EmbeddedPostgres) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if postgres.is_running():
                continue
            self.say("PostgreSQL ended; starting it again.")
            for attempt in range(1, POSTGRES_TRIES + 1):
                try:
                    await asyncio.to_thread(self._start_postgres, postgres)
                    break
                except CannotStart as failure:
                    if attempt == POSTGRES_TRIES:
                        raise
                    self.say(str(failure))
                    await asyncio.sleep(attempt)


def _first_of(failure: BaseException) -> BaseException:
    """The failure itself, taken out of the groups that asyncio wraps around it."""
    while isinstance(failure, BaseExceptionGroup):
        failure = failure.exceptions[0]
    return failure
