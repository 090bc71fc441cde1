"""Writes the history of a case: one chained line for everything that happens."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import chain
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CaseEventText


def append(
    session: Session,
    case: Case,
    kind: str,
    actor: Actor,
    *,
    notice: str,
    clause: str | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    data: dict[str, Any] | None = None,
    text: str | None = None,
    reason: str | None = None,
    due_at: datetime | None = None,
    for_customer: bool = True,
) -> CaseEvent:
    """Writes the next line of a locked case's history and returns it.

    `notice` is the letter it causes, or "none: " and why. `data` holds ids, figures and dates, never what a person
    wrote: that is `text` (for the reader it is meant for) and `reason` (why something was done).
    """
    now = clock.now()
    words = None
    if text is not None or reason is not None:
        salt = chain.new_salt()
        words = CaseEventText(text=text, reason=reason, salt=salt)
    event = CaseEvent(
        id=uuid4(),
        case=case,
        case_id=case.id,
        seq=case.last_event_seq + 1,
        kind=kind,
        from_state=from_state,
        to_state=to_state,
        actor_kind=actor.kind,
        staff_id=actor.staff_id if actor.kind == "staff" else None,
        audience="everyone" if for_customer else "staff",
        clause_id=clause,
        notice=notice,
        data=data or {},
        text_digest=chain.digest_of_words(text, reason, words.salt) if words else None,
        due_at=due_at,
        at=now,
        prev_hash=case.last_hash,
        words=words,
    )
    event.hash = chain.hash_of(event)
    case.last_event_seq = event.seq
    case.last_hash = event.hash
    case.updated_at = now
    session.add(event)
    session.flush()
    return event
