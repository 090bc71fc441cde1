"""Teams, hours and closed days: what managers and administrators arrange."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
import requests

from disputes import clock, database, policy
from disputes.people import queries
from disputes.people.tables import Staff
from disputes.policy import entered_days
from disputes.policy.closed_days import know
from tests.cases.factories import filed
from tests.serving import Visitor, add_staff, hidden, signed_in

TEAMS, DAYS = "/desk/admin/teams", "/desk/admin/closed-days"


class TestAccess:
    @pytest.mark.parametrize("role", ["agent", "mediator"])
    def test_is_for_managers_and_administrators(self, visitor: Visitor, served: str, role: str) -> None:
        with signed_in(served, add_staff(role=role)) as other:
            for path in ("/desk/admin", TEAMS, DAYS):
                assert other.get(path).status_code == 403
            assert post(other, TEAMS, name="Returns").status_code == 403

    def test_both_of_them(self, visitor: Visitor, served: str) -> None:
        for role in ("manager", "admin"):
            with signed_in(served, add_staff(f"{role}@casened.com", role, role)) as one:
                assert "Office hours" in one.open(DAYS)
                assert ("Staff and roles" in one.open(TEAMS)) is (role == "admin")


class TestTeams:
    def test_are_added_renamed_and_removed(self, max_: Visitor) -> None:
        assert post(max_, TEAMS, name="Returns").status_code == 303
        team = team_named("Returns")
        assert change(max_, team, name="Refunds", was_name="Returns").status_code == 303
        assert "Refunds" in max_.open(TEAMS)
        assert post(max_, f"{TEAMS}/{team}/remove").status_code == 303
        assert "Refunds" not in max_.open(TEAMS)

    def test_a_name_that_is_taken_is_said_beside_the_field(self, max_: Visitor) -> None:
        post(max_, TEAMS, name="Returns")
        answer = post(max_, TEAMS, name="Returns")
        assert answer.status_code == 400
        assert 'id="name-fault"' in answer.text

    def test_what_two_managers_change_of_the_members_at_once_is_all_kept(self, max_: Visitor) -> None:
        ada, bo, cy = (add_staff(f"{name}@casened.com", name.title()) for name in ("ada", "bo", "cy"))
        post(max_, TEAMS, name="Returns")
        team = team_named("Returns")
        change(max_, team, member=[ada, bo], was=[])
        change(max_, team, member=[ada, bo, cy], was=[ada, bo])  # both looked at ada and bo
        change(max_, team, member=[bo], was=[ada, bo])
        assert members_of(team) == {bo.id, cy.id}

    def test_a_stale_name_is_refused(self, max_: Visitor) -> None:
        post(max_, TEAMS, name="Returns")
        team = team_named("Returns")
        change(max_, team, name="Refunds", was_name="Returns")
        answer = change(max_, team, name="Parcels", was_name="Returns")
        assert answer.status_code == 409
        assert "meanwhile" in answer.text


class TestDays:
    def test_a_day_is_closed_for_new_dates_and_opened_again(self, max_: Visitor, day: date) -> None:
        assert post(max_, DAYS, day=day.isoformat(), name="Moving house").status_code == 303
        page = max_.open(DAYS)
        assert "Moving house" in page
        assert day in policy.current().calendar.closed
        removal = re.search(rf'action="({DAYS}/[\w-]+/remove)"', page)
        assert removal is not None
        post(max_, removal[1])
        assert "Moving house" not in max_.open(DAYS)
        assert day not in policy.current().calendar.closed

    def test_says_how_many_promised_dates_stay_on_it(self, max_: Visitor) -> None:
        with database.transaction() as session:
            case = filed(session)
        due = policy.current().calendar.day_of(case.first_answer_by)
        post(max_, DAYS, day=due.isoformat(), name="Stocktaking")
        page = max_.open(DAYS)
        assert "1 promised date on this day" in page
        assert "Dates that a customer was told never move" in page

    def test_shows_public_holidays_and_office_hours(self, max_: Visitor) -> None:
        page = max_.open(DAYS)
        for words in ("Christmas Day", "Monday", "09:00 to 17:30"):
            assert words in page

    @pytest.mark.parametrize(("given", "field"), [("", "day"), ("soon", "day"), ("2020-01-01", "day")])
    def test_what_cannot_be_is_said_beside_its_field(self, max_: Visitor, given: str, field: str) -> None:
        answer = post(max_, DAYS, day=given, name="Stocktaking")
        assert answer.status_code == 400
        assert f'id="{field}-fault"' in answer.text


def post(visitor: Visitor, path: str, **fields: str) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    return visitor.submit(path, csrf_token=token, **fields)


def change(
    visitor: Visitor,
    team: UUID,
    *,
    name: str = "Returns",
    was_name: str = "Returns",
    member: list[Staff] | None = None,
    was: list[Staff] | None = None,
) -> requests.Response:
    token = hidden(visitor.open("/desk/account"), "csrf_token")
    fields = [("csrf_token", token), ("name", name), ("was_name", was_name)]
    fields += [("member", str(one.id)) for one in member or ()]
    fields += [("was", str(one.id)) for one in was or ()]
    return visitor.post(f"{TEAMS}/{team}", data=fields, headers={"Sec-Fetch-Site": "same-origin"})


def team_named(name: str) -> UUID:
    with database.transaction() as session:
        return next(team.id for team in queries.teams(session) if team.name == name)


def members_of(team: UUID) -> set[UUID]:
    with database.transaction() as session:
        return {member.id for member in queries.members_by_team(session).get(team, [])}


@pytest.fixture
def max_(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """A manager, signed in, in a program whose calendars follow the table."""
    with (
        database.at_begin(entered_days.refresh),
        signed_in(served, add_staff("max@casened.com", "Max", "manager")) as one,
    ):
        entered_days.read_again()
        yield one
    know({})
    entered_days.read_again()


@pytest.fixture
def day() -> date:
    """A working day some weeks ahead."""
    calendar = policy.current().calendar
    return calendar.this_or_next_business_day(calendar.day_of(clock.now()) + timedelta(days=40))
