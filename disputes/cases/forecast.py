""" "What if I do nothing?": a case played forward by its clocks alone, with the functions that the engine enforces.

Nothing here is a guess. What we have promised to do ourselves is left out on purpose: the answer tells what happens
by itself even if we do nothing either.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import clocks, engine, queries, states
from disputes.cases.clocks import Act, Position, Timer
from disputes.cases.states import OPEN
from disputes.cases.tables import Case
from disputes.policy import Policy

FURTHEST: Final = timedelta(days=730)
_JUST_AFTER: Final = timedelta(microseconds=1)


@dataclass(frozen=True)
class ForecastLine:
    """Something that will happen by itself: once `at` is over there is that `event`, and the case is in `state`.

    `kind` is the timer that does it. Lines that are not `for_customer` are work for staff.
    """

    at: datetime
    event: str
    state: str
    kind: str
    for_customer: bool = True


def forecast(
    position: Position,
    timers: Iterable[Timer],
    policy: Policy,
    now: datetime,
    *,
    offered: Iterable[tuple[UUID, int]] = (),
) -> list[ForecastLine]:
    """What happens to a case if nobody does anything, in order of date.

    `offered`: the remedies of an open answer and the days each may take, which silence may settle (T11a).
    It ends when nothing is left, or only what comes again and again (weekly notes, alarms to staff).
    """
    running, lines, seen = list(timers), list[ForecastLine](), set[tuple[str, UUID | None]]()
    while running:
        timer = min(running, key=clocks.by_date)
        if timer.due_at > now + FURTHEST or all(_comes_again(other, seen) for other in running):
            break
        running.remove(timer)
        seen.add((timer.kind, timer.subject_id))
        act = clocks.on_due(timer.kind, position)
        if act is None:
            continue
        at = max(now, timer.due_at + _JUST_AFTER)
        if act.step is states.ASSUMED:
            owed = [_remedy(remedy_id, timer.due_at, days, policy, now=at) for remedy_id, days in offered]
            position, running = replace(position, open_remedies=len(owed)), [*running, *owed]
        position, running = acted(position, running, timer, act, policy, now=at)
        lines.append(ForecastLine(timer.due_at, act.event, position.state, timer.kind, act.for_customer))
    return lines


def acted(
    position: Position, running: list[Timer], timer: Timer, act: Act, policy: Policy, *, now: datetime
) -> tuple[Position, list[Timer]]:
    """The position and the timers once a timer, no longer among those `running`, has done its act."""
    start, step = timer.due_at, act.step
    if timer.kind == "last_call":
        position = clocks.called(position, policy, now=now)
        running = [other for other in running if other.kind != "review_close"]
        running.append(Timer("review_close", position.window_ends or now))
    if step is states.REMEDY_OVERDUE:
        again = clocks.remedy_overdue_until(start, policy, now=now)
        running = [*running, Timer("remedy_due", again, timer.subject_id)]
    if step is not None:
        position = clocks.after(step, position, start, policy, now=now)
    if step is not None and step.target is not None:
        stay = [other for other in running if other.kind == "remedy_due"] if position.open_remedies else []
        running = [*stay, *clocks.timers_for(position, start, policy, now=now)]
    elif not act.notice.startswith("none"):
        running = _note_put_off(position, running, policy, now)
    if step is states.FINAL_OVERDUE:
        running = [*running, Timer("final_response", position.expected_end)]
    following = clocks.next_after(timer.kind, position, timer.due_at, policy, now=now)
    if following is not None:
        same = (following.kind, following.subject_id)
        running = [other for other in running if (other.kind, other.subject_id) != same] + [following]
    return position, running


def forecast_of(session: Session, case: Case) -> list[ForecastLine]:
    """What happens to this case if nobody does anything. For a case that is withdrawn: nothing."""
    position, timers = engine.position_of(case), engine.timers_of(session, case)
    answer = queries.last_event(session, case.id, "outcome_offered", "outcome_bettered")
    offered = [(UUID(remedy_id), days) for remedy_id, days in answer.data.get("remedies", [])] if answer else []
    return forecast(position, timers, policy.current(), clock.now(), offered=offered)


def if_you_do_nothing(session: Session, case: Case) -> list[str]:
    """The same in sentences for the customer, in order of date.

    What only staff notice, reminders and the weekly letters are left out.
    """
    rules = policy.current()
    figures = {"window": rules.clocks_for(case.category).review_window_days}
    said = [
        words.format(date=rules.say_date(line.at), **figures)
        for line in forecast_of(session, case)
        if (words := _WORDS.get((line.kind, line.event)) or _WORDS.get(line.event)) is not None
    ]
    if said:
        return said
    if case.state in OPEN:
        return ["We go on with your case, and we write to you at least once a week."]
    return ["Nothing more happens by itself. You can write to us at any time."]


def _remedy(remedy_id: UUID, start: datetime, days: int, policy: Policy, *, now: datetime) -> Timer:
    due = policy.calendar.due_after_days(start, days)
    return Timer("remedy_due", due if due > now else policy.calendar.due_after_days(now, days), remedy_id)


def _comes_again(timer: Timer, seen: set[tuple[str, UUID | None]]) -> bool:
    again = timer.kind == "remedy_due" and (timer.kind, timer.subject_id) in seen
    return again or timer.kind in ("progress_note", "final_alarm")


def _note_put_off(position: Position, running: list[Timer], policy: Policy, now: datetime) -> list[Timer]:
    if not clocks.gets_progress_notes(position):
        return running
    due = clocks.end_after(now, policy.clocks.progress_note_days, policy.calendar)
    return [*(timer for timer in running if timer.kind != "progress_note"), Timer("progress_note", due)]


_WORDS: Final[dict[str | tuple[str, str], str]] = {
    "named_person_late": "If nobody has taken on your case by {date}, we write to you and see to it.",
    ("named_person", "escalated"): "If nobody has taken on your case by {date}, a manager takes it over.",
    ("first_answer", "escalated"): (
        "You get our answer by {date}. If we are late, a manager takes over your case, and we write to you why."
    ),
    "answered": (
        "If you do not answer our questions by {date}, we go on with what we have. "
        "Your case stays open, and you can still answer later."
    ),
    "assumed_settled": (
        "If you do not reply by {date}, we take the matter as settled, because our answer gives you all you asked for. "
        "After that you have {window} days to ask for another look."
    ),
    "unanswered": "If you do not reply by {date}, a manager looks at your case again. You lose nothing.",
    "mediation_declined": (
        "If not everybody has said yes to mediation by {date}, your case goes on as before. You lose nothing."
    ),
    "mediation_ended": "If there is no agreement by {date}, mediation ends and a manager looks at your case.",
    ("final_response", "final_overdue"): (
        "You get our final response by {date}. If we are late, we write to you why, and we name one new date."
    ),
    "deadlock_notice": (
        "If you do not have our final response by {date}, we write to you that you may turn to somebody outside. "
        "We still go on with your case."
    ),
    "remedy_overdue": (
        "We do what we have agreed by {date}. If we are late, a senior colleague sees to it, and we write to you."
    ),
    "closed": (
        "You can ask for another look until {date}. After that your case is closed. "
        "Your options outside the shop stay open."
    ),
}
"""What happens by itself, by event or by timer and event, in customers' words."""
