"""Every question to the tables of mediation, but those about what is confidential."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from disputes.cases.tables import Case
from disputes.mediation.tables import Mediation, MediationConsent, MediationSettlement
from disputes.people.tables import Staff


def by_id(session: Session, mediation_id: UUID) -> Mediation | None:
    """The attempt."""
    return session.get(Mediation, mediation_id)


def latest(session: Session, case_id: UUID) -> Mediation | None:
    """The last attempt in a case."""
    found = select(Mediation).where(Mediation.case_id == case_id).order_by(Mediation.proposed_at.desc()).limit(1)
    return session.scalars(found).first()


def all_of(session: Session, case_id: UUID) -> Sequence[Mediation]:
    """Every attempt in a case, oldest first."""
    return session.scalars(select(Mediation).where(Mediation.case_id == case_id).order_by(Mediation.proposed_at)).all()


def without_end(session: Session, case_id: UUID) -> Mediation | None:
    """The attempt nobody has noted the end of; a clock may have ended it all the same."""
    return session.scalar(select(Mediation).where(Mediation.case_id == case_id, Mediation.ended_at.is_(None)))


def of_neutral(session: Session, neutral_id: UUID, states: frozenset[str]) -> Sequence[tuple[Mediation, Case]]:
    """The attempts of a neutral person that are not over, with their cases, newest first."""
    found = (
        select(Mediation, Case)
        .join(Case, Case.id == Mediation.case_id)
        .where(Mediation.neutral_id == neutral_id, Mediation.ended_at.is_(None), Case.state.in_(states))
        .options(joinedload(Case.customer), joinedload(Case.investigator), joinedload(Case.decider))
        .order_by(Mediation.proposed_at.desc())
    )
    return [(mediation, case) for mediation, case in session.execute(found)]


def consents_of(session: Session, mediation_id: UUID) -> dict[str, MediationConsent]:
    """The answer that stands of each side that has answered."""
    found = select(MediationConsent).where(
        MediationConsent.mediation_id == mediation_id, MediationConsent.replaced_at.is_(None)
    )
    return {consent.party: consent for consent in session.scalars(found)}


def settlement_of(session: Session, mediation_id: UUID) -> MediationSettlement | None:
    """The text that is proposed now."""
    return session.scalar(
        select(MediationSettlement).where(
            MediationSettlement.mediation_id == mediation_id, MediationSettlement.replaced_at.is_(None)
        )
    )


def settlements_of_case(session: Session, case_id: UUID) -> Sequence[MediationSettlement]:
    """Every text that is still kept of a case's mediations, oldest first."""
    return session.scalars(
        select(MediationSettlement)
        .join(Mediation, Mediation.id == MediationSettlement.mediation_id)
        .where(Mediation.case_id == case_id)
        .order_by(MediationSettlement.proposed_at)
    ).all()


def active_mediators(session: Session) -> dict[str, Staff]:
    """Everybody who can sign in as a neutral person, by their address."""
    found = select(Staff).where(Staff.role == "mediator", Staff.active)
    return {staff.email: staff for staff in session.scalars(found)}


def staff_now(session: Session, staff_id: UUID) -> Staff | None:
    """A member of staff as the table has them now, whatever an object that somebody holds says."""
    return session.scalar(select(Staff).where(Staff.id == staff_id).execution_options(populate_existing=True))


def names_of(session: Session, staff_ids: frozenset[UUID]) -> list[str]:
    """The names of these members of staff."""
    return list(session.scalars(select(Staff.name).where(Staff.id.in_(staff_ids)).order_by(Staff.name)))


def neutrals_with_ties(session: Session, case_id: UUID) -> frozenset[UUID]:
    """The neutral people who have said that they have ties in this case."""
    found = select(Mediation.neutral_id).where(Mediation.case_id == case_id, Mediation.conflict_at.is_not(None))
    return frozenset(session.scalars(found))
