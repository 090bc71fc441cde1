"""A Tuesday in May on which nothing moves by itself, and a case on which mediation may be tried."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session

from tests.mediation.factories import World, world
from tests.serving import emptied_database, pages_database_url, served, visitor

__all__ = ["emptied_database", "pages_database_url", "served", "visitor"]

NOW = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)


@pytest.fixture
def time() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here(session: Session, time: time_machine.Traveller) -> World:
    return world(session)
