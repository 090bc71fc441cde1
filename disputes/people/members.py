"""Members of staff: who there is, in which role, and what an administrator changes about them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import audit, queries, sessions, sign_in
from disputes.people.roles import LABELS, ROLES
from disputes.people.tables import Staff

MOST_CHATS: Final = 50
LONGEST_NAME: Final = 80

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Details:
    """What an administrator sets of somebody."""

    name: str
    role: str
    chat_limit: int


def add_staff(
    session: Session, email: str, name: str, role: str, *, by: Staff | None = None, chat_limit: int = 5
) -> Staff:
    """Adds somebody, still without password. Invalid: a faulty value; Conflict: the address is taken."""
    faults = _faults_of(name, role, chat_limit)
    try:
        address = validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        faults["email"] = "Enter an e-mail address, like name@example.com."
    if faults:
        raise Invalid(" ".join(faults.values()), faults)
    if by is not None:
        require_admin(session, by)
    if queries.staff_by_email(session, address):
        raise Conflict("There already is a member of staff with this e-mail address.")
    staff = Staff(
        email=address,
        name=_tidy(name),
        role=role,
        active=True,
        chat_limit=chat_limit,
        version=1,
        created_at=clock.now(),
        password_hash=None,
    )
    session.add(staff)
    session.flush()
    audit.note(session, "staff.added", by=by, about=("staff", staff.id), after={"role": role})
    log.info("staff added", staff_id=str(staff.id), role=role)
    return staff


def staff_with_email(session: Session, email: str) -> Staff:
    """The member of staff with this address. NotFound."""
    staff = queries.staff_by_email(session, email.strip().lower())
    if staff is None:
        raise NotFound("There is no member of staff with this e-mail address.")
    return staff


def staff_with_id(session: Session, staff_id: UUID) -> Staff:
    """The member of staff. NotFound."""
    staff = queries.staff_by_id(session, staff_id)
    if staff is None:
        raise NotFound("There is no such member of staff.")
    return staff


def change(session: Session, by: Staff, staff_id: UUID, version: int, new: Details) -> Staff:
    """Sets name, role and limit of chats as they are in the form that showed `version` of the row.

    Raises Conflict when the row has changed since, for one's own role, and for the last administrator's; Invalid for a
    value that cannot be used; Refused when `by` is no administrator any more.
    """
    faults = _faults_of(new.name, new.role, new.chat_limit)
    if faults:
        raise Invalid(" ".join(faults.values()), faults)
    staff = _locked(session, by, staff_id, version)
    was = Details(staff.name, staff.role, staff.chat_limit)
    now = Details(_tidy(new.name), new.role, new.chat_limit)
    if now == was:
        return staff
    if now.role != was.role:
        if staff.id == by.id:
            raise Conflict("You cannot change your own role. Ask another administrator.")
        keep_an_admin(session, staff)
    staff.name, staff.role, staff.chat_limit = now.name, now.role, now.chat_limit
    staff.version += 1
    session.flush()
    changed = [name for name in ("name", "role", "chat_limit") if getattr(was, name) != getattr(now, name)]
    before = {name: getattr(was, name) for name in changed}
    after = {name: getattr(now, name) for name in changed}
    audit.note(session, "staff.changed", by=by, about=("staff", staff.id), before=before, after=after)
    log.info("staff changed", staff_id=str(staff.id), what=changed)
    return staff


def deactivate(session: Session, by: Staff, staff_id: UUID, version: int) -> Staff:
    """Switches an account off: its sessions end at once, its links and half sign-ins open nothing any more.

    What this person holds is for `administration.leaving` to pass on. Raises as `change`; nobody does it to themselves.
    """
    staff = _locked(session, by, staff_id, version)
    if not staff.active:
        return staff
    if staff.id == by.id:
        raise Conflict("You cannot deactivate yourself. Ask another administrator.")
    keep_an_admin(session, staff)
    staff.active = False
    staff.version += 1
    session.flush()
    sessions.end_sessions(session, staff.id, by)
    sign_in.spend_links(session, staff.id)
    audit.note(session, "staff.deactivated", by=by, about=("staff", staff.id))
    log.info("staff deactivated", staff_id=str(staff.id))
    return staff


def activate(session: Session, by: Staff, staff_id: UUID, version: int) -> Staff:
    """Switches an account on again."""
    staff = _locked(session, by, staff_id, version)
    if staff.active:
        return staff
    staff.active = True
    staff.version += 1
    session.flush()
    audit.note(session, "staff.activated", by=by, about=("staff", staff.id))
    return staff


def require_admin(session: Session, by: Staff) -> None:
    """Raises Refused unless this person is an administrator at this moment; holds off changes of who is one.

    Whoever changes staff takes these locks first, in one order, so that two administrators who switch each other off
    at the same time do it one after the other, and the second is told that they are none any more.
    """
    if by.id not in {admin.id for admin in queries.locked_admins(session)}:
        raise Refused("This is for administrators.")


def _locked(session: Session, by: Staff, staff_id: UUID, version: int) -> Staff:
    require_admin(session, by)
    staff = queries.locked_staff(session, staff_id)
    if staff is None:
        raise NotFound("There is no such member of staff.")
    if staff.version != version:
        raise Conflict("Somebody else has changed this person meanwhile. Look at how it is now, and try again.")
    return staff


def keep_an_admin(session: Session, staff: Staff) -> None:
    """There is always somebody who can let others in."""
    if staff.role == "admin" and {admin.id for admin in queries.locked_admins(session)} <= {staff.id}:
        raise Conflict("This is the last administrator. Make somebody else one first.")


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _faults_of(name: str, role: str, chat_limit: int) -> dict[str, str]:
    faults = {}
    if role not in ROLES:
        faults["role"] = f"The role is one of {', '.join(LABELS[known].lower() for known in ROLES)}."
    if not _tidy(name):
        faults["name"] = "Enter the name that customers will read."
    elif len(_tidy(name)) > LONGEST_NAME:
        faults["name"] = f"Use at most {LONGEST_NAME} characters."
    if not 0 <= chat_limit <= MOST_CHATS:
        faults["chat_limit"] = f"Enter a number from 0 to {MOST_CHATS}."
    return faults
