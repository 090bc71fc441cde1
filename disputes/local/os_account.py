"""PostgreSQL refuses to run as root, so root starts it under an operating-system account of its own."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from disputes.local.failures import CannotStart

ACCOUNT = "pgserver"
SEARCH = 0o001
READ = 0o004


def process_identity() -> dict[str, object]:
    """Arguments for `subprocess.run` under which PostgreSQL agrees to run; none unless we are root."""
    if os.geteuid() != 0:
        return {}
    account = _account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Makes PostgreSQL's account the owner of this folder when we are root."""
    if os.geteuid() == 0:
        account = _account()
        os.chown(path, account.pw_uid, account.pw_gid)


def open_the_way(data: Path, programs: Path) -> list[Path]:
    """Lets PostgreSQL's account pass through the folders above its data and programs, and read the programs.

    Only passing through is granted, not listing. Returns the folders changed; none unless we are root.
    """
    if os.geteuid() != 0:
        return []
    changed: list[Path] = []
    try:
        for folder in [*data.parents, programs, *programs.parents]:
            if not folder.stat().st_mode & SEARCH:
                folder.chmod(folder.stat().st_mode | SEARCH)
                changed.append(folder)
        if not (programs / "bin" / "postgres").stat().st_mode & READ:
            _make_readable(programs)
    except OSError as error:
        raise CannotStart(
            f"Started by root, PostgreSQL runs as the account {ACCOUNT}, which cannot reach {error.filename}:"
            " run the program as an ordinary user, or clone it into a folder others may enter."
        ) from error
    return changed


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        pass
    if shutil.which("useradd") is None:
        raise CannotStart(
            "PostgreSQL refuses to run as root and this system has no useradd to make an account for it:"
            " run the program as an ordinary user."
        )
    made = subprocess.run(
        ["useradd", "--system", "--no-create-home", "--shell", "/bin/sh", ACCOUNT],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode not in {0, 9}:  # 9: somebody else has just made it
        raise CannotStart(f"The account {ACCOUNT} for PostgreSQL could not be made: {made.stderr.strip()}.")
    return pwd.getpwnam(ACCOUNT)


def _make_readable(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_symlink():
            continue
        mode = path.stat().st_mode
        path.chmod(mode | (READ | SEARCH if path.is_dir() or mode & 0o100 else READ))
