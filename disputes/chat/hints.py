"""Hints to the web processes, sent with the transaction: the rows are the truth, a lost hint costs latency only."""

import json
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes.people.tables import Staff

CHANNEL = "chat"
DESK_CHANNEL = "desk"
"""Cases and their work: a trigger of the tables says the id of each case that changed, or nothing for very many."""

_NOTIFY = text("SELECT pg_notify(:channel, :payload)")


def conversation_changed(
    session: Session, conversation_id: UUID, *, lists: bool = False, asked: int | None = None
) -> None:
    """Says that a conversation has something new; `lists`: that the desk's lists look different too.

    `asked`: all that is new is the message with this seq, which the assistant answers now.
    """
    payload: dict[str, str | bool | int] = {"c": str(conversation_id), "l": lists}
    if asked is not None:
        payload["a"] = asked
    session.execute(_NOTIFY, {"channel": CHANNEL, "payload": json.dumps(payload)})


def seen(session: Session, conversation_id: UUID, who: str, seq: int) -> None:
    """Says how far `who` (customer or staff) has read. It is written down too: a lost hint costs latency only."""
    payload = {"c": str(conversation_id), "s": who, "n": seq}
    session.execute(_NOTIFY, {"channel": CHANNEL, "payload": json.dumps(payload)})


def lists_changed(session: Session) -> None:
    """Says that the desk's lists, or who is there, look different."""
    session.execute(_NOTIFY, {"channel": CHANNEL, "payload": json.dumps({"l": True})})


def work_changed(session: Session) -> None:
    """Says that the desk's lists of work look different, though no case has changed."""
    session.execute(_NOTIFY, {"channel": DESK_CHANNEL, "payload": ""})


def typing(session: Session, conversation_id: UUID, who: str, on: bool) -> None:
    """Says that somebody types, or has stopped. Never stored."""
    payload = {"c": str(conversation_id), "t": who, "on": on}
    session.execute(_NOTIFY, {"channel": CHANNEL, "payload": json.dumps(payload)})


def viewers_changed(session: Session, conversation_id: UUID) -> None:
    """Says that others of the staff look at a conversation now, or have stopped to."""
    session.execute(_NOTIFY, {"channel": CHANNEL, "payload": json.dumps({"c": str(conversation_id), "v": True})})


def colleague_types(session: Session, conversation_id: UUID, staff: Staff, *, on: bool, note: bool) -> None:
    """Says to the desk who types, and whether it is a note. Never stored."""
    payload = {"c": str(conversation_id), "w": str(staff.id), "name": staff.name, "on": on, "note": note}
    session.execute(_NOTIFY, {"channel": CHANNEL, "payload": json.dumps(payload)})
