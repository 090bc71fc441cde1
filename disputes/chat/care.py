"""Who may need more of our care than others. Words only make the program ask: people say whether it is so.

What was asked is not kept once it is answered, and a customer never hears of it.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import handoff, queries, thread
from disputes.chat.tables import Conversation, Message
from disputes.errors import Conflict
from disputes.people.tables import Staff


def listen(conversation: Conversation, message: Message) -> None:
    """Asks staff when the customer says something of the kind, unless they have answered that in this chat.

    The caller holds the lock on the conversation's row.
    """
    if conversation.vulnerable or conversation.care_seq is not None or conversation.care_dismissed_at is not None:
        return
    if policy.current().care_words(message.text) is not None:
        conversation.care_seq = message.seq


def words_said(session: Session, conversation: Conversation) -> str | None:
    """The words for which staff are asked; None when they are not."""
    if conversation.care_seq is None:
        return None
    message = queries.message_at(session, conversation.id, conversation.care_seq)
    return policy.current().care_words(message.text) if message is not None else None


def decide(session: Session, conversation_id: UUID, staff: Staff, *, needed: bool) -> None:
    """Somebody of the staff says whether the customer needs special care. Raises Conflict when that is answered."""
    conversation = handoff.locked(session, conversation_id)
    if conversation.care_seq is None:
        raise Conflict("A colleague has answered this already.")
    conversation.care_seq = None
    conversation.facts_version += 1
    if needed:
        handoff.mark(session, conversation_id, staff, urgent=conversation.urgent, vulnerable=True)
        return
    conversation.care_dismissed_at = clock.now()
    thread.append(session, conversation, "agent", "No special care needed.", staff=staff, audience="staff", lists=True)
