"""Who is there: leases in the database, which web processes renew for the sockets they hold.

A lease that nobody renews ends by itself, with the process, the machine or the network that was behind it. Nothing
about presence is kept in memory, so any process can answer, and a restart forgets nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import hints, staff_queries, work
from disputes.chat.staff_queries import Colleague
from disputes.chat.tables import Conversation, CustomerPresence, StaffPresence, WebProcess
from disputes.people.tables import Staff, Team

LEASE: Final = timedelta(seconds=30)
RENEW_SECONDS: Final = 10.0
TURNING: Final = timedelta(seconds=10)
"""How long somebody whose socket has closed still counts as there: it may be a page that is opened anew."""

ACTIVE: Final = timedelta(minutes=15)
"""Outside the office hours, whoever has done nothing at the desk for so long has left it open and gone home."""

KEPT: Final = timedelta(days=1)


@dataclass(frozen=True)
class Staffing:
    """Who can be promised to a customer now. `opens_at`: when the office opens next; None while it is open."""

    people: tuple[Colleague, ...]
    opens_at: datetime | None

    @property
    def anybody(self) -> bool:
        """True when somebody is there who takes chats."""
        return bool(self.people)


def staffing(session: Session, team_id: UUID | None = None) -> Staffing:
    """Who is there for a customer (of that team): by office hours and holidays, leases, and everybody's own choice."""
    now, rules = clock.now(), policy.current()
    opens_at = None if rules.is_office_open(now) else rules.next_opening(now)
    if opens_at is not None and rules.chat.outside_hours == "nobody":
        return Staffing((), opens_at)
    active_since = now - ACTIVE if opens_at is not None else None
    people = staff_queries.available(session, now, active_since=active_since, team_id=team_id)
    return Staffing(tuple(people), opens_at)


def is_at_desk(session: Session, staff: Staff) -> bool:
    """True when that member of staff is at the desk now, whether or not they take chats."""
    return staff_queries.is_at_desk(session, staff.id, clock.now())


def staff_arrive(session: Session, staff: Staff) -> UUID:
    """A tab of the desk is open: a lease for it, to be renewed under the returned id."""
    now, was_there = clock.now(), is_at_desk(session, staff)
    lease = StaffPresence(id=uuid4(), staff_id=staff.id, expires_at=now + LEASE, active_at=now)
    session.add(lease)
    session.flush()
    if not was_there:
        _changed(session)
    return lease.id


def staff_act(session: Session, staff: Staff) -> None:
    """Somebody does something at the desk: proof that they are there, also on a page without scripts."""
    now = clock.now()
    acted = insert(StaffPresence).values(id=staff.id, staff_id=staff.id, expires_at=now + LEASE, active_at=now)
    session.execute(
        acted.on_conflict_do_update(
            index_elements=[StaffPresence.id],
            set_={"expires_at": acted.excluded.expires_at, "active_at": acted.excluded.active_at},
        )
    )


def staff_leave(session: Session, lease_id: UUID) -> None:
    """A tab of the desk was closed. Its chats stay for the grace of the policy."""
    _shorten(session, StaffPresence, lease_id)
    hints.lists_changed(session)


def customer_arrives(session: Session, conversation_id: UUID) -> UUID:
    """A browser of the customer follows the conversation: a lease for it, to be renewed under the returned id."""
    lease = CustomerPresence(id=uuid4(), conversation_id=conversation_id, expires_at=clock.now() + LEASE)
    session.add(lease)
    session.flush()
    hints.conversation_changed(session, conversation_id)
    return lease.id


def customer_leaves(session: Session, lease_id: UUID, conversation_id: UUID) -> None:
    """A browser of the customer is gone. The chat stays as it is: a lost connection is not leaving."""
    _shorten(session, CustomerPresence, lease_id)
    hints.conversation_changed(session, conversation_id)


def renew(session: Session, process: UUID, staff: Collection[UUID], customers: Collection[UUID]) -> None:
    """The heartbeat of a web process: it is up, and holds the sockets of these leases."""
    now = clock.now()
    up = insert(WebProcess).values(id=process, started_at=now, seen_at=now)
    session.execute(up.on_conflict_do_update(index_elements=[WebProcess.id], set_={"seen_at": now}))
    if staff:
        session.execute(update(StaffPresence).where(StaffPresence.id.in_(staff)).values(expires_at=now + LEASE))
    if customers:
        renewed = update(CustomerPresence).where(CustomerPresence.id.in_(customers))
        session.execute(renewed.values(expires_at=now + LEASE))


def choose(session: Session, staff: Staff, *, takes_chats: bool) -> None:
    """A member of staff says whether new chats may come to them. Those they hold stay with them."""
    session.execute(update(Staff).where(Staff.id == staff.id).values(takes_chats=takes_chats))
    _changed(session)


def team_for(session: Session, name: str | None) -> Team | None:
    """The team that a hand-off asked for, else the default one."""
    return (staff_queries.team_named(session, name) if name else None) or staff_queries.default_team(session)


def forget_old(session: Session) -> None:
    """Deletes leases and processes that ended a day ago, and from where chats were written that have rested as long."""
    before = clock.now() - KEPT
    session.execute(delete(StaffPresence).where(StaffPresence.expires_at < before))
    session.execute(delete(CustomerPresence).where(CustomerPresence.expires_at < before))
    session.execute(delete(WebProcess).where(WebProcess.seen_at < before))
    rest = update(Conversation).where(Conversation.updated_at < before, Conversation.ip_digest.is_not(None))
    session.execute(rest.values(ip_digest=None).execution_options(synchronize_session=False))


def _shorten(session: Session, leases: type[StaffPresence] | type[CustomerPresence], lease_id: UUID) -> None:
    until = clock.now() + TURNING
    session.execute(update(leases).where(leases.id == lease_id, leases.expires_at > until).values(expires_at=until))


def _changed(session: Session) -> None:
    """Somebody has come, or has changed their mind: the lists look different, and waiting chats may find somebody."""
    hints.lists_changed(session)
    work.look_for_somebody(session)
