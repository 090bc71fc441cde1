"""A customer answers a letter of the chat: what they write lands in the thread, and a person gets to read it.

Whoever has the chat reads on. Where nobody has it (the assistant does, or it has ended), it waits for people without a
limit, which the customer is told by mail: somebody who writes letters does not watch a queue.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.chat import care, hints, left, queries, reach_queries, satisfaction, thread, uploads, work
from disputes.chat.lines import line
from disputes.chat.ownership import change_owner
from disputes.chat.schemas import MESSAGE_LIMIT
from disputes.chat.tables import Conversation
from disputes.errors import DisputesError
from disputes.inbound import chats
from disputes.inbound import queries as inbound_queries
from disputes.inbound import service as inbound
from disputes.inbound.message import Attachment
from disputes.inbound.tables import InboundMail
from disputes.notifications import letters, service
from disputes.settings import settings

RECEIVED: Final = "chat_received"
BY_MAIL: Final = reach_queries.BY_MAIL

log = structlog.get_logger(__name__)


def take(mail_id: str) -> None:
    """Job "chat.take_mail": the words first, then each file. Running it again stores nothing twice."""
    files = database.run(land, UUID(mail_id))
    if files is None:
        return
    conversation_id, attachments = files
    refused = _take_files(conversation_id, mail_id, attachments)
    database.run(finish, UUID(mail_id), refused)


def land(session: Session, mail_id: UUID) -> tuple[UUID, Sequence[Attachment]] | None:
    """Puts the words of a mail into the thread of its chat; returns the chat and the files that are still to come.

    None when that has been done altogether, or the chat has been forgotten meanwhile.
    """
    row = inbound_queries.locked(session, mail_id)
    if row is None or row.state != "filed" or row.conversation_id is None or row.done_at is not None:
        return None
    conversation = queries.locked(session, row.conversation_id)
    if conversation is None:
        chats.done(session, row, ())
        return None
    attachments = inbound.files_of(row)
    key = f"{BY_MAIL}{row.id}"
    if queries.message_by_client_id(session, conversation.id, key) is None:
        _say(session, conversation, row, key)
    return conversation.id, attachments


def finish(session: Session, mail_id: UUID, refused: Sequence[dict[str, str]]) -> None:
    """Notes that the chat has the mail; files that could not be taken are named in the thread."""
    row = inbound_queries.locked(session, mail_id)
    if row is None or row.done_at is not None or row.conversation_id is None:
        return
    chats.done(session, row, refused)
    conversation = queries.locked(session, row.conversation_id) if refused else None
    if conversation is not None:
        named = "; ".join(f"{file['name']} ({file['reason']})" for file in refused)
        thread.append(session, conversation, "system", line("mail_files_refused", files=named), lists=True)


def _say(session: Session, conversation: Conversation, row: InboundMail, key: str) -> None:
    conversation.reply_email = row.sender or conversation.reply_email
    words = row.text or ""
    if satisfaction.rated_by_mail(session, conversation, words):
        return
    conversation.urgent = conversation.urgent or policy.current().is_urgent(words)
    for number, part in enumerate(_parts(words) or [line("mail_only_files")]):
        client_id = key if number == 0 else f"{key}:{number}"
        care.listen(
            conversation, thread.append(session, conversation, "customer", part, client_id=client_id, lists=True)
        )
    if conversation.owner in ("bot", "closed"):
        _wait_for_person(session, conversation)
    else:
        _no_limit(session, conversation)
    log.info("chat.mail_taken", conversation_id=str(conversation.id), mail_id=str(row.id), owner=conversation.owner)


def _wait_for_person(session: Session, conversation: Conversation) -> None:
    """Into the queue until a person has read it, whoever is at the desk now; told in the thread and by mail."""
    if conversation.owner == "closed":
        conversation.rasa_round += 1
        conversation.rasa_turns = 0
        if queries.open_of_visitor(session, conversation.visitor_digest) is not None:
            conversation.visitor_digest = f"{BY_MAIL}{conversation.id}"  # their browser has another one open
    kept = conversation.reply_email
    change_owner(session, conversation, "queue", "by_mail")
    conversation.reply_email = kept
    conversation.left_message_at = clock.now()
    conversation.handoff_reason = "by_mail"
    by = left.say_day(left.leave(session, conversation))
    thread.append(session, conversation, "system", line("mail_waits", by=by), lists=True)
    service.add(
        session,
        letters.chat_received(by, policy.current(), settings().base_url),
        kind=RECEIVED,
        dedupe_key=f"{RECEIVED}:{conversation.id}:{conversation.epoch}",
        recipient=conversation.reply_email,
        about={"conversation_id": conversation.id},
        queue=True,
    )
    hints.conversation_changed(session, conversation.id, lists=True)
    work.look_for_somebody(session)


def _no_limit(session: Session, conversation: Conversation) -> None:
    """A mail for people who have the chat already: whatever becomes of them, whoever writes mail watches no queue."""
    left.leave(session, conversation)
    if conversation.owner == "queue" and conversation.left_message_at is None:
        conversation.claim_by, conversation.left_message_at = None, clock.now()
        hints.conversation_changed(session, conversation.id, lists=True)


def _take_files(conversation_id: UUID, mail_id: str, attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    """Adds the files of a mail to the chat; returns those that were refused, each with the reason."""
    refused = []
    for number, file in enumerate(attachments, 1):
        client_id = f"{BY_MAIL}{mail_id}:file-{number}"
        try:
            uploads.upload(conversation_id, file.filename, file.content, client_id=client_id)
        except DisputesError as fault:
            refused.append({"name": file.filename, "reason": fault.message})
    return refused


def _parts(words: str) -> list[str]:
    return [words[start : start + MESSAGE_LIMIT] for start in range(0, len(words), MESSAGE_LIMIT)]
