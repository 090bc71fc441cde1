"""The jobs of this package, as the worker runs them. Each opens its own transactions, none across the network.

Running any of them again sends nothing twice: the row is read again, under its lock, before every try. Only a
process that dies between the mail server's "OK" and the note of it makes a second copy, with the same Message-ID.
"""

from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import database
from disputes.notifications import pdf, proofs, service, staff_mail
from disputes.notifications.mail import Attachment, compose
from disputes.notifications.senders import MailNotSent, MailRefused, sender
from disputes.notifications.service import Draft

log = structlog.get_logger(__name__)


def tell(event_id: str) -> None:
    """Job "notifications.tell": writes the letter of a case's event and queues its delivery."""
    database.run(service.write_letter_for, UUID(event_id))


def deliver(notification_id: str) -> None:
    """Job "notifications.deliver": sends one letter. Raises `MailNotSent` while another try makes sense."""
    draft = database.run(service.begin_try, UUID(notification_id))
    if draft is not None:
        _send(draft, lambda session: service.note_sent(session, draft.notification_id))


def tell_staff(case_id: str, kind: str, event_id: str) -> None:
    """Job "notifications.tell_staff": mails whoever a task is for that it waits, while it does."""
    database.run(staff_mail.write_for_task, UUID(case_id), kind, UUID(event_id))


def send_status_code(request_id: str) -> None:
    """Job "people.send_status_code": mails a code when the request matches a complaint.

    Raises `MailNotSent` to be run again, with a fresh code, as long as codes of the request would be valid.
    """
    draft = database.run(proofs.draft_status_code, UUID(request_id))
    if draft is not None:
        _send(draft, lambda session: proofs.note_code_sent(session, UUID(request_id), draft.notification_id))


def send_sign_in_link(staff_id: str, cause: str) -> None:
    """Job "people.send_sign_in_link": mails a member of staff a link to the desk, once for each `cause`."""
    draft = database.run(proofs.draft_sign_in_link, UUID(staff_id), cause)
    if draft is not None:
        _send(draft, lambda session: service.note_sent(session, draft.notification_id))


def _send(draft: Draft, note_sent: Callable[[Session], None]) -> None:
    try:
        message = compose(draft.letter, draft.envelope, _document(draft))
    except ValueError:
        _note_trouble(draft, "this letter cannot be written as a message", final=True)
        return
    try:
        sender().send(message)
    except MailRefused as refused:
        _note_trouble(draft, refused.message, final=True)
    except MailNotSent as trouble:
        if _note_trouble(draft, trouble.message):
            raise
    else:
        database.run(note_sent)
        log.info("letter.sent", notification_id=str(draft.notification_id))


def _document(draft: Draft) -> Attachment | None:
    """The letter as a PDF. When it cannot be made the letter leaves all the same: its text says everything."""
    if draft.kept is None:
        return None
    try:
        return Attachment(pdf.file_name(draft.kept), pdf.letter_pdf(draft.kept))
    except pdf.NoPdf as fault:
        log.warning("letter.no_pdf", notification_id=str(draft.notification_id), reason=str(fault))
        return None


def _note_trouble(draft: Draft, reason: str, *, final: bool = False) -> bool:
    goes_on = database.run(service.note_trouble, draft.notification_id, reason, final=final)
    log.warning("letter.not_sent", notification_id=str(draft.notification_id), reason=reason, goes_on=goes_on)
    return goes_on
