"""The one place where the owner of a conversation changes: the row, its epoch and the log of it, together."""

from typing import Final, Literal

from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import handover_card, left
from disputes.chat.reasons import Reason
from disputes.chat.tables import Conversation, Ownership
from disputes.people.tables import Staff

type Owner = Literal["bot", "queue", "agent", "closed"]

END_REASONS: Final[dict[Reason, str]] = {
    "nobody_claimed": "nobody_claimed",
    "returned_by_customer": "returned_to_assistant",
    "returned_by_agent": "returned_to_assistant",
    "ended_by_customer": "ended_by_customer",
    "closed_by_agent": "closed_by_agent",
    "idle": "idle",
    "internal_error": "internal_error",
}
"""Which changes end a time with people, or the chat, and what that end is called."""


def change_owner(
    session: Session,
    conversation: Conversation,
    owner: Owner,
    reason: Reason,
    *,
    agent: Staff | None = None,
    by: Staff | None = None,
) -> None:
    """Gives the conversation to `owner` (`agent`: to whom), in a new epoch, and logs why and by whom.

    The caller holds the lock on the conversation's row. What belongs to the wait for people ends with it. When it comes
    to people, the customer is shown what they read.
    """
    now = clock.now()
    was_with_people = conversation.owner in ("queue", "agent")
    if conversation.owner == "closed" and conversation.end_reason != "idle":
        conversation.reply_email = None  # somebody else may sit there now
    conversation.owner = owner
    conversation.epoch += 1
    conversation.agent_id = agent.id if agent else None
    conversation.claim_by = conversation.answer_by = conversation.left_message_at = None
    conversation.last_agent_at = None
    if owner in ("queue", "agent"):
        conversation.first_waiting_since = conversation.first_waiting_since or now
        conversation.end_reason = None
    else:
        conversation.first_waiting_since = conversation.team_id = None
        conversation.end_reason = END_REASONS.get(reason)
    conversation.waiting_since = conversation.first_waiting_since if owner == "queue" else None
    log_owner(session, conversation, reason, by=by)
    if owner in ("bot", "closed"):
        left.end(session, conversation.id, "over")
    if owner in ("queue", "agent") and not was_with_people:
        handover_card.show(session, conversation)


def log_owner(session: Session, conversation: Conversation, reason: Reason, *, by: Staff | None = None) -> None:
    """Writes down who owns the conversation now; called directly only for a new one."""
    session.add(
        Ownership(
            conversation_id=conversation.id,
            epoch=conversation.epoch,
            owner=conversation.owner,
            agent_id=conversation.agent_id,
            team_id=conversation.team_id,
            reason=reason,
            by_staff_id=by.id if by else None,
            seq=conversation.last_seq,
            at=clock.now(),
        )
    )
    session.flush()
