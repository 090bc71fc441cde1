"""Changing members of staff: by one administrator, and by two at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import database
from disputes.errors import Conflict, DisputesError, Invalid, Refused
from disputes.people import service, sessions
from disputes.people.service import Details
from disputes.people.tables import AuditEntry, Staff

pytestmark = pytest.mark.database


class TestChange:
    def test_sets_name_role_and_limit(self, session: Session, root: Staff, ada: Staff) -> None:
        changed = service.change(session, root, ada.id, 1, Details(" Ada  Ek ", "manager", 3))
        assert (changed.name, changed.role, changed.chat_limit, changed.version) == ("Ada Ek", "manager", 3, 2)

    def test_is_on_record_with_what_changed_alone(self, session: Session, root: Staff, ada: Staff) -> None:
        service.change(session, root, ada.id, 1, Details(ada.name, "manager", ada.chat_limit))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "staff.changed")).one()
        assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "manager"})

    def test_of_what_somebody_else_changed_meanwhile_is_refused(
        self, session: Session, root: Staff, ada: Staff
    ) -> None:
        service.change(session, root, ada.id, 1, Details("Ada Ek", "agent", 5))
        with pytest.raises(Conflict, match="meanwhile"):
            service.change(session, root, ada.id, 1, Details("Ada Lindqvist", "manager", 5))
        assert ada.role == "agent"

    def test_of_one_s_own_role_is_refused_of_one_s_name_is_not(self, session: Session, root: Staff) -> None:
        add(session, "second", "admin")
        with pytest.raises(Conflict, match="your own role"):
            service.change(session, root, root.id, 1, Details(root.name, "agent", 5))
        assert service.change(session, root, root.id, 1, Details("Root Ek", "admin", 5)).name == "Root Ek"

    def test_names_every_fault(self, session: Session, root: Staff, ada: Staff) -> None:
        with pytest.raises(Invalid) as fault:
            service.change(session, root, ada.id, 1, Details("", "king", 999))
        assert set(fault.value.fields) == {"name", "role", "chat_limit"}

    @pytest.mark.parametrize("role", ["agent", "manager", "mediator"])
    def test_is_for_administrators(self, session: Session, ada: Staff, role: str) -> None:
        for verb in (change_name, service.deactivate, service.activate):
            with pytest.raises(Refused):
                verb(session, add(session, f"{role}{verb.__name__}", role), ada.id, 1)
        with pytest.raises(Refused):
            service.add_staff(session, "x@casened.com", "X", "admin", by=ada)


class TestDeactivate:
    def test_ends_sessions_links_and_the_way_in(self, session: Session, root: Staff, ada: Staff) -> None:
        token = sessions.begin(session, ada, "password").token
        link = service.new_sign_in_link(session, ada).rsplit("/", 1)[1]
        service.deactivate(session, root, ada.id, 1)
        service.activate(session, root, ada.id, 2)
        with pytest.raises(service.SignInNeeded):
            service.current_staff(session, token)
        with pytest.raises(DisputesError):
            service.use_sign_in_link(session, link)

    def test_is_not_for_oneself(self, session: Session, root: Staff) -> None:
        add(session, "second", "admin")
        with pytest.raises(Conflict, match="yourself"):
            service.deactivate(session, root, root.id, 1)

    def test_again_changes_nothing(self, session: Session, root: Staff, ada: Staff) -> None:
        service.deactivate(session, root, ada.id, 1)
        assert service.deactivate(session, root, ada.id, 2).version == 2


class TestTwoAdministrators:
    def test_who_switch_each_other_off_leave_one(self, database_url: str) -> None:
        for number in range(10):
            first, second = admins(f"one{number}", f"two{number}")
            done = at_once(partial(off, by=first, who=second), partial(off, by=second, who=first))
            assert sorted(kind.__name__ for kind in done) == ["NoneType", "Refused"]
            assert len(still_active(first, second)) == 1

    def test_who_change_one_person_do_not_undo_each_other(self, database_url: str) -> None:
        first, second = admins("one", "two")
        with database.transaction() as session:
            ada = add(session, "ada", "agent")
        done = at_once(
            lambda session: service.change(session, first, ada.id, 1, Details("Ada", "manager", 5)),
            lambda session: service.change(session, second, ada.id, 1, Details("Ada", "agent", 9)),
        )
        assert sorted(kind.__name__ for kind in done) == ["Conflict", "NoneType"]
        with database.transaction() as session:
            kept = session.get_one(Staff, ada.id)
            assert (kept.role, kept.chat_limit) in {("manager", 5), ("agent", 9)}


def at_once(*acts: Callable[[Session], object]) -> list[type]:
    """Runs them at the same moment, each on a connection of its own; what each failed with, or NoneType."""
    together = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> type:
        together.wait(10)
        try:
            database.run(act)
        except DisputesError as error:
            return type(error)
        return type(None)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def admins(*names: str) -> list[Staff]:
    with database.transaction() as session:
        return [add(session, name, "admin") for name in names]


def off(session: Session, by: Staff, who: Staff) -> None:
    service.deactivate(session, by, who.id, 1)


def still_active(*staff: Staff) -> list[Staff]:
    with database.transaction() as session:
        found = select(Staff).where(Staff.id.in_([one.id for one in staff]), Staff.active)
        return list(session.scalars(found))


def change_name(session: Session, by: Staff, staff_id: UUID, version: int) -> Staff:
    return service.change(session, by, staff_id, version, Details("Somebody Else", "agent", 5))


def add(session: Session, name: str, role: str) -> Staff:
    return service.add_staff(session, f"{name}@casened.com", name.title(), role)


@pytest.fixture
def root(session: Session) -> Staff:
    return add(session, "root", "admin")


@pytest.fixture
def ada(session: Session) -> Staff:
    return add(session, "ada", "agent")
