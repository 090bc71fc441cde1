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
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "forecast")

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
    said = [
        _sentence(name, rules.say_date(line.at), rules.words_for(case.category)["review_window_days"])
        for line in forecast_of(session, case)
        if (name := _TOLD.get((line.kind, line.event)) or _TOLD.get(line.event)) is not None
    ]
    return said or [say("we_go_on") if case.state in OPEN else say("nothing_more")]


def _sentence(name: str, date: str, window: str) -> str:
    return say(name, date=date, window=window) if name == "assumed_settled" else say(name, date=date)


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


_TOLD: Final[dict[str | tuple[str, str], str]] = {
    "named_person_late": "named_person_late",
    ("named_person", "escalated"): "urgent_late",
    ("first_answer", "escalated"): "first_answer_late",
    "answered": "unanswered_questions",
    "assumed_settled": "assumed_settled",
    "unanswered": "unanswered",
    "mediation_declined": "mediation_declined",
    "mediation_ended": "mediation_ended",
    ("final_response", "final_overdue"): "final_overdue",
    "deadlock_notice": "deadlock_notice",
    "remedy_overdue": "remedy_overdue",
    "closed": "closed",
}
"""What customers are told of what happens by itself: the sentence, by event or by timer and event."""
