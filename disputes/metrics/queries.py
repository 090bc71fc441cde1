"""Every SELECT of the figures that the whole installation has in common. Each is answered from an index."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from disputes.cases.tables import CaseTask, CaseTimer
from disputes.chat.tables import Conversation
from disputes.notifications.tables import Notification

RECENTLY: Final = timedelta(hours=1)

_JOBS = text(
    """
    SELECT count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,
           count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()) AS planned,
           count(*) FILTER (WHERE status = 'doing') AS running,
           count(*) FILTER (WHERE status = 'failed') AS failed
    FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed')
    """
)
_OLDEST_JOB = text(
    """
    SELECT extract(epoch FROM now() - coalesce(job.scheduled_at, event.at)) FROM procrastinate_jobs job
    JOIN procrastinate_events event ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
    ORDER BY coalesce(job.scheduled_at, event.at) LIMIT 1
    """
)
_WORKERS = text("SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '15 seconds'")
_LAST_RUN = text(
    "SELECT extract(epoch FROM now()) - max(defer_timestamp) FROM procrastinate_periodic_defers WHERE task_name = :name"
)


def chats_by_owner(session: Session, now: datetime) -> dict[str, int]:
    """Chats with people and in the queue, and those of the assistant whose customer wrote within the hour."""
    people = (
        select(Conversation.owner, func.count())
        .where(Conversation.owner.in_(("queue", "agent")))
        .group_by(Conversation.owner)
    )
    counted = {owner: int(number) for owner, number in session.execute(people)}
    bot = select(func.count()).where(Conversation.owner == "bot", Conversation.last_customer_at > now - RECENTLY)
    return {"queue": 0, "agent": 0} | counted | {"bot": int(session.scalars(bot).one())}


def longest_wait(session: Session) -> datetime | None:
    """Since when the customer at the head of the queue has waited; messages that were left for later do not count."""
    statement = select(func.min(Conversation.waiting_since)).where(
        Conversation.owner == "queue", Conversation.left_message_at.is_(None)
    )
    return session.scalar(statement)


def jobs(session: Session) -> dict[str, int]:
    """Jobs by what they are doing."""
    row = session.execute(_JOBS).one()
    return {name: int(value) for name, value in row._mapping.items()}


def oldest_job_seconds(session: Session) -> float:
    """How long the job that is due has waited for a worker; 0 when none waits."""
    return float(session.scalar(_OLDEST_JOB) or 0)


def workers(session: Session) -> int:
    """Workers that have given a sign of life."""
    return int(session.scalar(_WORKERS) or 0)


def seconds_since_queued(session: Session, task: str) -> float | None:
    """Since when a periodic job was last queued; None when it never was."""
    found = session.scalar(_LAST_RUN, {"name": task})
    return None if found is None else float(found)


def most_overdue_timer(session: Session, now: datetime) -> datetime | None:
    """When the clock was due that has waited longest for the sweep to act on it."""
    statement = select(func.min(CaseTimer.due_at)).where(CaseTimer.suspended_at.is_(None), CaseTimer.due_at < now)
    return session.scalar(statement)


def open_tasks(session: Session) -> dict[str, int]:
    """Work that waits for staff, by kind."""
    statement = select(CaseTask.kind, func.count()).where(CaseTask.done_at.is_(None)).group_by(CaseTask.kind)
    return {kind: int(number) for kind, number in session.execute(statement)}


def letters_pending(session: Session) -> tuple[int, datetime | None]:
    """Letters that have yet to leave, and when the oldest was written."""
    statement = select(func.count(), func.min(Notification.created_at)).where(Notification.state == "pending")
    number, oldest = session.execute(statement).one()
    return int(number), oldest
