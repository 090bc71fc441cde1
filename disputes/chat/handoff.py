"""Who owns a conversation. Every change is one locked update, a higher epoch, and one line people see."""

from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import hints, queries, thread
from disputes.chat.lines import line
from disputes.chat.ownership import Reason, change_owner
from disputes.chat.summary import summary_of
from disputes.chat.tables import Conversation
from disputes.errors import Conflict, NotFound
from disputes.people.tables import Staff
from disputes.settings import settings

TALK_TO_PERSON = "/talk_to_person"
BACK_TO_ASSISTANT = "/back_to_assistant"
AGENT_RETURNED = "/agent_returned"
SESSION_OPENED = "/session_opened"


def request_person(session: Session, conversation: Conversation, reason: str, summary: str | None) -> None:
    """The customer wants a person: into the queue, with what is known. Nothing happens if a person is due already.

    The caller holds the lock on the conversation's row.
    """
    if conversation.owner in ("queue", "agent"):
        return
    change_owner(session, conversation, "queue", "asked")
    conversation.handoff_reason = reason
    conversation.handoff_summary = summary or summary_of(conversation.facts)
    session.flush()
    rules = policy.current()
    if rules.is_office_open(clock.now()):
        words = line(
            "queue_open", position=queries.queue_position(session, conversation), form_url=complaint_form_url()
        )
    else:
        words = line("queue_closed", hours=rules.say_office_hours(), form_url=complaint_form_url())
    buttons = [{"content_type": "text", "title": line("back_button"), "payload": BACK_TO_ASSISTANT}]
    thread.append(session, conversation, "system", words, quick_replies=buttons, lists=True)


def back_to_assistant(session: Session, conversation: Conversation) -> None:
    """The waiting customer prefers the assistant. The caller holds the lock on the conversation's row."""
    if conversation.owner != "queue":
        return
    change_owner(session, conversation, "bot", "returned_by_customer")
    thread.tell_assistant(session, conversation, AGENT_RETURNED, line("back_from_queue"), {"by": "customer"})
    hints.conversation_changed(session, conversation.id, lists=True)


def claim(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """An agent takes a waiting chat. Exactly one of several wins; the others get Conflict with the winner's name."""
    conversation = _locked(session, conversation_id)
    if conversation.owner == "agent" and conversation.agent_id == staff.id:
        return conversation
    if conversation.owner != "queue":
        raise Conflict(_why_not_waiting(session, conversation))
    _give_to(session, conversation, staff, "claimed", line("joined", name=staff.name))
    return conversation


def take_over(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """An agent steps in: from the assistant, from the queue, or from a colleague. A visible, recorded act."""
    conversation = _locked(session, conversation_id)
    if conversation.owner == "agent" and conversation.agent_id == staff.id:
        return conversation
    if conversation.owner == "closed":
        raise Conflict("This chat has ended. It opens again when the customer writes.")
    words = "taken_over" if conversation.owner == "agent" else "joined"
    _give_to(session, conversation, staff, "taken_over", line(words, name=staff.name))
    return conversation


def hand_back(session: Session, conversation_id: UUID, staff: Staff, note: str) -> Conversation:
    """The agent returns the chat to the assistant, which speaks first. `note`: what was decided."""
    note = note.replace("\0", "").strip()
    conversation = _held_by(session, conversation_id, staff)
    change_owner(session, conversation, "bot", "returned_by_agent", by=staff)
    if note:
        thread.append(session, conversation, "agent", f"Handed back: {note}", staff=staff, audience="staff")
    words = line("handed_back", name=staff.name)
    thread.tell_assistant(session, conversation, AGENT_RETURNED, words, {"by": "agent", "decided": bool(note)})
    hints.conversation_changed(session, conversation.id, lists=True)
    return conversation


def close(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """The agent ends the chat. The customer is told, and may write again at any time."""
    conversation = _held_by(session, conversation_id, staff)
    _end(session, conversation, "closed_by_agent", line("ended_by_agent", name=staff.name), by=staff)
    return conversation


def end_by_customer(session: Session, conversation_id: UUID) -> None:
    """The customer ends the chat; ending twice is harmless."""
    conversation = _locked(session, conversation_id)
    if conversation.owner != "closed":
        _end(session, conversation, "ended_by_customer", line("ended_by_customer"))


def resume(session: Session, conversation: Conversation) -> None:
    """A customer writes into an ended chat: it goes on with the assistant, which starts afresh."""
    change_owner(session, conversation, "bot", "went_on")
    conversation.rasa_round += 1
    conversation.rasa_turns = 0
    conversation.facts, conversation.corrections = {}, {}
    thread.append(session, conversation, "system", line("resumed"), lists=True)


def complaint_form_url() -> str:
    """The form that works without the chat."""
    return f"{settings().base_url}/complaint"


def _end(session: Session, conversation: Conversation, reason: Reason, words: str, *, by: Staff | None = None) -> None:
    """Ends the chat; a proof of identity ends with it, since somebody else may write next in that browser."""
    conversation.status_request_id = None
    conversation.handoff_reason = conversation.handoff_summary = None
    change_owner(session, conversation, "closed", reason, by=by)
    thread.append(session, conversation, "system", words, lists=True)


def _give_to(session: Session, conversation: Conversation, staff: Staff, reason: Reason, words: str) -> None:
    """Makes `staff` the owner, within their limit, which is counted under a lock on their own row."""
    session.get(Staff, staff.id, with_for_update=True)
    if queries.chats_held_by(session, staff.id) >= staff.chat_limit:
        raise Conflict(f"You hold {staff.chat_limit} chats, your limit. Close or hand back one first.")
    change_owner(session, conversation, "agent", reason, agent=staff, by=staff)
    thread.append(session, conversation, "system", words, lists=True)


def _locked(session: Session, conversation_id: UUID) -> Conversation:
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound("There is no such chat.")
    return conversation


def _held_by(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    conversation = _locked(session, conversation_id)
    if conversation.owner != "agent" or conversation.agent_id != staff.id:
        raise Conflict(_why_not_waiting(session, conversation))
    return conversation


def _why_not_waiting(session: Session, conversation: Conversation) -> str:
    if conversation.owner == "agent":
        holder = session.get(Staff, conversation.agent_id)
        return f"{holder.name if holder else 'A colleague'} has this chat."
    if conversation.owner == "bot":
        return "The assistant has this chat. Take it over to step in."
    if conversation.owner == "queue":
        return "This chat waits in the queue. Claim it first."
    return "This chat has ended. It opens again when the customer writes."
