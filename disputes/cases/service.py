"""What staff can do with a complaint, besides what has a package of its own (questions, offers, mediation).

Every verb runs in the caller's transaction and may flush, never commits; it locks the case before it looks.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import clocks, engine, queries, states, tasks
from disputes.cases.clocks import Timer
from disputes.cases.fields import note_needed
from disputes.cases.references import normalise
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid, NotFound
from disputes.people import audit
from disputes.people.tables import Staff


def acting(staff: Staff) -> Actor:
    """A member of staff as the table of steps sees them."""
    return Actor("staff", staff.role, staff.id)


def take(session: Session, case: Case, staff: Staff) -> Case:
    """A member of staff takes on a complaint (T5) and the complainant is told their name.

    Taking one's own case again changes nothing; that of somebody who has left goes over as if it were given. Raises
    `Conflict` with the name of a colleague who was first, `NotAllowed` for a role or a stage that it is not open to.
    """
    case = queries.locked(session, case.id)
    if case.investigator is not None:
        if case.investigator_id == staff.id:
            return case
        if case.investigator.active and case.investigator.role in states.CASE_WORKERS:
            raise Conflict(f"{case.investigator.name} has already taken this complaint.")
        if staff.role not in states.CASE_WORKERS:
            raise NotAllowed("This is for agents and managers.")
        give(session, case, staff, staff)
        return case
    states.check(states.TAKEN, engine.standing_of(session, case), acting(staff))
    _check_free(session, case, staff)
    case.investigator = staff
    case.investigator_id = staff.id
    engine.move(session, case, states.TAKEN, acting(staff), data={"investigator": str(staff.id)})
    return case


def assign(session: Session, case: Case, by: Staff, to: Staff) -> Case:
    """A manager gives a complaint to somebody, also from one person to another; the complainant is told the name.

    Raises `NotAllowed` for others than managers, `Invalid` for somebody who cannot work on it.
    """
    case = queries.locked(session, case.id)
    if by.role not in states.MANAGERS:
        raise NotAllowed("This is for managers.")
    if case.investigator_id != to.id or case.state == "filed":
        give(session, case, by, to)
    return case


def give(session: Session, case: Case, by: Staff, to: Staff) -> None:
    """Makes somebody the one who looks into a locked complaint, whoever had it; the complainant is told the name.

    The caller knows that `by` may do so. Raises `Invalid` for somebody who cannot work on it, `Conflict` at a stage
    where nobody looks into it any more.
    """
    if to.role not in states.CASE_WORKERS or not to.active:
        raise Invalid("Please choose an agent or a manager who is active.", {"staff": "Please choose somebody else."})
    engine.require(case.state in states.OPEN, "This complaint has ended.")
    with_management = states.is_with_management(case.state, case.prior_state)
    engine.require(not with_management, "This complaint is with management now, so nobody else can look into it.")
    _check_free(session, case, to)
    case.investigator, case.investigator_id = to, to.id
    data = {"investigator": str(to.id)}
    if case.state == "filed":
        engine.move(session, case, states.TAKEN, acting(by), data=data)
        return
    tasks.finish(session, case, "unowned")
    engine.note(session, case, "assigned", acting(by), notice="N4", clause="C4", data=data)


def take_review(session: Session, case: Case, staff: Staff) -> Case:
    """A manager who did not work on the case takes on its review; the complainant is told the name.

    Raises `NotAllowed` for whoever investigated it (four eyes, I5), `Conflict` when a colleague was first.
    """
    case = queries.locked(session, case.id)
    if staff.role not in states.MANAGERS:
        raise NotAllowed("This is for managers.")
    engine.require(case.state == "escalated", "This complaint is not with management.")
    refusal = states.may_decide(engine.standing_of(session, case), staff.id)
    if refusal:
        raise NotAllowed(refusal)
    if case.decider is not None and case.decider.active and case.decider.role in states.MANAGERS:
        if case.decider_id == staff.id:
            return case
        raise Conflict(f"{case.decider.name} has already taken on this review.")
    case.decider, case.decider_id = staff, staff.id
    tasks.finish(session, case, "unowned_review")
    engine.note(session, case, "review_taken", acting(staff), notice="N4r", clause="C7")
    return case


def extend(session: Session, case: Case, staff: Staff, new_date: date, reason: str) -> CaseEvent:
    """A manager moves the date of this stage, once, forward, with a reason that the customer reads.

    The new date is the end of that day where the shop is, or of the working day after it, and never after the hard
    cap, which does not move.
    Raises `NotAllowed` for others than managers, `Conflict` when it was moved before, `Invalid` for a date or a
    reason that cannot be used.
    """
    case = queries.locked(session, case.id)
    if staff.role not in states.MANAGERS:
        raise NotAllowed("This is for managers.")
    stage = {"filed": "first", "investigating": "first", "escalated": "final"}.get(case.state)
    engine.require(stage, "At this stage there is no date of ours to move.")
    engine.require(
        not (case.first_extended if stage == "first" else case.final_extended),
        "The date of this stage has been moved once already. It cannot be moved again.",
    )
    written = note_needed(reason, "reason", "Please give the reason. The customer reads it.")
    calendar = policy.current().calendar
    due = min(
        calendar.end_of_day(calendar.this_or_next_business_day(new_date)),
        max(case.hard_cap, calendar.end_of_day(new_date)),
    )
    old = case.first_answer_by if stage == "first" else case.expected_end
    _check_new_date(case, old, due)
    if stage == "first":
        moved_by = clocks.shifted(case.expected_end, old, due, policy.current().calendar)
        case.first_answer_by, case.first_extended = due, True
        case.expected_end = min(max(moved_by, due), max(case.hard_cap, due))
    else:
        case.expected_end, case.final_extended = due, True
    engine.replan(session, case)
    return engine.note(
        session,
        case,
        "extended",
        acting(staff),
        notice="NX",
        clause="C6",
        data={"stage": stage, "old": old.isoformat(), "new": due.isoformat()},
        reason=written,
    )


def escalate(session: Session, case: Case, staff: Staff, reason: str) -> CaseEvent:
    """Hands a complaint to management (T12) before its date, with the reason that the customer reads."""
    case = queries.locked(session, case.id)
    written = note_needed(reason, "reason", "Please give the reason. The customer reads it.")
    return engine.move(session, case, states.ESCALATED, acting(staff), reason=written)


def propose_redirect(session: Session, case: Case, staff: Staff, reason: str, reseller: str) -> CaseEvent:
    """Says that a reseller should deal with the case; nothing happens before a manager agrees (`confirm_redirect`).

    Within five working days of filing (the policy's figure). Raises `Conflict` later than that, or when it has been
    proposed already.
    """
    case = queries.locked(session, case.id)
    if staff.role not in states.CASE_WORKERS:
        raise NotAllowed("This is for agents and managers.")
    engine.require(case.state in states.REDIRECTED.sources, "This is not possible at the stage the complaint is in.")
    _check_redirect_in_time(case)
    known = policy.current().reseller_named(reseller)
    if known is None:
        raise Invalid("Please choose the reseller.", {"reseller": "Please choose one of the policy's resellers."})
    written = note_needed(reason, "reason", "Please give the reason. The customer reads it.")
    engine.require(not tasks.is_open(session, case, "redirect_proposed"), "This has been proposed already.")
    event = engine.note(
        session,
        case,
        "redirect_proposed",
        acting(staff),
        notice="none: a manager decides first",
        data={"reseller": known.name},
        reason=written,
        for_customer=False,
    )
    tasks.open_task(session, case, "redirect_proposed", event=event)
    return event


def confirm_redirect(session: Session, case: Case, staff: Staff) -> CaseEvent:
    """A manager agrees that a reseller should deal with the case (T3); somebody else must have proposed it.

    The customer gets the reason and may object for as long as the policy says.
    """
    case = queries.locked(session, case.id)
    states.check(states.REDIRECTED, engine.standing_of(session, case), acting(staff))
    proposal = queries.last_event(session, case.id, "redirect_proposed")
    if proposal is None or not tasks.is_open(session, case, "redirect_proposed"):
        raise Conflict("Nobody has proposed this.")
    if proposal.staff_id == staff.id:
        raise NotAllowed("You proposed this, so another manager must agree to it.")
    _check_redirect_in_time(case)
    case.reseller = str(proposal.data["reseller"])
    reason = proposal.words.reason if proposal.words else None
    data = {"reseller": case.reseller, "proposal": str(proposal.id)}
    return engine.move(session, case, states.REDIRECTED, acting(staff), data=data, reason=reason)


def drop_redirect(session: Session, case: Case, staff: Staff) -> None:
    """A manager does not agree: the case stays ours."""
    case = queries.locked(session, case.id)
    if staff.role not in states.MANAGERS:
        raise NotAllowed("This is for managers.")
    engine.require(tasks.is_open(session, case, "redirect_proposed"), "Nobody has proposed this.")
    tasks.finish(session, case, "redirect_proposed", "scope_review")
    case.scope_review = False
    engine.note(
        session, case, "redirect_dropped", acting(staff), notice="none: nothing changes for them", for_customer=False
    )


def merge(session: Session, case: Case, staff: Staff, survivor_reference: str) -> Case:
    """Joins a complaint with another one of the same person about the same order (T4); the older clock wins.

    Returns the case that goes on. Raises `Invalid` when the two do not belong together.
    """
    other = queries.case_by_reference(session, normalise(survivor_reference) or "")
    if other is None:
        raise NotFound("There is no case with this reference.")
    first, second = sorted((case.id, other.id))
    queries.locked(session, first)
    queries.locked(session, second)
    case, other = queries.locked(session, case.id), queries.locked(session, other.id)
    wrong = "These two are not about the same order of the same person."
    same_person = bool(case.customer.email and case.customer.email == other.customer.email) or bool(
        case.customer.phone and case.customer.phone == other.customer.phone
    )
    if case.id == other.id or not same_person or case.order_number != other.order_number:
        raise Invalid(wrong, {"survivor": wrong})
    engine.require(other.state in states.OPEN, "The other complaint has ended.")
    states.check(states.MERGED, engine.standing_of(session, case), acting(staff))
    case.merged_into_id = other.id
    data = {"survivor": str(other.id)}
    engine.move(session, case, states.MERGED, acting(staff), data=data)
    _take_over_clocks(session, case, other)
    engine.note(
        session,
        other,
        "joined",
        acting(staff),
        notice="none: N3 of the other complaint tells it",
        data={"merged": str(case.id)},
        text=case.description,
    )
    return other


def override(session: Session, case: Case, staff: Staff, reason: str) -> CaseEvent:
    """A manager ends a case against the table (TX): an event of its own, with a reason, and a letter that names the
    options outside. Not while something that was agreed has not been delivered."""
    case = queries.locked(session, case.id)
    states.check(states.OVERRIDDEN, engine.standing_of(session, case), acting(staff))
    engine.require(not case.open_remedies, "Something that was agreed has not been delivered yet.")
    written = note_needed(reason, "reason", "Please give the reason. The customer reads it.")
    case.outcome_code = case.outcome_code or "no_finding"
    before = {"state": case.state}
    event = engine.move(session, case, states.OVERRIDDEN, acting(staff), reason=written)
    audit.note(
        session, "case.overridden", by=staff, about=("case", case.id), before=before, after={"state": case.state}
    )
    return event


def mark_restricted(session: Session, case: Case, staff: Staff, *, restricted: bool) -> None:
    """Marks a case that tells of health, faith or the like, so that it stays out of reports and samples."""
    case = queries.locked(session, case.id)
    if case.restricted != restricted:
        case.restricted = restricted
        engine.note(
            session,
            case,
            "marked_restricted",
            acting(staff),
            notice="none: for staff only",
            data={"restricted": restricted},
            for_customer=False,
        )


def _check_free(session: Session, case: Case, staff: Staff) -> None:
    """A complaint about how a case was handled goes to nobody of that case; and somebody must stay free to review."""
    if case.linked_to_id is not None and case.category == "service":
        before = queries.investigators_of(session, case.linked_to_id)
        if staff.id in before:
            raise NotAllowed("This complaint is about a case you worked on, so somebody else must look into it.")
    if staff.role not in states.MANAGERS:
        return
    if not queries.other_managers(session, {staff.id}):
        raise NotAllowed("You are the only manager, so you must stay free to review this complaint.")
    if not queries.other_managers(session, {staff.id} | queries.investigators_of(session, case.id)):
        raise NotAllowed("Every other manager has worked on this complaint, and one must stay free to review it.")


def _check_new_date(case: Case, old: datetime, due: datetime) -> None:
    wrong = None
    if due <= old or due <= clock.now():
        wrong = "Please choose a date after the one that was promised."
    elif due > case.hard_cap:
        last = policy.current().say_date(case.hard_cap)
        wrong = f"Please choose a date up to {last}. After that the customer need not wait any longer."
    if wrong:
        raise Invalid(wrong, {"new_date": wrong})


def _check_redirect_in_time(case: Case) -> None:
    days = policy.current().clocks.redirect_business_days
    until = policy.current().calendar.due_after_business_days(case.filed_at, days)
    engine.require(clock.now() <= until, f"This is possible within {days} working days of filing only.")


def _take_over_clocks(session: Session, case: Case, other: Case) -> None:
    """The dates of whichever complaint is older hold for both."""
    if case.filed_at >= other.filed_at:
        return
    changed = case.first_answer_by < other.first_answer_by and other.state in ("filed", "investigating")
    other.filed_at = case.filed_at
    other.hard_cap = min(case.hard_cap, other.hard_cap)
    other.expected_end = min(case.expected_end, other.expected_end)
    if changed:
        other.first_answer_by = case.first_answer_by
        engine.replan(session, other)
        return
    if other.final_sent_at is None and other.deadlock_notice_at is None:
        engine.set_timer(session, other, Timer(clocks.NEVER_MOVES, other.hard_cap))
    if other.state == "escalated":
        engine.set_timer(session, other, Timer("final_response", other.expected_end))
