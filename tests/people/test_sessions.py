"""Where somebody is signed in, and how that ends."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import database
from disputes.errors import NotFound
from disputes.people import service, sessions, visits
from disputes.people.tables import AuditEntry, Staff, StaffSession
from disputes.people.visits import Visit

pytestmark = pytest.mark.database


class TestBegin:
    def test_keeps_the_browser_and_its_network(self, session: Session, ada: Staff) -> None:
        with visits.within(Visit(place="192.0.2.0/24", browser="Firefox on Windows")):
            found = begin(session, ada)
        assert (found.browser, found.place) == ("Firefox on Windows", "192.0.2.0/24")

    def test_is_on_record(self, session: Session, ada: Staff) -> None:
        found = begin(session, ada)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "sign_in.done")).one()
        assert (entry.staff_id, entry.subject_id) == (ada.id, found.id)
        assert entry.after == {"proved_by": "password", "second_step": False}


class TestList:
    def test_has_those_that_hold_last_seen_first(
        self, session: Session, ada: Staff, at_noon: time_machine.Traveller
    ) -> None:
        begin(session, ada)
        at_noon.shift(sessions.SESSION_LASTS - timedelta(hours=1))
        earlier = begin(session, ada)
        ended = begin(session, ada)
        service.end_session(session, ada.id, ended.id, ada)
        at_noon.shift(timedelta(hours=1))
        later = begin(session, ada)
        assert list(service.live_sessions(session, ada.id)) == [later, earlier]


class TestEnd:
    def test_one_of_them(self, session: Session, ada: Staff) -> None:
        kept, gone = sessions.begin(session, ada, "password"), sessions.begin(session, ada, "link")
        service.end_session(session, ada.id, service.current_staff(session, gone.token).id, ada)
        with pytest.raises(service.SignInNeeded):
            service.current_staff(session, gone.token)
        assert service.current_staff(session, kept.token)

    def test_not_one_of_somebody_else(self, session: Session, ada: Staff) -> None:
        bo = service.add_staff(session, "bo@casened.com", "Bo Ek", "agent")
        theirs = begin(session, bo)
        for wrong in (theirs.id, uuid4()):
            with pytest.raises(NotFound):
                service.end_session(session, ada.id, wrong, ada)
        assert theirs.ended_at is None

    def test_all_but_this_one(self, session: Session, ada: Staff) -> None:
        here, others = begin(session, ada), [begin(session, ada) for _ in range(2)]
        assert service.end_sessions(session, ada.id, ada, but=here.id) == 2
        assert here.ended_at is None
        assert all(other.ended_at for other in others)

    def test_a_new_password_ends_the_others(self, session: Session, ada: Staff) -> None:
        here, other = begin(session, ada), begin(session, ada)
        service.set_password(session, ada, "a brand new password", session_id=here.id)
        assert here.ended_at is None
        assert other.ended_at is not None

    def test_says_who_ended_whose(self, session: Session, ada: Staff) -> None:
        root = service.add_staff(session, "root@casened.com", "Root", "admin")
        gone = begin(session, ada)
        service.end_session(session, ada.id, gone.id, root)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "session.ended")).one()
        assert (entry.staff_id, entry.subject_id, entry.after) == (root.id, gone.id, {"of": str(ada.id)})


def test_open_sockets_hear_of_it_at_once(database_url: str) -> None:
    with database.transaction() as session:
        ada = service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")
        token = sessions.begin(session, ada, "password").token
    with psycopg.connect(database.psycopg_dsn(database_url), autocommit=True) as listening:
        listening.execute(f"LISTEN {service.ENDED_CHANNEL}")
        with database.transaction() as session:
            service.sign_out(session, token)
        heard = next(listening.notifies(timeout=10, stop_after=1))
    assert heard.payload == str(ada.id)


def begin(session: Session, staff: Staff) -> StaffSession:
    return service.current_staff(session, sessions.begin(session, staff, "password").token)


@pytest.fixture
def ada(session: Session) -> Staff:
    return service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")


@pytest.fixture
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 5, 12, 12, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller
