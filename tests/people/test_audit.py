"""The record of privileged acts: what is in an entry, and that it can only grow."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from disputes import clock
from disputes.people import audit, service, visits
from disputes.people.tables import AuditEntry, Staff
from disputes.people.visits import Visit

pytestmark = pytest.mark.database


class TestNote:
    def test_has_who_what_when_from_where_and_the_values(self, session: Session, ada: Staff) -> None:
        with visits.within(Visit(place="192.0.2.0/24", browser="Firefox on Linux")):
            audit.note(
                session,
                "staff.changed",
                by=ada,
                about=("staff", ada.id),
                before={"role": "agent"},
                after={"role": "admin"},
            )
        entry = entries(session)[-1]
        assert (entry.actor, entry.staff_id, entry.act) == ("staff", ada.id, "staff.changed")
        assert (entry.subject_kind, entry.subject_id, entry.place) == ("staff", ada.id, "192.0.2.0/24")
        assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "admin"})
        assert clock.now() - entry.at < timedelta(minutes=1)

    def test_names_the_user_at_the_command_line(self, session: Session, ada: Staff) -> None:
        with visits.within(Visit(operator="deploy")):
            audit.note(session, "link.made", about=("staff", ada.id))
        assert (entries(session)[-1].actor, entries(session)[-1].operator) == ("command", "deploy")

    def test_without_either_it_was_the_program(self, session: Session) -> None:
        audit.note(session, "policy.changed", after={"digest": "abc"})
        assert entries(session)[-1].actor == "system"

    def test_goes_when_the_act_is_taken_back(self, session: Session, ada: Staff) -> None:
        before = len(entries(session))
        savepoint = session.begin_nested()
        audit.note(session, "link.made", by=ada)
        savepoint.rollback()
        assert len(entries(session)) == before


class TestNoteLook:
    def test_ten_minutes_are_one_look(self, session: Session, ada: Staff) -> None:
        start = clock.now()
        for minutes in (0, 9, 11):
            with clock.set_to(start + timedelta(minutes=minutes)):
                audit.note_look(session, "chat.read", ada, ("chat", ada.id))
        assert [entry.at for entry in entries(session) if entry.act == "chat.read"] == [
            start,
            start + timedelta(minutes=11),
        ]

    def test_each_person_and_each_thing_is_a_look_of_its_own(self, session: Session, ada: Staff) -> None:
        bo = service.add_staff(session, "bo@casened.com", "Bo Ek", "agent")
        for who, what in ((ada, ada), (ada, bo), (bo, bo)):
            audit.note_look(session, "chat.read", who, ("chat", what.id))
        assert len([entry for entry in entries(session) if entry.act == "chat.read"]) == 3


class TestDatabase:
    def test_refuses_every_change(self, session: Session, ada: Staff) -> None:
        audit.note(session, "link.made", by=ada)
        for change in (
            "UPDATE audit SET act = 'other'",
            "UPDATE audit SET at = now()",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "TRUNCATE staff CASCADE",
        ):
            with pytest.raises(DBAPIError, match="only appended to"), session.begin_nested():
                session.execute(text(change))
        assert entries(session)[-1].act == "link.made"

    def test_lets_go_of_what_is_older_than_half_a_year(self, session: Session, ada: Staff) -> None:
        for days in (181, 179):
            with clock.set_to(clock.now() - timedelta(days=days)):
                audit.note(session, "link.made", by=ada, after={"days": days})
        made = "DELETE FROM audit WHERE act = 'link.made' AND at < now() - interval '180 days'"
        session.execute(text(made))
        assert [entry.after for entry in entries(session) if entry.act == "link.made"] == [{"days": 179}]


def entries(session: Session) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id)))


@pytest.fixture
def ada(session: Session) -> Staff:
    return service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")
