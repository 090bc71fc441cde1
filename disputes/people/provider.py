"""Whom of the staff an identity of the sign-in provider stands for. Nobody is added because a provider knows them."""

from dataclasses import dataclass
from typing import Any, get_args

import structlog
from sqlalchemy.orm import Session

from disputes.errors import Conflict, Refused
from disputes.people import audit, queries, sessions
from disputes.people.members import keep_an_admin
from disputes.people.oidc import Identity
from disputes.people.roles import Role
from disputes.people.sessions import SignedIn
from disputes.people.tables import Staff
from disputes.settings import settings

UNKNOWN = "Nobody at this desk has the account that you signed in with. Ask an administrator to add you."
NO_ROLE = "Your account has no role at this desk. Ask whoever runs your sign-in provider."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ProviderSignIn:
    """A sign-in that worked, and the role that the person had before, when the provider's claims changed it."""

    done: SignedIn
    role_before: str | None = None


def sign_in_by_provider(session: Session, identity: Identity) -> ProviderSignIn | None:
    """Signs in whoever this identity stands for; None, which is noted (so commit), for nobody at this desk.

    At the first time the verified e-mail address decides, from then on the subject: an address that somebody else gets
    later opens nothing. The role comes from the claims only where OIDC_ROLE_CLAIM says so. The second step is the
    provider's matter. Raises `Refused` when the claims give no role.
    """
    if settings().oidc_role_claim:
        queries.locked_admins(session)  # before any other row of staff, as whoever changes roles does
    staff = _found(session, identity)
    if staff is None or not staff.active:
        audit.note_stranger(session, "sign_in.failed", about=staff, after={"proved_by": "provider"})
        log.info("sign-in failed", staff_id=str(staff.id) if staff else None, by="provider")
        return None
    role_before = _follow_role(session, staff, identity)
    if staff.subject is None:
        staff.issuer, staff.subject = identity.issuer, identity.subject
        session.flush()
        audit.note(session, "provider.linked", by=staff, about=("staff", staff.id))
    return ProviderSignIn(sessions.begin(session, staff, "provider"), role_before)


def unlink(session: Session, staff: Staff, by: Staff) -> None:
    """Unties the account from its subject: the next verified sign-in with the same address is its first one."""
    if staff.subject is None:
        return
    staff.issuer = staff.subject = None
    staff.version += 1
    session.flush()
    audit.note(session, "provider.unlinked", by=by, about=("staff", staff.id))


def role_in(claims: Any) -> str | None:
    """The first role of OIDC_ROLES whose value is in the claim OIDC_ROLE_CLAIM; None without one."""
    chosen = settings()
    value = claims.get(chosen.oidc_role_claim)
    given = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
    known = get_args(Role.__value__)
    return next((role for name, role in chosen.provider_roles if name in given and role in known), None)


def _found(session: Session, identity: Identity) -> Staff | None:
    known = queries.staff_by_subject(session, identity.issuer, identity.subject)
    if known is not None or identity.email is None:
        return known
    by_email = queries.staff_by_email(session, identity.email)
    found = queries.locked_staff(session, by_email.id) if by_email else None
    return found if found is not None and found.subject is None else None


def _follow_role(session: Session, staff: Staff, identity: Identity) -> str | None:
    """Sets the role that the claims give, where the settings say so; returns the one before when it is another."""
    if not settings().oidc_role_claim:
        return None
    role = role_in(identity.claims)
    if role is None:
        raise Refused(NO_ROLE)
    if queries.locked_staff(session, staff.id) is None or role == staff.role:
        return None
    try:
        keep_an_admin(session, staff)
    except Conflict:
        log.warning("the last administrator keeps the role", staff_id=str(staff.id))
        return None
    before, staff.role = staff.role, role
    staff.version += 1
    session.flush()
    audit.note(
        session, "staff.changed", by=staff, about=("staff", staff.id), before={"role": before}, after={"role": role}
    )
    return before
