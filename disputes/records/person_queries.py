"""Which chats are a person's, and which only name them.

A chat is somebody's by proof: a code that was mailed to them and entered in it, or a complaint of theirs that came from
it. An address or a number that stands in a chat proves nothing, since anybody can type it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, false, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from disputes.chat.tables import ChatFile, Conversation, Message, Satisfaction, TurnReading
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification
from disputes.people.tables import StatusRequest
from disputes.records.person import Person
from disputes.records.swap import digits_of

type Column = InstrumentedAttribute[str] | InstrumentedAttribute[str | None] | ColumnElement[str]


def chats_proved(session: Session, person: Person) -> Sequence[Conversation]:
    """Chats in which a code was entered that had gone to an address of theirs, oldest first.

    An address that was theirs counts with a code for one of their own complaints: it may be another's by now.
    """
    proved = or_(
        StatusRequest.email.in_(person.emails),
        and_(StatusRequest.email.in_(person.former), StatusRequest.lookup.in_(person.lookups)),
    )
    entered = select(StatusRequest.conversation_id).where(StatusRequest.verified_at.is_not(None), proved)
    found = select(Conversation).where(Conversation.id.in_(entered))
    return session.scalars(found.order_by(Conversation.created_at, Conversation.id)).all()


def is_proved_for_another(session: Session, conversation_id: UUID, person: Person) -> bool:
    """True for a chat in which somebody else has entered a code that went to them."""
    other = exists().where(
        StatusRequest.conversation_id == conversation_id,
        StatusRequest.verified_at.is_not(None),
        StatusRequest.email.not_in(person.addresses),
    )
    return session.scalar(select(other)) is True


def chats_naming(session: Session, person: Person) -> Sequence[UUID]:
    """Chats in which one of their addresses or numbers may stand, wherever in them; reads every chat there is."""
    told = (
        select(Conversation.id).where(
            _any_names(
                person,
                cast(Conversation.facts, Text),
                cast(Conversation.corrections, Text),
                Conversation.handoff_summary,
                Conversation.reply_email,
            )
        ),
        select(Message.conversation_id).where(
            _any_names(
                person,
                Message.text,
                Message.payload,
                cast(Message.note, Text),
                cast(Message.quick_replies, Text),
                cast(Message.card, Text),
            )
        ),
        select(Satisfaction.conversation_id).where(_any_names(person, Satisfaction.words)),
        select(ChatFile.conversation_id).where(_any_names(person, ChatFile.file_name)),
        select(TurnReading.conversation_id).where(_any_names(person, TurnReading.example)),
        select(Notification.conversation_id).where(Notification.recipient.in_(person.addresses)),
        select(InboundMail.conversation_id).where(
            _any_names(person, InboundMail.sender, InboundMail.subject, InboundMail.original)
        ),
    )
    found = union(*told).subquery()
    return session.scalars(select(Conversation.id).join(found, found.c[0] == Conversation.id).order_by("id")).all()


def mails_into_chats(session: Session, person: Person) -> Sequence[InboundMail]:
    """Mail of theirs that a chat has taken, oldest first."""
    found = select(InboundMail).where(
        InboundMail.sender.in_(person.emails), InboundMail.state == "filed", InboundMail.conversation_id.is_not(None)
    )
    return session.scalars(found.order_by(InboundMail.received_at, InboundMail.id)).all()


def messages_by_mail(session: Session, mail: InboundMail) -> Sequence[Message]:
    """What a mail has become in the chat that took it, its files with it."""
    found = select(Message).where(
        Message.conversation_id == mail.conversation_id, Message.client_id.startswith(f"mail:{mail.id}")
    )
    return session.scalars(found.order_by(Message.seq)).all()


def _any_names(person: Person, *columns: Column) -> ColumnElement[bool]:
    whole = func.lower(func.concat_ws(" ", *columns))
    addresses = (func.strpos(whole, address) > 0 for address in person.addresses)
    numbers = (whole.op("~")(digits_of(phone)) for phone in person.phones)
    return or_(false(), *addresses, *numbers)
