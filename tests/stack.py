"""The whole program as a user starts it: `disputes run` on ports and files of its own, for the tests that need it."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from socket import socket

import psutil
import requests
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from disputes.database import psycopg_dsn
from disputes.local.postgres import EmbeddedPostgres
from disputes.notifications import mailbox

ROOT = Path(__file__).parent.parent
SHOP_KEY = "the shop and the chat share this one, and nobody else in the whole wide world does"
READY_SECONDS = 600
"""Long enough to train the model on two busy cores."""

STOP_SECONDS = 15


class Stack:
    """A running program. `url` is its address; `mail` the folder its letters go to; `shop_origin` the address of a web
    site that may have the chat on its pages, on a port that is free."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.var = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.shop_port = free_port()
        self.shop_origin = f"http://localhost:{self.shop_port}"
        self.mail = folder / "mail"
        self.output = folder / "run.txt"
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._engine: Engine | None = None
        self._one_engine = threading.Lock()
        self._says = ""

    def start(self) -> float:
        """Starts everything; returns the seconds until all of it was ready."""
        began = time.monotonic()
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "VAR_DIR": str(self.var),
            "SMTP_URL": "",
            "DATABASE_URL": "",
            "POLICY_FILE": str(policy_always_open(self.var)),
            # Ports of its own: two programs that start in the same moment would both find the usual ones free.
            "RASA_URL": f"http://127.0.0.1:{free_port()}",
            "ACTIONS_URL": f"http://127.0.0.1:{free_port()}/webhook",
            "ALLOWED_ORIGINS": self.shop_origin,
            "WIDGET_IDENTITY_KEY": SHOP_KEY,
            **self._settings,
        }
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "disputes", "run"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._has_said_ready, READY_SECONDS, "the program was not ready")
        return time.monotonic() - began

    def stop(self) -> float:
        """Ends it as Ctrl-C does; returns the seconds it took."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        began = time.monotonic()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)
        return time.monotonic() - began

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session on the program's own database, committed at the end."""
        with self._one_engine:  # several conversations may begin at once
            if self._engine is None:
                self._engine = create_engine(EmbeddedPostgres(self.var / "postgres").url(), pool_pre_ping=True)
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def dsn(self) -> str:
        """The address of the program's own database, for psycopg."""
        return psycopg_dsn(EmbeddedPostgres(self.var / "postgres").url())

    def process(self, *words: str) -> psutil.Process:
        """The child process whose command line holds all these words (the youngest of a chain of launchers)."""
        assert self._process is not None
        found = [
            child
            for child in psutil.Process(self._process.pid).children(recursive=True)
            if all(word in " ".join(child.cmdline()) for word in words)
        ]
        assert found, f"no process with {words}"
        return found[-1]

    def app(self) -> psutil.Process:
        """The process that serves the web, the actions and the jobs."""
        return self.process("disputes", "web")

    def rasa(self) -> psutil.Process:
        """Rasa."""
        return self.process("nlu_components.start")

    def rasa_url(self) -> str:
        """Where Rasa answers."""
        return str(self.app().environ()["RASA_URL"])

    def letters(self) -> list[mailbox.StoredLetter]:
        """What has been sent so far, newest first."""
        return mailbox.letters(self.mail)

    def wait_ready(self, seconds: float = 90) -> None:
        """Waits until everything answers again, after something was killed."""
        try:
            wait_until(self._all_answer, seconds, "not everything came back")
        except AssertionError as late:
            said = self.output.read_text(errors="replace")[-2000:]
            raise AssertionError(f"{late}: {self._says}\n{said}") from late

    def _all_answer(self) -> bool:
        try:
            answer = requests.get(f"{self.url}/ready", timeout=10)
        except requests.RequestException as error:
            self._says = type(error).__name__
            return False
        self._says = answer.text
        return answer.status_code == 200

    def _has_said_ready(self) -> bool:
        assert self._process is not None
        said = self.output.read_text(errors="replace")
        if self._process.poll() is not None:
            raise AssertionError(f"`disputes run` ended:\n{said[-3000:]}")
        return "Ready after" in said


@contextmanager
def running_stack(**settings: str) -> Iterator[Stack]:
    """A started program with a folder of its own, stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="stack-"))
    stack = Stack(folder, **settings)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()
        rmtree(folder, ignore_errors=True)


def policy_always_open(folder: Path) -> Path:
    """The shop's policy with the office open day and night: the tests ask for people at any hour."""
    text = (ROOT / "policy.yml").read_text()
    head, _, rest = text.partition("\noffice_hours:\n")
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    hours = "".join(f'  {day}: "00:00-24:00"\n' for day in days)
    written = f"{head}\noffice_hours:\n{hours}\n# {rest.partition('# ')[2]}"
    file = folder / "policy-always-open.yml"
    file.write_text(written.replace("public_holidays: true", "public_holidays: false"))
    return file


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: object, seconds: float, otherwise: str) -> None:
    """Waits for a callable to return something true; AssertionError with `otherwise` after `seconds`."""
    assert callable(happened)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError(f"{otherwise} after {seconds:.0f} s")
