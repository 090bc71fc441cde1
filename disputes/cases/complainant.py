"""What the complainant can do with a complaint, besides answering questions, offers and mediation.

The caller has made sure who it is (code, signed link, answer from the address on file). `actor` says how it came:
`Actor("customer")` from a page or a letter, `Actor("assistant")` for a button confirmed in the chat, or a member of
staff who writes down what the customer told them.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, filing, queries, states, tasks
from disputes.cases.fields import FieldError, clean_email, clean_note, clean_phone, note_needed
from disputes.cases.schemas import Complaint
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.policy.words import say_count
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "cases")

type Channel = Literal["chat", "page", "mail", "staff"]
type ReviewReason = Literal["new_fact", "remedy"]

SAID_JUST_NOW = "none: the customer has just said it"


def add_information(
    session: Session,
    case: Case,
    text: str,
    *,
    key: str | None = None,
    actor: Actor | None = None,
    channel: Channel = "page",
    conversation_id: UUID | None = None,
) -> CaseEvent:
    """Adds what the complainant wants to say besides; the complaint itself stays as it was filed.

    `key` is the sender's name for it: a second call with the same key adds nothing. Raises `Invalid` when the
    text is empty or too long.
    """
    note = note_needed(text, "text", say("add_words"))
    case = queries.locked(session, case.id)
    known = queries.event_of_key(session, case.id, key) if key else None
    if known is not None:
        return known
    engine.require(case.erased_at is None, say("erased"))
    data = {"channel": channel, "key": key, "conversation_id": str(conversation_id) if conversation_id else None}
    event = engine.note(
        session,
        case,
        "information_added",
        actor or Actor("customer"),
        notice=SAID_JUST_NOW,
        data={name: value for name, value in data.items() if value is not None},
        text=note,
    )
    if case.state != "filed":  # there, whoever takes it on reads all of it
        tasks.open_task(session, case, "new_information")
    return event


def object_to_redirect(session: Session, case: Case, actor: Actor, words: str) -> CaseEvent:
    """The customer does not agree that a reseller should deal with it (T12): management looks at it.

    Possible for as long as the policy says, counted from the letter. Raises `Conflict` afterwards.
    """
    said = _said(words)
    case = queries.locked(session, case.id)
    told = queries.last_event(session, case.id, "redirected", "pointed_to_reseller")
    days = policy.current().clocks.redirect_objection_days
    if told is not None and _is_over(told.at, days):
        raise Conflict(say("objection_over", time=say_count(days, "day")))
    return engine.move(session, case, states.OBJECTED, actor, text=said)


def withdraw(session: Session, case: Case, actor: Actor, *, key: str | None = None) -> CaseEvent:
    """The customer takes the complaint back (T23). It can be undone for as long as the policy says.

    `key` is the sender's name for it: a second call with the same key returns the first one's event.
    """
    case = queries.locked(session, case.id)
    known = queries.event_of_key(session, case.id, key) if key else None
    return known or engine.move(session, case, states.WITHDRAWN, actor, data={"key": key} if key else None)


def undo_withdrawal(session: Session, case: Case, actor: Actor, *, key: str | None = None) -> CaseEvent:
    """The complaint goes on where it stood; our dates move by the days it rested, the hard cap does not.

    `key` as for `withdraw`. Raises `Conflict` when the time for it is over.
    """
    case = queries.locked(session, case.id)
    known = queries.event_of_key(session, case.id, key) if key else None
    if known is not None:
        return known
    days = policy.current().clocks.withdraw_undo_days
    if case.state == "withdrawn" and case.ended_at is not None and _is_over(case.ended_at, days):
        raise Conflict(say("undo_over", time=say_count(days, "day")))
    return engine.move(session, case, states.WITHDRAWAL_UNDONE, actor, data={"key": key} if key else None)


def ask_review(
    session: Session,
    case: Case,
    actor: Actor,
    words: str,
    *,
    reason: ReviewReason | None = None,
    key: str | None = None,
) -> CaseEvent:
    """Asks for another look (T22), once, within the review window of the event that ended it.

    `reason`: there is something new, or what was agreed has not happened; without one it is the latter where
    something is overdue or has failed. A closed case opens again only for the
    latter. `key` as for `withdraw`. Raises `Conflict` with the way that is left (a linked complaint) when this one is
    not open.
    """
    written = note_needed(words, "words", say("review_words"))
    case = queries.locked(session, case.id)
    known = queries.event_of_key(session, case.id, key) if key else None
    if known is not None:
        return known
    is_late = case.remedy_overdue_at is not None or tasks.is_open(session, case, "remedy_failed")
    reason = reason or ("remedy" if case.open_remedies and is_late else "new_fact")
    engine.require(not case.review_used, say("review_used"))
    if case.state == "closed":
        engine.require(reason == "remedy" and case.open_remedies, say("review_closed"))
    elif case.window_ends is not None and not case.open_remedies:  # while we owe something, no time runs out
        engine.require(clock.now() <= case.window_ends, say("review_over"))
    if reason == "remedy":
        engine.require(case.open_remedies, say("all_delivered"))
        engine.require(is_late, say("not_due"))
    return engine.move(
        session, case, states.REOPENED, actor, data={"reason": reason, **({"key": key} if key else {})}, text=written
    )


def too_late(session: Session, case: Case) -> frozenset[str]:
    """Which of "object", "undo" and "review" would be refused although the table lets the customer do them: their
    time is over, or they were used."""
    clocks, over = policy.current().clocks, set()
    told = queries.last_event(session, case.id, "redirected", "pointed_to_reseller")
    if told is not None and _is_over(told.at, clocks.redirect_objection_days):
        over.add("object")
    if case.ended_at is not None and _is_over(case.ended_at, clocks.withdraw_undo_days):
        over.add("undo")
    in_window = case.state != "closed" and (case.window_ends is None or clock.now() <= case.window_ends)
    if case.review_used or not (in_window or case.open_remedies):
        over.add("review")
    return frozenset(over)


def file_linked(session: Session, case: Case, complaint: Complaint, *, filing_key: str) -> Case:
    """Files a new complaint that is linked to an earlier one of the same person."""
    linked = complaint.model_copy(update={"linked_to_id": case.id})
    new = filing.file_complaint(session, linked, filing_key=filing_key)
    case = queries.locked(session, case.id)
    if queries.event_of_key(session, case.id, f"linked:{new.id}") is None:
        data = {"case": str(new.id), "key": f"linked:{new.id}"}
        engine.note(session, case, "linked", Actor("customer"), notice="none: the new one is acknowledged", data=data)
    return new


def give_satisfaction(session: Session, case: Case, *, happy: bool, words: str = "") -> CaseEvent:
    """The answer to "are you content with how this ended?". An unhappy one becomes work, and never closes anything.

    A second answer is a line of its own. Raises `Conflict` while the case is still open.
    """
    said = _said(words)
    case = queries.locked(session, case.id)
    engine.require(case.state in ("resolved", "closed", "final_response"), say("not_ended"))
    event = engine.note(
        session,
        case,
        "satisfaction_given",
        Actor("customer"),
        notice=SAID_JUST_NOW,
        data={"happy": happy},
        text=said,
    )
    if not happy:
        tasks.open_task(session, case, "unhappy", event=event)
    return event


def change_contact(session: Session, case: Case, actor: Actor, *, email: str | None, phone: str | None) -> CaseEvent:
    """Another way to reach the complainant, for this case. Proofs of the old address stop working at once.

    Raises `Invalid` when neither can be used.
    """
    case = queries.locked(session, case.id)
    wrong: dict[str, str] = {}
    new_email, new_phone = case.customer.email, case.customer.phone
    try:
        new_email = clean_email(email) if email else new_email
    except FieldError as fault:
        wrong["email"] = str(fault)
    try:
        new_phone = clean_phone(phone, policy.current().shop.country) if phone else new_phone
    except FieldError as fault:
        wrong["phone"] = str(fault)
    if not email and not phone:
        wrong["email"] = say("new_contact")
    if wrong:
        raise Invalid(say("check"), wrong)
    case.customer = filing.customer_for(session, name=case.customer.name, email=new_email, phone=new_phone)
    case.customer_id = case.customer.id
    return engine.note(session, case, "contact_changed", actor, notice="none: they have just told us")


def _said(words: str) -> str | None:
    try:
        return clean_note(words)
    except FieldError as fault:
        raise Invalid(str(fault), {"words": str(fault)}) from fault


def _is_over(since: datetime, days: int) -> bool:
    return clock.now() > policy.current().calendar.due_after_days(since, days)
