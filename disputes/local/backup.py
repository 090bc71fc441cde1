"""A copy of everything that is kept, taken while the program runs, and the way back from it into an empty place.

A backup is a folder: a dump of each database, the files that people sent, and a manifest with what must be in them.
Files are never changed and are written before the row that names them, so copying them before and after the dump gives
every file that the dump can name. Rasa's database comes last: what is in a chat, the assistant then knows as well.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, get_args

import psycopg
from psycopg import conninfo, sql

from disputes import clock
from disputes.errors import Conflict, Invalid, NotFound, Unavailable
from disputes.files.store import Area
from disputes.local.postgres import programs
from disputes.local.schema import dsn_of, revision_of
from disputes.settings import Settings

AREAS: Final = tuple(get_args(Area.__value__))
MANIFEST: Final = "manifest.json"
DATABASES: Final = ("disputes", "rasa")
_PREFIX: Final = "disputes-"
_UNFINISHED: Final = ".unfinished"
_TABLES: Final = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Backup:
    """One finished backup: where it is, when it was begun, and how much is in it."""

    folder: Path
    rows: int
    files: int


def back_up(settings: Settings, to: Path, *, keep_days: int) -> Backup:
    """Writes a backup into a new folder below `to`, then removes those older than `keep_days`.

    A backup that does not get to its end has another name, and is removed by the next one.
    """
    began = clock.now()
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    earlier = _backups_in(to)
    for leftover in to.glob(f"{_PREFIX}*{_UNFINISHED}"):
        shutil.rmtree(leftover)
    final = to / f"{_PREFIX}{began:%Y-%m-%dT%H%M%SZ}"
    folder = final.with_name(final.name + _UNFINISHED)
    folder.mkdir(mode=0o700)
    same = earlier[-1] if earlier else None
    _copy_files(settings, folder, same)
    manifest: dict[str, Any] = {"begun_at": began.isoformat(), "databases": {}}
    for name, url in _databases(settings).items():
        manifest["databases"][name] = _dump(url, folder / f"{name}.dump")
    manifest["revision"] = revision_of(dsn_of(settings.database_url))
    manifest["files"] = _copy_files(settings, folder, same)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    folder.rename(final)
    for old in earlier:
        if _begun_at(old) < began - timedelta(days=keep_days):
            shutil.rmtree(old)
    return Backup(final, _rows_of(manifest), manifest["files"])


def restore(settings: Settings, folder: Path) -> Backup:
    """Puts a backup into two empty databases and a folder without files. Conflict when there is something already."""
    manifest = _manifest(folder)
    for name in DATABASES:
        if _digest(folder / f"{name}.dump") != manifest["databases"][name]["sha256"]:
            raise Invalid(f"{folder / name}.dump is not what was written: this backup is damaged.")
    for name, url in _databases(settings).items():
        with _connected(url) as connection:
            if connection.execute(_TABLES).fetchall():
                raise Conflict(f"The database {name} is not empty: restore into new ones.")
    for area in AREAS:
        if any((settings.var_dir / area).glob("*")):
            raise Conflict(f"{settings.var_dir / area} is not empty: restore into a new folder.")
    for name, url in _databases(settings).items():
        _run(url, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
             str(folder / f"{name}.dump"))  # fmt: skip
        with _connected(url) as connection:
            if _counts(connection) != manifest["databases"][name]["rows"]:
                raise Unavailable(f"The database {name} does not hold what its backup says.")
    for area in AREAS:
        if (folder / "files" / area).exists():
            shutil.copytree(folder / "files" / area, settings.var_dir / area, dirs_exist_ok=True)
    return Backup(folder, _rows_of(manifest), manifest["files"])


def _databases(settings: Settings) -> dict[str, str]:
    """Ours first: see above."""
    return dict(zip(DATABASES, (settings.database_url, settings.tracker_url), strict=True))


def _dump(url: str, file: Path) -> dict[str, Any]:
    """Writes one database to a file; returns its digest and how many rows of each table are in it."""
    with _connected(url) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        rows = _counts(connection)
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--snapshot", snapshot,
             "--file", str(file))  # fmt: skip
    file.chmod(0o600)
    return {"sha256": _digest(file), "rows": rows}


def _counts(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, int]:
    counts = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        statement = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))
        (counts[f"{schema}.{table}"],) = connection.execute(statement).fetchone() or (0,)
    return counts


def _copy_files(settings: Settings, folder: Path, same: Path | None) -> int:
    """Copies what is not there yet; what an earlier backup has is the same file, and is linked. Returns how many."""
    for area in AREAS:
        for source in (settings.var_dir / area).glob("??/*"):
            if source.suffix == ".part":
                continue
            place = Path("files") / area / source.parent.name / source.name
            target = folder / place
            if target.exists():
                continue
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                if same is not None and (same / place).exists():
                    os.link(same / place, target)
                else:
                    shutil.copy2(source, target)
            except FileNotFoundError:
                continue  # erased meanwhile
    return sum(path.is_file() for path in (folder / "files").rglob("*"))


def _backups_in(to: Path) -> list[Path]:
    """Finished ones, oldest first."""
    return sorted(path.parent for path in to.glob(f"{_PREFIX}*/{MANIFEST}") if path.parent.suffix != _UNFINISHED)


def _begun_at(folder: Path) -> datetime:
    return datetime.fromisoformat(_manifest(folder)["begun_at"])


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        read: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError as missing:
        raise NotFound(f"{folder} is no backup: it has no {MANIFEST}.") from missing
    return read


def _rows_of(manifest: dict[str, Any]) -> int:
    return sum(sum(database["rows"].values()) for database in manifest["databases"].values())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _connected(url: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    try:
        connection = psycopg.connect(dsn_of(_plain(url)), autocommit=True, connect_timeout=5)
    except psycopg.OperationalError as error:
        raise Unavailable(f"A database does not answer: {str(error).strip().splitlines()[-1]}") from error
    with connection:
        yield connection


def _plain(url: str) -> str:
    """The address without the name of Rasa's driver."""
    return url.replace("postgresql+psycopg2://", "postgresql://", 1)


def _run(url: str, program: str, *arguments: str) -> None:
    """PostgreSQL's own tools, of the version that comes with this program: they read any older server.

    The password goes into their environment: everybody on the machine can read what a program was started with.
    """
    where: dict[str, Any] = conninfo.conninfo_to_dict(dsn_of(_plain(url)))
    password = where.pop("password", None)
    command = [str(programs() / "bin" / program), "--dbname", conninfo.make_conninfo(**where), *arguments]
    environment = os.environ | ({"PGPASSWORD": str(password)} if password else {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise Unavailable(f"{program} failed: {said[0] if said else 'it gave no reason'}")
