"""What time does to a case: the dates after each step, the timers that run, and what each does when it is over.

Pure: the engine applies it to rows, and `cases.forecast` plays it forward to answer "what if I do nothing?".
Figures come from `policy.yml`. Moments are aware UTC; a day is a day where the shop is, and counts to its last moment.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, get_args
from uuid import UUID

from disputes.cases import states
from disputes.cases.states import BACK, OPEN, PAUSED, Clock, Transition
from disputes.policy import Policy
from disputes.policy.calendar import Calendar

SHOWN: Final = frozenset[str](get_args(Clock.__value__))
"""Timers whose date customers read as the next one."""

NEVER_MOVES: Final = "hard_cap"
STAYS_WITH_REMEDY: Final = frozenset({"remedy_due", "satisfaction"})


@dataclass(frozen=True)
class Timer:
    """Something that happens by itself once `due_at` is over; `subject_id` says about what, where there are several."""

    kind: str
    due_at: datetime
    subject_id: UUID | None = None


@dataclass(frozen=True)
class Position:
    """Everything about a case that time depends on."""

    state: str
    category: str
    filed_at: datetime
    first_answer_by: datetime
    expected_end: datetime
    hard_cap: datetime
    prior_state: str | None = None
    withdrawn_from: str | None = None
    urgent: bool = False
    paused_at: datetime | None = None
    grants_all: bool = False
    open_remedies: int = 0
    final_sent_at: datetime | None = None
    deadlock_notice_at: datetime | None = None
    final_overdue_at: datetime | None = None
    last_call_at: datetime | None = None
    window_ends: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Act:
    """What a timer does: a step of the table, or an event beside it. `notice` is its letter, or "none: why".

    `task` is what staff find in their lists because of it.
    """

    event: str
    step: Transition | None = None
    notice: str = "none: for staff only"
    task: str | None = None
    for_customer: bool = True


def after(step: Transition, position: Position, start: datetime, policy: Policy, *, now: datetime) -> Position:
    """The position once a step is taken. Our own time counts from `start` (for a clock: the date it was due).

    A time that we give the customer counts from `now` when that is later: being late never shortens it. Nor is a
    new date of ours ever over when it is told: after an outage longer than the time itself it counts from `now`.
    """
    clocks, calendar = policy.clocks_for(position.category), policy.calendar
    target = _target(step, position)
    moved = replace(position, state=target)
    if step is states.WITHDRAWN:
        return replace(moved, withdrawn_from=position.state, ended_at=start)
    if step is states.WITHDRAWAL_UNDONE:
        return _undone(moved, position, start, calendar)
    if target in PAUSED and position.state not in PAUSED:
        moved = replace(moved, paused_at=start, prior_state=position.state)
    elif target not in PAUSED and position.paused_at is not None:
        moved = _resumed(moved, position.paused_at, start, calendar)
    if step is states.DEADLOCK:
        return replace(moved, deadlock_notice_at=now)
    if step is states.FINAL_OVERDUE:
        due = _still_ahead(start, clocks.management_review_after_silence_days, calendar, now)
        return replace(moved, expected_end=due, final_overdue_at=now)
    if step.target is None:
        return moved
    if target == "escalated" and step.target != BACK:
        moved = replace(
            moved,
            expected_end=_review_by(step, moved, start, policy, now),
            final_overdue_at=None,
            ended_at=None,
            window_ends=None,
            last_call_at=None,
        )
    if target in ("final_response", "resolved") and target != position.state:
        window = calendar.due_after_days(max(start, now), clocks.review_window_days)
        moved = replace(moved, window_ends=window, last_call_at=None)
    if step is states.FINAL_RESPONSE:
        moved = replace(moved, final_sent_at=now, grants_all=position.grants_all)
    if target in states.ENDED:
        moved = replace(moved, ended_at=start)
    return moved


def timers_for(position: Position, start: datetime, policy: Policy, *, now: datetime) -> list[Timer]:
    """Every timer that runs in that position, entered at `start`; those of single remedies are set with them."""
    clocks, calendar = policy.clocks_for(position.category), policy.calendar
    timers = list(_timers_of_state(position, start, policy))
    if position.state in OPEN and position.final_sent_at is None and position.deadlock_notice_at is None:
        timers.append(Timer("hard_cap", position.hard_cap))
    if gets_progress_notes(position):
        timers.append(Timer("progress_note", end_after(max(start, now), clocks.progress_note_days, calendar)))
    return timers


def by_date(timer: Timer) -> tuple[datetime, int]:
    """Sorts timers as they are acted on: by date; at one moment what moves the case before what only tells of it."""
    return timer.due_at, _AT_ONE_MOMENT.get(timer.kind, 0)


def called(position: Position, policy: Policy, *, now: datetime) -> Position:
    """The position once the last call has gone out: the window stays open for the days that the letter gives.

    The day of the letter is the first of them, so nothing moves unless the letter is late.
    """
    days = policy.clocks_for(position.category).last_call_days - 1
    window = max(position.window_ends or now, end_after(now, days, policy.calendar))
    return replace(position, last_call_at=now, window_ends=window)


def gets_progress_notes(position: Position) -> bool:
    """True where we write at least weekly: as long as we, or a neutral person, have something to do."""
    return position.state in OPEN - {"final_response"}


def on_due(kind: str, position: Position) -> Act | None:
    """What happens when a timer of that kind is over in that position; None when it has become pointless."""
    where, act = _ACTS[kind]
    return act(position) if position.state in where else None


def next_after(kind: str, position: Position, due: datetime, policy: Policy, *, now: datetime) -> Timer | None:
    """The timer that follows on one that is over, for those that come again. After a long outage none comes twice."""
    clocks, calendar = policy.clocks_for(position.category), policy.calendar
    if kind == "progress_note" and gets_progress_notes(position):
        return Timer(kind, _next_on_grid(due, clocks.progress_note_days, calendar, now))
    if kind in ("final_response", "final_alarm") and position.state == "escalated" and position.final_overdue_at:
        return Timer("final_alarm", _next_on_grid(due, 1, calendar, now))
    return None


def remedy_overdue_until(start: datetime, policy: Policy, *, now: datetime) -> datetime:
    """The new date for a remedy that was not delivered in time; always one that is still ahead."""
    days = policy.clocks.remedy_overdue_business_days
    due = policy.calendar.due_after_business_days(start, days)
    return due if due > now else policy.calendar.due_after_business_days(now, days)


def shown_date(position: Position, timers: Iterable[Timer]) -> datetime | None:
    """The next date as customers read it; for an open case there always is one, even when it is over."""
    dates = [timer.due_at for timer in timers if timer.kind in SHOWN]
    if dates:
        return min(dates)
    return position.expected_end if position.state in OPEN else None


def shifted(due: datetime, since: datetime, until: datetime, calendar: Calendar) -> datetime:
    """A date moved by the days that somebody else had the case; it rolls forward to a working day."""
    days = (calendar.day_of(until) - calendar.day_of(since)).days
    if days <= 0:
        return due
    return calendar.end_of_day(calendar.this_or_next_business_day(calendar.day_of(due) + timedelta(days=days)))


def end_after(start: datetime, days: int, calendar: Calendar) -> datetime:
    """The end of the day so many days after `start` (or before it), also when nobody works then."""
    return calendar.end_of_day(calendar.day_of(start) + timedelta(days=days))


def _target(step: Transition, position: Position) -> str:
    if step.target is None:
        return position.state
    if step.target != BACK:
        return step.target
    back = position.withdrawn_from if step is states.WITHDRAWAL_UNDONE else position.prior_state
    return back or "investigating"


def _undone(moved: Position, before: Position, start: datetime, calendar: Calendar) -> Position:
    since = before.ended_at or start
    return replace(
        moved,
        withdrawn_from=None,
        ended_at=None,
        first_answer_by=shifted(before.first_answer_by, since, start, calendar),
        expected_end=shifted(before.expected_end, since, start, calendar),
        window_ends=shifted(before.window_ends, since, start, calendar) if before.window_ends else None,
        paused_at=before.paused_at + (start - since) if before.paused_at else None,
    )


def _resumed(moved: Position, since: datetime, start: datetime, calendar: Calendar) -> Position:
    return replace(
        moved,
        paused_at=None,
        prior_state=None,
        first_answer_by=shifted(moved.first_answer_by, since, start, calendar),
        expected_end=shifted(moved.expected_end, since, start, calendar),
    )


def _still_ahead(start: datetime, days: int, calendar: Calendar, now: datetime) -> datetime:
    due = calendar.due_after_days(start, days)
    return due if due > now else calendar.due_after_days(now, days)


def _review_by(step: Transition, position: Position, start: datetime, policy: Policy, now: datetime) -> datetime:
    """When the final response is due after an escalation: never later than what was promised before, if that can
    still be kept."""
    clocks = policy.clocks_for(position.category)
    days = {
        states.UNANSWERED: clocks.management_review_after_silence_days,
        states.MEDIATION_ENDED: clocks.management_review_after_mediation_days,
    }.get(step, clocks.management_review_days)
    due = _still_ahead(start, days, policy.calendar, now)
    if step in (states.REOPENED, states.OBJECTED) or position.expected_end <= max(start, now):
        return due
    return min(due, position.expected_end)


def _timers_of_state(position: Position, start: datetime, policy: Policy) -> Iterator[Timer]:
    clocks, calendar = policy.clocks_for(position.category), policy.calendar
    match position.state:
        case "filed":
            days = clocks.urgent_business_days if position.urgent else clocks.named_person_business_days
            yield Timer("named_person", calendar.due_after_business_days(start, days))
            yield from _ours("first_answer", position.first_answer_by, start, policy)
        case "investigating":
            yield from _ours("first_answer", position.first_answer_by, start, policy)
        case "awaiting_customer":
            yield Timer("answer_question", calendar.due_after_days(start, clocks.customer_question_days))
            for days in clocks.customer_reminder_days:
                yield Timer("question_reminder", end_after(start, days, calendar))
        case "outcome_offered":
            yield Timer("offer", calendar.due_after_days(start, clocks.offer_days))
            for days in clocks.offer_reminder_days:
                yield Timer("offer_reminder", end_after(start, days, calendar))
        case "mediation_offered":
            yield Timer("mediation_answer", calendar.due_after_days(start, clocks.mediation_answer_days))
        case "in_mediation":
            yield Timer("mediation_end", calendar.due_after_days(start, clocks.mediation_days))
        case "escalated":
            yield from _ours("final_response", position.expected_end, start, policy)
        case "final_response" | "resolved":
            yield from _closing(position, policy)
            if position.state == "resolved":
                yield Timer("satisfaction", end_after(start, clocks.satisfaction_days, calendar))


def _ours(kind: str, due: datetime, start: datetime, policy: Policy) -> Iterator[Timer]:
    """A date of our own, and the warnings to staff before it: at the beginning of a day so many days ahead."""
    yield Timer(kind, due)
    for days in policy.clocks.staff_warning_days:
        warn_at = end_after(due, -days - 1, policy.calendar)
        if warn_at > start:
            yield Timer("staff_warning", warn_at)


def _closing(position: Position, policy: Policy) -> Iterator[Timer]:
    """The way to the end: not while a remedy is open, and not without the letter that tells the day."""
    if position.open_remedies or position.window_ends is None:
        return
    yield Timer("review_close", position.window_ends)
    if position.last_call_at is None:
        yield Timer("last_call", end_after(position.window_ends, -policy.clocks.last_call_days, policy.calendar))


def _next_on_grid(due: datetime, days: int, calendar: Calendar, now: datetime) -> datetime:
    following = end_after(due, days, calendar)
    while following < now:
        following = end_after(following, days, calendar)
    return following


def _step(step: Transition) -> Act:
    return Act(step.event, step, notice=step.notice)


def _on_named_person(position: Position) -> Act:
    if position.urgent:  # what may hurt somebody goes to management at once
        return _step(states.ESCALATED)
    return Act("named_person_late", notice="NP", task="unowned")


def _on_offer(position: Position) -> Act:
    return _step(states.ASSUMED if position.grants_all else states.UNANSWERED)


def _on_final_response(position: Position) -> Act:
    if position.final_overdue_at is not None:  # one new date was told; from here on only staff are reminded
        return Act("final_alarm", task="final_overdue", for_customer=False)
    return Act("final_overdue", states.FINAL_OVERDUE, notice="N10", task="final_overdue")


def _on_hard_cap(position: Position) -> Act | None:
    return _step(states.DEADLOCK) if position.final_sent_at is None else None


def _on_last_call(position: Position) -> Act | None:
    return None if position.open_remedies else Act("last_call", notice="N16")


def _on_review_close(position: Position) -> Act | None:
    if position.open_remedies or position.last_call_at is None:
        return None
    return _step(states.CLOSED)


def _on_remedy_due(position: Position) -> Act | None:
    if not position.open_remedies:
        return None
    return Act("remedy_overdue", states.REMEDY_OVERDUE, notice="N19", task="remedy_overdue")


def _always(act: Act) -> Callable[[Position], Act]:
    return lambda _position: act


_ENDING: Final = frozenset({"final_response", "resolved"})
_ACTS: Final[dict[str, tuple[frozenset[str], Callable[[Position], Act | None]]]] = {
    "named_person": (frozenset({"filed"}), _on_named_person),
    "first_answer": (frozenset({"filed", "investigating"}), _always(_step(states.ESCALATED))),
    "answer_question": (frozenset({"awaiting_customer"}), _always(_step(states.ANSWERED))),
    "question_reminder": (frozenset({"awaiting_customer"}), _always(Act("question_reminder", notice="N5r"))),
    "offer": (frozenset({"outcome_offered"}), _on_offer),
    "offer_reminder": (frozenset({"outcome_offered"}), _always(Act("offer_reminder", notice="N7r"))),
    "mediation_answer": (frozenset({"mediation_offered"}), _always(_step(states.MEDIATION_DECLINED))),
    "mediation_end": (frozenset({"in_mediation"}), _always(_step(states.MEDIATION_ENDED))),
    "final_response": (frozenset({"escalated"}), _on_final_response),
    "final_alarm": (frozenset({"escalated"}), _on_final_response),
    "hard_cap": (states.DEADLOCK.sources, _on_hard_cap),
    "progress_note": (OPEN - {"final_response"}, _always(Act("progress_note", notice="NP"))),
    "staff_warning": (OPEN, _always(Act("staff_warning", task="due_soon", for_customer=False))),
    "last_call": (_ENDING, _on_last_call),
    "review_close": (_ENDING, _on_review_close),
    "remedy_due": (states.REMEDY_OVERDUE.sources, _on_remedy_due),
    "satisfaction": (frozenset({"resolved"}), _always(Act("satisfaction_asked", notice="NS"))),
}
_TELLS_ONLY: Final = ("question_reminder", "offer_reminder", "satisfaction", "final_alarm", "staff_warning")
_AT_ONE_MOMENT: Final = {"hard_cap": 1, "last_call": 1, "review_close": 2, "progress_note": 4} | dict.fromkeys(
    _TELLS_ONLY, 3
)
