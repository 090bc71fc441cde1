"""Every question to the tables of cases."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from disputes.cases.sensitive import Reader, may_read, reader_of
from disputes.cases.states import ENDED
from disputes.cases.tables import Case, CaseEvent, CasePromise, CaseTask
from disputes.people.tables import Customer, Staff, StatusRequest

_PEOPLE = (joinedload(Case.customer), joinedload(Case.investigator), joinedload(Case.decider))
_WORDS = (joinedload(CaseEvent.staff), joinedload(CaseEvent.words))


def case_of_filing(session: Session, filing_key: str) -> Case | None:
    """The case that was filed under that key."""
    return session.scalar(select(Case).where(Case.filing_key == filing_key).options(*_PEOPLE))


def case_by_reference(session: Session, reference: str) -> Case | None:
    """The case of a reference as we write it (see `references.normalise`)."""
    return session.scalar(select(Case).where(Case.reference == reference).options(*_PEOPLE))


def case_by_id(session: Session, case_id: UUID) -> Case | None:
    """The case."""
    return session.scalar(select(Case).where(Case.id == case_id).options(*_PEOPLE))


def locked(session: Session, case_id: UUID) -> Case:
    """The case as it is now; nobody else changes it until the end of the transaction."""
    session.execute(select(Case.id).where(Case.id == case_id).with_for_update()).one()
    again = select(Case).where(Case.id == case_id).options(*_PEOPLE)
    return session.scalars(again.execution_options(populate_existing=True)).one()


def cases_of_conversation(session: Session, conversation_id: UUID) -> Sequence[Case]:
    """The complaints that came out of a chat, newest first."""
    found = select(Case).where(Case.conversation_id == conversation_id).options(*_PEOPLE)
    return session.scalars(found.order_by(Case.filed_at.desc())).all()


def open_cases_of_person(
    session: Session, *, email: str | None, phone: str | None, order_number: str | None
) -> Sequence[Case]:
    """Complaints still open of whoever has that address or number, newest first; of one order when it is given."""
    who = [Customer.email == email] if email else []
    if phone:
        who.append(Customer.phone == phone)
    if not who:
        return []
    found = select(Case).join(Case.customer).where(or_(*who), Case.state.not_in(ENDED)).options(*_PEOPLE)
    if order_number:
        found = found.where(Case.order_number == order_number)
    return session.scalars(found.order_by(Case.filed_at.desc())).all()


def cases_of_person(session: Session, emails: Collection[str], *, limit: int = 20) -> Sequence[Case]:
    """Complaints, also ended ones, of whoever has one of these addresses, newest first."""
    if not emails:
        return []
    found = select(Case).join(Case.customer).where(Customer.email.in_(emails)).options(*_PEOPLE)
    return session.scalars(found.order_by(Case.filed_at.desc()).limit(limit)).all()


def cases_of_proof(session: Session, request_id: UUID, now: datetime) -> Sequence[Case]:
    """The complaints that a proof opens which holds now, newest first; none as well when it does not hold."""
    found = (
        select(Case)
        .join(Case.customer)
        .join(StatusRequest, and_(StatusRequest.id == request_id, StatusRequest.email == Customer.email))
        .where(
            StatusRequest.verified_until > now,
            or_(
                StatusRequest.by_shop,
                Case.reference == StatusRequest.lookup,
                Case.order_number == StatusRequest.lookup,
            ),
        )
        .options(*_PEOPLE)
        .order_by(Case.filed_at.desc())
    )
    return session.scalars(found).all()


def cases_for_status(session: Session, lookup: str, email: str) -> Sequence[Case]:
    """The complaints with that reference or order number whose complainant has that address, newest first."""
    found = (
        select(Case)
        .join(Case.customer)
        .where(or_(Case.reference == lookup, Case.order_number == lookup), Customer.email == email)
        .options(*_PEOPLE)
        .order_by(Case.filed_at.desc())
    )
    return session.scalars(found).all()


def open_cases_of_staff(session: Session, staff_id: UUID) -> Sequence[Case]:
    """Open cases that this person looks into or decides, those due first on top."""
    found = select(Case).where(
        Case.state.not_in(ENDED), or_(Case.investigator_id == staff_id, Case.decider_id == staff_id)
    )
    found = found.options(*_PEOPLE).order_by(Case.next_date.asc().nulls_last(), Case.filed_at, Case.id)
    return session.scalars(found).all()


def events_of(session: Session, case_ids: Sequence[UUID]) -> Sequence[CaseEvent]:
    """The history of these cases, oldest first within each."""
    found = (
        select(CaseEvent)
        .where(CaseEvent.case_id.in_(case_ids))
        .options(*_WORDS)
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    return session.scalars(found).all()


def event_with_case(session: Session, event_id: UUID) -> CaseEvent | None:
    """One event with its case, the complainant, and whoever of staff did it."""
    found = (
        select(CaseEvent)
        .where(CaseEvent.id == event_id)
        .options(
            *_WORDS,
            joinedload(CaseEvent.case).joinedload(Case.customer),
            joinedload(CaseEvent.case).joinedload(Case.investigator),
            joinedload(CaseEvent.case).joinedload(Case.decider),
        )
    )
    return session.scalar(found)


def event_of_key(session: Session, case_id: UUID, key: str) -> CaseEvent | None:
    """The event that was written for that key of its sender, if it was."""
    found = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.data["key"].astext == key)
    return session.scalar(found)


def investigators_of(session: Session, case_id: UUID) -> frozenset[UUID]:
    """Everybody who ever looked into the case, from its history."""
    named = CaseEvent.data["investigator"].astext
    found = select(named).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(("taken", "assigned")))
    return frozenset(UUID(staff_id) for staff_id in session.scalars(found) if staff_id)


def past_deciders_of(session: Session, case_id: UUID) -> frozenset[UUID]:
    """Who wrote a final response in this case before; nobody where the shop has no other manager to ask."""
    wrote = select(CaseEvent.staff_id).where(CaseEvent.case_id == case_id, CaseEvent.kind == "final_response")
    past = frozenset(staff_id for staff_id in session.scalars(wrote) if staff_id)
    if not past:
        return past
    barred = past | investigators_of(session, case_id)
    others = select(func.count()).where(Staff.role == "manager", Staff.active, Staff.id.not_in(barred))
    return past if session.scalar(others) else frozenset()


def other_managers(session: Session, staff_ids: Collection[UUID]) -> int:
    """How many managers there are besides these people."""
    found = select(func.count()).where(Staff.role == "manager", Staff.active, Staff.id.not_in(staff_ids))
    return session.scalars(found).one()


def linked_references(session: Session, case: Case, reader: Reader) -> list[str]:
    """The references of complaints that are linked to this one, or joined with it, as far as they may be read of."""
    ours = [other for other in (case.linked_to_id, case.merged_into_id) if other is not None]
    found = select(Case.reference).where(
        or_(Case.id.in_(ours), Case.linked_to_id == case.id, Case.merged_into_id == case.id), may_read(reader)
    )
    return list(session.scalars(found.order_by(Case.filed_at)))


def promises_of(session: Session, case_id: UUID) -> Sequence[CasePromise]:
    """The ledger of promises of a case, in the order of their dates."""
    found = select(CasePromise).where(CasePromise.case_id == case_id)
    return session.scalars(found.order_by(CasePromise.due_at, CasePromise.told_at)).all()


def promised_on(session: Session, moments: Sequence[datetime]) -> dict[datetime, int]:
    """How many promises that are open fall on each of these moments."""
    found = select(CasePromise.due_at, func.count()).where(CasePromise.state == "open", CasePromise.due_at.in_(moments))
    return {row[0]: row[1] for row in session.execute(found.group_by(CasePromise.due_at))}


def open_tasks(session: Session, staff: Staff, *, offset: int = 0, limit: int = 200) -> Sequence[CaseTask]:
    """Work that waits for this person: their own, and what waits for anybody of their role; due first on top."""
    found = (
        select(CaseTask)
        .join(CaseTask.case)
        .where(_waits_for(staff))
        .options(joinedload(CaseTask.case).joinedload(Case.customer))
        .order_by(CaseTask.due_at.asc().nulls_last(), CaseTask.created_at, CaseTask.id)
        .offset(offset)
        .limit(limit)
    )
    return session.scalars(found).all()


def count_open_tasks(session: Session, staff: Staff) -> int:
    """How much work waits for this person."""
    found = select(func.count()).select_from(CaseTask).join(CaseTask.case).where(_waits_for(staff))
    return session.scalars(found).one()


def _waits_for(staff: Staff) -> ColumnElement[bool]:
    """What is for nobody by name is for whoever of the role may read of the case."""
    roles = ("agent", "manager") if staff.role == "manager" else (staff.role,)
    anybodys = and_(CaseTask.staff_id.is_(None), CaseTask.role.in_(roles), may_read(reader_of(staff)))
    return and_(CaseTask.done_at.is_(None), or_(CaseTask.staff_id == staff.id, anybodys))


def open_tasks_of(session: Session, case_id: UUID) -> Sequence[CaseTask]:
    """Work that waits about one case."""
    found = select(CaseTask).where(CaseTask.case_id == case_id, CaseTask.done_at.is_(None))
    return session.scalars(found.order_by(CaseTask.due_at.asc().nulls_last(), CaseTask.created_at)).all()


def last_event(session: Session, case_id: UUID, *kinds: str) -> CaseEvent | None:
    """The latest line of these kinds in the case's history."""
    found = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(kinds)).options(*_WORDS)
    return session.scalars(found.order_by(CaseEvent.seq.desc()).limit(1)).first()


def customer_like(session: Session, *, name: str, email: str | None, phone: str | None) -> Customer | None:
    """The customer with exactly that name and contact."""
    found = select(Customer).where(
        Customer.name == name,
        Customer.email.is_not_distinct_from(email),
        Customer.phone.is_not_distinct_from(phone),
    )
    return session.scalars(found.order_by(Customer.created_at).limit(1)).first()
