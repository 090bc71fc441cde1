"""Ends processes at random, as a crash would, and keeps the extra worker running as a supervisor does."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import psutil

from disputes.local.children import LAUNCHER
from tests.stack import ROOT, Stack

VICTIMS: Final = ("app", "worker", "rasa", "postgres")


@dataclass
class ExtraWorker:
    """A second worker in a process of its own, beside the one that is part of the application."""

    stack: Stack
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def beside(cls, stack: Stack) -> "ExtraWorker":
        """With the settings that the application was started with."""
        return cls(stack, stack.var / "log" / "worker.log", stack.app().environ())

    def start(self) -> None:
        """Starts it, unless it runs."""
        if self.process is not None and self.process.poll() is None:
            return
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(LAUNCHER), str(os.getpid()), sys.executable, "-m", "disputes", "worker"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Ends it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)

    async def keep_running(self) -> None:
        """Starts it again whenever it has ended."""
        while True:
            self.start()
            await asyncio.sleep(1)


@dataclass
class Killer:
    """Kills one process of the running program after another, at moments that the seed decides."""

    stack: Stack
    worker: ExtraWorker
    random: Random
    pause: tuple[float, float]
    say: Callable[[str], None]
    kills: Counter[str] = field(default_factory=Counter)

    async def go_on(self, seconds: float) -> None:
        """Kills for so long; returns early never."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while True:
                    await asyncio.sleep(self.random.uniform(*self.pause))
                    self._kill(self.random.choice(VICTIMS))

    def _kill(self, victim: str) -> None:
        try:
            {"app": self._app, "worker": self.worker.kill, "rasa": self._rasa, "postgres": self._postgres}[victim]()
        except (psutil.NoSuchProcess, AssertionError, OSError, ValueError, IndexError):
            return  # it is dead already, or being started
        self.kills[victim] += 1
        self.say(f"killed: {victim}")

    def _app(self) -> None:
        self.stack.app().kill()

    def _rasa(self) -> None:
        self.stack.rasa().kill()

    def _postgres(self) -> None:
        file = self.stack.var / "postgres" / "postmaster.pid"
        psutil.Process(int(file.read_text().split()[0])).kill()
