"""The jobs of retention: what is due each day, and what is outside our transactions and forgotten afterwards."""

import structlog
from procrastinate import App

from disputes import clock, database
from disputes.errors import DisputesError
from disputes.records import retention, tracker
from disputes.worker.mail_jobs import AGAIN

log = structlog.get_logger(__name__)


def add_records_jobs(app: App) -> None:
    """Registers them; each may run again without harm."""
    app.task(name=tracker.FORGET_TRACKER, retry=AGAIN)(tracker.forget_tracker)
    app.task(name=tracker.FORGET_LETTER, retry=AGAIN)(tracker.forget_letter)


def forget_all_due() -> dict[str, int]:
    """Forgets everything that is due now, each thing in a transaction of its own; returns how many of each kind.

    One that cannot be forgotten does not keep the others: it is logged by id, and found again tomorrow.
    """
    with database.transaction() as session:
        found = list(retention.things_due(session, clock.now()))
    done: dict[str, int] = {}
    for due in found:
        try:
            if database.run(retention.forget, due):
                done[due.kind] = done.get(due.kind, 0) + 1
        except DisputesError as error:
            log.warning("retention.left", kind=due.kind, subject_id=str(due.subject_id), reason=error.code)
    log.info("retention.done", **done)
    return done
