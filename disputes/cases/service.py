"""What can be done with a complaint. Every verb runs in the caller's transaction and may flush, never commits."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.cases import queries, states
from disputes.cases.fields import FieldError, clean_email, clean_note, clean_phone
from disputes.cases.references import new_reference
from disputes.cases.schemas import Complaint
from disputes.cases.states import Actor, ActorKind, Transition
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.orders.service import normalise_number
from disputes.people.tables import Customer, Staff

REFERENCE_TRIES = 8
TELL = "notifications.tell"


def read_complaint(given: Mapping[str, Any]) -> Complaint:
    """A complaint from what somebody typed, with the shop's country for phone numbers.

    Raises `Invalid`; its `fields` has a sentence for each field that cannot be used ("contact" when both are
    missing). An order number that looks like none is kept as it was typed: it never stops a complaint.
    """
    values = dict(given)
    number = values.get("order_number")
    if isinstance(number, str):
        values["order_number"] = normalise_number(number) or clean_note(number[:64])
    if values.get("category") not in policy.current().categories:
        values["category"] = "other"
    try:
        return Complaint.model_validate(values, context={"country": policy.current().shop.country})
    except ValidationError as fault:
        wrong = {str((*error["loc"], "contact")[0]): _sentence(error["msg"]) for error in fault.errors()}
        raise Invalid("Please check what you entered.", wrong) from None  # the cause would carry personal data


def file_complaint(session: Session, complaint: Complaint, *, filing_key: str) -> Case:
    """Files a complaint (T1) and returns its case, with the acknowledgement queued.

    `filing_key` is the caller's name for this filing, for example "chat:<message id>". A second call with the
    same key, also at the same moment, returns the same case and does nothing else.
    """
    known = queries.case_of_filing(session, filing_key)
    if known is not None:
        return known
    step, actor = states.FILED, _filer(session, complaint)
    states.check(step, states.DRAFT, actor)
    savepoint = session.begin_nested()
    case_id = _insert_case(session, complaint, filing_key)
    if case_id is None:
        savepoint.rollback()  # somebody filed under this key meanwhile; their customer row is the one to keep
        return _known(session, filing_key)
    savepoint.commit()
    case = queries.locked(session, case_id)
    event = _append(
        session,
        case,
        step.event,
        actor=actor.kind,
        staff_id=complaint.filed_by_staff_id,
        step=step,
        from_state=None,
        data={"source": complaint.source, "policy": policy.current().digest},
    )
    _tell(session, event)
    return case


def open_cases_for(
    session: Session, *, email: str | None = None, phone: str | None = None, order_number: str | None = None
) -> list[Case]:
    """Open complaints of that person, of one order when it is given: to show a duplicate before filing.

    That a complaint exists is nobody else's business. Show it to staff, to a person who has entered the code, or
    in the conversation it came from (`case.conversation_id`); not to whoever types an address.
    """
    return list(
        queries.open_cases_of_person(
            session,
            email=_or_none(clean_email, email),
            phone=_or_none(lambda typed: clean_phone(typed, policy.current().shop.country), phone),
            order_number=normalise_number(order_number) if order_number else None,
        )
    )


def take(session: Session, case: Case, staff: Staff) -> Case:
    """A member of staff takes on a complaint (T5) and the complainant is told their name.

    Taking one's own case again changes nothing. Raises `Conflict` with the name of a colleague who was first,
    `NotAllowed` for a role or a stage that it is not open to.
    """
    case = queries.locked(session, case.id)
    if case.investigator is not None:
        if case.investigator_id == staff.id:
            return case
        raise Conflict(f"{case.investigator.name} has already taken this complaint.")
    step = states.TAKEN
    states.check(step, case.state, Actor("staff", staff.role))
    before = case.state
    case.state = step.target
    case.investigator = staff
    case.next_date = case.first_answer_by
    event = _append(session, case, step.event, actor="staff", staff_id=staff.id, step=step, from_state=before)
    _tell(session, event)
    return case


def add_customer_information(
    session: Session,
    case: Case,
    text: str,
    *,
    key: str | None = None,
    actor: ActorKind = "customer",
    conversation_id: UUID | None = None,
) -> CaseEvent:
    """Adds what the complainant wants to say besides; the complaint itself stays as it was filed.

    `key` is the sender's name for it: a second call with the same key adds nothing. Raises `Invalid` when the
    text is empty or too long. The caller has made sure that it comes from the complainant.
    """
    try:
        note = clean_note(text)
    except FieldError as fault:
        raise Invalid(str(fault), {"text": str(fault)}) from fault
    if note is None:
        raise Invalid("Please write what you would like to add.", {"text": "Please write what you would like to add."})
    case = queries.locked(session, case.id)
    known = queries.event_of_key(session, case.id, key) if key else None
    if known is not None:
        return known
    data = {"text": note, "key": key, "conversation_id": str(conversation_id) if conversation_id else None}
    return _append(
        session,
        case,
        "information_added",
        actor=actor,
        data={name: value for name, value in data.items() if value is not None},
        notice="none: the customer has just said it",
    )


def _insert_case(session: Session, complaint: Complaint, filing_key: str) -> UUID | None:
    """The new case's id; None when the key is taken."""
    now = clock.now()
    dates = policy.dates_for_filed(now, policy.current(), complaint.category)
    row = {
        "filing_key": filing_key,
        "state": states.FILED.target,
        "source": complaint.source,
        "customer_id": _customer(session, complaint).id,
        "conversation_id": complaint.conversation_id,
        "filed_by_id": complaint.filed_by_staff_id,
        "order_number": _order_number(complaint),
        "category": complaint.category,
        "description": complaint.description,
        "desired_outcome": complaint.desired_outcome,
        "informal_outcome": complaint.informal_outcome,
        "scope_review": complaint.scope_review,
        "filed_at": now,
        "updated_at": now,
        "next_date": dates.named_person_by,
        "first_answer_by": dates.first_answer_by,
        "expected_end": dates.expected_end,
        "hard_cap": dates.hard_cap,
    }
    for _ in range(REFERENCE_TRIES):
        tried = insert(Case).values(**row, reference=new_reference()).on_conflict_do_nothing().returning(Case.id)
        case_id = session.scalar(tried)
        if case_id is not None:
            return case_id
        if queries.case_of_filing(session, filing_key) is not None:
            return None
    raise RuntimeError("every reference tried was taken")


def _order_number(complaint: Complaint) -> str | None:
    """The number as look-ups write it, so that the status page finds it again."""
    number = complaint.order_number
    return None if number is None else normalise_number(number) or number


def _customer(session: Session, complaint: Complaint) -> Customer:
    name, email, phone = complaint.name, complaint.email, complaint.phone
    customer = queries.customer_like(session, name=name, email=email, phone=phone)
    if customer is None:
        customer = Customer(name=name, email=email, phone=phone, created_at=clock.now())
        session.add(customer)
        session.flush()
    return customer


def _append(
    session: Session,
    case: Case,
    kind: str,
    *,
    actor: ActorKind,
    staff_id: UUID | None = None,
    step: Transition | None = None,
    from_state: str | None = None,
    data: dict[str, Any] | None = None,
    notice: str | None = None,
) -> CaseEvent:
    """Writes the next line of a locked case's history."""
    case.last_event_seq += 1
    case.updated_at = clock.now()
    event = CaseEvent(
        case=case,
        seq=case.last_event_seq,
        kind=kind,
        from_state=from_state,
        to_state=step.target if step else None,
        actor_kind=actor,
        staff_id=staff_id,
        clause_id=step.clause if step else None,
        notice=step.notice if step else notice,
        data=data or {},
        at=case.updated_at,
    )
    session.add(event)
    session.flush()
    return event


def _tell(session: Session, event: CaseEvent) -> None:
    jobs.defer(session, TELL, lock=f"case:{event.case_id}", event_id=str(event.id))


def _filer(session: Session, complaint: Complaint) -> Actor:
    if complaint.filed_by_staff_id is None:
        return Actor("customer")
    staff = session.get(Staff, complaint.filed_by_staff_id)
    return Actor("staff", staff.role if staff and staff.active else None)


def _known(session: Session, filing_key: str) -> Case:
    known = queries.case_of_filing(session, filing_key)
    if known is None:
        raise RuntimeError("a filing was taken back while it was repeated")
    return known


def _or_none(clean: Callable[[str], str], text: str | None) -> str | None:
    try:
        return clean(text) if text else None
    except FieldError:
        return None


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
