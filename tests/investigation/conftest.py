"""Who works on the cases of these tests."""

import pytest
from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.people.tables import Staff
from tests.cases.factories import staff
from tests.investigation.factories import taken


@pytest.fixture
def ann(session: Session) -> Staff:
    return staff(session, name="Ann Baker")


@pytest.fixture
def bo(session: Session) -> Staff:
    return staff(session, name="Bo Ek")


@pytest.fixture
def boss(session: Session) -> Staff:
    return staff(session, name="Grace Okafor", role="manager")


@pytest.fixture
def case(session: Session, ann: Staff) -> Case:
    """Ann looks into it."""
    return taken(session, ann)
