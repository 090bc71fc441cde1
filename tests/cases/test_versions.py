"""Which policy held when is kept, and a change of it is on record once."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import versions
from disputes.cases.tables import PolicyVersion
from disputes.people.tables import AuditEntry
from disputes.settings import settings
from tests.conftest import ROOT

pytestmark = pytest.mark.database


def test_the_first_one_and_each_change_is_noted_once(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    first = in_force(monkeypatch, ROOT / "policy.yml", session)
    second = in_force(monkeypatch, ROOT / "policies" / "small-shop.yml", session)
    again = in_force(monkeypatch, ROOT / "policy.yml", session)
    found = session.scalars(select(AuditEntry).where(AuditEntry.act == "policy.changed").order_by(AuditEntry.at)).all()
    assert [(entry.before, entry.after) for entry in found] == [
        (None, {"digest": first}),
        ({"digest": first}, {"digest": second}),
        ({"digest": second}, {"digest": again}),
    ]
    assert first == again
    assert {entry.actor for entry in found} == {"system"}
    kept = session.scalars(select(PolicyVersion.digest)).all()
    assert {digest[: versions.SHOWN] for digest in kept} == {first, second}


def in_force(monkeypatch: pytest.MonkeyPatch, file: Path, session: Session) -> str:
    """As two processes do that start with this file; its short digest."""
    monkeypatch.setenv("POLICY_FILE", str(file))
    settings.cache_clear()
    policy.current.cache_clear()
    try:
        for _ in range(2):
            versions.note_in_force(session)
        return policy.current().digest[: versions.SHOWN]
    finally:
        policy.current.cache_clear()
