"""Erasing a person: what is not needed goes at once, the rest is set apart with its date."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, tasks
from disputes.cases import queries as case_queries
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CaseEventText, CaseTimer
from disputes.chat.tables import Conversation
from disputes.errors import Conflict
from disputes.people import audit
from disputes.people.tables import Customer, Staff
from disputes.records import chats, person_queries, queries, tracker, typed
from disputes.records.parts import PARTS
from disputes.records.person import Person, person_of
from disputes.records.swap import ERASED_PERSON, ERASED_WORDS, Swap
from disputes.records.terms import OVER, Kept, is_held, why_kept

QUIET = "none: the person asked for it, or its time was over"
SYSTEM = Actor("system")


@dataclass(frozen=True)
class ErasureResult:
    """What became of a wish to be erased. `erased` and `kept` name complaints by reference.

    `kept_until` is when the last of what is kept goes; None when nothing is kept, or when a complaint that is still
    open makes the day unknown. `why` has a sentence for each thing that is kept.
    """

    erased: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)

    @property
    def kept_until(self) -> datetime | None:
        """The day of the last of them."""
        dates = [kept.until for kept in self.kept]
        known = [until for until in dates if until is not None]
        return max(known) if known and len(known) == len(dates) else None

    @property
    def why(self) -> list[str]:
        """Why something is kept, each reason once."""
        return list(dict.fromkeys(kept.why for kept in self.kept))


def what_erasure_does(session: Session, customer_id: UUID) -> ErasureResult:
    """What `erase_person` would do now about the complaints of this person. Changes nothing."""
    now, shop_policy, result = clock.now(), policy.current(), ErasureResult()
    for case in queries.cases_of(session, queries.customers_like(session, customer_id=customer_id)):
        if case.erased_at is not None:
            continue
        kept = why_kept(case, shop_policy, now)
        if kept is None:
            result.erased.append(case.reference)
        else:
            result.kept.append(kept)
    return result


def erase_person(
    session: Session,
    *,
    email: str | None = None,
    customer_id: UUID | None = None,
    by: Staff | None = None,
    why: str | None = None,
) -> ErasureResult:
    """Erases a person who asked for it: everything of complaints whose time is over, and what others need no more.

    A complaint that is open, held, or within the time for legal claims keeps what it needs (GDPR 17(3)); the person
    can be told until when and why. The caller has made sure who asks; `by` is who of the staff does it, and `why` how
    it was made sure, for the audit. Asking again is harmless.
    """
    now, shop_policy = clock.now(), policy.current()
    person = person_of(session, email=email, customer_id=customer_id)
    left = queries.rows_left_behind(session, person.customers)
    result = ErasureResult()
    for case_id in sorted(case.id for case in person.cases):
        case = case_queries.locked(session, case_id)
        if case.erased_at is not None:
            continue
        kept = why_kept(case, shop_policy, now)
        if kept is None:
            erase_case(session, case)
            result.erased.append(case.reference)
        else:
            result.kept.append(kept)
            case.erasure_asked_at = case.erasure_asked_at or now
            if case.state in OVER and not is_held(case, now):
                erase_contact(session, case)
    if not any(is_held(case, now) for case in person.cases):
        _forget_outside_cases(session, person)
    earlier = [row for known in person.addresses for row in queries.customers_like(session, email=known)]
    _blank_customers(session, [row.id for row in (*person.customers, *left, *earlier)])
    about: tuple[audit.Subject, UUID] | None = ("person", person.customers[0].id) if person.customers else None
    after: dict[str, str | list[str] | None] = {"erased": result.erased}
    after |= {"kept": [kept.reference for kept in result.kept], "why": why}
    audit.note(session, "person.erased", by=by, about=about, after=after)
    return result


def _forget_outside_cases(session: Session, person: Person) -> None:
    """Their own chats and mails that no complaint needs go; out of the chats of others only how they are reached."""
    chats.forget_chats_of(session, person_queries.chats_proved(session, person))
    typed.take_out(session, person, person_queries.chats_naming(session, person))
    chats.forget_unmatched_mail(session, person.addresses)
    chats.forget_status_requests(session, queries.status_requests_of(session, person.addresses))
    chats.forget_letters_without_case(session, person.addresses)


def erase_contact(session: Session, case: Case) -> None:
    """Takes name and contact out of a locked case that is over; what happened stays.

    Nothing is left to answer to: letters that wait are not sent any more. Does nothing when it was done before.
    Raises `Conflict` while the case is open or held.
    """
    _check_erasable(case)
    if case.contact_erased_at is not None:
        return
    case.contact_erased_at = clock.now()
    written_to = queries.addresses_written_to(session, [case.id])
    swap = Swap((case.customer.name, case.customer.email, case.customer.phone, *written_to))
    for letter in queries.letters_of(session, case.id):
        letter.recipient = None
        letter.subject, letter.text, letter.html = (
            swap.text(words) for words in (letter.subject, letter.text, letter.html)
        )
        chats.stop_sending(session, letter)
    for conversation in queries.conversations_of_case(session, case):
        others = queries.cases_of_conversation(session, conversation.id)
        if all(other.contact_erased_at is not None for other in others):
            chats.swap_in_chat(session, conversation.id, swap)
    chats.swap_in_mail(session, case, swap)
    case.description = swap.text(case.description)
    case.desired_outcome = swap.text(case.desired_outcome) if case.desired_outcome else None
    case.informal_outcome = swap.text(case.informal_outcome) if case.informal_outcome else None
    _blank_customers(session, [case.customer_id])
    engine.note(session, case, "contact_erased", SYSTEM, notice=QUIET, for_customer=False)


def erase_case(session: Session, case: Case) -> None:
    """Erases everything of a locked case but that it was: reference, state, category, outcome, dates, hashes.

    Does nothing when it was done before. Raises `Conflict` while the case is open or held.
    """
    _check_erasable(case)
    if case.erased_at is not None:
        return
    now = clock.now()
    for part in PARTS:
        part.erase(session, case)
    for letter in queries.letters_of(session, case.id):
        letter.recipient, letter.subject, letter.text, letter.html = None, "", "", ""
        letter.last_error = None
        chats.stop_sending(session, letter)
    conversations = queries.conversations_of_case(session, case)
    case.contact_erased_at, case.erased_at = case.contact_erased_at or now, now
    case.description, case.desired_outcome, case.informal_outcome = ERASED_WORDS, None, None
    case.order_number, case.reseller, case.country, case.conversation_id = None, None, None, None
    case.filing_key, case.hold_until = f"erased:{case.id}", None
    _forget_words(session, case)
    session.execute(delete(CaseTimer).where(CaseTimer.case_id == case.id))
    tasks.finish(session, case)
    session.flush()
    for conversation in conversations:
        _forget_chat_unless_needed(session, conversation)
    _blank_customers(session, [case.customer_id])
    engine.note(session, case, "erased", SYSTEM, notice=QUIET, for_customer=False)


def _forget_words(session: Session, case: Case) -> None:
    events = select(CaseEvent.id).where(CaseEvent.case_id == case.id)
    gone = delete(CaseEventText).where(CaseEventText.event_id.in_(events))
    session.execute(gone.execution_options(synchronize_session="fetch"))


def _forget_chat_unless_needed(session: Session, conversation: Conversation) -> None:
    """A chat that another case came from stays until that one is erased; Rasa's copy of it is not needed."""
    others = queries.cases_of_conversation(session, conversation.id)
    if all(other.erased_at is not None for other in others):
        chats.forget_chat(session, conversation.id)
    else:
        tracker.ask_to_forget(session, conversation.id)


def _blank_customers(session: Session, customer_ids: Sequence[UUID]) -> None:
    """Swaps those people for a token whose cases all have let go of them."""
    session.flush()
    needed = select(Case.customer_id).where(Case.customer_id.in_(customer_ids), Case.contact_erased_at.is_(None))
    session.execute(
        update(Customer)
        .where(Customer.id.in_(customer_ids), Customer.id.not_in(needed), Customer.erased_at.is_(None))
        .values(name=ERASED_PERSON, email=None, phone=None, erased_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def _check_erasable(case: Case) -> None:
    if is_held(case, clock.now()):
        raise Conflict("This complaint is held for a legal claim; nothing of it may be erased.")
    if case.state not in OVER:
        raise Conflict("This complaint is not over yet.")
