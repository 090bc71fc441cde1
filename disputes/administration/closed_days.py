"""Days on which the shop is closed, entered at the desk: from then on no new date falls on them.

A date that somebody was told stays as it is, whether a day is added or taken away.
"""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import audit
from disputes.people.roles import MANAGING
from disputes.people.tables import Staff
from disputes.policy import entered_days
from disputes.policy.calendar import Calendar
from disputes.policy.closed_days import ClosedDays
from disputes.policy.tables import ClosedDay

LONGEST_NAME: Final = 60
FURTHEST: Final = timedelta(days=731)

log = structlog.get_logger(__name__)


def add(session: Session, by: Staff, day: date, name: str) -> ClosedDay:
    """Closes a day that is not over. Invalid for one that cannot be closed, or is closed anyway; Refused."""
    _check_managing(by)
    calendar, today = policy.current().calendar, _today()
    words = " ".join(name.replace("\0", "").split())
    faults = {}
    if not words or len(words) > LONGEST_NAME:
        faults["name"] = f"Enter what the day is, in at most {LONGEST_NAME} characters. Customers read it."
    if not today <= day <= today + FURTHEST:
        faults["day"] = "Choose a day from today on, within two years."
    elif day.weekday() not in calendar.working:
        faults["day"] = f"The shop does not work on a {day:%A} anyway."
    elif day in calendar.closed:
        faults["day"] = f"This day is closed already: {calendar.name_of(day)}."
    if faults:
        raise Invalid(" ".join(faults.values()), faults)
    row = ClosedDay(day=day, name=words, added_by_id=by.id, created_at=clock.now())
    session.add(row)
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as fault:
        raise Conflict("Somebody else has just closed this day.") from fault
    entered_days.read_again_after(session)
    audit.note(session, "closed_day.added", by=by, about=("closed_day", row.id), after={"day": day.isoformat()})
    log.info("closed day added", day=day.isoformat(), staff_id=str(by.id))
    return row


def remove(session: Session, by: Staff, day_id: UUID) -> None:
    """Opens a day again that is still to come. NotFound; Conflict for one that is over; Refused."""
    _check_managing(by)
    row = entered_days.locked(session, day_id)
    if row is None:
        raise NotFound("This day is not on the list any more.")
    if row.day < _today():
        raise Conflict("This day is over. It stays on record.")
    session.delete(row)
    session.flush()
    entered_days.read_again_after(session)
    before = {"day": row.day.isoformat()}
    audit.note(session, "closed_day.removed", by=by, about=("closed_day", day_id), before=before)
    log.info("closed day removed", day=row.day.isoformat(), staff_id=str(by.id))


def others(calendar: Calendar, today: date) -> list[tuple[date, str]]:
    """The days of the coming year that the policy file or a public holiday closes, weekly ones apart."""
    year = (today + timedelta(days=number) for number in range(365))
    closed = (day for day in year if day.weekday() in calendar.working and not calendar.is_business_day(day))
    return [(day, calendar.name_of(day)) for day in closed if day not in ClosedDays.entered]


def _today() -> date:
    return policy.current().calendar.day_of(clock.now())


def _check_managing(by: Staff) -> None:
    if by.role not in MANAGING:
        raise Refused("Closed days are arranged by managers and administrators.")
