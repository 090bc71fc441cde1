"""The chats as the desk shows them: the lists, and what is known of one."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import files, handover_card, queries
from disputes.chat.schemas import ConversationLine, ConversationView, DeskLists
from disputes.chat.summary import summary_of
from disputes.chat.tables import Conversation, Message
from disputes.errors import NotFound
from disputes.people.tables import Staff

SEEN_RECENTLY: Final = timedelta(days=2)


def desk_lists(session: Session, staff: Staff) -> DeskLists:
    """The desk's lists as this member of staff sees them."""
    lists = DeskLists()
    for conversation, newest, agent_name, unread in queries.open_lines(session, clock.now() - SEEN_RECENTLY):
        row = _as_line(conversation, newest, agent_name, unread)
        if conversation.owner == "queue":
            lists.waiting.append(row)
        elif conversation.agent_id == staff.id:
            lists.mine.append(row)
        else:
            lists.others.append(row)
    return lists


def conversation_view(session: Session, conversation_id: UUID) -> ConversationView:
    """What is known of a conversation, for the side panel. Raises NotFound."""
    conversation = queries.with_agent(session, conversation_id)
    if conversation is None:
        raise NotFound("There is no such chat.")
    verified = handover_card.is_proved(session, conversation)
    return ConversationView(
        id=conversation.id,
        owner=conversation.owner,
        epoch=conversation.epoch,
        agent_id=conversation.agent_id,
        agent_name=conversation.agent.name if conversation.agent else None,
        waiting_since=conversation.waiting_since,
        facts=conversation.facts,
        handoff_reason=conversation.handoff_reason,
        handoff_summary=conversation.handoff_summary,
        verified=verified,
        card=handover_card.card_for_staff(session, conversation, verified=verified),
        files=files.files_of(session, conversation.id),
        page=conversation.page,
        locale=conversation.locale,
        created_at=conversation.created_at,
        urgent=conversation.urgent,
        vulnerable=conversation.vulnerable,
        message_left=conversation.left_message_at is not None,
    )


def _as_line(conversation: Conversation, newest: Message, agent_name: str | None, unread: int) -> ConversationLine:
    facts = conversation.facts
    return ConversationLine(
        id=conversation.id,
        who=facts.get("complainant_name") or "Customer",
        summary=conversation.handoff_summary or summary_of(facts),
        owner=conversation.owner,
        agent_name=agent_name,
        waiting_since=conversation.waiting_since,
        last_text=newest.text[:160],
        last_at=newest.created_at,
        unread=unread,
        urgent=conversation.urgent or conversation.vulnerable,
        message_left=conversation.left_message_at is not None,
    )
