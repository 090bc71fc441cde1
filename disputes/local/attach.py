"""Gives a single command the same database that `make run` uses."""

import contextlib
import getpass
import os
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config

from disputes import database, logs
from disputes.local import preflight
from disputes.local.postgres import EmbeddedPostgres
from disputes.people import visits
from disputes.people.visits import Visit
from disputes.policy import entered_days
from disputes.settings import settings


@contextlib.contextmanager
def database_for_command(root: Path) -> Iterator[None]:
    """Within the block `settings().database_url` is an answering database with the newest schema, and calendars know
    the closed days that were entered at the desk.

    That is DATABASE_URL when it is set, left as it is. Otherwise the embedded server: the running one,
    or one that is started, migrated and stopped again for this command. CannotStart when it cannot be had.
    """
    with server_for_command() as started:
        if started:
            migrate(root)
        with database.at_begin(entered_days.refresh):
            yield


@contextlib.contextmanager
def server_for_command() -> Iterator[bool]:
    """The same without a look at what is in the database; gives whether this command has started the server."""
    logs.configure("WARNING")
    if settings().database_url:
        yield False
        return
    var = settings().var_dir.absolute()
    preflight.check_disk(var)
    postgres = EmbeddedPostgres(var / "postgres")
    started = postgres.start()
    os.environ["DATABASE_URL"] = postgres.url()
    settings.cache_clear()
    try:
        yield started
    finally:
        del os.environ["DATABASE_URL"]
        settings.cache_clear()
        if started and not preflight.is_run_from(var):
            postgres.stop()


@contextlib.contextmanager
def by_operator() -> Iterator[None]:
    """Within the block whatever is done is on record as done by the user at the command line."""
    try:
        operator = getpass.getuser()
    except OSError:  # a container may run as a number without a name
        operator = f"user {os.getuid()}"
    with visits.within(Visit(operator=operator)):
        yield


def migrate(root: Path) -> None:
    """Brings the database of the settings to the newest schema."""
    configuration = Config(str(root / "alembic.ini"))
    configuration.set_main_option("script_location", str(root / "migrations"))
    command.upgrade(configuration, "head")
