"""Whether a database has the newest schema, told without loading the migrations: that takes a second of each start."""

from pathlib import Path

import psycopg


def newest(root: Path) -> str:
    """The newest revision; migrations are numbered, and the number that begins a file's name is its revision."""
    names = sorted(path.name for path in (root / "migrations" / "versions").glob("[0-9]*_*.py"))
    return names[-1].partition("_")[0]


def revision_of(dsn: str) -> str | None:
    """The revision a database is at; None when it is empty. psycopg.OperationalError when it does not answer."""
    with psycopg.connect(dsn, connect_timeout=5) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return None
    return None if row is None else str(row[0])


def dsn_of(url: str) -> str:
    """A SQLAlchemy URL in the form that psycopg takes."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
