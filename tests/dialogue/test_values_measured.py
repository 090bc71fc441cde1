"""How well values are found in messages as people type them; the bars are a little below what is measured."""

import pytest

from tests.dialogue.values_measured import Score, measured

BARS = {
    "email": (0.98, 0.98),
    "phone": (0.98, 0.98),
    "order": (0.97, 0.97),
    "reference": (1.0, 1.0),
    "name": (0.95, 0.95),
    "amount": (0.97, 0.97),
    "date": (0.95, 0.94),
}
"""Recall and precision."""


@pytest.fixture(scope="module")
def scores() -> dict[str, Score]:
    return measured()


@pytest.mark.parametrize("kind", BARS)
def test_values_are_found(scores: dict[str, Score], kind: str) -> None:
    score, (recall, precision) = scores[kind], BARS[kind]
    assert score.recall >= recall, "\n".join(score.faults)
    assert score.precision >= precision, "\n".join(score.faults)


def test_there_are_enough_messages_to_say_so(scores: dict[str, Score]) -> None:
    assert all(score.right + score.missed >= 50 for kind, score in scores.items() if kind != "reference")
