"""How long things take: who had a case for how many days, what to expect, and how well we keep what we promise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal

import structlog
from sqlalchemy import and_, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases.promises import STAND_STILL
from disputes.cases.states import OPEN, PAUSED
from disputes.cases.tables import Case, CaseEvent, CasePromise, ExpectedTime, TimeTest
from disputes.policy import Policy
from disputes.policy.calendar import Calendar

FEWEST: Final = 20
"""From so many cases on we say what we measured; with fewer, what the policy promises."""

LOOKED_BACK: Final = timedelta(days=730)
AGES: Final = (7, 15, 30, 42)
"""The last day of each group that open cases are counted in; the last group has no end."""

_WITH: Final = {
    "filed": "us",
    "investigating": "us",
    "escalated": "us",
    "awaiting_customer": "you",
    "outcome_offered": "you",
    "mediation_offered": "you",
    "final_response": "you",
    "in_mediation": "neutral",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Days:
    """Whole days that a case was with the shop, with the customer, and with a neutral person."""

    us: int = 0
    you: int = 0
    neutral: int = 0


@dataclass(frozen=True)
class Expected:
    """Days from a stage to the end: half of all cases took at most `median_days`, four of five `p80_days`.

    "measured" rests on `n` cases of ours; "policy" is what the policy allows at most, and must be said as such.
    """

    median_days: int
    p80_days: int
    n: int
    source: Literal["measured", "policy"]


@dataclass(frozen=True)
class Kept:
    """What became of promises whose time has come. `rate`: kept of kept and missed; None when there are none."""

    kept: int
    missed: int
    moved: int

    @property
    def rate(self) -> float | None:
        return self.kept / (self.kept + self.missed) if self.kept + self.missed else None


@dataclass(frozen=True)
class Ageing:
    """Open cases: how many, how many with a date that is over, and how many by age in days (see `AGES`)."""

    open: int
    overdue: int
    past_hard_cap: int
    by_age: list[int]


def days_with(events: Iterable[CaseEvent], now: datetime, calendar: Calendar) -> Days:
    """Who had the case for how many days, from its history in order; the three add up to the days it was open."""
    spent = {"us": 0, "you": 0, "neutral": 0}
    state, since = None, None
    for event in events:
        if event.to_state is None or event.to_state == state:
            continue
        at = event.due_at or event.at
        _spend(spent, state, since, at, calendar)
        state, since = event.to_state, max(at, since) if since else at
    _spend(spent, state, since, now, calendar)
    return Days(**spent)


def expected_time(session: Session, category: str, stage: str) -> Expected:
    """How long it takes from that stage on, for complaints of that category, until our answer is final.

    It rests on what was measured last night: whoever opens the page of a complaint waits for no figures.
    """
    known = session.get(ExpectedTime, (category, stage), populate_existing=True)
    if known is not None and known.cases >= FEWEST:
        return Expected(known.median_days, known.p80_days, known.cases, "measured")
    days = _promised(stage, category, policy.current())
    return Expected(days, days, known.cases if known else 0, "policy")


def measure(session: Session) -> int:
    """Measures every category and stage over the last two years, in the place of what was measured before.

    Returns how many there are. To be run nightly.
    """
    now = clock.now()
    session.execute(delete(ExpectedTime))
    found = session.execute(_ALL_MEASURED, {"since": now - LOOKED_BACK, "until": now}).all()
    rows = [
        {
            "category": row.category,
            "stage": row.stage,
            "cases": row.n,
            "median_days": _whole(row.median),
            "p80_days": _whole(row.p80),
            "measured_at": now,
        }
        for row in found
    ]
    if rows:
        session.execute(insert(ExpectedTime), rows)
    log.info("times.measured", figures=len(rows))
    return len(rows)


def kept_rate(session: Session, since: datetime) -> Kept:
    """What became of the promises that were due since then.

    What was dropped with its case does not count, nor what waits while somebody else has the case.
    """
    waits = and_(CasePromise.state == "open", CasePromise.what.in_(STAND_STILL), Case.state.in_(PAUSED))
    found = (
        select(CasePromise.state, func.count())
        .join(Case, Case.id == CasePromise.case_id)
        .where(CasePromise.due_at >= since, CasePromise.due_at <= clock.now(), ~waits)
        .group_by(CasePromise.state)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in session.execute(found)}
    overdue = counts.get("open", 0)
    return Kept(counts.get("kept", 0), counts.get("missed", 0) + overdue, counts.get("moved", 0))


def ageing(session: Session) -> Ageing:
    """How old the open cases are, now."""
    now, calendar = clock.now(), policy.current().calendar
    starts = [calendar.end_of_day(calendar.day_of(now) - timedelta(days=days + 1)) for days in AGES]
    older = [func.count().filter(Case.filed_at <= start) for start in starts]
    counts = session.execute(
        select(
            func.count(),
            func.count().filter(Case.next_date < now),
            func.count().filter(Case.hard_cap < now),
            *older,
        ).where(Case.state.in_(OPEN))
    ).one()
    total, overdue, past_cap, *by_age = (int(count) for count in counts)
    groups = [before - after for before, after in zip([total, *by_age], [*by_age, 0], strict=True)]
    return Ageing(total, overdue, past_cap, groups)


def back_test(session: Session, month: date) -> TimeTest:
    """Checks what we would have said against what then happened, for the cases that ended in that month.

    What we would have said comes from the cases that had ended before the month, by category, at filing. Keeps the
    result, in the place of an earlier one for the same month, and returns it.
    """
    calendar = policy.current().calendar
    first = month.replace(day=1)
    start = calendar.end_of_day(first - timedelta(days=1))
    end = calendar.end_of_day((first + timedelta(days=32)).replace(day=1) - timedelta(days=1))
    cases = measured = within_median = within_p80 = 0
    for category, days in session.execute(_ENDED, {"start": start, "end": end}):
        row = session.execute(
            _MEASURED, {"category": category, "stage": "filed", "since": start - LOOKED_BACK, "until": start}
        ).one()
        cases += len(days)
        if row.n < FEWEST:
            continue
        measured += len(days)
        within_median += sum(took <= _whole(row.median) for took in days)
        within_p80 += sum(took <= _whole(row.p80) for took in days)
    values = {
        "cases": cases,
        "measured": measured,
        "within_median": within_median,
        "within_p80": within_p80,
        "tested_at": clock.now(),
    }
    kept = insert(TimeTest).values(month=first, **values).on_conflict_do_update(index_elements=["month"], set_=values)
    session.execute(kept)
    log.info("times.back_test", month=first.isoformat(), cases=cases, measured=measured, within_p80=within_p80)
    return session.get_one(TimeTest, first, populate_existing=True)


def check_last_month(session: Session) -> TimeTest:
    """The back-test of the month before this one."""
    first = policy.current().calendar.day_of(clock.now()).replace(day=1)
    return back_test(session, first - timedelta(days=1))


def _spend(
    spent: dict[str, int], state: str | None, since: datetime | None, until: datetime, calendar: Calendar
) -> None:
    whose = _WITH.get(state or "")
    if whose is not None and since is not None:
        spent[whose] += max((calendar.day_of(until) - calendar.day_of(since)).days, 0)


def _whole(days: float) -> int:
    return max(-int(-days // 1), 1)


def _promised(stage: str, category: str, rules: Policy) -> int:
    clocks = rules.clocks_for(category)
    review, silence = clocks.management_review_days, clocks.management_review_after_silence_days
    mediation = clocks.mediation_days + clocks.management_review_after_mediation_days
    return {
        "awaiting_customer": clocks.customer_question_days + clocks.final_response_days,
        "outcome_offered": clocks.offer_days + silence,
        "mediation_offered": clocks.mediation_answer_days + mediation,
        "in_mediation": mediation,
        "escalated": review,
        "final_response": clocks.review_window_days,
    }.get(stage, clocks.final_response_days)


_MEASURED: Final = text(
    """
    WITH took AS (
        SELECT extract(epoch FROM ending.at - entry.at) / 86400 AS days
        FROM cases
        JOIN LATERAL (SELECT min(at) AS at FROM case_events WHERE case_id = cases.id AND to_state = :stage) AS entry
            ON entry.at IS NOT NULL
        JOIN LATERAL (SELECT min(at) AS at FROM case_events
                      WHERE case_id = cases.id AND to_state IN ('resolved', 'final_response')
                        AND at >= entry.at) AS ending
            ON ending.at IS NOT NULL
        WHERE cases.category = :category AND cases.state IN ('resolved', 'closed', 'final_response')
          AND ending.at > :since AND ending.at <= :until
    )
    SELECT count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median,
        percentile_cont(0.8) WITHIN GROUP (ORDER BY days) AS p80
    FROM took
    """
)
_ALL_MEASURED: Final = text(
    """
    WITH ended AS (
        SELECT id, category FROM cases WHERE state IN ('resolved', 'closed', 'final_response')
    ), entered AS (
        SELECT case_id, category, to_state AS stage, min(at) AS at
        FROM case_events JOIN ended ON ended.id = case_id
        WHERE to_state IS NOT NULL GROUP BY case_id, category, to_state
    ), took AS (
        SELECT category, stage, extract(epoch FROM ending.at - entered.at) / 86400 AS days
        FROM entered
        JOIN LATERAL (SELECT min(at) AS at FROM case_events
                      WHERE case_id = entered.case_id AND to_state IN ('resolved', 'final_response')
                        AND at >= entered.at) AS ending
            ON ending.at > :since AND ending.at <= :until
    )
    SELECT category, stage, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median,
        percentile_cont(0.8) WITHIN GROUP (ORDER BY days) AS p80
    FROM took GROUP BY category, stage
    """
)
_ENDED: Final = text(
    """
    SELECT category, array_agg(CAST(extract(epoch FROM ending.at - cases.filed_at) / 86400 AS double precision))
    FROM cases
    JOIN LATERAL (SELECT min(at) AS at FROM case_events
                  WHERE case_id = cases.id AND to_state IN ('resolved', 'final_response')) AS ending
        ON ending.at > :start AND ending.at <= :end
    WHERE cases.state IN ('resolved', 'closed', 'final_response')
    GROUP BY category
    """
)
