"""How far each side has read. Delivered is not seen: a mark moves only when a page says that it really shows a message.

Marks only rise. They are written without the lock on the conversation's row, so that reading holds up nobody.
"""

import time
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import hints

PAUSE_SECONDS: Final = 0.3
"""Frames of one page that come faster than this are dropped; our own pages send one a second at most."""

LARGEST: Final = 2**31 - 1

_BY_CUSTOMER: Final = text(
    """
    INSERT INTO read_marks (conversation_id, customer_seen_seq, customer_seen_at, staff_seen_seq, mailed_seq)
    SELECT id, least(:seq, last_seq), :at, 0, 0 FROM conversations WHERE id = :conversation_id
    ON CONFLICT (conversation_id) DO UPDATE
    SET customer_seen_seq = excluded.customer_seen_seq, customer_seen_at = excluded.customer_seen_at
    WHERE read_marks.customer_seen_seq < excluded.customer_seen_seq
    RETURNING customer_seen_seq
    """
)

_BY_STAFF: Final = text(
    """
    INSERT INTO read_marks (conversation_id, customer_seen_seq, staff_seen_seq, mailed_seq)
    SELECT id, 0, least(:seq, last_seq), 0 FROM conversations
    WHERE id = :conversation_id AND owner = 'agent' AND agent_id = :staff_id
    ON CONFLICT (conversation_id) DO UPDATE SET staff_seen_seq = excluded.staff_seen_seq
    WHERE read_marks.staff_seen_seq < excluded.staff_seen_seq
    RETURNING staff_seen_seq
    """
)


@dataclass(eq=False)
class Frames:
    """The marks that one page has sent: what is not news costs no query."""

    told: dict[UUID, int] = field(default_factory=dict)
    at: float = 0.0

    def news(self, conversation_id: UUID, told: object) -> int | None:
        """The seq that the page tells, if it is worth writing down: higher than the last, and not too soon after it."""
        if not isinstance(told, int) or not self.told.get(conversation_id, 0) < told <= LARGEST:
            return None
        now = time.monotonic()
        if now - self.at < PAUSE_SECONDS:
            return None
        self.at = now
        self.told[conversation_id] = told
        return told


def by_customer(session: Session, conversation_id: UUID, seq: int) -> None:
    """The customer's page shows everything up to `seq`. A number from the future counts as far as there is anything."""
    values = {"conversation_id": conversation_id, "seq": seq, "at": clock.now()}
    seen = session.scalar(_BY_CUSTOMER, values)
    if seen is not None:
        hints.seen(session, conversation_id, "customer", seen)


def by_staff(session: Session, conversation_id: UUID, staff_id: UUID, seq: int) -> None:
    """The page of whoever holds the chat shows everything up to `seq`. What others look at promises nobody anything."""
    values = {"conversation_id": conversation_id, "seq": seq, "staff_id": staff_id}
    seen = session.scalar(_BY_STAFF, values)
    if seen is not None:
        hints.seen(session, conversation_id, "staff", seen)
