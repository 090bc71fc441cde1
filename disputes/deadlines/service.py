"""Acts on the clocks of one case that have run out, by the date each was due, however late it is."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import clocks, engine, promises, states, tasks
from disputes.cases import queries as case_queries
from disputes.cases.clocks import Timer
from disputes.cases.states import Actor, Transition
from disputes.cases.tables import Case, CaseEvent, CaseTimer
from disputes.deadlines import queries
from disputes.mediation import service as mediation
from disputes.offers import service as offers

CLOCK: Final = Actor("clock")
REMINDS_OF: Final = {"question_reminder": "answer_question", "offer_reminder": "offer"}
_ONCE_IF_LATE: Final = frozenset({*REMINDS_OF, "staff_warning"})
"""When several of these are over after an outage, only the last one goes out: they would say the same."""


def act_on_case(session: Session, case_id: UUID) -> int:
    """Acts on every timer of a case that is over, in order of date, until none is; returns how many did something.

    Everything is one transaction under the case's lock, and a timer goes with its act: a second run, a late run or
    a run after a crash finds only what is left to do.
    """
    case = case_queries.locked(session, case_id)
    acts = 0
    while (row := _first_over(session, case)) is not None:
        acts += _act(session, case, row)
    return acts


def _first_over(session: Session, case: Case) -> CaseTimer | None:
    now = clock.now()
    over = [row for row in queries.timers_of(session, case) if row.due_at < now]
    return min(over, key=lambda row: clocks.by_date(_timer(row)), default=None)


def _act(session: Session, case: Case, row: CaseTimer) -> bool:
    timer, now = _timer(row), clock.now()
    session.delete(row)
    session.flush()
    act = clocks.on_due(timer.kind, engine.position_of(case))
    if act is None or _comes_again_soon(session, case, timer):
        _show_next_date(session, case)
        return False
    _prepare(session, case, timer)
    if act.step is not None:
        event = _step(session, case, timer, act.step)
    else:
        event = engine.note(
            session, case, act.event, CLOCK, notice=act.notice, due_at=timer.due_at, for_customer=act.for_customer
        )
    following = clocks.next_after(timer.kind, engine.position_of(case), timer.due_at, policy.current(), now=now)
    if following is not None:
        engine.set_timer(session, case, following)
    elif act.step is None:
        _show_next_date(session, case)
    if act.task is not None:
        tasks.open_task(session, case, act.task, due_at=case.next_date, subject_id=timer.subject_id, event=event)
    return True


def _step(session: Session, case: Case, timer: Timer, step: Transition) -> CaseEvent:
    """Takes the step, with what the packages of offers and mediation have to do with it."""
    if step is states.ASSUMED:
        return offers.assume_settled(session, case, timer.due_at)
    if step is states.REMEDY_OVERDUE:
        return _remedy_overdue(session, case, timer)
    if step not in (states.MEDIATION_DECLINED, states.MEDIATION_ENDED):
        return engine.move(session, case, step, CLOCK, start=timer.due_at)
    attempt = mediation.mediation_of(session, case)
    data = {"mediation_id": str(attempt.id)} if attempt else None
    event = engine.move(session, case, step, CLOCK, start=timer.due_at, data=data)
    mediation.end(session, case)
    tasks.finish(session, case, "mediation_asked")
    return event


def _remedy_overdue(session: Session, case: Case, timer: Timer) -> CaseEvent:
    again = clocks.remedy_overdue_until(timer.due_at, policy.current(), now=clock.now())
    promises.miss(session, case, f"remedy:{timer.subject_id}")
    offers.put_off(session, case, timer.subject_id, again)
    engine.set_timer(session, case, Timer("remedy_due", again, timer.subject_id))
    data = {"remedy_id": str(timer.subject_id), "remedy_due": again.isoformat()}
    event = engine.move(session, case, states.REMEDY_OVERDUE, CLOCK, start=timer.due_at, data=data)
    promises.tell(session, event, f"remedy:{timer.subject_id}", again)
    return event


def _prepare(session: Session, case: Case, timer: Timer) -> None:
    """What must be true before the event is written, because its letter tells it."""
    now = clock.now()
    match timer.kind:
        case "named_person" | "first_answer" | "final_response":
            promises.miss(session, case, timer.kind)
        case "last_call":
            position = clocks.called(engine.position_of(case), policy.current(), now=now)
            case.last_call_at, case.window_ends = position.last_call_at, position.window_ends
            if position.window_ends is not None:
                engine.set_timer(session, case, Timer("review_close", position.window_ends))
        case "offer_reminder":
            _leave_time_to_answer(session, case)


def _comes_again_soon(session: Session, case: Case, timer: Timer) -> bool:
    """True for a reminder that is so late that the next one, or the date it reminds of, is over as well."""
    if timer.kind not in _ONCE_IF_LATE:
        return False
    over = {row.kind for row in queries.timers_of(session, case) if row.due_at < clock.now()}
    settles = timer.kind == "offer_reminder" and case.grants_all
    return timer.kind in over or (REMINDS_OF.get(timer.kind) in over and not settles)


def _leave_time_to_answer(session: Session, case: Case) -> None:
    """Nobody is taken to agree who was not reminded: a reminder after the last day moves that day (T11a)."""
    last = min((row.due_at for row in queries.timers_of(session, case) if row.kind == "offer"), default=None)
    now, rules = clock.now(), policy.current()
    if last is not None and last < now:
        days = rules.clocks.offer_days - max(rules.clocks.offer_reminder_days)
        engine.set_timer(session, case, Timer("offer", rules.calendar.due_after_days(now, days)))


def _show_next_date(session: Session, case: Case) -> None:
    case.next_date = clocks.shown_date(engine.position_of(case), engine.timers_of(session, case))
    session.flush()


def _timer(row: CaseTimer) -> Timer:
    return Timer(row.kind, row.due_at, row.subject_id)
