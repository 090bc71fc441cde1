"""A neutral person leaves in the middle of it."""

import pytest
from sqlalchemy.orm import Session

from disputes.cases import tasks
from disputes.mediation import service as mediation
from disputes.people.tables import Staff
from tests.cases.factories import staff
from tests.mediation.factories import CUSTOMER, World, acting

pytestmark = pytest.mark.database


def test_a_manager_has_to_see_to_it_and_the_case_goes_on(here: World, root: Staff) -> None:
    here.begin()
    assert mediation.neutral_left(here.session, here.amara, root) == [here.case.reference]
    assert tasks.is_open(here.session, here.case, "neutral_gone")
    assert here.last("neutral_left").audience == "staff"
    mediation.stop(here.session, here.case, acting(here.manager), "Our neutral person has left.")
    assert here.case.state == "escalated"
    assert not tasks.is_open(here.session, here.case, "neutral_gone")


def test_what_is_over_or_somebody_else_s_is_left_alone(here: World, root: Staff) -> None:
    here.begin()
    assert mediation.neutral_left(here.session, here.piotr, root) == []
    mediation.stop(here.session, here.case, CUSTOMER, "I have had enough of it.")
    assert mediation.neutral_left(here.session, here.amara, root) == []
    assert not tasks.is_open(here.session, here.case, "neutral_gone")


@pytest.fixture
def root(session: Session) -> Staff:
    return staff(session, role="admin", name="Root")
