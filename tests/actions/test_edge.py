"""An action waits for a database that is away for a moment, and for no other failure."""

import asyncio
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from actions import edge
from disputes import database
from disputes.errors import Refused

AWAY = OperationalError("SELECT 1", None, Exception("the server closed the connection"))


def test_a_verb_runs_again_until_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[Exception] = [AWAY, AWAY]
    assert run(monkeypatch, failures) == "done"
    assert failures == []


def test_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "AWAY_SECONDS", 0.05)
    with pytest.raises(OperationalError):
        run(monkeypatch, [AWAY] * 100)


def test_a_refusal_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    failures: list[Exception] = [Refused("No."), AWAY]
    with pytest.raises(Refused):
        run(monkeypatch, failures)
    assert failures == [AWAY]


def run(monkeypatch: pytest.MonkeyPatch, failures: list[Exception]) -> str:
    """What an action gets from a verb that fails so often before it works."""

    def fail_first(verb: Any, *args: Any) -> Any:
        if failures:
            raise failures.pop(0)
        return verb(None, *args)

    monkeypatch.setattr(edge, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(database, "run", fail_first)
    return asyncio.run(edge.in_transaction(verb))


def verb(_session: Session) -> str:
    return "done"
