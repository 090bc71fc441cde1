"""The figures of the whole installation, read from the database when Prometheus asks.

Every web process tells the same ones: take the largest over all of them, never the sum. When the database does not
answer they are missing, and `disputes_database_answers` is 0.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import worklists
from disputes.chat import presence
from disputes.deadlines import sweep
from disputes.metrics import queries

NOBODY: Final = UUID(int=0)
OWNER, STATE, KIND = "owner", "state", "kind"


class Figures(Collector):
    """Reads them afresh each time."""

    def describe(self) -> list[Metric]:
        """Nothing is known before it is asked: the database may be away when the process starts."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All figures, in one transaction."""
        try:
            with database.transaction() as session:
                found = list(_figures(session, clock.now()))
        except SQLAlchemyError:
            found = []
        yield _one("disputes_database_answers", "1 while the database answers this process.", float(bool(found)))
        yield from found
        yield from _pool()


def _figures(session: Session, now: datetime) -> Iterator[Metric]:
    yield _each(
        "disputes_chats",
        "Open chats by who has them; those of the assistant only when their customer wrote within the hour.",
        OWNER,
        queries.chats_by_owner(session, now),
    )
    waiting = queries.longest_wait(session)
    yield _one("disputes_longest_wait_seconds", "How long the first in the queue has waited.", _age(waiting, now))
    yield _one("disputes_agents_present", "Agents at the desk who take chats.", len(presence.staffing(session).people))
    yield _each("disputes_jobs", "Background jobs.", STATE, queries.jobs(session))
    yield _one("disputes_oldest_job_seconds", "How long a due job has waited.", queries.oldest_job_seconds(session))
    yield _one("disputes_workers", "Workers with a sign of life.", queries.workers(session))
    yield from _of_cases(session, now)
    pending, oldest = queries.letters_pending(session)
    yield _one("disputes_letters_pending", "Letters that have yet to leave.", pending)
    yield _one("disputes_oldest_letter_seconds", "How long one has waited to leave.", _age(oldest, now))


def _of_cases(session: Session, now: datetime) -> Iterator[Metric]:
    lists = worklists.counts(session, NOBODY)
    for name, meaning in (
        ("open", "Open complaints."),
        ("overdue", "Complaints with a date that we told and did not keep."),
        ("unowned", "Open complaints that nobody looks after."),
    ):
        yield _one(f"disputes_complaints_{name}", meaning, lists[name])  # type: ignore[index]
    tasks = {"letter_failed": 0, "unowned": 0, "final_overdue": 0} | queries.open_tasks(session)
    yield _each("disputes_tasks_open", "Work that waits for staff.", KIND, tasks)
    age = queries.seconds_since_queued(session, sweep.SWEEP)
    if age is not None:
        yield _one("disputes_sweep_age_seconds", "Since the sweep of the clocks was last queued.", age)
    due = queries.most_overdue_timer(session, now)
    yield _one("disputes_sweep_lag_seconds", "How long a clock that is over has waited for the sweep.", _age(due, now))


def _pool() -> Iterator[Metric]:
    pool = database.engine().pool
    in_use = getattr(pool, "checkedout", lambda: 0)()
    most = database.POOL_SIZE + database.POOL_OVERFLOW
    values = {"in_use": in_use, "at_most": most}
    yield _each("disputes_database_pool", "Connections of this process to the database.", STATE, values)


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0


def _one(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _each(name: str, meaning: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family
