"""The application, served, and the people who take steps in it."""

from collections.abc import Iterator

import pytest

from tests.desk.ways import Desk
from tests.serving import Visitor, add_staff, emptied_database, pages_database_url, served, signed_in, visitor

__all__ = ["emptied_database", "pages_database_url", "served", "visitor"]


@pytest.fixture
def desk(visitor: Visitor, served: str) -> Iterator[Desk]:
    """Ada takes cases, Grace is a manager, Max another one, and Bo is there to be given cases."""
    people = {
        "ann": add_staff(),
        "grace": add_staff("grace@casened.com", "Grace Okafor", "manager"),
        "max": add_staff("max@casened.com", "Max Frost", "manager"),
        "bo": add_staff("bo@casened.com", "Bo Ek"),
    }
    with signed_in(served, people["ann"]) as ann, signed_in(served, people["grace"]) as grace:
        yield Desk(people, {"ann": ann, "grace": grace})
