"""The connection to PostgreSQL and the edge of every transaction."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Concatenate

import psycopg
from sqlalchemy import Engine, MetaData, create_engine
from sqlalchemy.orm import DeclarativeBase, Session

from disputes.settings import settings

POOL_SIZE = 10
POOL_OVERFLOW = 20


class Base(DeclarativeBase):
    """Base of all tables; names every constraint, so that migrations and errors can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@cache
def engine() -> Engine:
    """The pool of connections of this process.

    Connections are checked before use: PostgreSQL may have been restarted since the last one.
    """
    made = create_engine(
        settings().database_url,
        pool_pre_ping=True,
        hide_parameters=True,  # what people write must not reach the log with a failing statement
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        connect_args={"connect_timeout": 5},
    )
    ask: Callable[[Any], bool] = made.dialect.do_ping

    def look_or_ask(dbapi_connection: Any) -> bool:
        return is_quiet(dbapi_connection) or ask(dbapi_connection)

    made.dialect.do_ping = look_or_ask  # type: ignore[method-assign]
    return made


def is_quiet(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Whether an idle connection lives as far as can be seen from here: whoever ends it says so, or closes it.

    Without a round trip, which a query would take; of one that is not quiet it has to be asked.
    """
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


_at_begin: list[Callable[[Session], None]] = []


@contextmanager
def at_begin(callback: Callable[[Session], None]) -> Iterator[None]:
    """Within the block every transaction of this process begins with `callback`, on its own connection."""
    _at_begin.append(callback)
    try:
        yield
    finally:
        _at_begin.remove(callback)


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed at the end of the block, or rolled back when the block raises.

    Opened at the edge only: an endpoint, a socket event, an action, a job, a command.
    """
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        for callback in tuple(_at_begin):
            callback(session)
        yield session


def run[**P, T](verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs one service verb in a transaction of its own and returns what it returns."""
    with transaction() as session:
        return verb(session, *args, **kwargs)


def read[**P, T](verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a verb that only reads, each of its statements by itself: it saves two round trips, and sees no less.

    What it would change is not kept.
    """
    with Session(engine(), autoflush=False) as session:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        for callback in tuple(_at_begin):
            callback(session)
        return verb(session, *args, **kwargs)


def psycopg_dsn(url: str) -> str:
    """The same address in the form that psycopg and Procrastinate take."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
