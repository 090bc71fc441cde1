"""Every question to the table of letters."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes.cases.tables import CaseEvent
from disputes.notifications.tables import Notification


def notification_of_key(session: Session, dedupe_key: str) -> Notification | None:
    """The letter that was written for that cause."""
    return session.scalar(select(Notification).where(Notification.dedupe_key == dedupe_key))


def notification_of_message(session: Session, message_id: str) -> Notification | None:
    """The letter that left under that message id."""
    return session.scalar(select(Notification).where(Notification.message_id == message_id).limit(1))


def locked(session: Session, notification_id: UUID) -> Notification | None:
    """The letter as it is now; nobody else changes it until the end of the transaction."""
    found = select(Notification).where(Notification.id == notification_id).with_for_update()
    return session.scalar(found.execution_options(populate_existing=True))


def notifications_of_case(session: Session, case_id: UUID) -> Sequence[Notification]:
    """The letters about a case, oldest first."""
    found = select(Notification).where(Notification.case_id == case_id)
    return session.scalars(found.order_by(Notification.created_at, Notification.id)).all()


def failed(session: Session, *, limit: int = 100) -> Sequence[Notification]:
    """Letters that could not be sent, newest first: work for staff."""
    found = select(Notification).where(Notification.state == "failed")
    return session.scalars(found.order_by(Notification.created_at.desc()).limit(limit)).all()


def state_at(session: Session, event: CaseEvent) -> str:
    """The state the case was in once that event was written; letters may be written later."""
    if event.to_state is not None:
        return event.to_state
    before = select(CaseEvent.to_state).where(
        CaseEvent.case_id == event.case_id, CaseEvent.seq < event.seq, CaseEvent.to_state.is_not(None)
    )
    return session.scalar(before.order_by(CaseEvent.seq.desc()).limit(1)) or event.case.state


def undelivered(session: Session, case_id: UUID) -> bool:
    """True when the newest letter of a case that was to leave has failed: the customer may not know what it says."""
    states = select(Notification.state).where(
        Notification.case_id == case_id, Notification.state.in_(("sent", "failed"))
    )
    newest = session.scalar(states.order_by(Notification.created_at.desc(), Notification.id).limit(1))
    return newest == "failed"


def letters_since(session: Session, case_id: UUID, recipient: str, since: datetime) -> int:
    """How many letters about a case were written to that address since then."""
    found = select(func.count()).where(
        Notification.case_id == case_id, Notification.recipient == recipient, Notification.created_at > since
    )
    return session.scalars(found).one()
