"""Connections that have died are not used, and what only reads changes nothing."""

import psycopg
import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from disputes import database
from disputes.people import service as people
from disputes.people.tables import Staff

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url")]

CUT_OTHERS = """
    SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def backend(session: Session) -> int:
    return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)


def name_of(session: Session) -> str | None:
    return session.scalar(select(Staff.name))


def test_a_connection_that_was_cut_is_replaced_before_it_is_used(database_url: str) -> None:
    before = database.run(backend)
    assert database.run(backend) == database.read(backend) == before
    with psycopg.connect(database.psycopg_dsn(database_url), autocommit=True) as other:
        other.execute(CUT_OTHERS)
    assert database.read(backend) != before
    assert database.run(backend) == database.read(backend)


def test_a_connection_without_news_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[object]()
    monkeypatch.setattr(database, "create_engine", _counting(create_engine, asked))
    database.engine.cache_clear()
    for _ in range(3):
        database.run(backend)
    assert asked == []
    monkeypatch.setattr(database, "is_quiet", lambda _connection: False)
    database.run(backend)
    assert len(asked) == 1


def test_what_only_reads_sees_what_is_there_and_keeps_nothing() -> None:
    def rename(session: Session) -> str | None:
        staff = session.scalars(select(Staff)).one()
        staff.name = "Somebody else"
        return name_of(session)

    database.run(people.add_staff, "ann@example.com", "Ann", "agent")
    assert database.read(rename) == "Ann"
    assert database.run(name_of) == "Ann"


def _counting(create: object, asked: list[object]) -> object:
    assert callable(create)

    def made(*args: object, **kwargs: object) -> object:
        engine = create(*args, **kwargs)
        ask = engine.dialect.do_ping

        def ask_and_count(connection: object) -> object:
            asked.append(connection)
            return ask(connection)

        engine.dialect.do_ping = ask_and_count
        return engine

    return made
