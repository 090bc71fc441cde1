"""Runs the web site, the actions and the worker, together in one process or each alone, until a signal."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
import uvloop

from disputes import logs
from disputes.actions_server import create_actions_app
from disputes.metrics.endpoint import create_metrics_app
from disputes.settings import settings
from disputes.web import create_asgi
from disputes.worker.app import PATIENT_LEAVE_SECONDS, run_worker

# Open sockets and answers under way get this long before they are cut.
LEAVE_SECONDS = 2
TOGETHER_LEAVE_SECONDS = 3

# Rasa (`nlu_components/action_calls.py`) and nginx give up an idle connection sooner, so that they never write into one
# that is being closed.
IDLE_SECONDS = 75

# A turn holds a thread while Rasa calls an action, which needs another one: with the default of six threads on two
# cores, turns would wait for each other until their time ran out.
THREADS = 64


class _Server(uvicorn.Server):
    """A server that leaves the signals to us, so that several parts of one process stop together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def web(host: str, port: int, *, actions_port: int | None = None, worker: bool = False) -> None:
    """Serves the web site; with `actions_port` also the actions (on loopback), with `worker` also the jobs."""
    parts = [_serve(create_asgi(), host, port)]
    if actions_port is not None:
        parts.append(_serve(create_actions_app(), "127.0.0.1", actions_port))
    if worker:
        parts.append(run_worker())
    _run(_together(parts))


def actions(port: int) -> None:
    """Serves Rasa's actions alone; on loopback, because Rasa's protocol knows no authentication."""
    _run(_together([_serve(create_actions_app(), "127.0.0.1", port)]))


def worker() -> None:
    """Runs the jobs alone. Asked to stop, it takes no new ones and gives those under way time to end."""
    parts = [run_worker(leave_seconds=PATIENT_LEAVE_SECONDS)]
    if settings().metrics_port:
        parts.append(_serve(create_metrics_app(), settings().host, settings().metrics_port))
    _run(_together(parts, leave_seconds=PATIENT_LEAVE_SECONDS + 1))


def _run(work: Coroutine[Any, Any, None]) -> None:
    """On uvloop: the sockets, the jobs and the hints of the database share this one loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _serve(app: Any, host: str, port: int) -> None:
    proxies = settings().trusted_proxies
    server = _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            log_config=None,
            server_header=False,
            ws="websockets-sansio",
            proxy_headers=True,
            forwarded_allow_ips=proxies,
            timeout_graceful_shutdown=LEAVE_SECONDS,
            timeout_keep_alive=IDLE_SECONDS,
        )
    )
    serving = asyncio.create_task(server.serve())
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving


async def _together(parts: list[Coroutine[Any, Any, None]], *, leave_seconds: float = TOGETHER_LEAVE_SECONDS) -> None:
    """Runs all parts until a signal or the end of one; then ends the others. A part's failure is raised."""
    logs.configure(settings().log_level)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="work"))
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    tasks = [asyncio.create_task(part) for part in parts]
    waiting = asyncio.create_task(asked.wait())
    await asyncio.wait([*tasks, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        task.cancel()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(leave_seconds):
            await asyncio.wait(tasks)
    for task in tasks:
        if task.done() and not task.cancelled() and (failure := task.exception()) is not None:
            raise failure
