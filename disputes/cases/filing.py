"""How a complaint comes in: read from what somebody typed, filed once, or pointed to the reseller."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, queries, states, versions
from disputes.cases.fields import FieldError, clean_email, clean_note, clean_phone
from disputes.cases.references import new_reference
from disputes.cases.schemas import Complaint
from disputes.cases.states import Actor, Standing, Transition
from disputes.cases.tables import Case
from disputes.errors import Invalid
from disputes.orders.service import normalise_number
from disputes.people.tables import Customer, Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "cases")

REFERENCE_TRIES = 8


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
        raise Invalid(say("check"), wrong) from None  # the cause would carry personal data


def file_complaint(session: Session, complaint: Complaint, *, filing_key: str) -> Case:
    """Files a complaint (T1) and returns its case, with the acknowledgement queued.

    `filing_key` is the caller's name for this filing, for example "chat:<message id>". A second call with the
    same key, also at the same moment, returns the same case and does nothing else.
    """
    return _come_in(session, complaint, states.FILED, filing_key)


def point_to_reseller(session: Session, complaint: Complaint, *, filing_key: str) -> Case:
    """Keeps a complaint about a purchase from `complaint.reseller` as one for that reseller (T2), with a letter that
    says whom to ask and how to come back. Only when the customer chose so: they may always file instead.

    Raises `Invalid` when the reseller is not one of the policy's.
    """
    if complaint.reseller is None or policy.current().reseller_named(complaint.reseller) is None:
        raise Invalid(say("reseller"), {"reseller": say("reseller")})
    return _come_in(session, complaint, states.POINTED_TO_RESELLER, filing_key)


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


def customer_for(session: Session, *, name: str, email: str | None, phone: str | None) -> Customer:
    """The row of that person: the one there is with exactly this name and contact, or a new one."""
    customer = queries.customer_like(session, name=name, email=email, phone=phone)
    if customer is None:
        customer = Customer(name=name, email=email, phone=phone, created_at=clock.now())
        session.add(customer)
        session.flush()
    return customer


def _come_in(session: Session, complaint: Complaint, step: Transition, filing_key: str) -> Case:
    known = queries.case_of_filing(session, filing_key)
    if known is not None:
        return known
    actor = _filer(session, complaint)
    states.check(step, Standing(states.DRAFT), actor)
    savepoint = session.begin_nested()
    case_id = _insert_case(session, complaint, filing_key)
    if case_id is None:
        savepoint.rollback()  # somebody filed under this key meanwhile; their customer row is the one to keep
        return _known(session, filing_key)
    savepoint.commit()
    case = queries.locked(session, case_id)
    versions.keep(session)
    data: dict[str, Any] = {"source": complaint.source, "policy": policy.current().digest}
    if complaint.linked_to_id is not None:
        data["linked_to"] = str(complaint.linked_to_id)
    engine.move(session, case, step, actor, data=data)
    return case


def _insert_case(session: Session, complaint: Complaint, filing_key: str) -> UUID | None:
    """The new case's id, not yet filed; None when the key is taken."""
    now, shop_policy = clock.now(), policy.current()
    dates = policy.dates_for_filed(now, shop_policy, complaint.category)
    row = {
        "filing_key": filing_key,
        "state": states.DRAFT,
        "source": complaint.source,
        "customer_id": customer_for(session, name=complaint.name, email=complaint.email, phone=complaint.phone).id,
        "conversation_id": complaint.conversation_id,
        "filed_by_id": complaint.filed_by_staff_id,
        "linked_to_id": complaint.linked_to_id,
        "order_number": _order_number(complaint),
        "category": complaint.category,
        "description": complaint.description,
        "desired_outcome": complaint.desired_outcome,
        "informal_outcome": complaint.informal_outcome,
        "reseller": complaint.reseller,
        "country": complaint.country,
        "policy_digest": shop_policy.digest,
        "scope_review": complaint.scope_review,
        "urgent": shop_policy.is_urgent(complaint.description),
        "restricted": shop_policy.is_restricted(complaint.description),
        "filed_at": now,
        "updated_at": now,
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


def _filer(session: Session, complaint: Complaint) -> Actor:
    if complaint.filed_by_staff_id is None:
        return Actor("customer")
    staff = session.get(Staff, complaint.filed_by_staff_id)
    return Actor("staff", staff.role if staff and staff.active else None, complaint.filed_by_staff_id)


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
