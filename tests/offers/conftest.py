"""Who works on the cases of these tests."""

import pytest
from sqlalchemy.orm import Session

from disputes.people.tables import Staff
from tests.cases.factories import staff


@pytest.fixture
def ann(session: Session) -> Staff:
    """She looks into the cases."""
    return staff(session, name="Ann Baker")


@pytest.fixture
def bo(session: Session) -> Staff:
    return staff(session, name="Bo Ek")


@pytest.fixture
def boss(session: Session) -> Staff:
    """She reviews them."""
    return staff(session, name="Grace Okafor", role="manager")
