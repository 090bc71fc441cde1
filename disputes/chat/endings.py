"""The end of a chat, by either side or by itself, and going on after it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes.chat import handoff, presence, queries, queue, satisfaction, staff_queries, thread, work
from disputes.chat.lines import button, line, say_minutes
from disputes.chat.ownership import change_owner
from disputes.chat.reasons import Reason
from disputes.chat.tables import Conversation, Message
from disputes.errors import Conflict
from disputes.people.tables import Staff

GO_ON: Final = "/go_on_here"
NEW_CHAT: Final = "/new_chat"
CHATS_OWN: Final = (GO_ON, NEW_CHAT, queue.TALK_TO_PERSON, queue.LEAVE_MESSAGE, queue.BACK_TO_ASSISTANT)
"""What the chat itself has obeyed: nobody needs to read it."""


def close(session: Session, conversation_id: UUID, staff: Staff) -> Conversation:
    """The agent ends the chat. The customer is told, and may go on with it, or begin another, at any time."""
    conversation = handoff.held_by(session, conversation_id, staff)
    _end(session, conversation, "closed_by_agent", line("ended_by_agent", name=staff.name), by=staff)
    return conversation


def end_by_customer(session: Session, conversation_id: UUID) -> None:
    """The customer ends the chat; ending twice is harmless."""
    conversation = handoff.locked(session, conversation_id)
    if conversation.owner != "closed":
        _end(session, conversation, "ended_by_customer", line("ended_by_customer"))


def end_idle(session: Session, conversation: Conversation, after: timedelta) -> None:
    """Nothing was written for so long. The caller holds the lock on the conversation's row."""
    words = line("ended_idle", time=say_minutes(round(after / timedelta(minutes=1))))
    _end(session, conversation, "idle", words)


def ask_what_now(session: Session, conversation: Conversation) -> None:
    """A customer has written into a chat that has ended: go on here, or a new one? Asked once after each end."""
    if queries.was_asked_since(session, conversation.id, GO_ON, _ended_at(session, conversation)):
        return
    choices = [button("go_on_button", GO_ON), button("new_button", NEW_CHAT)]
    thread.append(session, conversation, "system", line("ended_what_now"), quick_replies=choices)


def go_on(session: Session, conversation: Conversation) -> None:
    """The chat goes on: with the agent who had it at the end, only if they are there and have room, else with the
    assistant. What the customer wrote meanwhile is read now. The caller holds the lock on the conversation's row.

    Raises Conflict when this visitor has another chat open.
    """
    if conversation.owner != "closed":
        return
    written = written_since_the_end(session, conversation)
    was_idle, agent = conversation.end_reason == "idle", _agent_to_return_to(session, conversation)
    try:
        with session.begin_nested():
            change_owner(session, conversation, "agent" if agent else "bot", "went_on", agent=agent)
    except IntegrityError:
        session.refresh(conversation)
        raise Conflict(line("other_chat_open")) from None
    if agent is not None:
        thread.append(session, conversation, "system", line("with_you_again", name=agent.name), lists=True)
        return
    if not was_idle:  # nothing was settled in a chat that fell asleep: its form goes on where it stood
        conversation.rasa_round += 1
        conversation.rasa_turns = 0
        conversation.facts, conversation.corrections = {}, {}
    thread.append(session, conversation, "system", line("went_on"), lists=True)
    for message in written:
        thread.ask_assistant(session, message)


def written_since_the_end(session: Session, conversation: Conversation) -> Sequence[Message]:
    """What the customer has typed into the ended chat, to be read by whoever has it next."""
    written = queries.customer_messages_after(session, conversation.id, _ended_at(session, conversation))
    return [message for message in written if message.payload not in CHATS_OWN]


def _ended_at(session: Session, conversation: Conversation) -> int:
    """The last seq before the chat ended."""
    return queries.seq_of_epoch(session, conversation.id, conversation.epoch)


def _agent_to_return_to(session: Session, conversation: Conversation) -> Staff | None:
    """Whoever had the chat when it ended, if they are at the desk, take chats, and have room for it."""
    agent = staff_queries.held_before_the_end(session, conversation)
    if agent is None or agent.id not in {colleague.id for colleague in presence.staffing(session).people}:
        return None
    return agent if handoff.has_room(session, agent) else None


def _end(session: Session, conversation: Conversation, reason: Reason, words: str, *, by: Staff | None = None) -> None:
    """Ends the chat; a proof of identity ends with it, since somebody else may write next in that browser.

    Whoever is there to end it, or was ended by somebody, is asked whether it has helped.
    """
    conversation.status_request_id = None
    conversation.handoff_reason = conversation.handoff_summary = None
    conversation.urgent, conversation.care_seq, conversation.care_dismissed_at = False, None, None
    change_owner(session, conversation, "closed", reason, by=by)
    thread.append(session, conversation, "system", words, lists=True)
    if reason != "idle":
        satisfaction.ask(session, conversation)
    work.look_for_somebody(session)
