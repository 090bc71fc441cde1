"""Background work, queued in the transaction of the change it serves (Procrastinate's own SQL function).

Services name the job; `worker/app.py` says which function runs under that name, how often it is
tried again, and where. A rolled back change leaves no job behind.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import text
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
