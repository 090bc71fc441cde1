"""Every question about what the assistant understood."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.chat.tables import Conversation, Message, TurnReading
from disputes.people.tables import Customer, Staff


def to_look_at(session: Session, *, offset: int, limit: int) -> Sequence[tuple[TurnReading, Message]]:
    """Messages that were probably read wrongly and nobody has looked at, newest first."""
    found = select(TurnReading, Message).join(Message, Message.id == TurnReading.message_id).where(_WAITS, ~_SENSITIVE)
    ordered = found.order_by(TurnReading.at.desc(), TurnReading.message_id).offset(offset).limit(limit)
    return [(row[0], row[1]) for row in session.execute(ordered)]


def count_to_look_at(session: Session) -> int:
    """How many there are."""
    return session.scalars(select(func.count()).select_from(TurnReading).where(_WAITS, ~_SENSITIVE)).one()


def locked(session: Session, message_id: UUID) -> TurnReading | None:
    """What was understood of a message; nobody else decides about it until the end of the transaction."""
    found = select(TurnReading).where(TurnReading.message_id == message_id, ~_SENSITIVE)
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


def taught(session: Session) -> Sequence[tuple[TurnReading, str]]:
    """Examples that no training has had yet, by intent, with who taught each."""
    found = (
        select(TurnReading, Staff.name)
        .join(Staff, Staff.id == TurnReading.decided_by_id)
        .where(TurnReading.state == "taught", TurnReading.exported_at.is_(None), ~_SENSITIVE)
        .order_by(TurnReading.chosen, TurnReading.decided_at)
    )
    return [(row[0], row[1]) for row in session.execute(found)]


def names_in(session: Session, conversation_ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """What people in these chats are called: as the customer said, in their complaints, and of the staff."""
    names: dict[UUID, set[str]] = {conversation_id: set() for conversation_id in conversation_ids}
    said = select(Conversation.id, Conversation.facts["complainant_name"].astext)
    filed = select(Case.conversation_id, Customer.name).join(Customer, Customer.id == Case.customer_id)
    wrote = select(Message.conversation_id, Message.author_name).where(Message.author == "agent").distinct()
    for found in (
        said.where(Conversation.id.in_(conversation_ids)),
        filed.where(Case.conversation_id.in_(conversation_ids)),
        wrote.where(Message.conversation_id.in_(conversation_ids)),
    ):
        for conversation_id, name in session.execute(found):
            if conversation_id is not None and name:
                names[conversation_id].add(name)
    return names


_WAITS: ColumnElement[bool] = (TurnReading.state == "open") & TurnReading.sign.is_not(None)
_SENSITIVE: ColumnElement[bool] = exists().where(Case.conversation_id == TurnReading.conversation_id, Case.restricted)
"""What belongs to a sensitive complaint teaches nobody anything."""
