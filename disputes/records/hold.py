"""Legal hold: while a claim is expected or running, nothing of a case is erased, by nobody."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, queries
from disputes.cases.fields import clean_note
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import audit
from disputes.people.tables import Staff
from disputes.records.terms import end_of_months, is_held

QUIET = "none: for staff only"


def hold(session: Session, case: Case, staff: Staff, reason: str, *, until: datetime | None = None) -> Case:
    """A manager keeps everything of a case from being erased; again to move its end.

    It ends by itself at `until`, at the latest (and by default) after the months the policy allows; it can be
    renewed then. Raises `Refused` for others, `Invalid` without a reason or with a date that is over or too far.
    """
    _check_manager(staff)
    words = _reason(reason)
    case = queries.locked(session, case.id)
    if case.erased_at is not None:
        raise Conflict("This complaint has been erased; there is nothing left to hold.")
    now = clock.now()
    latest = longest_hold(now)
    end = until or latest
    if not now < end <= latest:
        sentence = f"A hold ends after today and by {policy.current().say_date(latest)}; it can be renewed then."
        raise Invalid(sentence, {"until": sentence})
    before, case.hold_until = case.hold_until, end
    actor = Actor("staff", staff.role, staff.id)
    data = {"until": end.isoformat()}
    engine.note(session, case, "held", actor, notice=QUIET, data=data, reason=words, for_customer=False)
    was = {"until": before.isoformat()} if before else None
    audit.note(session, "case.held", by=staff, about=("case", case.id), before=was, after=data)
    return case


def release(session: Session, case: Case, staff: Staff, reason: str) -> Case:
    """A manager ends the hold. Raises `Refused` for others, `Conflict` when there is none."""
    _check_manager(staff)
    words = _reason(reason)
    case = queries.locked(session, case.id)
    if not is_held(case, clock.now()):
        raise Conflict("This complaint is not held.")
    before = {"until": case.hold_until.isoformat()} if case.hold_until else None
    case.hold_until = None
    actor = Actor("staff", staff.role, staff.id)
    engine.note(session, case, "hold_ended", actor, notice=QUIET, reason=words, for_customer=False)
    audit.note(session, "case.released", by=staff, about=("case", case.id), before=before)
    return case


def end_hold_by_time(session: Session, case: Case) -> None:
    """The hold of a locked case has reached its date."""
    if case.hold_until is None or is_held(case, clock.now()):
        return
    due, case.hold_until = case.hold_until, None
    engine.note(session, case, "hold_ended", Actor("clock"), notice=QUIET, due_at=due, for_customer=False)


def longest_hold(now: datetime) -> datetime:
    """The last moment that a hold set now may reach."""
    shop_policy = policy.current()
    return end_of_months(now, shop_policy.retention.legal_hold_months, shop_policy)


def manager_with(session: Session, email: str) -> Staff:
    """The active manager with that address. Raises `NotFound`."""
    found = session.scalar(select(Staff).where(Staff.email == email.strip().lower(), Staff.active))
    if found is None:
        raise NotFound("No active member of staff has that address.")
    _check_manager(found)
    return found


def _check_manager(staff: Staff) -> None:
    if staff.role != "manager" or not staff.active:
        raise Refused("This is for managers.")


def _reason(given: str) -> str:
    words = clean_note(given)
    if not words:
        raise Invalid("Please say why.", {"reason": "Please say why."})
    return words
