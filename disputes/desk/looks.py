"""Whoever reads a chat, or a part of one, is on record: once for all parts and all renewals within ten minutes."""

from uuid import UUID

from sqlalchemy.orm import Session

from disputes.chat import desk_view
from disputes.chat.schemas import ConversationView
from disputes.desk.access import AtDesk
from disputes.people import audit


def read_chat(session: Session, desk: AtDesk, conversation_id: UUID) -> ConversationView:
    """What is known of a chat, for somebody at the desk, which is noted. Raises `NotFound`."""
    view = desk_view.conversation_view(session, conversation_id)
    note_read(session, desk, conversation_id)
    return view


def note_read(session: Session, desk: AtDesk, conversation_id: UUID) -> None:
    """Notes it of a chat that is known to be there."""
    audit.note_look(session, "chat.read", desk.staff, ("chat", conversation_id))
