"""The table of transitions: who may do what, from where; and that all words for it exist."""

from typing import get_args

import pytest

from disputes import policy
from disputes.cases import states
from disputes.cases.states import DRAFT, ENDED, OPEN, STATES, TRANSITIONS, Actor, NotAllowed, Transition, check
from disputes.policy.checks import CASE_STATES, HISTORY_KINDS

ACTORS = [Actor(kind) for kind in get_args(states.ActorKind.__value__) if kind != "staff"] + [
    Actor("staff", role) for role in ("agent", "manager", "mediator", "admin", None)
]
ALLOWED = {
    ("T1", DRAFT, "customer", None),
    ("T1", DRAFT, "assistant", None),
    ("T1", DRAFT, "system", None),
    ("T1", DRAFT, "staff", "agent"),
    ("T1", DRAFT, "staff", "manager"),
    ("T5", "filed", "staff", "agent"),
    ("T5", "filed", "staff", "manager"),
}


class TestTable:
    @pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: step.id)
    def test_every_role_in_every_state_is_allowed_or_refused(self, step: Transition) -> None:
        for state in (DRAFT, *STATES):
            for actor in ACTORS:
                if (step.id, state, actor.kind, actor.role) in ALLOWED:
                    check(step, state, actor)
                else:
                    with pytest.raises(NotAllowed):
                        check(step, state, actor)

    def test_what_is_open_is_what_is_allowed(self) -> None:
        assert states.open_steps("filed", Actor("staff", "agent")) == [states.TAKEN]
        assert states.open_steps("filed", Actor("customer")) == []

    def test_every_row_has_a_letter_or_says_why_not(self) -> None:
        for step in TRANSITIONS:
            assert (step.letter is None) == (step.no_letter is not None)

    def test_every_row_rests_on_a_clause(self) -> None:
        assert {step.clause for step in TRANSITIONS} <= set(policy.current().clauses)

    def test_names_are_unique(self) -> None:
        assert len({step.id for step in TRANSITIONS}) == len({step.event for step in TRANSITIONS}) == len(TRANSITIONS)


class TestOneList:
    def test_of_states_in_code_policy_and_database(self) -> None:
        assert STATES == CASE_STATES
        assert set(STATES) == ENDED | OPEN

    def test_of_events_that_have_words(self) -> None:
        kinds = {step.event for step in TRANSITIONS} | {"information_added"}
        assert kinds <= set(HISTORY_KINDS)
