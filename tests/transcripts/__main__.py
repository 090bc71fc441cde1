"""`python -m tests.transcripts [FILE ...]`: plays the transcripts and writes down what was really shown.

Read the diff as a customer would: it is the review of the words.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.transcripts.player import play_all
from tests.transcripts.script import FOLDER, read, write
from tests.transcripts.stacks import transcript_stack


def main(names: Sequence[str]) -> int:
    """Accepts what these files (all, without a name) show now; 1 when a conversation could not be played."""
    files = [FOLDER / Path(name).name for name in names] or sorted(FOLDER.glob("*.yml"))
    found = {file: read(file) for file in files}
    with transcript_stack() as stack:
        outcomes = play_all(stack, [each for conversations in found.values() for each in conversations])
    failed = 0
    for file, conversations in found.items():
        for conversation in conversations:
            outcome = outcomes[conversation.name]
            conversation.steps = [*outcome.steps, *conversation.steps[len(outcome.steps) :]]
            if outcome.fault:
                failed += 1
                print(f"{conversation.name}: {outcome.fault}", file=sys.stderr)
        write(file, conversations)
        print(f"{file.name}: {len(conversations)} conversations", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
