"""How long things take: with whom a case was, and what may honestly be expected of one like it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import states
from disputes.cases.tables import Case, CaseEvent, CasePromise
from disputes.policy.calendar import Calendar

ENOUGH: Final = 20
"""Ended cases of a category from which on their times are told; below, only the policy's figure."""

WITH_YOU: Final = frozenset({"awaiting_customer", "outcome_offered", "mediation_offered", "final_response"})
DAY_SECONDS: Final = 86_400


@dataclass(frozen=True)
class Split:
    """Whole days that a case was with us, with the customer, and with a neutral person."""

    us: int
    you: int
    neutral: int


@dataclass(frozen=True)
class Expected:
    """Days from filing to the end: of half of the cases, and of four in five; or what the policy says."""

    median_days: int
    p80_days: int
    n: int
    source: Literal["measured", "policy"]


def days_with(events: Iterable[CaseEvent], now: datetime, calendar: Calendar) -> Split:
    """Counts the days of a case by who had it; a day belongs to whoever had the case when it began."""
    days = {"us": 0, "you": 0, "neutral": 0}
    holder, since = None, None
    for event in events:
        if event.to_state is None or event.to_state == event.from_state:
            continue
        if holder is not None and since is not None:
            days[holder] += _days(since, event.at, calendar)
        holder, since = _holder(event.to_state), event.at
    if holder is not None and since is not None:
        days[holder] += _days(since, now, calendar)
    return Split(**days)


def expected_time(session: Session, category: str, _stage: str) -> Expected:
    """How long complaints of that category take here, from those that ended by themselves or by agreement.

    With fewer than `ENOUGH` of them: the policy's figures, marked as such.
    """
    took = func.extract("epoch", Case.ended_at - Case.filed_at)
    ended = Case.state.in_(("resolved", "closed"))
    found = select(
        func.count(), func.percentile_cont(0.5).within_group(took), func.percentile_cont(0.8).within_group(took)
    ).where(ended, Case.ended_at.is_not(None), Case.category == category)
    count, median, p80 = session.execute(found).one()
    if count < ENOUGH:
        clocks = policy.current().clocks_for(category)
        return Expected(clocks.first_answer_days, clocks.final_response_days, int(count), "policy")
    return Expected(round(median / DAY_SECONDS), round(p80 / DAY_SECONDS), int(count), "measured")


def kept_rate(session: Session, since: datetime) -> tuple[int, int]:
    """How many of the promised dates that came up since then were kept, and how many there were."""
    due = select(CasePromise.state, func.count()).where(
        CasePromise.due_at >= since, CasePromise.due_at <= clock.now(), CasePromise.state.in_(("kept", "missed"))
    )
    counts = dict(session.execute(due.group_by(CasePromise.state)).all())
    return counts.get("kept", 0), sum(counts.values())


def _holder(state: str) -> str | None:
    if state in states.ENDED:
        return None
    if state == "in_mediation":
        return "neutral"
    return "you" if state in WITH_YOU else "us"


def _days(since: datetime, until: datetime, calendar: Calendar) -> int:
    return (calendar.day_of(until) - calendar.day_of(since)).days
