"""Who of the staff looks at a conversation, and who is about to write in it.

A look is a row that hangs on the lease of its tab: it ends with it, whatever becomes of the process. Typing is a hint
that is never stored.
"""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import desk_queries, hints
from disputes.chat.tables import Conversation, ConversationViewer
from disputes.people.tables import Staff


def arrive(session: Session, lease_id: UUID, conversation_id: UUID) -> None:
    """The tab of this lease shows the conversation. An unknown conversation, or a lease that is gone, is no look."""
    if session.get(Conversation, conversation_id) is None:
        return
    look = insert(ConversationViewer).values(lease_id=lease_id, conversation_id=conversation_id)
    session.execute(look.on_conflict_do_nothing())
    hints.viewers_changed(session, conversation_id)


def leave(session: Session, lease_id: UUID, conversation_id: UUID | None = None) -> None:
    """The tab does not show it any more; without one: it shows nothing any more."""
    gone = delete(ConversationViewer).where(ConversationViewer.lease_id == lease_id)
    if conversation_id is not None:
        gone = gone.where(ConversationViewer.conversation_id == conversation_id)
    for seen in session.scalars(gone.returning(ConversationViewer.conversation_id)).all():
        hints.viewers_changed(session, seen)


def others(session: Session, conversation_id: UUID, staff_id: UUID) -> list[str]:
    """The names of colleagues who look at this conversation now."""
    found = desk_queries.viewers(session, conversation_id, clock.now())
    return [name for viewer_id, name in found if viewer_id != staff_id]


def types(session: Session, conversation_id: UUID, staff: Staff, *, on: bool, note: bool) -> None:
    """A member of staff types, or has stopped. Colleagues see which; the customer only the reply of the holder."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        return
    if not note and conversation.owner == "agent" and conversation.agent_id == staff.id:
        hints.typing(session, conversation_id, "agent", on)
    hints.colleague_types(session, conversation_id, staff, on=on, note=note)
