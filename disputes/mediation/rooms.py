"""What a neutral person sees of their own mediations, and of nothing else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import queries as cases
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.mediation import queries
from disputes.mediation.access import NOT_OVER, as_neutral, due_of
from disputes.mediation.records import Phase, phase_of
from disputes.mediation.tables import Mediation, MediationSettlement
from disputes.mediation.words import PARTIES
from disputes.people.tables import Customer, Staff


@dataclass(frozen=True)
class Room:
    """One mediation for its neutral person: who is involved, and how far it is.

    `people` are the names to think of ties with: everybody of the shop who worked on the case, and the reseller.
    `agreed` are the sides that said yes, `longer` those that agree to more time. `due` is the last day to begin, or
    of the mediation.
    """

    mediation: Mediation
    reference: str
    about: str
    customer: str
    people: tuple[str, ...]
    phase: Phase
    due: datetime | None
    agreed: tuple[str, ...]
    longer: tuple[str, ...]
    settlement: MediationSettlement | None
    think_hours: int


def rooms_of(session: Session, neutral: Staff) -> list[Room]:
    """The mediations of a neutral person that are suggested or run, newest first."""
    return [
        _room(session, mediation, case)
        for mediation, case in queries.of_neutral(session, neutral.id, NOT_OVER)
        if neutral.role == "mediator" and neutral.active
    ]


def room_of(session: Session, mediation_id: UUID, neutral: Staff | None) -> Room:
    """One of them; that they looked is noted. Raises `NotAllowed` for everybody else, and once it is over."""
    mediation, case = as_neutral(session, mediation_id, neutral, within=NOT_OVER)
    if neutral is not None:
        investigation.log_view(session, case, neutral, "mediation")
    return _room(session, mediation, case)


def _room(session: Session, mediation: Mediation, case: Case) -> Room:
    customer = session.get_one(Customer, case.customer_id)
    involved = cases.investigators_of(session, case.id) | {
        staff_id for staff_id in (case.investigator_id, case.decider_id) if staff_id
    }
    answers = queries.consents_of(session, mediation.id)
    phase = phase_of(mediation, case)
    return Room(
        mediation=mediation,
        reference=case.reference,
        about=policy.current().category_label(case.category),
        customer=customer.name,
        people=(*queries.names_of(session, involved), *([case.reseller] if case.reseller else [])),
        phase=phase,
        due=due_of(session, case, "mediation_answer" if phase == "offered" else "mediation_end"),
        agreed=tuple(party for party in PARTIES if party in answers and answers[party].agreed),
        longer=tuple(party for party in PARTIES if getattr(mediation, f"longer_{party}_at") is not None),
        settlement=queries.settlement_of(session, mediation.id) if phase == "running" else None,
        think_hours=policy.current().clocks_for(case.category).mediation_think_hours,
    )
