"""Moves a case: the only place that changes its state, its dates and its timers.

Every move is one row of the table in `states`, checked there, and writes in the caller's transaction: the state, one
line of history, the letter that line causes (or why there is none), the promises it makes, and the next date.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.cases import clocks, history, promises, queries, states, tasks
from disputes.cases.clocks import Position, Timer
from disputes.cases.promises import Ledger
from disputes.cases.states import ENDED, OPEN, Actor, Standing, Transition
from disputes.cases.tables import Case, CaseEvent, CaseTimer
from disputes.errors import Conflict

TELL: Final = "notifications.tell"
_FIELDS: Final = tuple(Position.__dataclass_fields__)
_SETTLED_BY: Final[dict[str, tuple[str, ...]]] = {
    "T5": ("named_person",),
    "T8": ("named_person", "first_answer"),
    "T9": ("final_response",),
    "T11a": ("final_response",),
    "T16": ("final_response",),
    "T18": ("final_response",),
    "T19": ("outside_door",),
}
"""Promises that a step keeps, by the row of the table."""

_DROPPING: Final = frozenset({"resolved", "closed", "withdrawn", "redirected", "merged", "final_response"})


def standing_of(session: Session, case: Case) -> Standing:
    """What the table asks about a case."""
    return Standing(
        state=case.state,
        investigator_id=case.investigator_id,
        decider_id=case.decider_id,
        neutral_id=case.neutral_id,
        investigators=queries.investigators_of(session, case.id),
        past_deciders=queries.past_deciders_of(session, case.id),
    )


def position_of(case: Case) -> Position:
    """What the clocks ask about a case."""
    return Position(**{name: getattr(case, name) for name in _FIELDS})


def timers_of(session: Session, case: Case) -> list[Timer]:
    """The timers that run, the first one due on top."""
    rows = session.scalars(
        select(CaseTimer)
        .where(CaseTimer.case_id == case.id, CaseTimer.suspended_at.is_(None))
        .order_by(CaseTimer.due_at, CaseTimer.kind)
    )
    return [Timer(row.kind, row.due_at, row.subject_id) for row in rows]


def move(
    session: Session,
    case: Case,
    step: Transition,
    actor: Actor,
    *,
    start: datetime | None = None,
    data: dict[str, Any] | None = None,
    text: str | None = None,
    reason: str | None = None,
) -> CaseEvent:
    """Takes a step with a locked case and returns its line of history.

    `start` is when our time counts from: the date a clock was due, else now. Raises `states.NotAllowed` when the
    table does not let this actor take this step now; then nothing has changed.
    """
    only_state = Standing(case.state)  # who had the case before matters for staff alone
    states.check(step, standing_of(session, case) if actor.kind == "staff" else only_state, actor)
    now, before = clock.now(), case.state
    start = start or now
    position = clocks.after(step, position_of(case), start, policy.current(), now=now)
    for name in _FIELDS:
        setattr(case, name, getattr(position, name))
    _note_on_case(case, step)
    timers = _set_timers(session, case, step, start)
    case.next_date = clocks.shown_date(position, timers)
    event = history.append(
        session,
        case,
        step.event,
        actor,
        notice=step.notice,
        clause=step.clause,
        from_state=before if step is not states.FILED else None,
        to_state=case.state,
        data={**(data or {}), "dates": dates_told(case)},
        text=text,
        reason=reason,
        due_at=start if actor.kind == "clock" else None,
    )
    _keep_promises(session, case, step, event)
    _update_tasks(session, case, step, event)
    tell(session, event)
    return event


def note(
    session: Session,
    case: Case,
    kind: str,
    actor: Actor,
    *,
    notice: str,
    clause: str | None = None,
    data: dict[str, Any] | None = None,
    text: str | None = None,
    reason: str | None = None,
    due_at: datetime | None = None,
    for_customer: bool = True,
) -> CaseEvent:
    """Writes a line beside the table into a locked case's history: the state stays.

    A letter to the customer puts off the next weekly note.
    """
    if not notice.startswith("none"):
        _put_off_progress_note(session, case)
        case.next_date = clocks.shown_date(position_of(case), timers_of(session, case))
    event = history.append(
        session,
        case,
        kind,
        actor,
        notice=notice,
        clause=clause,
        data={**(data or {}), "dates": dates_told(case)},
        text=text,
        reason=reason,
        due_at=due_at,
        for_customer=for_customer,
    )
    if case.state in OPEN and not notice.startswith("none"):
        _make_promises(Ledger(session, case.id), case, event)
        session.flush()
    tell(session, event)
    return event


def tell(session: Session, event: CaseEvent) -> None:
    """Has the letter written that an event causes; nothing for an event without one."""
    if event.notice and not event.notice.startswith("none"):
        jobs.defer(session, TELL, lock=f"case:{event.case_id}", event_id=str(event.id))


def set_timer(session: Session, case: Case, timer: Timer) -> None:
    """Starts a timer of a locked case, in the place of one of the same kind about the same thing."""
    drop_timer(session, case, timer.kind, timer.subject_id)
    _add_timer(session, case, timer)
    session.flush()
    case.next_date = clocks.shown_date(position_of(case), timers_of(session, case))


def drop_timer(session: Session, case: Case, kind: str, subject_id: UUID | None = None) -> None:
    """Stops a timer."""
    gone = delete(CaseTimer).where(CaseTimer.case_id == case.id, CaseTimer.kind == kind)
    gone = gone.where(CaseTimer.subject_id.is_not_distinct_from(subject_id))
    session.execute(gone.execution_options(synchronize_session=False))


def replan(session: Session, case: Case) -> None:
    """Sets the timers of a locked case anew after one of its dates was changed within a state.

    That somebody is named by a date stays as it was promised.
    """
    kept = clocks.STAYS_WITH_REMEDY | {"named_person"}
    gone = delete(CaseTimer).where(
        CaseTimer.case_id == case.id, CaseTimer.kind.not_in(kept), CaseTimer.suspended_at.is_(None)
    )
    session.execute(gone.execution_options(synchronize_session=False))
    for timer in clocks.timers_for(position_of(case), clock.now(), policy.current(), now=clock.now()):
        if timer.kind not in kept:
            _add_timer(session, case, timer)
    session.flush()
    case.next_date = clocks.shown_date(position_of(case), timers_of(session, case))


def dates_told(case: Case) -> dict[str, str]:
    """The dates that letters about this moment may name, as the engine enforces them."""
    dates = {
        "next": case.next_date,
        "first_answer": case.first_answer_by,
        "final_response": case.expected_end,
        "hard_cap": case.hard_cap,
        "window_ends": case.window_ends,
    }
    return {name: due.isoformat() for name, due in dates.items() if due is not None}


def require(condition: object, sentence: str) -> None:
    """Raises `Conflict` with that sentence unless the condition holds."""
    if not condition:
        raise Conflict(sentence)


def _note_on_case(case: Case, step: Transition) -> None:
    if step.target == "escalated":
        if step in (states.REOPENED, states.OBJECTED):
            case.review_used = case.review_used or step is states.REOPENED
        case.decider_id, case.final_extended = None, False
        case.resolution = None
    elif step is states.ASSUMED:
        case.resolution = "assumed"
    elif step in (states.ACCEPTED, states.FINAL_ACCEPTED):
        case.resolution = "confirmed"
    elif step is states.MEDIATION_SETTLED:
        case.resolution, case.outcome_code = "settled", "settled"
    elif step is states.REMEDY_OVERDUE:
        case.remedy_overdue_at = clock.now()


def _set_timers(session: Session, case: Case, step: Transition, start: datetime) -> list[Timer]:
    """Sets the timers that run after a step, and returns them."""
    position, now = position_of(case), clock.now()
    if step.target is not None and step not in (states.WITHDRAWN, states.WITHDRAWAL_UNDONE):
        return _set_anew(session, case, clocks.timers_for(position, start, policy.current(), now=now))
    if step is states.WITHDRAWN:
        for row in _rows(session, case):
            row.suspended_at = now
    elif step is states.WITHDRAWAL_UNDONE:
        for row in _rows(session, case):
            if row.kind != clocks.NEVER_MOVES and row.suspended_at is not None:
                row.due_at = clocks.shifted(row.due_at, row.suspended_at, now, policy.current().calendar)
            row.suspended_at = None
    elif step is states.FINAL_OVERDUE:
        _put_off_progress_note(session, case)
        _add_timer(session, case, Timer("final_response", position.expected_end))
    else:
        _put_off_progress_note(session, case)
    session.flush()
    return timers_of(session, case)


def _set_anew(session: Session, case: Case, timers: list[Timer]) -> list[Timer]:
    """Puts these timers in the place of all others, but for those of remedies that are owed.

    The case itself is written later, together with its line of history: it takes one statement then.
    """
    gone = delete(CaseTimer).where(CaseTimer.case_id == case.id)
    if case.open_remedies:
        gone = gone.where(CaseTimer.kind != "remedy_due")
    if any(isinstance(row, CaseTimer) for row in (*session.new, *session.deleted, *session.dirty)):
        session.flush()
    with session.no_autoflush:
        session.execute(gone.execution_options(synchronize_session=False))
    for timer in timers:
        _add_timer(session, case, timer)
    if not case.open_remedies:
        return timers
    session.flush()
    return timers_of(session, case)


def _put_off_progress_note(session: Session, case: Case) -> None:
    if not clocks.gets_progress_notes(position_of(case)):
        return
    drop_timer(session, case, "progress_note")
    days = policy.current().clocks.progress_note_days
    due = clocks.end_after(clock.now(), days, policy.current().calendar)
    _add_timer(session, case, Timer("progress_note", due))
    session.flush()


def _keep_promises(session: Session, case: Case, step: Transition, event: CaseEvent) -> None:
    ledger = Ledger(session, case.id)
    for what in _SETTLED_BY.get(step.id, ()):
        ledger.settle(what, grace=promises.BY_ITSELF if step is states.DEADLOCK else timedelta())
    if case.state == "escalated" and step.target == "escalated":
        ledger.drop(keep=frozenset({"final_response", "outside_door"}))
    elif case.state in _DROPPING and step.target is not None:
        ledger.drop()
    if case.state in OPEN:
        _make_promises(ledger, case, event)
    session.flush()


def _make_promises(ledger: Ledger, case: Case, event: CaseEvent) -> None:
    if case.state == "filed" and case.next_date is not None and event.kind == "filed":
        ledger.tell(event, "named_person", case.next_date)
    if case.state in ("filed", "investigating"):
        ledger.tell(event, "first_answer", case.first_answer_by)
    if case.state in ("filed", "investigating", "escalated"):
        ledger.tell(event, "final_response", case.expected_end)
    if case.final_sent_at is None and case.deadlock_notice_at is None:
        ledger.tell(event, "outside_door", case.hard_cap)


def _update_tasks(session: Session, case: Case, step: Transition, event: CaseEvent) -> None:
    if step in (states.MEDIATION_DECLINED, states.MEDIATION_ENDED, states.MEDIATION_SETTLED):
        tasks.finish(session, case, "neutral_gone")
    if step is states.FILED:
        tasks.open_task(session, case, "unowned", due_at=case.next_date)
        if case.urgent:
            tasks.open_task(session, case, "urgent", due_at=case.next_date, event=event)
        if case.scope_review:
            tasks.open_task(session, case, "scope_review")
    elif step is states.TAKEN:
        tasks.finish(session, case, "unowned", "urgent")
    elif step.target == "escalated":
        tasks.finish(
            session, case, "unowned", "urgent", "due_soon", "final_overdue", "redirect_proposed", "counter_offer"
        )
        tasks.open_task(session, case, "unowned_review", due_at=case.expected_end, event=event)
    elif case.state in ENDED | {"final_response"} and step.target is not None:
        tasks.finish(
            session,
            case,
            *(kind for kind in tasks.FOR if kind not in ("deliver_remedy", "remedy_overdue", "remedy_failed")),
        )
    elif step is states.ANSWERED:
        tasks.open_task(session, case, "new_information", event=event)


def _rows(session: Session, case: Case) -> list[CaseTimer]:
    return list(session.scalars(select(CaseTimer).where(CaseTimer.case_id == case.id)))


def _add_timer(session: Session, case: Case, timer: Timer) -> None:
    session.add(
        CaseTimer(id=uuid4(), case_id=case.id, kind=timer.kind, due_at=timer.due_at, subject_id=timer.subject_id)
    )
