"""Closed days that were entered at the desk, as rows, and how every process comes to know them.

`refresh` runs at the beginning of a process's transactions (see `local.attach`) and reads the table again every few
seconds, so that all processes count alike soon after a change. What was promised before stays: dates of a case are
columns, never computed again.
"""

from collections.abc import Sequence
from datetime import date
from threading import Lock
from time import monotonic
from typing import Final
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from disputes.policy import closed_days
from disputes.policy.tables import ClosedDay

SECONDS: Final = 5.0


class _LastRead:
    """When this process read the table last; None: it should now."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.at: float | None = None


_last_read = _LastRead()


def refresh(session: Session) -> None:
    """Reads the table again, when that was a while ago."""
    with _last_read.lock:
        if _last_read.at is not None and monotonic() - _last_read.at < SECONDS:
            return
        _last_read.at = monotonic()
    rows = session.execute(select(ClosedDay.day, ClosedDay.name))
    closed_days.know({row.day: row.name for row in rows})


def read_again_after(session: Session) -> None:
    """Has this process read the table again as soon as this transaction, which changes it, is committed."""
    event.listen(session, "after_commit", lambda _session: read_again(), once=True)


def read_again() -> None:
    """Has the table read again at the next transaction."""
    _last_read.at = None


def entered(session: Session, since: date) -> Sequence[ClosedDay]:
    """The days from then on that were entered at the desk, earliest first."""
    return session.scalars(select(ClosedDay).where(ClosedDay.day >= since).order_by(ClosedDay.day)).all()


def locked(session: Session, day_id: UUID) -> ClosedDay | None:
    """The day, with its row locked until the transaction ends."""
    return session.scalar(select(ClosedDay).where(ClosedDay.id == day_id).with_for_update())
