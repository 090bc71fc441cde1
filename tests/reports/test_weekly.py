"""The weekly report: what it says, who gets it, and that it comes once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.cases import service as cases
from disputes.cases import states
from disputes.notifications.tables import Notification
from disputes.reports import similar, weekly
from disputes.reports.period import Period
from tests.cases.factories import queued, staff
from tests.reports.world import MONDAY, World

pytestmark = pytest.mark.database
WEEK = Period(date(2026, 5, 4), date(2026, 5, 10))
NEXT_MONDAY = datetime(2026, 5, 11, 9, 30, tzinfo=UTC)
SAID = ("The coffee grinder smells burnt.", "A burnt smell comes from the grinder.", "Grinder: burnt smell at once.")


class TestWhatItSays:
    def test_categories_and_causes_against_the_weeks_before(self, world: World) -> None:
        for weeks_ago in (0, 0, 0, 2, 4):
            case = world.file(MONDAY - timedelta(weeks=weeks_ago), category="damaged")
            world.take(case, MONDAY - timedelta(weeks=weeks_ago) + timedelta(hours=1))
            world.answer(case, MONDAY - timedelta(weeks=weeks_ago) + timedelta(days=2), cause="carrier")
        filed, why = weekly.categories_of(world.session, WEEK), weekly.causes_of(world.session, WEEK)
        assert [(one.label, one.n, one.usual, one.change) for one in filed] == [("Damaged item", 3, 0.5, "+2.5")]
        assert [(one.label, one.n, one.usual) for one in why] == [("Damaged item: The carrier", 3, 0.5)]
        assert (why[0].filters.category, why[0].filters.cause) == ("damaged", "carrier")

    def test_what_is_about_to_be_broken_as_of_now(self, world: World, monday: None) -> None:
        world.file(NEXT_MONDAY - timedelta(days=5))
        text = text_of(world.session)
        assert "* Broken and still open: 1" in text
        assert "* Complaints that nobody looks after: 1" in text

    def test_names_nobody(self, world: World, monday: None) -> None:
        case = world.file(MONDAY, name="Wilhelmina Featherstone", description="Wilhelmina waited for a parcel.")
        world.take(case, MONDAY)
        text = text_of(world.session)
        for secret in ("Wilhelmina", "Featherstone", case.reference, "Ann", "parcel", case.customer.email or "@"):
            assert secret not in text

    def test_a_quiet_week_says_so(self, world: World, monday: None) -> None:
        letter = weekly.letter_for(weekly.facts_of(world.session, WEEK), "Max")
        assert letter.subject == "Week 2026-W19: a quiet week"
        assert "It was a quiet week" in letter.text
        assert "It was a quiet week" in letter.html

    def test_too_few_are_said_to_be_too_few(self, world: World, monday: None) -> None:
        case = world.file(MONDAY)
        world.take(case, MONDAY)
        world.answer(case, MONDAY + timedelta(days=1))
        world.step(case, states.ACCEPTED, MONDAY + timedelta(days=2))
        assert "* First answer, half within: too few (1)" in text_of(world.session)


class TestAlike:
    def test_words_that_several_customers_use_at_once(self, world: World) -> None:
        smelly = [world.file(MONDAY, description=said, category="warranty") for said in (*SAID, SAID[0])]
        noise(world)
        found = similar.alike_in(world.session, WEEK)
        assert set(found[0].words) == {"burnt", "grinder", "smell"}
        assert (found[0].customers, found[0].usual, found[0].category) == (4, 0.0, ("warranty", 4))
        assert set(found[0].references) == {case.reference for case in smelly}
        assert found[0].cause is None

    def test_what_is_said_every_week_is_not(self, world: World) -> None:
        for weeks_ago in range(9):
            for _ in range(4):
                world.file(MONDAY - timedelta(weeks=weeks_ago), description="The parcel never came.")
        assert similar.alike_in(world.session, WEEK) == []

    def test_one_customer_who_writes_often_counts_once(self, world: World) -> None:
        noise(world)
        for number in range(5):
            world.file(MONDAY, email="often@example.com", order_number=f"2000{number}", description="Grinder again!")
        assert similar.alike_in(world.session, WEEK) == []

    def test_without_enough_before_there_is_nothing_to_compare_with(self, world: World) -> None:
        for _ in range(6):
            world.file(MONDAY, description="The coffee grinder smells burnt.")
        assert similar.alike_in(world.session, WEEK) == []

    def test_names_and_restricted_complaints_are_left_out(self, world: World) -> None:
        noise(world)
        for _ in range(4):
            world.file(MONDAY, name="Rosalind Smith", description="Rosalind here, nothing arrived so far.")
            world.file(MONDAY, description="Ask Baker about it please.")
            case = world.file(MONDAY, description="It concerns my eczema cream.")
            cases.mark_restricted(world.session, case, world.max, restricted=True)
        words = {word for one in similar.alike_in(world.session, WEEK) for word in one.words}
        assert "arrived" in words
        assert not words & {"rosalind", "smith", "baker", "eczema", "cream"}

    @pytest.mark.parametrize(
        ("customers", "usual", "stands_out"), [(3, 0, False), (4, 0, True), (4, 1, False), (5, 1, True), (8, 3, False)]
    )
    def test_chance_is_not_news(self, customers: int, usual: float, stands_out: bool) -> None:
        assert similar.stands_out(customers, usual) is stands_out


class TestWhoGetsIt:
    def test_managers_unless_they_said_no_and_administrators_who_said_yes(self, world: World, monday: None) -> None:
        keen, bored = (staff(world.session, role="manager") for _ in range(2))
        curious, _ = (staff(world.session, role="admin") for _ in range(2))
        gone = staff(world.session, role="manager")
        gone.active = False
        weekly.choose(world.session, bored, wanted=False)
        weekly.choose(world.session, curious, wanted=True)
        weekly.choose(world.session, keen, wanted=False)
        weekly.choose(world.session, keen, wanted=True)
        assert weekly.write_due(world.session) == 3
        assert set(recipients(world.session)) == {world.max.email, keen.email, curious.email}

    def test_once_for_each_week(self, world: World, monday: None) -> None:
        assert [weekly.write_due(world.session) for _ in range(3)] == [1, 0, 0]
        assert len(queued(world.session, "notifications.deliver")) == 1

    def test_whoever_was_left_out_by_a_crash_gets_it_at_the_next_hour(self, world: World, monday: None) -> None:
        weekly.write_due(world.session)
        late = staff(world.session, role="manager")
        assert weekly.write_due(world.session) == 1
        assert sorted(recipients(world.session)) == sorted([world.max.email, late.email])

    @pytest.mark.parametrize(
        ("at", "letters"),
        [
            (datetime(2026, 5, 11, 7, 59, tzinfo=UTC), 0),  # a minute before nine in London
            (datetime(2026, 5, 11, 8, 0, tzinfo=UTC), 1),
            (datetime(2026, 5, 10, 10, 0, tzinfo=UTC), 0),  # Sunday
            (datetime(2026, 5, 25, 10, 0, tzinfo=UTC), 0),  # a bank holiday
            (datetime(2026, 5, 26, 10, 0, tzinfo=UTC), 1),
        ],
    )
    def test_comes_when_the_office_is_open(self, world: World, at: datetime, letters: int) -> None:
        with time_machine.travel(at, tick=False):
            assert weekly.write_due(world.session) == letters

    def test_a_week_of_long_ago_can_be_sent_by_hand_once(self, world: World, monday: None) -> None:
        assert [weekly.send(world.session, Period.week(date(2026, 1, 5))) for _ in range(2)] == [1, 0]


def noise(world: World) -> None:
    """What is said every week: twenty complaints in the weeks before, and three in this one."""
    for number in range(23):
        at = MONDAY - timedelta(weeks=1 + number % 4) if number >= 3 else MONDAY
        world.file(at, description="Something else went wrong.")


def text_of(session: Session) -> str:
    """The report of the week as a manager reads it."""
    return weekly.letter_for(weekly.facts_of(session, WEEK), "Max").text


def recipients(session: Session) -> list[str]:
    """Who was written to."""
    found = select(Notification.recipient).where(Notification.kind == "weekly_report")
    return [recipient for recipient in session.scalars(found) if recipient]


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@pytest.fixture
def monday() -> Iterator[None]:
    """It is Monday morning after the week."""
    with time_machine.travel(NEXT_MONDAY, tick=False):
        yield
