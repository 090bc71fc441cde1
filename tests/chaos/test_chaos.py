"""The short version of `make chaos`: nothing is lost and nothing doubled while processes are killed."""

import pytest

from tests.chaos.play import Plan, play

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

SEED = 20261


def test_nothing_is_lost_or_doubled_while_processes_are_killed(capsys: pytest.CaptureFixture[str]) -> None:
    result = play(Plan(SEED, conversations=40, minutes=3, kill_pause=(4.0, 8.0), at_once=20), print)
    assert result.kills.total() >= 3
    assert result.tally.ok, "\n".join(result.tally.lines())
