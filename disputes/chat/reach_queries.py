"""Every SELECT about reaching customers who are not there."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from disputes.cases.tables import Case
from disputes.chat.tables import Message, Ownership, ReadMarks, Satisfaction
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from disputes.people.tables import StatusRequest

BY_MAIL = "mail:"
"""How the client ids of messages begin that came by mail."""

TRANSCRIPT = "chat_transcript"
"""Kind of the letter that is a copy of a chat."""


def unseen_replies(session: Session, conversation_id: UUID) -> Sequence[Message]:
    """What people wrote to the customer that no page of theirs has shown and no mail has brought, oldest first.

    Whoever writes in the chat sits before it, and sees what stands above: widgets without a read state say so, too.
    """
    marks = select(ReadMarks).where(ReadMarks.conversation_id == conversation_id).subquery()
    wrote = select(func.max(Message.seq)).where(
        Message.conversation_id == conversation_id, Message.author == "customer", _in_the_chat()
    )
    known = func.greatest(
        select(marks.c.customer_seen_seq).scalar_subquery(),
        select(marks.c.mailed_seq).scalar_subquery(),
        wrote.scalar_subquery(),
        0,
    )
    found = select(Message).where(
        Message.conversation_id == conversation_id,
        Message.author == "agent",
        Message.audience == "everyone",
        Message.seq > known,
    )
    return session.scalars(found.order_by(Message.seq)).all()


def wrote_since(session: Session, conversation_id: UUID, seq: int) -> bool:
    """True when the customer has written after that place, in the chat or by mail."""
    said = exists().where(Message.conversation_id == conversation_id, Message.author == "customer", Message.seq > seq)
    return bool(session.scalar(select(said)))


def marks_of(session: Session, conversation_id: UUID) -> ReadMarks | None:
    """How far each side has read, as it is now."""
    found = select(ReadMarks).where(ReadMarks.conversation_id == conversation_id)
    return session.scalar(found.execution_options(populate_existing=True))


def went_on_at(session: Session, conversation_id: UUID) -> datetime | None:
    """When the chat last went on after somebody ended it: since then somebody else may sit there. None: nobody has."""
    before, after = aliased(Ownership), aliased(Ownership)
    found = (
        select(func.max(after.at))
        .join(before, (before.conversation_id == after.conversation_id) & (before.epoch == after.epoch - 1))
        .where(after.conversation_id == conversation_id, before.owner == "closed", before.reason != "idle")
    )
    return session.scalar(found)


def proved_email(session: Session, conversation_id: UUID, since: datetime) -> str | None:
    """The mailbox that somebody has proved to read, with a code entered in this chat since then."""
    found = (
        select(StatusRequest.email)
        .where(
            StatusRequest.conversation_id == conversation_id,
            StatusRequest.verified_at.is_not(None),
            StatusRequest.created_at >= since,
        )
        .order_by(StatusRequest.verified_at.desc())
        .limit(1)
    )
    return session.scalar(found)


def filed_email(session: Session, conversation_id: UUID, since: datetime) -> str | None:
    """The address of the newest complaint that was filed in this chat since then."""
    found = (
        select(Case)
        .where(Case.conversation_id == conversation_id, Case.filed_at >= since)
        .options(joinedload(Case.customer))
        .order_by(Case.filed_at.desc())
        .limit(1)
    )
    case = session.scalar(found)
    return case.customer.email if case else None


def letters_since(session: Session, conversation_id: UUID, kind: str, since: datetime) -> Sequence[Notification]:
    """Mail of that kind that a chat has sent since then, newest first."""
    found = select(Notification).where(
        Notification.conversation_id == conversation_id, Notification.kind == kind, Notification.created_at > since
    )
    return session.scalars(found.order_by(Notification.created_at.desc())).all()


def count_letters_to(session: Session, recipient: str, kind: str, since: datetime) -> int:
    """How many letters of that kind, of any chat, went to that address since then."""
    found = select(func.count()).where(
        Notification.case_id.is_(None),
        Notification.recipient == recipient,
        Notification.kind == kind,
        Notification.created_at > since,
    )
    return session.scalars(found).one()


def letters_of(session: Session, conversation_id: UUID) -> Sequence[Notification]:
    """All mail that a chat has sent, newest first."""
    found = select(Notification).where(Notification.conversation_id == conversation_id)
    return session.scalars(found.order_by(Notification.created_at.desc(), Notification.id)).all()


def mails_of(session: Session, conversation_id: UUID) -> Sequence[InboundMail]:
    """All mail that came for a chat, newest first."""
    found = select(InboundMail).where(InboundMail.conversation_id == conversation_id)
    return session.scalars(found.order_by(InboundMail.received_at.desc(), InboundMail.id)).all()


def shown_messages(session: Session, conversation_id: UUID, most: int) -> Sequence[Message]:
    """The newest of what the customer could see, at most so many, in order."""
    found = select(Message).where(Message.conversation_id == conversation_id, Message.audience == "everyone")
    return list(reversed(session.scalars(found.order_by(Message.seq.desc()).limit(most)).all()))


def satisfactions_of(session: Session, conversation_id: UUID) -> Sequence[Satisfaction]:
    """Every time the customer was asked whether the chat has helped, newest first."""
    found = select(Satisfaction).where(Satisfaction.conversation_id == conversation_id)
    return session.scalars(found.order_by(Satisfaction.asked_at.desc())).all()


def satisfaction_of(session: Session, conversation_id: UUID, epoch: int) -> Satisfaction | None:
    """The question of one closing."""
    found = select(Satisfaction).where(Satisfaction.conversation_id == conversation_id, Satisfaction.epoch == epoch)
    return session.scalar(found.execution_options(populate_existing=True))


def asked_by_mail(session: Session, conversation_id: UUID, since: datetime) -> bool:
    """True when the newest mail of a chat was a copy of it, which asks what is open."""
    newest = (
        select(Notification.kind)
        .where(Notification.conversation_id == conversation_id, Notification.created_at >= since)
        .order_by(Notification.created_at.desc(), Notification.id)
        .limit(1)
    )
    return session.scalar(newest) == TRANSCRIPT


def question_of(session: Session, conversation_id: UUID, epoch: int) -> Message | None:
    """The line in which the question of one closing stands."""
    found = select(Message).where(
        Message.conversation_id == conversation_id,
        Message.author == "system",
        Message.card.contains({"kind": "rating", "epoch": epoch}),
        _brings_no_card_up_to_date(),
    )
    return session.scalar(found)


def last_question(session: Session, conversation_id: UUID) -> Message | None:
    """The newest line that asks whether the chat has helped."""
    found = select(Message).where(
        Message.conversation_id == conversation_id,
        Message.author == "system",
        Message.card.contains({"kind": "rating"}),
        _brings_no_card_up_to_date(),
    )
    return session.scalar(found.order_by(Message.seq.desc()).limit(1))


def _brings_no_card_up_to_date() -> ColumnElement[bool]:
    return or_(Message.note.is_(None), ~Message.note.has_key("card_of"))


def _in_the_chat() -> ColumnElement[bool]:
    return or_(Message.client_id.is_(None), Message.client_id.not_like(f"{BY_MAIL}%"))
