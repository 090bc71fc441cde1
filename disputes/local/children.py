"""One program kept running: started in a session of its own, watched, started again when it dies or hangs."""

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from disputes.local.failures import CannotStart

LAUNCHER = Path(__file__).with_name("launch.py")
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0
HEALTHY_SECONDS = 10.0
LOOK_SECONDS = 0.25
CHECK_SECONDS = 5.0
CHECK_TIMEOUT = 10.0
MISSES_UNTIL_HUNG = 4
KEEP_LOG_BYTES = 10_000_000
TOLD_PER_MINUTE = 6
COMPLAINT = re.compile(r"\b(ERROR|CRITICAL)\b|\[(error|critical)\s*\]|\"level\": ?\"(error|critical)\"")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Say = Callable[[str], None]


@dataclass
class Child:
    """A program to keep running.

    `address` (host, port, path) answers a GET request once it is ready. `tries` limits how often it may die
    before it was ready once; None: it is started again for ever. `environment` is all it gets.
    """

    name: str
    command: list[str]
    log: Path
    address: tuple[str, int, str]
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path | None = None
    tries: int | None = None

    def __post_init__(self) -> None:
        self.ready = asyncio.Event()
        self.starts = 0
        self._was_ready = False
        self.process: asyncio.subprocess.Process | None = None
        self._read_to = 0
        self._told: deque[float] = deque(maxlen=TOLD_PER_MINUTE)

    async def keep_running(self, say: Say) -> None:
        """Runs until cancelled. Raises CannotStart when it dies `tries` times without ever having been ready."""
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            await self._start()
            code = await self._watch(say)
            if self.tries is not None and not self._was_ready and self.starts >= self.tries:
                raise CannotStart(f"{self.name} does not start. (All of it: {self.log})\n{self.last_words()}")
            self.ready.clear()
            if time.monotonic() - began > HEALTHY_SECONDS:
                pause = FIRST_PAUSE
            say(f"{self.name} ended ({_how(code)}); starting it again. (Its log: {self.log})")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def stop(self, seconds: float) -> None:
        """Asks the whole process group to end and, after `seconds`, makes it."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()

    def last_words(self) -> str:
        """The end of what it wrote, for a person who has to find out why it died."""
        try:
            lines = COLOUR.sub("", self.log.read_text(errors="replace")).splitlines()
        except OSError:
            lines = []
        return "\n".join(f"  {line[:200]}" for line in lines[-8:] if line.strip())

    async def _start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > KEEP_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self._read_to = output.tell()
            self.process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-I", str(LAUNCHER), str(os.getpid()), *self.command],
                cwd=self.folder,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.starts += 1

    async def _watch(self, say: Say) -> int:
        """Waits for its end; meanwhile notices readiness, ends it when it hangs, passes on its complaints."""
        assert self.process is not None
        ended = asyncio.ensure_future(self.process.wait())
        misses = 0
        check_at = 0.0
        while not ended.done():
            if time.monotonic() >= check_at:
                if await answers(*self.address):
                    misses = 0
                    self._was_ready = True
                    self.ready.set()
                elif self.ready.is_set():
                    misses += 1
                check_at = time.monotonic() + (CHECK_SECONDS if self.ready.is_set() else LOOK_SECONDS)
            if misses >= MISSES_UNTIL_HUNG:
                say(f"{self.name} does not answer any more; ending it.")
                _signal_group(self.process.pid, signal.SIGKILL)
                misses = 0
            self._pass_on_complaints(say)
            await asyncio.wait([ended], timeout=LOOK_SECONDS)
        _signal_group(self.process.pid, signal.SIGKILL)
        self._pass_on_complaints(say)
        return ended.result()

    def _pass_on_complaints(self, say: Say) -> None:
        with contextlib.suppress(OSError), self.log.open("rb") as log:
            log.seek(self._read_to)
            written = log.read(65_536)
            whole = written.rfind(b"\n") + 1 or len(written) // 65_536 * 65_536
            self._read_to += whole
            for line in COLOUR.sub("", written[:whole].decode(errors="replace")).splitlines():
                if COMPLAINT.search(line) and self._may_tell():
                    say(f"{self.name}: {line.strip()[:200]}")

    def _may_tell(self) -> bool:
        moment = time.monotonic()
        if len(self._told) == TOLD_PER_MINUTE and moment - self._told[0] < 60:
            return False
        self._told.append(moment)
        return True


async def answers(host: str, port: int, path: str) -> bool:
    """True when a GET request there is answered without a server error."""
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                status = (await reader.readline()).split()
            finally:
                writer.close()
    except OSError:  # a refused connection, and a TimeoutError
        return False
    return len(status) > 1 and status[1].isdigit() and int(status[1]) < 500


def _signal_group(leader: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
