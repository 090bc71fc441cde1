"""The record of privileged acts: who did what to which object, when, and from which network.

An entry is written in the transaction of the act, so that neither is there without the other. Nothing about a customer
goes into one: ids, figures, and what is known of staff.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.people import queries, visits
from disputes.people.tables import AuditEntry, Staff

type Act = Literal[
    "sign_in.done",
    "sign_in.failed",
    "sign_in.code_failed",
    "session.ended",
    "link.made",
    "link.asked",
    "password.set",
    "provider.linked",
    "provider.unlinked",
    "two_step.on",
    "two_step.off",
    "two_step.reset",
    "two_step.codes_made",
    "staff.added",
    "staff.changed",
    "staff.deactivated",
    "staff.activated",
    "team.added",
    "team.changed",
    "team.removed",
    "closed_day.added",
    "closed_day.removed",
    "reply.added",
    "reply.changed",
    "reply.removed",
    "policy.changed",
    "case.overridden",
    "case.held",
    "case.released",
    "case.bundle_taken",
    "person.exported",
    "person.erased",
    "chat.read",
    "chat.taken_over",
    "board.exported",
    "examples.exported",
    "audit.exported",
]
type Subject = Literal["staff", "session", "team", "closed_day", "reply", "case", "chat", "person"]

ACTS: Final[tuple[str, ...]] = get_args(Act.__value__)
ONE_LOOK: Final = timedelta(minutes=10)
"""Opening the same thing again within this time is the same look."""

type Values = Mapping[str, str | int | bool | list[str] | None]


def note(
    session: Session,
    act: Act,
    *,
    by: Staff | UUID | None = None,
    about: tuple[Subject, UUID] | None = None,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Records an act of that person; without one, of the user at the command line, else of the program itself.

    `before` and `after` have only what changed. A failed sign-in is nobody's (`note_stranger`).
    """
    visit = visits.current()
    staff_id = by.id if isinstance(by, Staff) else by
    actor = "command" if visit.operator else "staff" if staff_id else "system"
    _add(session, act, actor, staff_id=staff_id, about=about, before=before, after=after)


def note_stranger(session: Session, act: Act, *, about: Staff | None, after: Values | None = None) -> None:
    """Records what somebody did who has not proved who they are; `about` is who they said to be, if there is one."""
    subject: tuple[Subject, UUID] | None = ("staff", about.id) if about else None
    _add(session, act, "nobody", staff_id=None, about=subject, before=None, after=after)


def note_look(session: Session, act: Act, by: Staff, about: tuple[Subject, UUID]) -> None:
    """Records that somebody looked at something; one entry for all looks within ten minutes."""
    queries.wait_for_turn(session, f"look:{act}:{by.id}:{about[1]}")
    if not queries.has_act_since(session, act, by.id, about[1], clock.now() - ONE_LOOK):
        note(session, act, by=by, about=about)


def _add(
    session: Session,
    act: Act,
    actor: str,
    *,
    staff_id: UUID | None,
    about: tuple[Subject, UUID] | None,
    before: Values | None,
    after: Values | None,
) -> None:
    visit = visits.current()
    entry: dict[str, Any] = {
        "at": clock.now(),
        "actor": actor,
        "staff_id": staff_id,
        "operator": visit.operator if actor == "command" else None,
        "act": act,
        "subject_kind": about[0] if about else None,
        "subject_id": about[1] if about else None,
        "place": visit.place,
        "before": dict(before) if before else None,
        "after": dict(after) if after else None,
    }
    session.add(AuditEntry(**entry))
    session.flush()
