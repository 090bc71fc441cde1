"""Finds cases with a clock that has run out: queues one job for each, or acts at once as of a moment."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from sqlalchemy.orm import Session

from disputes import clock, database, jobs
from disputes.deadlines import queries, service
from disputes.deadlines.queries import START, Mark
from disputes.errors import DisputesError, Invalid

ACT: Final = "deadlines.act"
SWEEP: Final = "deadlines.sweep"
PAGE: Final = 500
"""Cases looked at in one transaction; the memory a sweep needs does not depend on how many are due."""

BEHIND_PEOPLE: Final = -10
"""Priority of these jobs: a thousand clocks at midnight must not keep a customer in the chat waiting."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Swept:
    """What a sweep did: how many cases it acted on, what happened in them altogether, and how many failed."""

    cases: int = 0
    acts: int = 0
    failed: int = 0

    def __str__(self) -> str:
        if not self.cases and not self.failed:
            return "No clock was over."
        said = f"{self.acts} clock{_s(self.acts)} of {self.cases} case{_s(self.cases)} acted on."
        return said if not self.failed else f"{said} {self.failed} case{_s(self.failed)} failed; the log says why."


def queue_all_due() -> int:
    """Queues a job for every case with a timer that is over, a page to a transaction; returns how many.

    A case whose job waits or runs already gets no second one, so a sweep that comes too often does no harm.
    """
    queued, mark = 0, START
    while True:
        count, following = database.run(_queue_page, mark)
        queued += count
        if following is None:
            return queued
        mark = following


def act_on_all_due() -> Swept:
    """Acts on every case with a timer that is over at `clock.now()`, here and now, each in its own transaction."""
    done, mark = Swept(), START
    while True:
        with database.transaction() as session:
            cases, following = queries.cases_over(session, clock.now(), mark, PAGE)
        for case_id in cases:
            try:
                acts = database.run(service.act_on_case, case_id)
            except DisputesError:  # one case that cannot go on must not hold up the others
                log.exception("deadlines.failed", case=str(case_id))
                done = Swept(done.cases, done.acts, done.failed + 1)
                continue
            done = Swept(done.cases + (acts > 0), done.acts + acts, done.failed)
        if following is None:
            return done
        mark = following


def read_moment(written: str) -> datetime:
    """The moment in "2030-01-05T09:00Z". Raises `Invalid` when it is none, or leaves its time zone open."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        raise Invalid(f"{written!r} is not a moment. Write it like 2030-01-05T09:00Z.") from None
    if moment.tzinfo is None:
        raise Invalid(f"{written!r} does not say its time zone. Write it like 2030-01-05T09:00Z (Z means UTC).")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid(f"{written!r} is too far away.") from None


def _queue_page(session: Session, mark: Mark) -> tuple[int, Mark | None]:
    queries.wait_for_turn(session)
    cases, following = queries.cases_over(session, clock.now(), mark, PAGE)
    by_lock = {f"deadlines:{case_id}": {"case_id": str(case_id)} for case_id in cases}
    return jobs.defer_missing(session, ACT, by_lock, priority=BEHIND_PEOPLE), following


def _s(count: int) -> str:
    return "" if count == 1 else "s"
