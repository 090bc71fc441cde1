"""Every question to the tables of offers."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from disputes.offers.tables import Counter, Offer, Remedy

AGREED = ("open", "delivered", "failed", "replaced")
OWED = ("open", "failed")


def newest_offer(session: Session, case_id: UUID) -> Offer | None:
    """The last answer that a case was given, with its remedies."""
    found = select(Offer).where(Offer.case_id == case_id).order_by(Offer.number.desc()).limit(1)
    return session.scalar(found.options(selectinload(Offer.remedies)).execution_options(populate_existing=True))


def offer_with_id(session: Session, case_id: UUID, offer_id: UUID) -> Offer | None:
    """That answer of that case, with its remedies."""
    found = select(Offer).where(Offer.id == offer_id, Offer.case_id == case_id)
    return session.scalar(found.options(selectinload(Offer.remedies)).execution_options(populate_existing=True))


def offers_of(session: Session, case_id: UUID) -> Sequence[Offer]:
    """All answers that a case was given, oldest first, with their remedies."""
    found = select(Offer).where(Offer.case_id == case_id).order_by(Offer.number)
    return session.scalars(found.options(selectinload(Offer.remedies)).execution_options(populate_existing=True)).all()


def standing_offers(session: Session, case_id: UUID, stage: str, *, before: int) -> Sequence[Offer]:
    """The answers of a stage before that number which nothing has replaced yet."""
    found = select(Offer).where(Offer.case_id == case_id, Offer.stage == stage, Offer.number < before)
    return session.scalars(found.where(Offer.replaced_by_id.is_(None))).all()


def last_number(session: Session, case_id: UUID) -> int:
    """The number of the last answer of a case; 0 when it has none."""
    return session.scalar(select(func.max(Offer.number)).where(Offer.case_id == case_id)) or 0


def remedies_offered(session: Session, offer_id: UUID) -> Sequence[Remedy]:
    """What an answer offers, in its order."""
    return session.scalars(select(Remedy).where(Remedy.offer_id == offer_id).order_by(Remedy.number)).all()


def remedies_agreed(session: Session, case_id: UUID) -> Sequence[Remedy]:
    """What was agreed to be given in a case, in the order in which it was agreed."""
    found = select(Remedy).where(Remedy.case_id == case_id, Remedy.state.in_(AGREED))
    return session.scalars(found.order_by(Remedy.agreed_at, Remedy.source_id, Remedy.number)).all()


def remedies_owed(session: Session, case_id: UUID) -> Sequence[Remedy]:
    """What was agreed and has not been delivered."""
    found = select(Remedy).where(Remedy.case_id == case_id, Remedy.state.in_(OWED))
    return session.scalars(found.order_by(Remedy.due_at, Remedy.number)).all()


def remedies_of_case(session: Session, case_id: UUID) -> Sequence[Remedy]:
    """Everything that was ever offered or agreed in a case."""
    found = select(Remedy).where(Remedy.case_id == case_id)
    return session.scalars(found.order_by(Remedy.agreed_at.nulls_first(), Remedy.source_id, Remedy.number)).all()


def remedy_with_id(session: Session, case_id: UUID, remedy_id: UUID) -> Remedy | None:
    """One remedy of that case, as it is in the database now."""
    found = select(Remedy).where(Remedy.id == remedy_id, Remedy.case_id == case_id)
    return session.scalar(found.execution_options(populate_existing=True))


def open_counter(session: Session, offer_id: UUID) -> Counter | None:
    """The customer's counter to an offer that nobody has answered yet."""
    return session.scalar(select(Counter).where(Counter.offer_id == offer_id, Counter.answered_at.is_(None)))


def counters_of(session: Session, case_id: UUID) -> Sequence[Counter]:
    """All counters in a case, oldest first."""
    return session.scalars(select(Counter).where(Counter.case_id == case_id).order_by(Counter.made_at)).all()
