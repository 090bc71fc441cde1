"""`python -m tests.transcripts [FILE ...]`: plays the transcripts and writes down what was really shown.

Read the diff as a customer would: it is the review of the words.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.transcripts.player import Player
from tests.transcripts.script import FOLDER, read, write
from tests.transcripts.stacks import transcript_stack


def main(names: Sequence[str]) -> int:
    """Accepts what these files (all, without a name) show now; 1 when a conversation could not be played."""
    files = [FOLDER / Path(name).name for name in names] or sorted(FOLDER.glob("*.yml"))
    failed = 0
    with transcript_stack() as stack:
        for file in files:
            found = read(file)
            for conversation in found:
                player = Player(stack)
                try:
                    conversation.steps = list(player.steps(conversation))
                except AssertionError as fault:
                    failed += 1
                    print(f"{conversation.name}: {fault}", file=sys.stderr)
                finally:
                    player.close()
            write(file, found)
            print(f"{file.name}: {len(found)} conversations", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
