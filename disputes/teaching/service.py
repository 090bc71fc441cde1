"""Messages that were read wrongly, what people say was meant, and the examples for the next training."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.states import CASE_WORKERS
from disputes.chat.tables import Message, TurnReading
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import audit
from disputes.people.roles import MANAGING
from disputes.people.tables import Staff
from disputes.teaching import intents, queries
from disputes.teaching.masking import masked

PAGE: Final = 25
SUGGESTED: Final = 4
FEWEST_WORDS: Final = "Please leave some words of the message."


@dataclass(frozen=True)
class Doubt:
    """One message with what was understood of it. `example` is its text without what names a person."""

    reading: TurnReading
    message: Message
    understood: str
    likely: Sequence[tuple[str, str]]
    example: str


@dataclass(frozen=True)
class Example:
    """What somebody taught, until a training has had it."""

    message_id: UUID
    intent: str
    text: str
    by: str


def doubts(session: Session, number: int = 1) -> tuple[list[Doubt], int]:
    """A page of messages that somebody should look at, newest first, and how many there are altogether."""
    count = queries.count_to_look_at(session)
    rows = queries.to_look_at(session, offset=(number - 1) * PAGE, limit=PAGE)
    names = queries.names_in(session, [reading.conversation_id for reading, _ in rows])
    return [_doubt(reading, message, names[reading.conversation_id]) for reading, message in rows], count


def teach(session: Session, staff: Staff, message_id: UUID, intent: str, example: str) -> None:
    """Somebody says what a message meant, and gives its text for the training, which is masked once more.

    Raises `Invalid` for an intent or a text that cannot be learned, `Conflict` when somebody was first.
    """
    _check_role(staff)
    if intent not in intents.meanings():
        raise Invalid("Please choose what was meant.", {"intent": "Please choose what was meant."})
    reading = _undecided(session, message_id)
    names = queries.names_in(session, [reading.conversation_id])[reading.conversation_id]
    text = masked(example, names)
    if not any(sign.isalpha() for sign in text):
        raise Invalid(FEWEST_WORDS, {"example": FEWEST_WORDS})
    reading.state, reading.chosen, reading.example = "taught", intent, text
    _decided(session, reading, staff)


def nothing_to_learn(session: Session, staff: Staff, message_id: UUID) -> None:
    """The assistant was right, or nobody could know what was meant."""
    _check_role(staff)
    reading = _undecided(session, message_id)
    reading.state = "nothing"
    _decided(session, reading, staff)


def taught(session: Session) -> list[Example]:
    """What was taught since the last training, by intent."""
    return [
        Example(reading.message_id, reading.chosen or "", reading.example or "", by)
        for reading, by in queries.taught(session)
    ]


def correct(session: Session, staff: Staff, message_id: UUID, example: str) -> None:
    """Changes an example before it is taken; an empty one is left out for good."""
    _check_export(staff)
    reading = queries.locked(session, message_id)
    if reading is None or reading.state != "taught" or reading.exported_at is not None:
        raise Conflict("This example has been taken already.")
    text = masked(example, queries.names_in(session, [reading.conversation_id])[reading.conversation_id])
    if text:
        reading.example = text
    else:
        reading.state, reading.chosen, reading.example = "nothing", None, None
    session.flush()


def export(session: Session, staff: Staff | None) -> str:
    """The examples as a file of training text, once: they are noted as taken. `staff`: None at the command line.

    Raises `Conflict` when there are none.
    """
    if staff is not None:
        _check_export(staff)
    rows = queries.taught(session)
    if not rows:
        raise Conflict("There are no new examples.")
    now = clock.now()
    for reading, _ in rows:
        reading.exported_at = now
    session.flush()
    audit.note(session, "examples.exported", by=staff, after={"examples": len(rows)})
    return as_yaml((reading.chosen or "", reading.example or "") for reading, _ in rows)


def as_yaml(examples: Iterable[tuple[str, str]]) -> str:
    """Examples (intent, text) in the form of the files in `data/nlu`; each text once."""
    lines = ['version: "3.1"', "nlu:"]
    for intent, group in groupby(sorted(set(examples)), key=lambda example: example[0]):
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for _, text in group)]
    return "\n".join(lines) + "\n"


def _doubt(reading: TurnReading, message: Message, names: set[str]) -> Doubt:
    known = intents.meanings()
    ranked = [reading.hint, *(str(name) for name, _ in reading.others), reading.intent]
    likely = [name for name in dict.fromkeys(ranked) if name in known][:SUGGESTED]
    return Doubt(
        reading,
        message,
        intents.says(reading.intent),
        [(name, known[name]) for name in likely if name is not None],
        masked(message.text, names),
    )


def _undecided(session: Session, message_id: UUID) -> TurnReading:
    reading = queries.locked(session, message_id)
    if reading is None:
        raise NotFound("There is no such message any more.")
    if reading.state != "open":
        raise Conflict("Somebody has decided about this message already.")
    return reading


def _decided(session: Session, reading: TurnReading, staff: Staff) -> None:
    reading.decided_by_id, reading.decided_at = staff.id, clock.now()
    session.flush()


def _check_role(staff: Staff) -> None:
    if staff.role not in CASE_WORKERS:
        raise Refused("This is for agents and managers.")


def _check_export(staff: Staff) -> None:
    if staff.role not in MANAGING:
        raise Refused("This is for managers and administrators.")
