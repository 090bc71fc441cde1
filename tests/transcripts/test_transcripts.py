"""Each transcript, replayed through the whole program, shows exactly what is written down.

When the words have changed on purpose: `make transcripts-accept` writes the files again, and the diff is the review.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.stack import Stack
from tests.transcripts.player import Player
from tests.transcripts.script import Conversation, conversations
from tests.transcripts.stacks import transcript_stack

CONVERSATIONS = conversations()


@pytest.mark.rasa
@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda each: each.name)
def test_goes_as_written(conversation: Conversation, own_stack: Stack) -> None:
    player = Player(own_stack)
    try:
        for written, played in zip(conversation.steps, player.steps(conversation), strict=True):
            assert played.shown == written.shown, f"{written.does}: {written.what}"
    finally:
        player.close()


def test_titles_are_told_apart() -> None:
    assert [name for name, times in Counter(each.name for each in CONVERSATIONS).items() if times > 1] == []


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    with transcript_stack() as started:
        yield started
