"""Each transcript, replayed through the whole program, shows exactly what is written down.

When the words have changed on purpose: `make transcripts-accept` writes the files again, and the diff is the review.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.transcripts.player import Outcome, play_all
from tests.transcripts.script import KINDS, Conversation, conversations
from tests.transcripts.stacks import transcript_stack

CONVERSATIONS = conversations()
ENOUGH, ENOUGH_OF_A_KIND, ENOUGH_OF_A_POINT = 120, 5, 5
POINTS = range(1, 9)


@pytest.mark.rasa
@pytest.mark.timeout(600)
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.name)
def test_goes_as_written(conversation: Conversation, played: dict[str, Outcome]) -> None:
    outcome = played[conversation.name]
    for written, shown in zip(conversation.steps, outcome.steps, strict=False):
        assert shown.shown == written.shown, f"{written.does}: {written.what}"
    assert not outcome.fault


def test_titles_are_told_apart() -> None:
    assert [name for name, times in Counter(each.name for each in CONVERSATIONS).items() if times > 1] == []


def test_there_are_enough_of_every_point_and_kind() -> None:
    points = Counter(point for each in CONVERSATIONS for point in each.points)
    kinds = Counter(each.kind for each in CONVERSATIONS)
    assert len(CONVERSATIONS) >= ENOUGH
    assert {point: points[point] for point in POINTS if points[point] < ENOUGH_OF_A_POINT} == {}
    assert {kind: kinds[kind] for kind in KINDS if kinds[kind] < ENOUGH_OF_A_KIND} == {}


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[dict[str, Outcome]]:
    """Those that were chosen, all of them played before the first is looked at: several at once are faster."""
    chosen = {getattr(getattr(item, "callspec", None), "id", None) for item in request.session.items}
    with transcript_stack() as stack:
        yield play_all(stack, [each for each in CONVERSATIONS if each.name in chosen])
