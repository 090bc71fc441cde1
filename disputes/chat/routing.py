"""Gives waiting chats to whoever holds the fewest, where the policy or the team has it so."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.chat import handoff, presence, queue_queries
from disputes.chat.lines import line
from disputes.chat.tables import Conversation
from disputes.people.tables import Staff

AT_ONCE: Final = 500
"""Chats in one run; the sweep asks for the next run."""

log = structlog.get_logger(__name__)


def assign_waiting() -> int:
    """Gives away waiting chats, those in front first, until nobody has room; returns how many.

    Each in a transaction of its own, so that an agent may claim the next one meanwhile.
    """
    given, full, tried = 0, list[UUID | None](), list[UUID]()
    for _ in range(AT_ONCE):
        with database.transaction() as session:
            chat = queue_queries.next_to_assign(session, policy.current().chat.assignment, full, tried)
            if chat is None:
                break
            if assign(session, chat):
                given += 1
                tried.append(chat.id)
            else:
                full.append(chat.team_id)
    return given


def assign(session: Session, conversation: Conversation) -> bool:
    """Gives a waiting chat to the one with the fewest chats; False when nobody is there who has room.

    The time to answer runs from now. The caller holds the lock on the conversation's row.
    """
    for colleague in presence.staffing(session, conversation.team_id).people:
        staff = session.get_one(Staff, colleague.id)
        if not colleague.has_room or not _has_room(session, staff):
            continue
        handoff.give_to(session, conversation, staff, "assigned", line("joined", name=staff.name))
        conversation.answer_by = clock.now() + timedelta(minutes=policy.current().chat.unanswered_minutes)
        log.info("chat.assigned", conversation_id=str(conversation.id), staff_id=str(staff.id))
        return True
    return False


def _has_room(session: Session, staff: Staff) -> bool:
    """Whether one more chat fits. If not, their row is let go at once: whoever looks at several people in another order
    must not wait for us while we wait for them."""
    with session.begin_nested() as place:
        if handoff.has_room(session, staff):
            return True
        place.rollback()
    return False
