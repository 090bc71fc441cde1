"""Forgetting chats, mail without a complaint, and what was asked about the status of one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.chat import files
from disputes.chat.tables import Conversation
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from disputes.people.tables import StatusRequest
from disputes.records import queries, tracker
from disputes.records.swap import Swap


def forget_chat(session: Session, conversation_id: UUID) -> None:
    """Deletes a chat with all its messages, its mail, the proofs asked for in it, and has Rasa forget it."""
    forget_status_requests(session, queries.status_requests_of_chat(session, conversation_id))
    _delete_letters(session, queries.letters_of_chat(session, conversation_id))
    session.execute(delete(InboundMail).where(InboundMail.conversation_id == conversation_id))
    files.forget(session, conversation_id)
    session.execute(delete(Conversation).where(Conversation.id == conversation_id))
    tracker.ask_to_forget(session, conversation_id)


def forget_draft(session: Session, conversation_id: UUID) -> None:
    """Forgets what the assistant has understood in a chat; what was written stays for its own time."""
    session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(facts={}, corrections={}, handoff_summary=None, reply_email=None, care_seq=None)
    )
    tracker.ask_to_forget(session, conversation_id)


def swap_in_chat(session: Session, conversation_id: UUID, swap: Swap) -> None:
    """Takes a person's name and addresses out of a chat that is kept; copies of it in the mail go altogether."""
    forget_status_requests(session, queries.status_requests_of_chat(session, conversation_id))
    written_to = queries.addresses_of_chat(session, conversation_id)
    swap = swap.and_also(written_to)
    _delete_letters(session, queries.letters_of_chat(session, conversation_id))
    session.execute(delete(InboundMail).where(InboundMail.conversation_id == conversation_id))
    for asked in queries.ratings_of_chat(session, conversation_id):
        asked.words = swap.text(asked.words) if asked.words else None
    forget_draft(session, conversation_id)
    session.execute(update(Conversation).where(Conversation.id == conversation_id).values(identity_digest=None))
    for message in queries.messages_of_chat(session, conversation_id):
        message.text = swap.text(message.text)
        message.payload = swap.text(message.payload) if message.payload else None
        for column in ("note", "quick_replies", "attachment", "card"):
            value = getattr(message, column)
            if value is not None:
                setattr(message, column, swap.json(value))
    for reading in queries.readings_of_chat(session, conversation_id):
        reading.example = swap.text(reading.example) if reading.example else None
    for file in files.files_of(session, conversation_id):
        file.file_name = swap.text(file.file_name)
    session.flush()


def forget_status_requests(session: Session, requests: Sequence[StatusRequest]) -> None:
    """Deletes these requests and the letters that carried their codes."""
    ids = [request.id for request in requests]
    if not ids:
        return
    session.execute(update(Conversation).where(Conversation.status_request_id.in_(ids)).values(status_request_id=None))
    keys = [f"status_code:{request_id}" for request_id in ids]
    _delete_letters(session, queries.letters_by_key(session, keys))
    session.execute(delete(StatusRequest).where(StatusRequest.id.in_(ids)))


def forget_letters_without_case(session: Session, emails: Sequence[str]) -> None:
    """Deletes letters to these addresses that belong to no complaint; never those to staff."""
    if not emails:
        return
    _delete_letters(session, queries.letters_without_case(session, emails))


def forget_unmatched_mail(session: Session, emails: Sequence[str]) -> None:
    """Deletes mail from these addresses that belongs to no complaint."""
    session.execute(delete(InboundMail).where(InboundMail.case_id.is_(None), InboundMail.sender.in_(emails)))


def swap_in_mail(session: Session, case: Case, swap: Swap) -> None:
    """Takes a person's name and addresses out of the mail of a case that is kept."""
    for mail in queries.mails_of_case(session, case.id):
        mail.sender = mail.raw = None
        mail.subject, mail.text, mail.original = (
            swap.text(words) if words else words for words in (mail.subject, mail.text, mail.original)
        )
        mail.refused = swap.json(mail.refused)
    session.flush()


def forget_chats_of(session: Session, conversations: Sequence[Conversation]) -> None:
    """Deletes those of a person's own chats that belong to no complaint, or to erased ones only."""
    for conversation in conversations:
        belongs_to = queries.cases_of_conversation(session, conversation.id)
        if all(case.erased_at is not None for case in belongs_to):
            forget_chat(session, conversation.id)


def stop_sending(session: Session, letter: Notification) -> None:
    """A letter that waits is not sent any more, and one that lies as a file is removed."""
    if letter.state == "pending":
        letter.state, letter.last_error = "skipped", "the recipient was erased"
    tracker.ask_to_forget_letter(session, letter.id)


def _delete_letters(session: Session, letters: Sequence[Notification]) -> None:
    for letter in letters:
        tracker.ask_to_forget_letter(session, letter.id)
        session.delete(letter)
    session.flush()
