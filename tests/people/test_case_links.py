"""The link in a letter that opens one case."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from disputes.people import case_links
from disputes.people.tables import Customer
from disputes.settings import settings

NOW = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)


def customer(email: str | None = "mia.hughes@example.com") -> Customer:
    return Customer(id=uuid4(), name="Mia Hughes", email=email, phone=None)


def test_says_which_case_and_letter_for_thirty_days() -> None:
    case_id, letter_id, mia = uuid4(), uuid4(), customer()
    with time_machine.travel(NOW, tick=False) as travel:
        token = case_links.sign(case_id, letter_id, mia)
        travel.move_to(NOW + timedelta(days=30, seconds=-1))
        link = case_links.read(token)
        assert link is not None
        assert (link.case_id, link.notification_id) == (case_id, letter_id)
        assert link.is_for(mia)
        travel.move_to(NOW + timedelta(days=30))
        assert case_links.read(token) is None


def test_dies_with_the_address_it_was_sent_to() -> None:
    mia = customer()
    link = case_links.read(case_links.sign(uuid4(), uuid4(), mia))
    assert link is not None
    mia.email = "somebody.else@example.com"
    assert not link.is_for(mia)
    assert not link.is_for(customer())


def test_has_no_personal_data_in_it() -> None:
    token = case_links.sign(uuid4(), uuid4(), customer())
    assert "mia" not in token.lower()
    assert len(token) < 200


def another_signature(token: str) -> str:
    """Not the last character: two of its bits count for nothing."""
    signed, _, signature = token.rpartition(".")
    return f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


@pytest.mark.parametrize("change", [another_signature, lambda _: "", str.upper])
def test_cannot_be_changed(change: object) -> None:
    token = case_links.sign(uuid4(), uuid4(), customer())
    assert case_links.read(change(token)) is None  # type: ignore[operator]


def test_is_void_under_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    token = case_links.sign(uuid4(), uuid4(), customer())
    monkeypatch.setenv("SECRET_KEY", "another-key-that-is-long-enough-for-this")
    settings.cache_clear()
    assert case_links.read(token) is None
