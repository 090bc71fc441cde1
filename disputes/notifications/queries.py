"""Every question to the table of letters."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.notifications.tables import Notification


def notification_of_key(session: Session, dedupe_key: str) -> Notification | None:
    """The letter that was written for that cause."""
    return session.scalar(select(Notification).where(Notification.dedupe_key == dedupe_key))


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
