"""`python -m tests.chaos --seed N`: one run; ends with 1 when a count does not come out."""

import argparse
import sys
import time
from random import SystemRandom

from disputes import logs
from tests.chaos.play import Plan, play


def main() -> int:
    """Plays, prints the counts and the seed."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(1_000_000), help="default: any")
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--kill-pause", type=float, nargs=2, default=(8.0, 24.0), metavar=("LEAST", "MOST"))
    chosen = parser.parse_args()
    plan = Plan(chosen.seed, chosen.conversations, chosen.minutes, tuple(chosen.kill_pause))
    logs.configure("WARNING")
    began = time.monotonic()

    def say(sentence: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {sentence}", flush=True)

    say(f"seed {plan.seed}, {plan.conversations} conversations, {plan.minutes:g} minutes")
    result = play(plan, say)
    killed = ", ".join(f"{name} {number}" for name, number in sorted(result.kills.items())) or "nothing"
    print(f"\nSeed {plan.seed}, {result.seconds:.0f} s. Killed: {killed}.\n")
    print("\n".join(result.tally.lines()))
    print(f"\n{'Nothing was lost, nothing doubled.' if result.tally.ok else 'A COUNT DOES NOT COME OUT.'}")
    return 0 if result.tally.ok else 1


if __name__ == "__main__":
    sys.exit(main())
