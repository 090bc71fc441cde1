"""An agent leaves the desk for good: the customers they talk to are told, and come first in the queue."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.chat import handoff, queries, queue
from disputes.people.tables import Staff


def lock_chats_of(session: Session, staff_id: UUID) -> Sequence[UUID]:
    """Locks every chat that this person holds. Before their own row is locked: that is the order of everybody else."""
    return [chat_id for chat_id in queries.chats_of(session, staff_id) if queries.locked(session, chat_id)]


def free_chats(session: Session, leaving: Staff, by: Staff) -> int:
    """Puts the chats of somebody who left back into the queue, with the time their customers have waited; how many.

    Their leases end by themselves: whoever acts at the desk just now holds one while waiting for the person's row.
    """
    freed = 0
    for chat_id in queries.chats_of(session, leaving.id):
        conversation = handoff.locked(session, chat_id)
        if conversation.owner == "agent" and conversation.agent_id == leaving.id:
            queue.enqueue_again(session, conversation, "agent_left", "agent_left", by=by, name=leaving.name)
            freed += 1
    return freed
