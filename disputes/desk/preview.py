"""What a step of a case sends, shown before it is sent.

There is no second wording: the step is taken, the letters of its events are written by the code that will write them,
and all of it is taken back, unless these are the letters that the person has just read. What they read is bound to the
line of history it was read at: when the case has moved on since, nothing is sent, and they are told who did what.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final, Self

from sqlalchemy import event as orm_event
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import queries, timeline, worklists
from disputes.cases.schemas import StaffHistoryLine
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import DisputesError
from disputes.notifications import service as letters
from disputes.notifications.letters import Letter
from disputes.people.tables import Staff

NOT_YET: Final = "follows when it is sent"
NEW: Final = "CD-••••-••••"
"""In place of the reference of a complaint that has not been filed yet."""

_MARK: Final = re.compile(r"([0-9]{1,9})\.([0-9a-f]{64})")
_TIME_OF_DAY: Final = re.compile(r"\b\d{1,2}:\d{2}\b")
"""Minutes go by while a letter is read; the day must be the same."""

type Change = Callable[[Session, Case], object]


@dataclass(frozen=True)
class Seen:
    """What somebody has read before they pressed: the digest of the letters, and the last line of history then."""

    as_of: int
    digest: str

    @classmethod
    def read(cls, written: str | None) -> Self | None:
        """As it came with the form; None for nothing, or nothing of ours."""
        found = _MARK.fullmatch(written or "")
        return cls(int(found[1]), found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.as_of}.{self.digest}"


@dataclass(frozen=True)
class Sent:
    """One letter as it will leave. `recipient`: None when there is no address to send it to."""

    letter: Letter
    recipient: str | None
    has_document: bool


@dataclass(frozen=True)
class Preview:
    """What would leave now, and how the case would stand after it."""

    sent: list[Sent]
    seen: Seen
    state: str
    holder: str | None
    next_date: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What came of a step. Without a `preview` it is done, and `sent` is what leaves; with one nothing has changed,
    and it is to be read.

    `moved`: what happened in the case since the letter was read. `changed`: it is another letter than the one that
    was read.
    """

    preview: Preview | None = None
    sent: Sequence[Sent] = field(default_factory=tuple)
    moved: Sequence[StaffHistoryLine] = field(default_factory=tuple)
    changed: bool = False


class MovedOn(DisputesError):
    """The case has moved on since the letter was read, and the step is not possible any more. Nothing was sent."""

    status = 409
    code = "conflict"


def take(
    session: Session, case: Case, staff: Staff, change: Change, seen: Seen | None, *, confidential: bool = False
) -> Outcome:
    """Takes a step that sends nothing, or that sends what was `seen`; otherwise shows what it would send.

    A second press of the same button finds the step taken, and is done as well. Raises what the step raises, and
    `MovedOn` when somebody else was first; then nothing has changed. `confidential`: for somebody who must not read
    the history of the case, so that `MovedOn` does not tell it.
    """
    case = queries.locked(session, case.id)
    moved: list[StaffHistoryLine] = []
    if seen is not None and seen.as_of != case.last_event_seq:
        later = [event for event in queries.events_of(session, [case.id]) if event.seq > seen.as_of]
        if later and _pressed_twice(session, later, staff, seen):
            return Outcome()
        moved = timeline.lines_for_staff(later, policy.current())
        session.expunge_all()  # people who were read with the history must not stand in the way of `staff`
        case = queries.locked(session, case.id)
    savepoint, as_of = session.begin_nested(), case.last_event_seq
    try:
        with _new_events(session) as happened:
            change(session, case)
            session.flush()
        found = _preview(session, case, happened, as_of)
    except DisputesError as fault:
        savepoint.rollback()
        if moved:
            meanwhile = "The case has moved on since you read this." if confidential else said_since(moved)
            raise MovedOn(f"{meanwhile} Nothing was sent. {fault.message}") from fault
        raise
    if not found.sent or found.seen == seen:
        savepoint.commit()
        return Outcome(sent=found.sent)
    savepoint.rollback()
    return Outcome(found, moved=moved, changed=seen is not None and seen.digest != found.seen.digest)


def file(session: Session, filing: Callable[[Session], Case], seen: Seen | None) -> tuple[Outcome, Case]:
    """The same for a complaint that is not there yet: its reference is known only once it is filed.

    A second press finds the complaint of the first by its filing key, and is done as well.
    """
    savepoint = session.begin_nested()
    try:
        with _new_events(session) as happened:
            case = filing(session)
            session.flush()
        found = _without_reference(_preview(session, case, happened, 0), case.reference)
    except DisputesError:
        savepoint.rollback()
        raise
    if not found.sent or found.seen == seen:
        savepoint.commit()
        return Outcome(sent=found.sent), case
    savepoint.rollback()
    return Outcome(found, changed=seen is not None), case


def said_since(lines: Iterable[StaffHistoryLine]) -> str:
    """Who did what meanwhile, in a sentence each."""
    rules = policy.current()
    return " ".join(f"Meanwhile, at {rules.say_time(line.at)}, {line.by}: {line.text}" for line in lines)


@contextmanager
def _new_events(session: Session) -> Iterator[list[CaseEvent]]:
    """The lines of history that are written in the block, in whichever case."""
    found: list[CaseEvent] = []

    def note(session: Session, _context: object) -> None:
        found.extend(row for row in session.new if isinstance(row, CaseEvent))

    orm_event.listen(session, "after_flush", note)
    try:
        yield found
    finally:
        orm_event.remove(session, "after_flush", note)


def _preview(session: Session, case: Case, happened: Sequence[CaseEvent], as_of: int) -> Preview:
    sent = _letters_of(session, happened)
    holder = worklists.holder_of(case)
    return Preview(sent, Seen(as_of, _digest(sent)), case.state, holder.name if holder else None, case.next_date)


def _without_reference(found: Preview, reference: str) -> Preview:
    def hide(letter: Letter) -> Letter:
        return replace(letter, subject=letter.subject.replace(reference, NEW), text=letter.text.replace(reference, NEW))

    sent = [replace(each, letter=hide(each.letter)) for each in found.sent]
    return replace(found, sent=sent, seen=Seen(found.seen.as_of, _digest(sent)))


def _letters_of(session: Session, happened: Iterable[CaseEvent]) -> list[Sent]:
    found = []
    for event in happened:
        written = letters.letter_of(session, event.id, seal=NOT_YET)
        if written is not None:
            found.append(Sent(written.letter, written.recipient, written.has_document))
    return found


def _pressed_twice(session: Session, later: Sequence[CaseEvent], staff: Staff, seen: Seen) -> bool:
    """True when what happened since is this very step, taken by this very person."""
    own = all(event.staff_id == staff.id for event in later)
    return own and _digest(_letters_of(session, later)) == seen.digest


def _digest(sent: Iterable[Sent]) -> str:
    words = "\n\n".join(f"{each.recipient}\n{each.letter.subject}\n{each.letter.text}" for each in sent)
    return sha256(_TIME_OF_DAY.sub("hh:mm", words).encode()).hexdigest()
