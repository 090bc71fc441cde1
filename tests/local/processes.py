"""For tests that start real processes: wait with a deadline, and end what is left."""

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent


def wait_for(condition: Callable[[], object], seconds: float = 15.0, *, what: str = "") -> None:
    """Returns once the condition holds; fails the test when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """True when this process runs; one that ended and was not fetched by its parent does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def kill(pid: int) -> None:
    """Ends a process at once, as if it had crashed."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 9)


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def two_free_ports() -> tuple[int, int]:
    """Two different ones."""
    first = second = free_port()
    while second == first:
        second = free_port()
    return first, second


def environment(**settings: str) -> dict[str, str]:
    """The environment for a process of ours: where the code is, and nothing a developer may have set."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **settings}


PYTHON = sys.executable
