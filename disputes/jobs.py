"""Background work, queued in the transaction of the change it serves (Procrastinate's own SQL function).

Services name the job; `worker/app.py` says which function runs under that name, how often it is
tried again, and where. A rolled back change leaves no job behind.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes import clock

type JobArgument = str | int | bool | None

_DEFER = text(
    """
    SELECT unnest(procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', :task, :priority, :lock, :queueing_lock, CAST(:args AS jsonb), CAST(:at AS timestamptz))
    ]::procrastinate_job_to_defer_v1[]))
    """
)

_DEFER_MISSING = text(
    """
    WITH wanted AS (
        SELECT lock, args FROM unnest(CAST(:locks AS text[]), CAST(:args AS jsonb[])) AS wanted (lock, args)
        WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = wanted.lock AND status = 'todo')
          AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE procrastinate_jobs.lock = wanted.lock
                          AND status = 'doing')
    )
    SELECT count(*) FROM unnest(procrastinate_defer_jobs_v1(ARRAY(
        SELECT CAST(ROW('default', :task, :priority, lock, lock, args, NULL) AS procrastinate_job_to_defer_v1)
        FROM wanted
    )))
    """
)


def defer(
    session: Session,
    task: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    after: timedelta | None = None,
    priority: int = 0,
    **args: JobArgument,
) -> int:
    """Queues one job and returns its id; it becomes visible to workers when the transaction commits.

    `lock`: jobs with the same lock run one at a time, in order. `queueing_lock`: at most one such job waits
    (a second one raises IntegrityError: use a savepoint). `after`: not before this time from now.
    """
    at: datetime | None = clock.now() + after if after else None
    row = {
        "task": task,
        "priority": priority,
        "lock": lock,
        "queueing_lock": queueing_lock,
        "args": json.dumps(args),
        "at": at,
    }
    return int(session.execute(_DEFER, row).scalar_one())


def defer_once(session: Session, task: str, *, key: str) -> None:
    """Queues one job unless one with the same `key` waits already; one that runs may have looked too early to count."""
    try:
        with session.begin_nested():
            defer(session, task, lock=key, queueing_lock=key)
    except IntegrityError:
        return


def defer_missing(
    session: Session, task: str, args_by_lock: Mapping[str, Mapping[str, JobArgument]], *, priority: int = 0
) -> int:
    """Queues many jobs at once, each with a lock of its own, and returns how many.

    A job whose lock waits or runs already is left out. Not even one that runs gets a second: if its worker died, it
    goes back into the queue under the same lock, and two cannot wait. Callers take turns (see `deadlines.queries`).
    """
    if not args_by_lock:
        return 0
    row = {
        "task": task,
        "priority": priority,
        "locks": list(args_by_lock),
        "args": [json.dumps(args) for args in args_by_lock.values()],
    }
    return int(session.execute(_DEFER_MISSING, row).scalar_one())
