"""How the board opens with 100,000 cases and 10,000 chats: `python -m tests.bench.board` measures it alone."""

import sys
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.reports import service, sheets
from disputes.reports.figures import FIGURES
from disputes.reports.filters import Filters
from disputes.reports.period import Period
from tests.bench.cases import own_database
from tests.bench.rows import Row, p50, table
from tests.reports.many import fill_cases, fill_chats

CASES = 100_000
CHATS = 10_000
DAYS = 1095
TIMES = 5


def main() -> int:
    """Measures and prints the table; ends with 1 when a bar is missed."""
    with own_database():
        rows = of_board()
    print(table(rows))
    return 0 if all(row.ok is not False for row in rows) else 1


def of_board() -> list[Row]:
    """What each part of the board asks of the database, on the database of the settings."""
    with database.transaction() as session:
        fill_cases(session, CASES, days=DAYS)
        fill_chats(session, CHATS, days=DAYS)
    with database.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    today = policy.current().calendar.day_of(clock.now())
    usual, year = Period.around(today), Period(today - timedelta(days=365), today)
    return [
        Row(f"board of {CASES:,} cases, what is due now", _now(usual), "s", 1),
        Row("board, complaints of 12 weeks", _sheet("cases", usual), "s", 1),
        Row("board, complaints of a year", _sheet("cases", year), "s"),
        Row(f"board of {CHATS:,} chats, 12 weeks", _sheet("chats", usual), "s", 1),
        Row("board, chats of a year", _sheet("chats", year), "s"),
    ]


def _sheet(name: str, period: Period) -> float:
    return _measured(lambda session: sheets.sheets_by(session, name, Filters(period), ["week", "category"]))


def _now(period: Period) -> float:
    def read(session: Session) -> None:
        sheets.sheet(session, "due", Filters(period), "agent")
        for name in ("alarms", "open", "waiting", "held"):
            service.count(session, FIGURES[name], Filters(period))

    return _measured(read)


def _measured(read: Callable[[Session], object]) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        database.run(read)
        took.append(time.perf_counter() - began)
    return p50(took)


if __name__ == "__main__":
    sys.exit(main())
