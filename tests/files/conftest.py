"""The application on a port, for the tests that send files to it; a chat, and who holds it."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from disputes import database
from disputes.people.tables import Staff
from tests.chat.conftest import add_agent
from tests.files.chats import open_chat
from tests.serving import emptied_database, pages_database_url, served, visitor

__all__ = ["emptied_database", "pages_database_url", "served", "visitor"]


@pytest.fixture
def chat(database_url: str) -> UUID:
    return open_chat()


@pytest.fixture
def anna(database_url: str) -> Staff:
    return database.run(_agent, "Anna Berg")


@pytest.fixture
def ben(database_url: str) -> Staff:
    return database.run(_agent, "Ben Okafor")


def _agent(session: Session, name: str) -> Staff:
    return add_agent(session, name)
