"""The policy's retention, day by day: what to forget today, and forgetting it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries as case_queries
from disputes.cases.tables import Case
from disputes.chat.tables import Conversation
from disputes.mediation import service as mediation
from disputes.people.tables import AuditEntry, Customer, StatusRequest
from disputes.records import chats, queries
from disputes.records.erasure import erase_case, erase_contact
from disputes.records.hold import end_hold_by_time
from disputes.records.terms import add_months, body_until, contact_until, is_held

type Kind = Literal["hold", "status_requests", "talks", "audit", "chat", "draft", "contact", "case", "customer"]

AUDIT_STAYS: Final = timedelta(days=180)
"""What a trigger on the table enforces, whatever the policy says."""

ORPHAN_AGE = timedelta(days=1)
"""A person without a complaint is not needed; younger ones may belong to a filing that has not ended."""


@dataclass(frozen=True)
class Due:
    """One thing whose time is over, small enough for one transaction."""

    kind: Kind
    subject_id: UUID | None = None


def run_retention(session: Session, now: datetime) -> dict[str, int]:
    """Forgets everything whose time is over at `now`, and returns how many of each kind.

    The job does the same, each thing in a transaction of its own. A second run on the same day finds nothing.
    """
    done: dict[str, int] = {}
    with clock.set_to(now):
        for due in list(things_due(session, now)):
            if forget(session, due):
                done[due.kind] = done.get(due.kind, 0) + 1
    return done


def things_due(session: Session, now: datetime) -> Iterator[Due]:
    """What to look at: holds first, since what they kept may be due today."""
    rules, calendar = policy.current().retention, policy.current().calendar
    for case_id in queries.holds_over(session, now):
        yield Due("hold", case_id)
    for kind in _WITHOUT_SUBJECT:
        yield Due(kind)
    for chat_id in queries.unfiled_before(session, now - timedelta(days=rules.unfiled_chat_days)):
        yield Due("chat", chat_id)
    for chat_id in queries.unfiled_before(session, now - timedelta(days=rules.draft_days), with_draft=True):
        yield Due("draft", chat_id)
    today = calendar.day_of(now)
    for case_id in queries.asked_and_ended(session):
        yield Due("contact", case_id)
    for case_id in queries.contact_left_before(session, calendar.end_of_day(add_months(today, -shortest_contact()))):
        yield Due("contact", case_id)
    for customer_id in queries.customers_without_case(session, now - ORPHAN_AGE):
        yield Due("customer", customer_id)
    shortest = min(rules.case_months, rules.withdrawn_months)
    for case_id in queries.ended_before(session, calendar.end_of_day(add_months(today, -shortest))):
        yield Due("case", case_id)


def shortest_contact() -> int:
    """The fewest months after which the contact of any case may go."""
    rules = policy.current().retention
    return min(rules.contact_months, rules.case_months, rules.withdrawn_months)


def forget(session: Session, due: Due) -> bool:
    """Forgets one of them if it is due now, as it stands under its lock; True when it did."""
    match due.kind, due.subject_id:
        case kind, None:
            return bool(_WITHOUT_SUBJECT[kind](session))
        case "customer", UUID() as customer_id:
            return _forget_customer(session, customer_id)
        case (("chat" | "draft"), UUID() as chat_id):
            return _forget_chat(session, chat_id, due.kind)
        case _, UUID() as case_id:
            return _forget_of_case(session, case_id, due.kind)


def _forget_of_case(session: Session, case_id: UUID, kind: Kind) -> bool:
    case = case_queries.locked(session, case_id)
    now, shop_policy = clock.now(), policy.current()
    if kind == "hold":
        end_hold_by_time(session, case)
        return case.hold_until is None
    until = contact_until(case, shop_policy) if kind == "contact" else body_until(case, shop_policy)
    gone = case.erased_at or (case.contact_erased_at if kind == "contact" else None)
    if until is None or until > now or gone is not None or is_held(case, now):
        return False
    if kind == "contact":
        erase_contact(session, case)
    else:
        erase_case(session, case)
    return True


def _forget_status_requests(session: Session) -> bool:
    before = clock.now() - timedelta(days=policy.current().retention.status_request_days)
    session.execute(
        update(StatusRequest)
        .where(StatusRequest.created_at < before, StatusRequest.ip_digest.is_not(None))
        .values(ip_digest=None)
    )
    old = queries.status_requests_before(session, before)
    chats.forget_status_requests(session, old)
    return bool(old)


def _forget_audit(session: Session) -> bool:
    """Lets go of what staff did so long ago; what the database keeps by its own clock is not asked for."""
    calendar, months = policy.current().calendar, policy.current().retention.audit_months
    before = calendar.end_of_day(add_months(calendar.day_of(clock.now()), -months))
    gone = delete(AuditEntry).where(AuditEntry.at < before, AuditEntry.at < func.now() - AUDIT_STAYS)
    return bool(session.scalars(gone.returning(AuditEntry.id)).all())


def _forget_customer(session: Session, customer_id: UUID) -> bool:
    """Deletes the row unless a case has come to it since it was found: a foreign key would refuse that anyway."""
    used = select(Case.id).where(Case.customer_id == customer_id).exists()
    gone = delete(Customer).where(Customer.id == customer_id, ~used).returning(Customer.id)
    return bool(session.scalars(gone).all())


def _forget_chat(session: Session, conversation_id: UUID, kind: Kind) -> bool:
    """Looks again under the lock: somebody may have written, or filed, since it was found."""
    rules = policy.current().retention
    days = rules.unfiled_chat_days if kind == "chat" else rules.draft_days
    found = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    conversation = session.scalar(found.execution_options(populate_existing=True))
    if conversation is None or conversation.updated_at >= clock.now() - timedelta(days=days):
        return False
    if queries.cases_of_conversation(session, conversation_id):
        return False
    if kind == "chat":
        chats.forget_chat(session, conversation_id)
        return True
    if not (conversation.facts or conversation.handoff_summary or conversation.reply_email):
        return False
    if queries.waits_for_an_answer(session, conversation_id):
        return False
    chats.forget_draft(session, conversation_id)
    return True


_WITHOUT_SUBJECT: Final[Mapping[Kind, Callable[[Session], object]]] = {
    "status_requests": _forget_status_requests,
    "talks": mediation.destroy_leftovers,
    "audit": _forget_audit,
}
"""What is forgotten in one go; true when there was any."""
