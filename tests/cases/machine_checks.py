"""The invariants I1 to I11 of the specification, as checks of what is in the database."""

from collections import Counter
from datetime import datetime, time
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import chain, clocks, engine, queries
from disputes.cases.replay import differences
from disputes.cases.states import ENDED, OPEN
from disputes.cases.tables import Case, CaseEvent, CasePromise, CaseTask, CaseTimer
from disputes.offers import service as offers
from tests.cases.expected_table import EVENTS, allowed

ENDING = {"accepted", "final_accepted", "mediation_settled", "final_response", "assumed_settled", "reopened"}
STEP_IDS = {event: step for step, event in EVENTS.items()}
UNOWNED = {"unowned", "unowned_review", "urgent"}


def check_case(session: Session, case_id: UUID, *, swept_at: datetime | None) -> None:
    """Fails with the invariant that does not hold for this case. `swept_at`: now, when the clocks have just acted."""
    case = queries.locked(session, case_id)
    events = list(queries.events_of(session, [case_id]))
    timers = list(session.scalars(select(CaseTimer).where(CaseTimer.case_id == case_id)))
    try:
        silence_costs_no_right(session, case, events)
        one_event_one_notice(session, case, events)
        somebody_or_an_alarm(session, case)
        only_who_may(events)
        four_eyes(events)
        shown_is_enforced(session, case, timers)
        history_gives_the_row(case, events)
        last_day_counts_in_full(case, timers)
        if swept_at is not None:
            nothing_left_to_do(case, timers, swept_at)
            outside_door_is_open(case, swept_at)
    except AssertionError as broken:
        told = "\n".join(f"{event.at} {event.kind} by {event.actor_kind}, due {event.due_at}" for event in events)
        broken.add_note(f"The history of this case:\n{told}")
        raise


def silence_costs_no_right(session: Session, case: Case, events: list[CaseEvent]) -> None:
    """I1, for every end that has ever been written."""
    for place, event in enumerate(events):
        before = events[:place]
        if event.kind in ("redirected", "withdrawn", "merged", "overridden"):
            assert event.actor_kind != "clock", f"I1: {event.kind} by a clock"
        if event.kind == "closed":
            ended = [line.kind for line in before if line.kind in ENDING]
            assert ended and ended[-1] != "reopened", f"I1: closed after {ended}"
            assert "last_call" in [line.kind for line in before], "I1: closed without a word"
        if event.kind == "assumed_settled":
            granted = [line.data["grants_all"] for line in before if "grants_all" in line.data]
            assert granted, "I1: taken as settled without an answer"
            assert granted[-1], "I1: taken as settled though not all was granted"
            since = [line.kind for line in before]
            since = since[max(since.index("outcome_offered"), _last(since, "outcome_bettered")) :]
            assert "offer_reminder" in since, "I1: taken as settled without a reminder"
    if case.state == "closed" and events[-1].kind == "closed":
        owed = [remedy for remedy in offers.remedies_of(session, case) if remedy.state in ("open", "failed")]
        assert not owed, "I1: closed with something owed"


def _last(kinds: list[str], kind: str) -> int:
    return max((place for place, known in enumerate(kinds) if known == kind), default=-1)


def one_event_one_notice(session: Session, case: Case, events: list[CaseEvent]) -> None:
    """I2."""
    jobs = session.execute(
        text(
            "SELECT args->>'event_id' FROM procrastinate_jobs WHERE task_name = 'notifications.tell' AND lock = :lock"
        ),
        {"tell": engine.TELL, "lock": f"case:{case.id}"},
    )
    told = Counter(jobs.scalars())
    for event in events:
        assert event.notice, f"I2: {event.kind} has neither a letter nor a reason for none"
        reason = event.notice.removeprefix("none: ")
        letters = 0 if event.notice.startswith("none") else 1
        assert letters or len(reason) > 8, f"I2: {event.kind} does not say why there is no letter"
        assert told[str(event.id)] == letters, f"I2: {event.kind} ({event.notice}) has {told[str(event.id)]} letters"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    if case.state in OPEN:
        assert case.next_date is not None, f"I2: {case.state} without a next date"


def somebody_or_an_alarm(session: Session, case: Case) -> None:
    """I3."""
    if case.state not in OPEN:
        return
    waiting = set(session.scalars(select(CaseTask.kind).where(CaseTask.case_id == case.id, CaseTask.done_at.is_(None))))
    owner = case.decider_id if case.state == "escalated" else case.investigator_id or case.decider_id
    assert owner or waiting & UNOWNED, f"I3: nobody has the {case.state} case and no task says so"
    assert case.next_date is not None, f"I3: {case.state} without a next date"


def only_who_may(events: list[CaseEvent]) -> None:
    """I4, read from the history: every step was one of the table, by somebody whom the table names."""
    for event in events:
        step = STEP_IDS.get(event.kind)
        if step is None:
            continue
        state = event.from_state or "draft"
        roles = ("agent", "manager", "mediator") if event.actor_kind == "staff" else (None,)
        ties = frozenset({"investigator", "decider", "neutral"}) if step != "T18" else frozenset({"decider"})
        assert any(allowed(step, state, event.actor_kind, role, ties) for role in roles), (
            f"I4: {step} from {state} by {event.actor_kind}"
        )


def four_eyes(events: list[CaseEvent]) -> None:
    """I5."""
    investigators: set[str] = set()
    for event in events:
        if event.data.get("investigator"):
            investigators.add(event.data["investigator"])
        if event.kind == "final_response":
            assert str(event.staff_id) not in investigators, "I5: the final response is by who investigated"


def shown_is_enforced(session: Session, case: Case, timers: list[CaseTimer]) -> None:
    """I6: what the customer was told, what the page shows and what the sweep acts on are the same dates."""
    running = {(timer.kind, timer.subject_id): timer.due_at for timer in timers if timer.suspended_at is None}
    shown = clocks.shown_date(engine.position_of(case), engine.timers_of(session, case))
    assert case.next_date == shown, f"I6: shows {case.next_date}, enforces {shown}"
    position = {kind: due_at for (kind, _), due_at in running.items() if kind not in ("question_reminder",)}
    if case.state in ("filed", "investigating"):
        assert position.get("first_answer") == case.first_answer_by, "I6: first answer"
    if case.state == "escalated":
        enforced = position.get("final_response")
        assert enforced == case.expected_end or "final_alarm" in position, "I6: final response"
    if case.state in OPEN and case.final_sent_at is None and case.deadlock_notice_at is None:
        assert position.get("hard_cap") == case.hard_cap, "I6: hard cap"
    if case.state in ("final_response", "resolved") and not case.open_remedies:
        assert position.get("review_close") == case.window_ends, "I6: review window"
    promised = {
        "first_answer": case.first_answer_by if case.state in ("filed", "investigating") else None,
        "final_response": case.expected_end if case.state in ("filed", "investigating", "escalated") else None,
        "outside_door": case.hard_cap if case.state in OPEN else None,
    }
    found = select(CasePromise).where(CasePromise.case_id == case.id, CasePromise.state == "open")
    counted = Counter[str]()
    for promise in session.scalars(found):
        counted[promise.what] += 1
        enforced = promised.get(promise.what)
        if promise.what.startswith("remedy:"):
            enforced = running.get(("remedy_due", UUID(promise.what.removeprefix("remedy:"))))
        assert enforced in (None, promise.due_at), f"I6: {promise.what} promised {promise.due_at}, enforced {enforced}"
    assert all(count == 1 for count in counted.values()), f"I6: two promises of one thing: {counted}"
    if case.state in ("closed", "merged", "redirected"):
        assert not [what for what in counted if not what.startswith("remedy")], f"open promises when {case.state}"


def history_gives_the_row(case: Case, events: list[CaseEvent]) -> None:
    """I7, and the chain of hashes."""
    wrong = differences(case, events)
    assert wrong == [], f"I7: {wrong}; the last events are {[event.kind for event in events[-4:]]}"
    assert chain.breaks_in(events, case.last_event_seq, case.last_hash) == [], "the chain does not hold"


def nothing_left_to_do(case: Case, timers: list[CaseTimer], now: datetime) -> None:
    """I8: after a sweep nothing is over, and nothing doubled has been set."""
    over = [timer.kind for timer in timers if timer.suspended_at is None and timer.due_at < now]
    assert over == [], f"I8: a sweep left {over} in a {case.state} case"
    doubled = Counter((timer.kind, timer.due_at, timer.subject_id) for timer in timers)
    assert all(count == 1 for count in doubled.values()), f"I8: {doubled}"
    several = Counter((timer.kind, timer.subject_id) for timer in timers)
    for (kind, _), count in several.items():
        assert count == 1 or kind in ("staff_warning", "question_reminder", "offer_reminder"), f"I8: {count} x {kind}"
    if case.state in ENDED - {"resolved", "withdrawn", "closed"}:
        assert timers == [], f"I8: {case.state} with timers"


def outside_door_is_open(case: Case, now: datetime) -> None:
    """I10."""
    if case.state in OPEN and case.final_sent_at is None and now > case.hard_cap:
        assert case.deadlock_notice_at is not None, "I10: past the hard cap without the letter"


def last_day_counts_in_full(case: Case, timers: list[CaseTimer]) -> None:
    """I11: every date is the last moment of a day where the shop is; ours are days on which it works."""
    calendar = policy.current().calendar
    for timer in timers:
        local = timer.due_at.astimezone(calendar.zone)
        assert local.time() == time(23, 59, 59, 999999), f"I11: {timer.kind} at {local}"
        if timer.kind in clocks.SHOWN:
            works = calendar.is_business_day(local.date()) or timer.due_at == case.hard_cap
            assert works or timer.kind == "review_close", f"I11: {timer.kind} on {local}"
