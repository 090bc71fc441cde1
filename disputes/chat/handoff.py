"""To a person and back. Every change of owner is one locked update, a higher epoch, and one line that people see."""

from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import handover_queries, hints, presence, queries, queue, readings, reasons, thread, work
from disputes.chat.lines import line
from disputes.chat.ownership import change_owner
from disputes.chat.reasons import Reason
from disputes.chat.summary import summary_of
from disputes.chat.tables import Conversation
from disputes.errors import Conflict, NotFound
from disputes.people import audit
from disputes.people.tables import Staff

AGENT_RETURNED: Final = "/agent_returned"
SESSION_OPENED: Final = "/session_opened"

type Outcome = Literal["go_on", "file", "settled"]
"""What an agent decided: the assistant goes on where it stood, takes down the complaint, or the matter is settled."""


def request_person(
    session: Session, conversation: Conversation, told: str | None, summary: str | None, *, team: str | None = None
) -> None:
    """The customer wants a person: into the queue if somebody is there, with what is known; else told so, honestly.

    `told` is why, as the assistant has it. Nothing happens if a person is due already. The caller holds the lock on the
    conversation's row.
    """
    if conversation.owner in ("queue", "agent"):
        return
    why = reasons.why_asked(
        told,
        urgent=conversation.urgent,
        vulnerable=conversation.vulnerable or conversation.care_seq is not None,
        legal=any(policy.current().is_legal(words) for words in handover_queries.last_words(session, conversation.id)),
        not_understood=queries.was_not_understood(session, conversation.id, clock.now() - readings.RIGHT_AFTER),
        remedy_accepted=conversation.facts.get("informal_outcome", "").startswith("accepted: "),
    )
    readings.went_to_a_person(session, conversation.id)
    conversation.handoff_reason = why
    conversation.handoff_summary = summary or summary_of(conversation.facts)
    queue.ask_for_person(session, conversation, why, team=presence.team_for(session, team))


def leave_message(session: Session, conversation: Conversation) -> None:
    """Nobody is here, and the customer leaves a message. If somebody is after all, it is a chat like any other.

    The caller holds the lock on the conversation's row.
    """
    if conversation.owner in ("queue", "agent"):
        return
    if presence.staffing(session).anybody:
        request_person(session, conversation, None, None)
        return
    conversation.handoff_reason = conversation.handoff_reason or "message_left"
    conversation.handoff_summary = conversation.handoff_summary or summary_of(conversation.facts)
    queue.leave_message(session, conversation)


def back_to_assistant(session: Session, conversation: Conversation) -> None:
    """The waiting customer prefers the assistant. The caller holds the lock on the conversation's row."""
    if conversation.owner != "queue":
        return
    words = "message_taken_back" if conversation.left_message_at else "back_from_queue"
    change_owner(session, conversation, "bot", "returned_by_customer")
    thread.tell_assistant(session, conversation, AGENT_RETURNED, line(words), {"by": "customer"})
    hints.conversation_changed(session, conversation.id, lists=True)


def claim(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """An agent takes a waiting chat. Exactly one of several wins; the others get Conflict with the winner's name."""
    conversation = locked(session, conversation_id)
    if conversation.owner == "agent" and conversation.agent_id == staff.id:
        return conversation
    if conversation.owner != "queue":
        raise Conflict(why_not_yours(session, conversation))
    presence.staff_act(session, staff)
    give_to(session, conversation, staff, "claimed", line("joined", name=staff.name), by=staff)
    return conversation


def take_over(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """An agent steps in: from the assistant, from the queue, or from a colleague. A visible, recorded act."""
    conversation = locked(session, conversation_id)
    if conversation.owner == "agent" and conversation.agent_id == staff.id:
        return conversation
    if conversation.owner == "closed":
        raise Conflict(why_not_yours(session, conversation))
    words, holder = ("taken_over" if conversation.owner == "agent" else "joined"), conversation.agent_id
    if holder is not None:
        before, after = {"held_by": str(holder)}, {"held_by": str(staff.id)}
        audit.note(session, "chat.taken_over", by=staff, about=("chat", conversation.id), before=before, after=after)
    presence.staff_act(session, staff)
    give_to(session, conversation, staff, "taken_over", line(words, name=staff.name), by=staff)
    return conversation


def hand_back(
    session: Session, conversation_id: UUID, staff: Staff, note: str, outcome: Outcome = "go_on"
) -> Conversation:
    """The agent returns the chat to the assistant, which speaks first. `note`: what was decided, for staff."""
    note = note.replace("\0", "").strip()
    conversation = held_by(session, conversation_id, staff)
    change_owner(session, conversation, "bot", "returned_by_agent", by=staff)
    if note:
        thread.append(session, conversation, "agent", f"Handed back: {note}", staff=staff, audience="staff")
    words = line("handed_back", name=staff.name)
    decided = {"by": "agent", "decided": bool(note), "outcome": outcome}
    thread.tell_assistant(session, conversation, AGENT_RETURNED, words, decided)
    hints.conversation_changed(session, conversation.id, lists=True)
    work.look_for_somebody(session)
    return conversation


def mark(session: Session, conversation_id: UUID, staff: Staff, *, urgent: bool, vulnerable: bool) -> None:
    """An agent says whether a chat goes before others, because of what it is about or of who the customer is."""
    conversation = locked(session, conversation_id)
    if (conversation.urgent, conversation.vulnerable) == (urgent, vulnerable):
        return
    conversation.urgent, conversation.vulnerable = urgent, vulnerable
    if vulnerable:
        conversation.care_seq = None
    marks = [word for word, is_so in (("urgent", urgent), ("vulnerable customer", vulnerable)) if is_so]
    words = f"Marked: {', '.join(marks)}." if marks else "Not marked as urgent any more."
    thread.append(session, conversation, "agent", words, staff=staff, audience="staff", lists=True)


def give_to(
    session: Session,
    conversation: Conversation,
    staff: Staff,
    reason: Reason,
    words: str,
    *,
    by: Staff | None = None,
) -> None:
    """Makes `staff` the owner, within their limit, which is counted under a lock on their own row.

    Raises Conflict when it is reached. The caller holds the lock on the conversation's row.
    """
    has_free_place = has_room(session, staff)
    if not session.get_one(Staff, staff.id).active:  # as it is under the lock, not as whoever called knew it
        raise Conflict(f"{staff.name} does not work at the desk any more.")
    if not has_free_place:
        yours = by is not None and by.id == staff.id
        raise Conflict(
            f"You hold {staff.chat_limit} chats, your limit. Close or hand back one first."
            if yours
            else f"{staff.name} holds {staff.chat_limit} chats, as many as they may."
        )
    change_owner(session, conversation, "agent", reason, agent=staff, by=by)
    thread.append(session, conversation, "system", words, lists=True)


def has_room(session: Session, staff: Staff) -> bool:
    """True while one more chat fits; nobody else can give them one until the transaction ends."""
    row = session.get_one(Staff, staff.id, with_for_update=True, populate_existing=True)
    return queries.chats_held_by(session, staff.id) < row.chat_limit


def locked(session: Session, conversation_id: UUID) -> Conversation:
    """The conversation with its row locked. Raises NotFound."""
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    return conversation


def held_by(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """The conversation, locked, if `staff` holds it. Raises Conflict with who does."""
    conversation = locked(session, conversation_id)
    if conversation.owner != "agent" or conversation.agent_id != staff.id:
        raise Conflict(why_not_yours(session, conversation))
    return conversation


def why_not_yours(session: Session, conversation: Conversation) -> str:
    """Who has the chat, for somebody who thought to have it."""
    if conversation.owner == "agent":
        holder = session.get(Staff, conversation.agent_id)
        return f"{holder.name if holder else 'A colleague'} has this chat."
    if conversation.owner == "bot":
        return "The assistant has this chat. Take it over to step in."
    if conversation.owner == "queue":
        return "This chat waits in the queue. Claim it first."
    return "This chat has ended. It opens again when the customer writes."
