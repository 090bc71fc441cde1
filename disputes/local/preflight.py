"""What is checked before any slow work: the disk, the ports, and that no other run uses the same folder."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from disputes.local.failures import CannotStart
from disputes.settings import Settings
from disputes.words import DoesNotFit, check_sentences

NEEDED_MEGABYTES = 200


def check_key(settings: Settings) -> None:
    """Raises CannotStart when others can reach the program, also through a proxy, and there is no SECRET_KEY.

    The key used without one is in the source, for anybody to sign with.
    """
    if settings.secret_key:
        return
    address = urlsplit(settings.base_url).hostname or ""
    seen_as = settings.model_copy(update={"host": address})
    if not settings.listens_on_loopback:
        raise CannotStart(
            f"SECRET_KEY must be set to listen on {settings.host}: set it to a long random text, or HOST to 127.0.0.1."
        )
    if not seen_as.listens_on_loopback:
        raise CannotStart(
            f"SECRET_KEY must be set to be reached as {settings.public_url}: set it to a long random text."
        )


def check_language() -> None:
    """Raises CannotStart when the language's sentences are not those we say, before a customer reads one."""
    try:
        check_sentences()
    except DoesNotFit as fault:
        raise CannotStart(str(fault)) from fault


def check_disk(var: Path) -> None:
    """Raises CannotStart when the folder for all we write cannot be written to, or its disk is full."""
    try:
        (var / "log").mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(var).free // 1_000_000
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise CannotStart(f"The disk that holds {var} is full: make room, then start again.") from error
        raise CannotStart(f"{error.filename} cannot be written to: {error.strerror}.") from error
    if free < NEEDED_MEGABYTES:
        raise CannotStart(
            f"The disk that holds {var} is full: {free} MB are free and {NEEDED_MEGABYTES} MB are needed;"
            " make room, then start again."
        )


@contextlib.contextmanager
def only_one_run(var: Path) -> Iterator[None]:
    """Holds the folder for this process; CannotStart when another one runs from it."""
    with (var / "run.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise CannotStart(
                f"It is already running from {var} (process {holder}): stop that one with Ctrl-C,"
                " or set VAR_DIR and PORT to run a second one."
            ) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def is_run_from(var: Path) -> bool:
    """True while `only_one_run` is held on this folder."""
    try:
        with (var / "run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def check_port(host: str, port: int, setting: str, *, purpose: str) -> None:
    """Raises CannotStart, naming the setting, when nobody can listen there."""
    reason = _why_taken(host, port)
    if reason is not None:
        raise CannotStart(
            f"Port {port}, wanted for {purpose}, {reason}: stop the program that uses it,"
            f" or choose another with the setting {setting}."
        )


def free_port(wanted: int, taken: set[int]) -> int:
    """This port on loopback if it is free, else any other that is."""
    if wanted not in taken and _why_taken("127.0.0.1", wanted) is None:
        return wanted
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


def _why_taken(host: str, port: int) -> str | None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        return f"cannot be opened on {host}, which is no address of this machine"
    with socket.socket(family, kind) as probe:
        # As the server will: a port whose last connections are still fading away may be had.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except PermissionError:
            return "needs more rights than this user has"
        except OSError as error:
            return "is taken" if error.errno == errno.EADDRINUSE else f"cannot be opened on {host}"
    return None
