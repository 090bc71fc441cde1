"""A person's reply reaches a customer who is not there: what nobody has seen in time goes out by mail.

Each reply has one look at it, when its time is over. The first that finds its reply unseen mails all that is unseen
then, in one letter; the looks at the others find them gone.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import queries, reach_queries, thread
from disputes.chat.address import address_of
from disputes.chat.lines import line
from disputes.chat.tables import Conversation, Message
from disputes.notifications import letters, service
from disputes.notifications.letters import Said
from disputes.notifications.tables import Notification
from disputes.settings import settings

REPLY: Final = "chat_reply"
MOST_A_DAY: Final = 30
"""More letters than that from one chat in a day are a loop or a fault."""

_MARK_MAILED: Final = text(
    """
    INSERT INTO read_marks (conversation_id, customer_seen_seq, staff_seen_seq, mailed_seq)
    VALUES (:conversation_id, 0, 0, :seq)
    ON CONFLICT (conversation_id) DO UPDATE SET mailed_seq = greatest(read_marks.mailed_seq, excluded.mailed_seq)
    """
)

log = structlog.get_logger(__name__)


def mail_unseen(session: Session, message_id: UUID) -> Notification | None:
    """Job "chat.look_for_unseen": mails everything unseen, if this reply still is. The thread says what became of it.

    Running it again does nothing: under the lock on the conversation's row, what has gone is marked as mailed.
    """
    message = session.get(Message, message_id)
    conversation = queries.locked(session, message.conversation_id) if message else None
    if message is None or conversation is None:
        return None
    replies = reach_queries.unseen_replies(session, conversation.id)
    if message.id not in {reply.id for reply in replies}:
        return None
    first, last = replies[0], replies[-1]
    marks = reach_queries.marks_of(session, conversation.id)
    session.execute(_MARK_MAILED, {"conversation_id": conversation.id, "seq": last.seq})
    address = address_of(session, conversation)
    if address is None:
        noted = marks.mailed_seq if marks else 0
        if not noted or reach_queries.wrote_since(session, conversation.id, noted):
            _say_to_staff(session, conversation, line("unseen_no_address"))
        return None
    if _is_crowded(session, conversation):
        _say_to_staff(session, conversation, line("unseen_too_many", most=MOST_A_DAY))
        return None
    row = service.add(
        session,
        letters.chat_reply([said_in(reply) for reply in replies], policy.current(), settings().base_url),
        kind=REPLY,
        dedupe_key=f"{REPLY}:{conversation.id}:{first.seq}",
        recipient=address.email,
        about={"conversation_id": conversation.id},
        queue=True,
    )
    thread.append(session, conversation, "system", line("unseen_mailed", address=address.masked), lists=True)
    log.info("chat.mailed", conversation_id=str(conversation.id), notification_id=str(row.id), replies=len(replies))
    return row


def letter_failed(session: Session, notification_id: UUID) -> None:
    """Job "chat.letter_failed": tells whoever has the chat that mail from it did not arrive. The letter says why."""
    letter = session.get(Notification, notification_id)
    if letter is None or letter.conversation_id is None:
        return
    conversation = queries.locked(session, letter.conversation_id)
    key = f"letter:{letter.id}"
    if conversation is None or letter.state != "failed":
        return
    if queries.message_by_client_id(session, conversation.id, key) is None:
        _say_to_staff(session, conversation, line("letter_failed", reason=letter.last_error or ""), key=key)


def said_in(message: Message) -> Said:
    """A message as it stands in a letter."""
    return Said(thread.author_name(message) or "", message.created_at, message.text)


def _say_to_staff(session: Session, conversation: Conversation, words: str, *, key: str | None = None) -> None:
    """A line that only staff see, in nobody's name."""
    thread.append(session, conversation, "system", words, audience="staff", client_id=key, lists=True)


def _is_crowded(session: Session, conversation: Conversation) -> bool:
    since = clock.now() - timedelta(days=1)
    return len(reach_queries.letters_since(session, conversation.id, REPLY, since)) >= MOST_A_DAY
