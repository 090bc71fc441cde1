"""Every question to the table of mail that came in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from disputes.cases.sensitive import Reader, may_read, may_read_chat
from disputes.cases.tables import Case, CaseEvent
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification

_WAITS = (InboundMail.done_at.is_(None), InboundMail.erased_at.is_(None))


def locked(session: Session, mail_id: UUID) -> InboundMail | None:
    """The mail as it is now; nobody else changes it until the end of the transaction."""
    found = select(InboundMail).where(InboundMail.id == mail_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def waiting(session: Session, *, limit: int, reader: Reader | None = None) -> Sequence[InboundMail]:
    """Mail that a person must look at, with the case it may belong to, oldest first, as far as the reader may read."""
    found = (
        select(InboundMail)
        .outerjoin(InboundMail.case)
        .where(*_WAITS, or_(Case.id.is_(None), may_read(reader)), may_read_chat(reader, InboundMail.conversation_id))
        .options(contains_eager(InboundMail.case))
    )
    return session.scalars(found.order_by(InboundMail.received_at, InboundMail.id).limit(limit)).all()


def is_waiting_for(session: Session, case_id: UUID) -> bool:
    """True when a person must look at a mail about that case."""
    return bool(session.scalar(select(exists().where(InboundMail.case_id == case_id, *_WAITS))))


def mails_of(session: Session, case_id: UUID) -> Sequence[InboundMail]:
    """The mail of a case, oldest first."""
    found = select(InboundMail).where(InboundMail.case_id == case_id)
    return session.scalars(found.order_by(InboundMail.received_at, InboundMail.id)).all()


def count_filed_since(session: Session, case_id: UUID, moment: datetime) -> int:
    """How many mails were filed into a case since then."""
    found = select(func.count()).where(
        InboundMail.case_id == case_id, InboundMail.state == "filed", InboundMail.received_at > moment
    )
    return session.scalars(found).one()


def was_told_since(session: Session, case_id: UUID, kind: str, notice: str, moment: datetime) -> bool:
    """True when an event of that kind has caused that letter since then."""
    found = exists().where(
        CaseEvent.case_id == case_id, CaseEvent.kind == kind, CaseEvent.notice == notice, CaseEvent.at > moment
    )
    return bool(session.scalar(select(found)))


def cases_of_letters(session: Session, message_ids: Sequence[str]) -> Sequence[Case]:
    """The cases that our letters with these message ids are about, that of the newest letter first."""
    found = (
        select(Case)
        .join(Notification, Notification.case_id == Case.id)
        .where(Notification.message_id.in_(message_ids))
        .options(joinedload(Case.customer))
        .order_by(Notification.created_at.desc())
    )
    return session.scalars(found).all() if message_ids else []


def chats_of_letters(session: Session, message_ids: Sequence[str]) -> Sequence[UUID]:
    """The chats that sent the letters with these message ids, that of the newest first."""
    found = select(Notification.conversation_id).where(
        Notification.message_id.in_(message_ids), Notification.conversation_id.is_not(None)
    )
    rows = session.scalars(found.order_by(Notification.created_at.desc())).all() if message_ids else []
    return [conversation_id for conversation_id in rows if conversation_id is not None]


def recipients_of_chat(session: Session, conversation_id: UUID) -> set[str]:
    """The addresses that a chat has written to."""
    found = select(Notification.recipient).where(
        Notification.conversation_id == conversation_id, Notification.recipient.is_not(None)
    )
    return {address for address in session.scalars(found) if address is not None}


def chats_that_wrote_to(session: Session, address: str, since: datetime) -> Sequence[UUID]:
    """The chats that have written to that address since then."""
    found = select(Notification.conversation_id).where(
        Notification.case_id.is_(None),
        Notification.recipient == address,
        Notification.conversation_id.is_not(None),
        Notification.created_at > since,
    )
    return [conversation_id for conversation_id in session.scalars(found.distinct()) if conversation_id is not None]


def count_for_chat_since(session: Session, conversation_id: UUID, moment: datetime) -> int:
    """How many mails have gone into a chat since then."""
    found = select(func.count()).where(
        InboundMail.conversation_id == conversation_id, InboundMail.state == "filed", InboundMail.received_at > moment
    )
    return session.scalars(found).one()


def case_of_id(session: Session, case_id: UUID) -> Case | None:
    """A case with its complainant."""
    return session.scalar(select(Case).where(Case.id == case_id).options(joinedload(Case.customer)))


def mails_without_case(session: Session, sender: str) -> Sequence[InboundMail]:
    """Mail of an address that belongs to no case."""
    return session.scalars(select(InboundMail).where(InboundMail.sender == sender, InboundMail.case_id.is_(None))).all()
