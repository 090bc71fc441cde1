"""What runs under the supervisor is started again when it dies, and nothing outlives a stop."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from disputes.local.postgres import EmbeddedPostgres
from tests.local.processes import PYTHON, ROOT, environment, is_alive, kill, two_free_ports, wait_for

type Start = Callable[..., "Running"]


class TestKeepingRunning:
    def test_a_child_that_crashes_is_started_again_and_its_error_is_told(self, start: Start) -> None:
        running = start()
        first = running.pids("web")[0]
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{running.port}/crash", timeout=5)
        wait_for(lambda: len(running.pids("web")) == 2, what="for the restart")
        wait_for(running.answers, what="for the answer")
        assert not is_alive(first)
        assert "web ended (exit code 3); starting it again" in running.said()
        assert "web: ERROR something went wrong inside" in running.said()
        assert len(running.pids("rasa")) == 1

    def test_a_child_that_is_killed_is_started_again(self, start: Start) -> None:
        running = start()
        kill(running.pids("rasa")[0])
        wait_for(lambda: len(running.pids("rasa")) == 2)
        assert "rasa ended (signal SIGKILL)" in running.said()

    def test_a_child_that_never_gets_ready_ends_everything_with_its_last_words(self, start: Start) -> None:
        running = start("broken", wait=False)
        assert running.process.wait(20) == 1
        assert "web does not start" in running.complained() or "rasa does not start" in running.complained()
        assert "ERROR cannot read its configuration" in running.complained()
        assert "Traceback" not in running.complained()

    def test_a_child_that_has_run_is_started_until_it_runs_again(self, start: Start) -> None:
        running = start()
        (running.folder / "web.broken").touch()
        kill(running.pids("web")[0])
        wait_for(lambda: len(running.pids("web")) >= 4, 30, what="for more tries than a first start has")
        (running.folder / "web.broken").unlink()
        wait_for(running.answers, 30, what="for the answer")
        assert running.process.poll() is None

    def test_postgres_that_is_killed_is_started_again(self, start: Start) -> None:
        running = start("postgres")
        data = running.folder / "postgres"
        pid = int((data / "postmaster.pid").read_text().split()[0])
        kill(pid)
        wait_for(lambda: "PostgreSQL ended; starting it again" in running.said())
        postgres = EmbeddedPostgres(data)
        wait_for(postgres.is_running)
        running.stop(signal.SIGTERM)
        assert not postgres.is_running()


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_stops_everything_within_five_seconds(self, start: Start, number: signal.Signals) -> None:
        running = start("postgres")
        took = running.stop(number)
        assert running.process.returncode == 0
        assert took < 5
        assert not any(is_alive(pid) for pid in running.pids("web") + running.pids("rasa"))
        assert not EmbeddedPostgres(running.folder / "postgres").is_running()

    def test_children_that_ignore_the_request_are_ended_in_time(self, start: Start) -> None:
        running = start("stubborn")
        assert running.stop(signal.SIGINT) < 5
        assert not any(is_alive(pid) for pid in running.pids("web") + running.pids("rasa"))

    def test_a_supervisor_that_is_killed_leaves_no_children(self, start: Start) -> None:
        running = start("stubborn")
        kill(running.process.pid)
        running.process.wait(5)
        wait_for(lambda: not any(is_alive(pid) for pid in running.pids("web") + running.pids("rasa")), 5)

    def test_the_next_start_attaches_to_the_postgres_that_was_left(self, start: Start) -> None:
        running = start("postgres")
        pid_file = running.folder / "postgres" / "postmaster.pid"
        before = pid_file.read_text().split()[0]
        kill(running.process.pid)
        running.process.wait(5)
        again = start("postgres", folder=running.folder)
        assert pid_file.read_text().split()[0] == before
        again.stop(signal.SIGINT)
        assert not EmbeddedPostgres(running.folder / "postgres").is_running()


class Running:
    """A supervisor process, what it says, and the pids its children noted."""

    def __init__(self, folder: Path, modes: tuple[str, ...]) -> None:
        self.folder = folder
        self.port, other = two_free_ports()
        self.out, self.err = folder / "out", folder / "err"
        with self.out.open("w") as out, self.err.open("w") as err:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "tests.local.supervised", str(folder), str(self.port), str(other), *modes],
                cwd=ROOT,
                env=environment(),
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.out.read_text()

    def complained(self) -> str:
        return self.err.read_text()

    def pids(self, name: str) -> list[int]:
        notes = self.folder / f"{name}.pids"
        return [int(line) for line in notes.read_text().split()] if notes.exists() else []

    def answers(self) -> bool:
        with contextlib.suppress(OSError):
            return bool(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2).status == 200)
        return False

    def stop(self, number: signal.Signals) -> float:
        """As Ctrl-C does: the signal goes to the whole group. Returns the seconds until it was over."""
        began = time.monotonic()
        os.killpg(self.process.pid, number)
        self.process.wait(20)
        return time.monotonic() - began

    def clean_up(self) -> None:
        kill(self.process.pid)
        self.process.wait(5)
        for pid in self.pids("web") + self.pids("rasa"):
            kill(pid)
        EmbeddedPostgres(self.folder / "postgres").stop()


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts a supervisor with two fake children; by default waits until they are ready."""
    all_running: list[Running] = []

    def begin(*modes: str, wait: bool = True, folder: Path = folder) -> Running:
        running = Running(folder, modes)
        all_running.append(running)
        if wait:
            wait_for(lambda: "all ready" in running.said(), 30, what=f"for readiness: {running.complained()}")
        return running

    yield begin
    for running in all_running:
        running.clean_up()
