"""Teams: who arranges them, and that two at once do not undo each other."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import queries, service, teams
from disputes.people.tables import AuditEntry, Staff, Team
from disputes.people.teams import TeamDetails

pytestmark = pytest.mark.database

RETURNS = TeamDetails("Returns")


class TestAdd:
    def test_tidies_the_name_and_is_on_record(self, session: Session, max_: Staff) -> None:
        team = teams.add(session, max_, TeamDetails("  Returns \n desk ", assignment="least_loaded"))
        assert (team.name, team.is_default, team.assignment) == ("Returns desk", False, "least_loaded")
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "team.added")).one()
        assert (entry.staff_id, entry.subject_id) == (max_.id, team.id)

    @pytest.mark.parametrize("name", ["", "  ", "x" * 61])
    def test_refuses_a_name_that_is_none(self, session: Session, max_: Staff, name: str) -> None:
        with pytest.raises(Invalid):
            teams.add(session, max_, TeamDetails(name))

    def test_a_name_stands_for_one_team(self, session: Session, max_: Staff) -> None:
        teams.add(session, max_, RETURNS)
        with pytest.raises(Invalid) as fault:
            teams.add(session, max_, RETURNS)
        assert "name" in fault.value.fields

    @pytest.mark.parametrize("role", ["agent", "mediator"])
    def test_is_not_for_everybody(self, session: Session, role: str) -> None:
        with pytest.raises(Refused):
            teams.add(session, person(session, role=role), RETURNS)


class TestChange:
    def test_one_team_is_the_default_one(self, session: Session, max_: Staff) -> None:
        first = teams.add(session, max_, TeamDetails("First", is_default=True))
        second = teams.add(session, max_, TeamDetails("Second"))
        teams.change(session, max_, second.id, TeamDetails("Second"), TeamDetails("Second", is_default=True))
        assert defaults(session) == ["Second"]
        session.refresh(first)
        assert not first.is_default

    def test_of_what_a_colleague_has_changed_is_refused(self, session: Session, max_: Staff) -> None:
        team = teams.add(session, max_, RETURNS)
        teams.change(session, max_, team.id, RETURNS, TeamDetails("Refunds"))
        with pytest.raises(Conflict, match="meanwhile"):
            teams.change(session, max_, team.id, RETURNS, TeamDetails("Parcels"))
        assert teams.change(session, max_, team.id, RETURNS, TeamDetails("Refunds")).name == "Refunds"

    def test_of_none_is_refused(self, session: Session, max_: Staff) -> None:
        with pytest.raises(NotFound):
            teams.change(session, max_, uuid4(), RETURNS, TeamDetails("Refunds"))


class TestMembers:
    def test_join_and_leave_and_both_are_on_record(self, session: Session, max_: Staff, ada: Staff) -> None:
        team = teams.add(session, max_, RETURNS)
        teams.change_members(session, max_, team.id, joining=[ada.id], leaving=[])
        assert queries.members_by_team(session) == {team.id: [ada]}
        teams.change_members(session, max_, team.id, joining=[], leaving=[ada.id])
        assert queries.members_by_team(session) == {}
        entries = session.scalars(select(AuditEntry).where(AuditEntry.act == "team.changed")).all()
        assert {str(entry.after) for entry in entries} == {str({"member": str(ada.id)}), str({"member": None})}

    def test_whoever_takes_no_chats_does_not_join(self, session: Session, max_: Staff, ada: Staff) -> None:
        team = teams.add(session, max_, RETURNS)
        ada.active = False
        for other in (ada, person(session, role="mediator")):
            with pytest.raises(Invalid):
                teams.change_members(session, max_, team.id, joining=[other.id], leaving=[])

    def test_a_change_shows_in_the_version_of_the_person(self, session: Session, max_: Staff, ada: Staff) -> None:
        team = teams.add(session, max_, RETURNS)
        teams.change_members(session, max_, team.id, joining=[ada.id], leaving=[])
        with pytest.raises(Conflict):
            service.deactivate(session, person(session, role="admin"), ada.id, 1)

    def test_all_of_one_person_are_set_at_once(self, session: Session, max_: Staff, ada: Staff) -> None:
        first, second = teams.add(session, max_, RETURNS), teams.add(session, max_, TeamDetails("Refunds"))
        teams.set_teams(session, max_, ada, [first.id])
        teams.set_teams(session, max_, ada, [second.id])
        assert queries.members_by_team(session) == {second.id: [ada]}
        with pytest.raises(NotFound):
            teams.set_teams(session, max_, ada, [uuid4()])


class TestRemove:
    def test_takes_the_memberships_along(self, session: Session, max_: Staff, ada: Staff) -> None:
        team = teams.add(session, max_, RETURNS)
        teams.change_members(session, max_, team.id, joining=[ada.id], leaving=[])
        teams.remove(session, max_, team.id)
        assert queries.members_by_team(session) == {}
        assert queries.teams(session) == []


def defaults(session: Session) -> list[str]:
    return list(session.scalars(select(Team.name).where(Team.is_default)))


def person(session: Session, *, role: str) -> Staff:
    return service.add_staff(session, f"{uuid4().hex}@casened.com", role.title(), role)


@pytest.fixture
def max_(session: Session) -> Staff:
    return service.add_staff(session, "max@casened.com", "Max Frost", "manager")


@pytest.fixture
def ada(session: Session) -> Staff:
    return service.add_staff(session, "ada@casened.com", "Ada Lindqvist", "agent")
