"""A short play of the machine in every test run; `python -m tests.cases.machine` plays thousands of steps."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from tests.cases import machine

pytestmark = pytest.mark.database


@pytest.fixture
def engine(shared_database_url: str) -> Iterator[Engine]:
    """Connections whose work is rolled back by the machine."""
    opened = create_engine(shared_database_url)
    yield opened
    opened.dispose()


def test_customers_staff_neutrals_and_time_break_no_invariant(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_FILE", "policy.yml")  # the machine changes it; this puts it back at the end
    machine.counted.clear()
    machine.play(engine.connect, plays=8, steps=30)
    done = sum(count for what, count in machine.counted.items() if "refused" not in what)
    print(f"{sum(machine.counted.values())} steps, of which {done} were not refused")
    assert done > 50
