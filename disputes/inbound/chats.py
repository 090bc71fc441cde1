"""Answers to mail from a chat: which chat, from whom, and on their way into it.

The chat itself takes them in a job of its own (`chat.mail_in`): it knows who has it, and tells them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, jobs
from disputes.inbound import queries
from disputes.inbound.message import IncomingMail
from disputes.inbound.tables import InboundMail

TAKE_MAIL: Final = "chat.take_mail"
"""Name of the job that puts a mail into the chat it answers."""

MOST_THREADS: Final = 5
MOST_A_DAY: Final = 30
"""Mails for one chat in a day; more wait for a person, in case two programs write to each other."""

ANSWERED_WITHIN: Final = timedelta(days=30)
"""How long after a letter of a chat a mail without any sign of what it answers may still be its answer."""

_THREAD: Final = re.compile(r"<chat\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
"""The id that all letters of a chat name as the start of their thread."""


@dataclass(frozen=True)
class ChatMatch:
    """The chat that a mail answers. With a `doubt` a person must decide."""

    conversation_id: UUID
    doubt: Literal["other_address", "failed_check", "only_sender"] | None = None


def match_by_thread(session: Session, mail: IncomingMail) -> ChatMatch | None:
    """The chat whose letter this mail says that it answers. It must come from an address that the chat has written to.

    None when it answers none. Whatever our mail server says does not come from its sender goes nowhere by itself.
    """
    for conversation_id in _pointed_to(session, mail.thread):
        recipients = queries.recipients_of_chat(session, conversation_id)
        if not recipients:
            continue
        if mail.sender not in recipients:
            return ChatMatch(conversation_id, "other_address")
        return ChatMatch(conversation_id, "failed_check" if mail.failed_check else None)
    return None


def match_by_sender(session: Session, mail: IncomingMail) -> ChatMatch | None:
    """The only chat that has written to this address lately, for a mail that says nothing of what it answers.

    A person decides: it may be about something else, and anybody can write an address above a mail.
    """
    if mail.sender is None:
        return None
    found = queries.chats_that_wrote_to(session, mail.sender, clock.now() - ANSWERED_WITHIN)
    return ChatMatch(found[0], "only_sender") if len(found) == 1 else None


def send_into(session: Session, row: InboundMail, found: ChatMatch, mail: IncomingMail) -> None:
    """Has the chat take the mail; one with a doubt, an empty one, and one too many wait for a person first."""
    row.conversation_id = found.conversation_id
    doubt: str | None = found.doubt
    if doubt is None and not mail.text and not mail.attachments:
        doubt = "empty"
    since = clock.now() - timedelta(days=1)
    if doubt is None and queries.count_for_chat_since(session, found.conversation_id, since) >= MOST_A_DAY:
        doubt = "many"
    if doubt is not None:
        row.state, row.why = "to_read", doubt
        return
    file_into_chat(session, row)


def file_into_chat(session: Session, row: InboundMail) -> None:
    """The mail belongs to its chat, which takes it at once."""
    row.state, row.why = "filed", None
    session.flush()
    jobs.defer(session, TAKE_MAIL, lock=f"chat-mail:{row.conversation_id}", mail_id=str(row.id))


def done(session: Session, row: InboundMail, refused: Sequence[dict[str, str]]) -> None:
    """The chat has it, with its files but those that were refused."""
    row.done_at, row.raw, row.refused = clock.now(), None, list(refused)
    session.flush()


def _pointed_to(session: Session, thread: Sequence[str]) -> Iterator[UUID]:
    yield from queries.chats_of_letters(session, thread)
    yield from (UUID(found) for found in _THREAD.findall(" ".join(thread))[:MOST_THREADS])
