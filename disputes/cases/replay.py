"""A case rebuilt from its history alone: what the rows say must be what the events add up to (invariant I7). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from disputes.cases import states
from disputes.cases.states import BACK, DRAFT, ENDED, PAUSED, TRANSITIONS, Transition
from disputes.cases.tables import Case, CaseEvent


class Impossible(Exception):
    """A history that no case can have: a step that the table does not know from where the case was."""


@dataclass(frozen=True)
class Replayed:
    """What follows from the history of a case; the names are those of the row."""

    state: str = DRAFT
    prior_state: str | None = None
    withdrawn_from: str | None = None
    investigator_id: UUID | None = None
    decider_id: UUID | None = None
    next_date: datetime | None = None
    first_answer_by: datetime | None = None
    expected_end: datetime | None = None
    hard_cap: datetime | None = None
    window_ends: datetime | None = None
    resolution: str | None = None
    grants_all: bool = False
    open_remedies: int = 0
    review_used: bool = False
    final_sent_at: datetime | None = None
    deadlock_notice_at: datetime | None = None
    final_overdue_at: datetime | None = None
    ended_at: datetime | None = None
    last_event_seq: int = 0
    last_hash: str = ""


_DATES: Final = {
    "next": "next_date",
    "first_answer": "first_answer_by",
    "final_response": "expected_end",
    "hard_cap": "hard_cap",
    "window_ends": "window_ends",
}
_STEPS: Final = {step.event: step for step in TRANSITIONS}
_RESOLVED_BY: Final = {"T9": "confirmed", "T20": "confirmed", "T11a": "assumed", "T16": "settled"}


def replay(events: Iterable[CaseEvent]) -> Replayed:
    """What a case is once these events, in order, have happened. Raises `Impossible` where one cannot follow."""
    case = Replayed()
    for event in events:
        case = _dates_told(_beside_the_table(case, event), event.data)
        step = _STEPS.get(event.kind)
        if step is not None:
            case = _taken(case, event, step)
        elif event.from_state is not None or event.to_state is not None:
            raise Impossible(f"line {event.seq}: {event.kind} is no step, and yet changes the state")
        case = replace(case, last_event_seq=event.seq, last_hash=event.hash)
    return case


def differences(case: Case, events: Iterable[CaseEvent]) -> list[str]:
    """Where the row of a case is not what its history says, a line for each column; empty when all is well."""
    try:
        told = replay(events)
    except Impossible as fault:
        return [str(fault)]
    return [
        f"{column.name} is {getattr(case, column.name)!r}, but the history says {getattr(told, column.name)!r}"
        for column in fields(told)
        if getattr(case, column.name) != getattr(told, column.name)
    ]


def _taken(case: Replayed, event: CaseEvent, step: Transition) -> Replayed:
    before = event.from_state or DRAFT
    if before != case.state or before not in step.sources:
        raise Impossible(f"line {event.seq}: {event.kind} from {before}, but the case was {case.state}")
    target = _target(case, step)
    if event.to_state != target:
        raise Impossible(f"line {event.seq}: {event.kind} leads to {event.to_state}, the table says {target}")
    start = event.due_at or event.at
    moved = replace(case, state=target)
    if step is states.WITHDRAWN:
        return replace(moved, withdrawn_from=before, ended_at=start)
    if step is states.WITHDRAWAL_UNDONE:
        return replace(moved, withdrawn_from=None, ended_at=None)
    if target in PAUSED and before not in PAUSED:
        moved = replace(moved, prior_state=before)
    elif target not in PAUSED:
        moved = replace(moved, prior_state=None)
    if step.target == "escalated":
        moved = replace(moved, decider_id=None, resolution=None, final_overdue_at=None, ended_at=None)
    if target in ENDED and step.target is not None:
        moved = replace(moved, ended_at=start)
    return _flagged(moved, event, step)


def _flagged(moved: Replayed, event: CaseEvent, step: Transition) -> Replayed:
    match step.id:
        case "T18":
            moved = replace(moved, final_sent_at=event.at, open_remedies=0)
        case "T19":
            moved = replace(moved, deadlock_notice_at=event.at)
        case "T22":
            moved = replace(moved, review_used=True)
        case "T25":
            moved = replace(moved, final_overdue_at=event.at)
        case "T9" | "T11a" | "T16" | "T20":
            moved = replace(moved, resolution=_RESOLVED_BY[step.id])
    return moved


def _target(case: Replayed, step: Transition) -> str:
    if step.target is None:
        return case.state
    if step.target != BACK:
        return step.target
    return (case.withdrawn_from if step is states.WITHDRAWAL_UNDONE else case.prior_state) or "investigating"


def _beside_the_table(case: Replayed, event: CaseEvent) -> Replayed:
    data = event.data
    if data.get("investigator"):
        case = replace(case, investigator_id=UUID(data["investigator"]))
    if event.kind == "review_taken":
        case = replace(case, decider_id=event.staff_id)
    if "grants_all" in data:
        case = replace(case, grants_all=data["grants_all"])
    if "open_remedies" in data:
        case = replace(case, open_remedies=data["open_remedies"])
    elif event.kind == "mediation_settled":
        case = replace(case, open_remedies=len(data.get("remedy_ids", [])))
    return case


def _dates_told(case: Replayed, data: Mapping[str, Any]) -> Replayed:
    dates = data.get("dates")
    if dates is None:
        return case
    said: dict[str, Any] = {name: _moment(dates.get(key)) for key, name in _DATES.items()}
    return replace(case, **said)


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
