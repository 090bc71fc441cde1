"""How cases hold up in great numbers: looking one up among a million, sweeping a hundred thousand, filing.

`python -m tests.bench.cases` measures these alone, on a database of its own.
"""

import gc
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import psutil
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import progress
from disputes.deadlines import sweep
from disputes.local.postgres import EmbeddedPostgres
from disputes.people.tables import StatusRequest
from disputes.settings import settings
from tests.bench.rows import Row, p50, p95, table
from tests.cases.factories import filed
from tests.deadlines.many import fill
from tests.stack import ROOT

MANY = 1_000_000
OPEN = 100_000
DUE = 1_000
LOOK_UPS = 500
FILINGS = 300

_EVENTS = text(
    """
    INSERT INTO case_events (id, case_id, seq, kind, to_state, actor_kind, audience, notice, data, at, prev_hash, hash)
    SELECT gen_random_uuid(), id, 1, 'filed', 'filed', 'customer', 'everyone', 'N1', '{}', filed_at, '', ''
    FROM cases WHERE last_event_seq = 0
    """
)


def main() -> int:
    """Measures and prints the table; ends with 1 when a bar is missed."""
    with own_database():
        rows = of_cases()
    print(table(rows))
    return 0 if all(row.ok is not False for row in rows) else 1


def of_cases() -> list[Row]:
    """Every row of this file, on the database of the settings."""
    return [*sweep_of_many(), *filing(), *look_up_among_many()]


def sweep_of_many() -> list[Row]:
    """A hundred thousand open cases with four clocks each, of which a thousand are over: all acted on by one process.

    A tenth of them is done first, so that what grows after that grows with the number of cases.
    """
    process = psutil.Process()
    with database.transaction() as session:
        fill(session, OPEN, due=DUE // 10)
    database.run(lambda session: session.execute(text("ANALYZE cases, case_timers")))
    assert sweep.act_on_all_due().cases == DUE // 10
    with database.transaction() as session:
        fill(session, DUE, due=OPEN + DUE, first=OPEN + 1)
    gc.collect()
    before = process.memory_info().rss
    began = time.perf_counter()
    queued = sweep.queue_all_due()
    finding = time.perf_counter() - began
    assert queued == DUE
    began = time.perf_counter()
    assert sweep.act_on_all_due().cases == DUE
    acting = time.perf_counter() - began
    grown = (process.memory_info().rss - before) / 1_000_000
    return [
        Row(f"sweep finds and queues {DUE:,} due among {OPEN:,} open cases", finding, "s", 5),
        Row(f"sweep acts on {DUE:,} due among {OPEN:,} open cases", acting, "s", 30),
        Row("memory that the sweep took besides", grown, "MB", 20),
    ]


def filing() -> list[Row]:
    """A complaint filed, from the verb to the commit, with a hundred thousand others there."""
    took = []
    for number in range(FILINGS):
        began = time.perf_counter()
        with database.transaction() as session:
            filed(session, email=f"filer{number}@example.com", order_number=str(5_000_000 + number))
        took.append(time.perf_counter() - began)
    return [
        Row("filing a complaint, p50", p50(took) * 1000, "ms"),
        Row("filing a complaint, p95", p95(took) * 1000, "ms"),
    ]


def look_up_among_many() -> list[Row]:
    """A verified person's status by order number, among a million cases: the service's part of the answer."""
    with database.transaction() as session:
        # The index of words is not what is measured here, and would take minutes to fill.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        fill(session, MANY - OPEN - DUE, timers=False, first=OPEN + DUE + 1)
        session.execute(_EVENTS)
    database.run(lambda session: session.execute(text("ANALYZE")))
    chance, took = Random(7), list[float]()
    for _ in range(LOOK_UPS + 20):
        request_id = database.run(_verified, chance.randrange(1, MANY + 1))
        began = time.perf_counter()
        found = database.run(progress.progress_of, request_id)
        took.append(time.perf_counter() - began)
        assert len(found) == 1
    took = took[20:]
    return [
        Row(f"status look-up among {MANY:,} cases, p50", p50(took) * 1000, "ms"),
        Row(f"status look-up among {MANY:,} cases, p95", p95(took) * 1000, "ms", 10),
    ]


def _verified(session: Session, number: int) -> UUID:
    now = clock.now()
    request = StatusRequest(
        id=uuid4(),
        lookup=str(100_000 + number),
        email=f"customer{number}@example.com",
        code_expires_at=now + timedelta(minutes=10),
        verified_until=now + timedelta(minutes=30),
        created_at=now,
    )
    session.add(request)
    return request.id


@contextmanager
def own_database() -> Iterator[None]:
    """Within the block the settings name an empty, migrated database, which is thrown away at the end."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            os.environ["DATABASE_URL"] = server.url()
            settings.cache_clear()
            database.engine.cache_clear()
            config = Config(str(ROOT / "alembic.ini"))
            config.set_main_option("sqlalchemy.url", server.url())
            config.set_main_option("script_location", str(ROOT / "migrations"))
            command.upgrade(config, "head")
            yield
        finally:
            database.engine().dispose()
            database.engine.cache_clear()
            server.stop()
            del os.environ["DATABASE_URL"]
            settings.cache_clear()


if __name__ == "__main__":
    sys.exit(main())
