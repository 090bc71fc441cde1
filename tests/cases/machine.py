"""Customers, staff, neutrals and time play at random against the real database; after each step the invariants hold.

`python -m tests.cases.machine --steps 5000 --seed 7` plays that many steps; the same seed plays the same again, and
with `--shrink` what fails is shown as the shortest play that still fails.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import hypothesis.core
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, create_engine
from sqlalchemy.orm import Session

from disputes import policy
from disputes import settings as program
from disputes.local.postgres import EmbeddedPostgres
from tests.cases.expected_table import allowed
from tests.cases.machine_checks import check_case
from tests.cases.machine_world import World, intrude, somebody_acts

ROOT = Path(__file__).parent.parent.parent
POLICIES = ("policy.yml", "policies/strict-eu.yml", "policies/small-shop.yml")
STARTS = [
    datetime(2026, 2, 3, 10, tzinfo=UTC),
    datetime(2026, 3, 27, 23, 30, tzinfo=UTC),  # the night before summer time, in most of Europe
    datetime(2026, 10, 23, 22, 59, 59, tzinfo=UTC),
    datetime(2026, 12, 23, 16, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 59, 59, 999999, tzinfo=UTC),
]
PATIENCE = [timedelta(minutes=1), timedelta(hours=5), *(timedelta(days=days) for days in (1, 1, 2, 4, 8, 16, 31))]
MOST_CASES = 3

chances = st.integers(0, 2**32 - 1).map(Random)
counted: Counter[str] = Counter()
"""What was done, over all plays of this process."""


class Machine(RuleBasedStateMachine):
    """One play in one transaction, which is rolled back at its end."""

    connect: Callable[[], Connection]

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Session())  # of no database yet: Hypothesis makes machines that it never plays
        self.checked: dict[UUID, object] = {}
        self.connection: Connection | None = None

    @initialize(path=st.sampled_from(POLICIES), start=st.sampled_from(STARTS), chance=chances)
    def open_shop(self, path: str, start: datetime, chance: Random) -> None:
        use_policy(path)
        self.connection = connection = type(self).connect()
        connection.begin()
        session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.world = World(session, now=start)
        self.world.open_shop()
        self.world.file(chance)

    @precondition(lambda self: len(self.world.cases) < MOST_CASES)
    @rule(chance=chances)
    def file(self, chance: Random) -> None:
        self.world.file(chance)
        self._count("file")

    @rule(number=st.integers(0, MOST_CASES - 1), chance=chances)
    def somebody_acts(self, number: int, chance: Random) -> None:
        self._count(somebody_acts(self.world, self.world.case(number), chance))

    @rule(number=st.integers(0, MOST_CASES - 1), chance=chances)
    def somebody_else_acts(self, number: int, chance: Random) -> None:
        self._count(somebody_acts(self.world, self.world.case(number), chance))

    @rule(number=st.integers(0, MOST_CASES - 1), chance=chances)
    def a_third_person_acts(self, number: int, chance: Random) -> None:
        self._count(somebody_acts(self.world, self.world.case(number), chance))

    @rule(spent=st.sampled_from(PATIENCE))
    def time_passes(self, spent: timedelta) -> None:
        """The sweep runs as it should."""
        self.world.live_until(self.world.now + spent)
        self._count("time passes")

    @rule(spent=st.sampled_from(PATIENCE))
    def the_workers_are_down(self, spent: timedelta) -> None:
        """Nothing sweeps for a while; people go on meanwhile."""
        self.world.pass_time(spent)
        self._count("outage")

    @rule()
    def sweep_twice(self) -> None:
        self.world.sweep()
        before = self.world.stamps()
        assert self.world.sweep() == 0, "I8: a second sweep acts again"
        assert self.world.stamps() == before
        self._count("sweep")

    @rule(days=st.integers(1, 3))
    def an_outage_changes_no_letter(self, days: int) -> None:
        """I8: three days without a sweep, or with one each day: the same letters, by the same dates."""
        self.world.sweep()
        with self.world.rehearsal():
            self.world.live_until(self.world.now + timedelta(days=days))
            in_time = self._letters()
        self.world.pass_time(timedelta(days=days))
        self.world.sweep()
        assert self._letters() == in_time, "I8: an outage changes the letters"
        self._count("outage, compared")

    @rule(number=st.integers(0, MOST_CASES - 1), chance=chances)
    def anybody_tries_anything(self, number: int, chance: Random) -> None:
        """I4, and the table: whoever may not is refused, and leaves no trace."""
        case = self.world.case(number)
        ties = {"investigator": case.investigator_id, "decider": case.decider_id, "neutral": case.neutral_id}
        step, actor, done = intrude(self.world, case, chance)
        case = self.world.case(number)
        mine = {name for name, person in ties.items() if person is not None and person == actor.staff_id}
        events = self.world.events(case.id)
        if actor.staff_id and str(actor.staff_id) in {line.data.get("investigator") for line in events}:
            mine.add("past_investigator")
        decided = any(line.kind == "final_response" and line.staff_id == actor.staff_id for line in events)
        if step.id == "T18" and decided and actor.staff_id:
            return  # whether a second manager is free is told by tests of its own
        assert done == allowed(step.id, case.state, actor.kind, actor.role, frozenset(mine)), f"I4: {step.id} {actor}"
        self._count("intrusion")

    @invariant()
    def all_invariants_hold(self) -> None:
        for case_id, stamp in zip(sorted(self.world.cases), self.world.stamps(), strict=True):
            state = (stamp, self.world.swept_at)
            if self.checked.get(case_id) != state:
                check_case(self.world.session, case_id, swept_at=self.world.swept_at)
                self.checked[case_id] = state

    def teardown(self) -> None:
        event(f"{10 * (self.world.done // 10)} or more things done")
        self.world.session.close()
        if self.connection is not None:
            self.connection.close()  # and with it all that was done
        use_policy(POLICIES[0])

    def _letters(self) -> set[tuple[object, ...]]:
        return {
            (line.case_id, line.kind, line.notice, line.due_at)
            for case_id in self.world.cases
            for line in self.world.events(case_id)
            if line.audience == "everyone"
        }

    def _count(self, what: str) -> None:
        counted[what] += 1


def use_policy(path: str) -> None:
    """Puts that policy into force."""
    os.environ["POLICY_FILE"] = str(ROOT / path)
    program.settings.cache_clear()
    policy.current.cache_clear()


def play(connect: Callable[[], Connection], *, plays: int, steps: int, shrink: bool = False) -> None:
    """Plays so many plays of so many steps; raises what the first broken invariant says."""
    machine = type("Machine", (Machine,), {"connect": staticmethod(connect)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=plays,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def main() -> int:
    """Plays from the command line, on a database of its own."""
    parser = argparse.ArgumentParser(description="Plays cases at random and checks the invariants.")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--each", type=int, default=50, help="steps of one play")
    parser.add_argument("--shrink", action="store_true", help="look for the shortest play that fails; takes minutes")
    chosen = parser.parse_args()
    hypothesis.core.global_force_seed = chosen.seed
    print(f"seed {chosen.seed}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            config = Config(str(ROOT / "alembic.ini"))
            config.set_main_option("sqlalchemy.url", server.url())
            config.set_main_option("script_location", str(ROOT / "migrations"))
            command.upgrade(config, "head")
            engine = create_engine(server.url())
            play(engine.connect, plays=max(1, chosen.steps // chosen.each), steps=chosen.each, shrink=chosen.shrink)
            engine.dispose()
        finally:
            server.stop()
    for what, count in counted.most_common():
        print(f"{count:6} {what}")
    print(f"{sum(counted.values())} steps in {time.monotonic() - began:.0f} s; every invariant held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
