"""Mail that comes in: taken once, dropped when a program wrote it, filed into its case or chat, or left to a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid4

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries as case_queries
from disputes.cases import tasks
from disputes.cases.sensitive import reader_of
from disputes.cases.states import CASE_WORKERS
from disputes.cases.tables import Case
from disputes.errors import Conflict, NotFound, Refused
from disputes.inbound import chats, message, queries
from disputes.inbound.effects import file_into
from disputes.inbound.machine import DeliveryReport
from disputes.inbound.matching import Match, match, survivor
from disputes.inbound.message import IncomingMail
from disputes.inbound.tables import InboundMail
from disputes.notifications import service as letters
from disputes.people.tables import Staff
from disputes.settings import settings

type Outcome = Literal["filed", "to_read", "unmatched", "dropped", "bounce", "known"]
type Via = Literal["imap", "webhook"]

MOST_SHOWN: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Received:
    """What became of a mail. The reference is that of the case it was filed into, and only then there."""

    outcome: Outcome
    case_reference: str | None = None


def receive(session: Session, raw: bytes, *, via: Via) -> Received:
    """Takes a mail as it came over the wire; the same mail again is "known" and does nothing.

    "filed" into its case, or into the chat whose letter it answers; "to_read" by staff, who find it with that case or
    chat; "unmatched" when there is none; "dropped" when a program wrote it; "bounce" when it reports that a letter of
    ours did not arrive. Nothing in a mail makes this fail.
    """
    mail = message.read(raw, own=_own_addresses())
    row = _take(session, mail, raw, via)
    if row is None:
        return Received("known")
    if mail.report is not None or mail.machine is not None:
        return _without_words(session, row, mail.report, mail.machine)
    chat = chats.match_by_thread(session, mail)
    found = Match(None) if chat is not None else match(session, mail)
    if chat is None and found.doubt == "no_case":
        chat = chats.match_by_sender(session, mail)
    if chat is not None:
        chats.send_into(session, row, chat, mail)
    elif found.case is None:
        row.state, row.why = "unmatched", found.doubt
    elif found.doubt is not None:
        case = case_queries.locked(session, found.case.id)
        row.state, row.why, row.case_id = "to_read", found.doubt, case.id
        tasks.open_task(session, case, "mail_to_read")
    else:
        file_into(session, row, found.case, mail)
    session.flush()
    log.info("inbound.received", mail_id=str(row.id), outcome=row.state, why=row.why, via=via)
    if row.state == "filed":
        return Received("filed", found.case.reference if found.case else None)
    return Received("to_read" if row.state == "to_read" else "unmatched")


def mails_to_read(session: Session, staff: Staff | None = None) -> list[InboundMail]:
    """Mail that waits for a person, oldest first, at most 200: unknown senders, doubts, files that were refused.

    For `staff`: none of sensitive complaints that are not for them.
    """
    reader = reader_of(staff) if staff else None
    return list(queries.waiting(session, limit=MOST_SHOWN, reader=reader))


def assign_mail(session: Session, mail_id: UUID, staff: Staff, case: Case) -> InboundMail:
    """A person files a waiting mail into a case, as what the complainant wrote; no letter says so.

    Raises `Conflict` when it has been dealt with, or its case has been erased, `Refused` for a role without cases.
    """
    row = _waiting_mail(session, mail_id, staff)
    if row.state == "filed" or row.raw is None:
        raise Conflict("This mail is in its case already. Only files of it were refused.")
    if case.erased_at is not None:
        raise Conflict("That complaint has been erased.")
    before = row.case_id
    mail = message.read(row.raw, own=_own_addresses())
    row.conversation_id = None
    file_into(session, row, survivor(session, case), mail, staff=staff)
    row.done_by_id = staff.id
    if row.state == "to_read":  # an empty mail: a person has just seen it
        row.state = "filed"
    _done(session, row, before, row.case_id)
    return row


def put_into_chat(session: Session, mail_id: UUID, staff: Staff) -> InboundMail:
    """A person puts a waiting mail into the chat that it may answer. Raises as `assign_mail` does."""
    row = _waiting_mail(session, mail_id, staff)
    if row.conversation_id is None or row.raw is None:
        raise Conflict("Nothing says which chat this mail could belong to.")
    row.done_by_id = staff.id
    chats.file_into_chat(session, row)
    return row


def files_of(row: InboundMail) -> tuple[message.Attachment, ...]:
    """What came with a mail that has not been dealt with yet."""
    return message.read(row.raw, own=_own_addresses()).attachments if row.raw is not None else ()


def dismiss_mail(session: Session, mail_id: UUID, staff: Staff) -> InboundMail:
    """A person has read a waiting mail, and nothing follows from it. Raises as `assign_mail` does."""
    row = _waiting_mail(session, mail_id, staff)
    if row.state != "filed":
        row.state = "dismissed"
    row.done_by_id = staff.id
    _done(session, row, row.case_id)
    return row


def export_of(session: Session, case: Case) -> list[dict[str, Any]]:
    """The mail of a case, for the person who wrote it; oldest first."""
    return [
        {
            "received_at": row.received_at.isoformat(),
            "sender": row.sender,
            "subject": row.subject,
            "text": row.text,
            "original": row.original,
            "state": row.state,
            "refused_files": row.refused,
        }
        for row in queries.mails_of(session, case.id)
        if row.erased_at is None and row.why not in ("other_address", "failed_check")
    ]


def erase(session: Session, case: Case) -> int:
    """Takes the words, the address and the files out of every mail of a case, and returns how many mails those were.

    Mail of that address that belongs to no case goes too, unless the person has another complaint open.
    """
    rows = list(queries.mails_of(session, case.id))
    email = case.customer.email
    if email is not None:
        others = case_queries.open_cases_of_person(session, email=email, phone=None, order_number=None)
        if all(other.id == case.id for other in others):
            rows.extend(queries.mails_without_case(session, email))
    now = clock.now()
    for row in rows:
        row.sender = row.subject = row.text = row.original = row.raw = None
        row.refused = []
        row.erased_at = row.erased_at or now
        row.done_at = row.done_at or now
    session.flush()
    tasks.finish(session, case, "mail_to_read")
    return len(rows)


def forget_old(session: Session) -> int:
    """Deletes mail that never came to belong to a case, after as many days as the policy keeps unfiled chats."""
    before: datetime = clock.now() - timedelta(days=policy.current().retention.unfiled_chat_days)
    gone = delete(InboundMail).where(InboundMail.case_id.is_(None), InboundMail.received_at < before)
    return len(session.scalars(gone.returning(InboundMail.id)).all())


def _take(session: Session, mail: IncomingMail, raw: bytes, via: Via) -> InboundMail | None:
    """The mail as a new row; None when it came before. A second copy at the same moment waits for the first."""
    keeps_words = mail.report is None and mail.machine is None
    row = {
        "id": uuid4(),
        "key": mail.key,
        "via": via,
        "state": "unmatched",
        "sender": mail.sender if keeps_words else None,
        "subject": mail.subject if keeps_words else None,
        "text": mail.text if keeps_words else None,
        "original": mail.original if keeps_words else None,
        "raw": raw if keeps_words else None,
        "refused": [],
        "received_at": clock.now(),
    }
    taken = insert(InboundMail).values(**row).on_conflict_do_nothing().returning(InboundMail.id)
    mail_id = session.scalar(taken)
    return session.get_one(InboundMail, mail_id) if mail_id is not None else None


def _without_words(session: Session, row: InboundMail, report: DeliveryReport | None, machine: str | None) -> Received:
    row.state, row.why, row.done_at = "dropped", machine or "late_letter", clock.now()
    if report is not None and report.failed:
        row.state, row.why = "bounce", None
        for message_id in report.message_ids:
            letters.note_bounce(session, message_id, report.reason)
    session.flush()
    log.info("inbound.received", mail_id=str(row.id), outcome=row.state, why=row.why, via=row.via)
    return Received("bounce" if row.state == "bounce" else "dropped")


def _waiting_mail(session: Session, mail_id: UUID, staff: Staff) -> InboundMail:
    if staff.role not in CASE_WORKERS:
        raise Refused("This is for agents and managers.")
    row = queries.locked(session, mail_id)
    if row is None or row.erased_at is not None:
        raise NotFound("There is no such mail.")
    if row.done_at is not None:
        raise Conflict("Somebody has dealt with this mail already.")
    if row.state == "filed" and row.conversation_id is not None:
        raise Conflict("This mail is on its way into its chat.")
    return row


def _done(session: Session, row: InboundMail, *case_ids: UUID | None) -> None:
    row.done_at, row.raw = clock.now(), None
    session.flush()
    for case_id in dict.fromkeys(case_ids):
        if case_id is not None and not queries.is_waiting_for(session, case_id):
            tasks.finish(session, case_queries.locked(session, case_id), "mail_to_read")


def _own_addresses() -> frozenset[str]:
    support = policy.current().shop.support_email
    return frozenset(address.lower() for address in (support, settings().mail_from) if address)
