"""The table of steps: who may do what, from where; and that all words for it exist."""

from typing import get_args
from uuid import UUID

import pytest

from disputes import policy
from disputes.cases import states
from disputes.cases.states import ENDED, OPEN, STATES, TRANSITIONS, Actor, NotAllowed, Standing, Transition, check
from disputes.policy.kinds import HISTORY_KINDS
from tests.cases.expected_table import ALL_STATES, EVENTS, TABLE, allowed

TIES: dict[str, frozenset[str]] = {
    "stranger": frozenset(),
    "investigator": frozenset({"investigator"}),
    "decider": frozenset({"decider"}),
    "neutral": frozenset({"neutral"}),
    "past investigator": frozenset({"past_investigator"}),
    "past decider": frozenset({"past_decider"}),
    "investigator and decider": frozenset({"investigator", "decider"}),
    "past investigator and decider": frozenset({"past_investigator", "decider"}),
    "past decider and decider": frozenset({"past_decider", "decider"}),
}
ROLES = ("agent", "manager", "mediator", "admin", None)
WHOEVER = UUID(int=1)
SOMEBODY_ELSE = UUID(int=2)


def standing(state: str, ties: frozenset[str]) -> Standing:
    """A case in that state to which the person `WHOEVER` has those ties, and somebody else all others."""
    past = {SOMEBODY_ELSE} | ({WHOEVER} if ties & {"investigator", "past_investigator"} else set())
    return Standing(
        state,
        investigator_id=WHOEVER if "investigator" in ties else SOMEBODY_ELSE,
        decider_id=WHOEVER if "decider" in ties else SOMEBODY_ELSE,
        neutral_id=WHOEVER if "neutral" in ties else SOMEBODY_ELSE,
        investigators=frozenset(past),
        past_deciders=frozenset({WHOEVER} if "past_decider" in ties else set()),
    )


class TestTable:
    @pytest.mark.parametrize("step", TRANSITIONS, ids=lambda step: step.id)
    @pytest.mark.parametrize("state", ALL_STATES)
    def test_everybody_in_every_state_is_allowed_or_gets_403(self, step: Transition, state: str) -> None:
        for kind in get_args(states.ActorKind.__value__):
            if kind == "staff":
                continue
            assert is_allowed(step, standing(state, frozenset()), Actor(kind)) == allowed(step.id, state, kind)
        for role in ROLES:
            for name, ties in TIES.items():
                let_through = is_allowed(step, standing(state, ties), Actor("staff", role, WHOEVER))
                assert let_through == allowed(step.id, state, "staff", role, ties), f"{role}, {name}"

    def test_the_table_has_every_row_and_no_other(self) -> None:
        assert {step.id: step.event for step in TRANSITIONS} == EVENTS
        assert set(TABLE) == set(EVENTS)

    def test_staff_without_an_id_have_no_case(self) -> None:
        nobody = Standing("escalated")
        for step in (states.ASKED, states.FINAL_RESPONSE, states.MEDIATION_OFFERED):
            assert not is_allowed(step, nobody, Actor("staff", "manager"))
        assert not is_allowed(states.MEDIATION_STARTED, Standing("mediation_offered"), Actor("staff", "mediator"))

    def test_what_is_open_is_what_is_allowed(self) -> None:
        agent = Actor("staff", "agent", WHOEVER)
        assert states.open_steps(Standing("filed"), agent) == [states.MERGED, states.TAKEN]
        assert states.open_steps(Standing("filed"), Actor("customer")) == [states.WITHDRAWN]

    def test_a_refusal_is_a_403_with_a_sentence(self) -> None:
        with pytest.raises(NotAllowed, match="This is for managers") as caught:
            check(states.FINAL_RESPONSE, Standing("escalated"), Actor("staff", "agent", WHOEVER))
        assert caught.value.status == 403

    def test_every_row_has_a_letter_or_says_why_not(self) -> None:
        for step in TRANSITIONS:
            assert (step.letter is None) == (step.no_letter is not None)

    def test_every_row_rests_on_a_clause(self) -> None:
        assert {step.clause for step in TRANSITIONS} <= set(policy.current().clauses)

    def test_names_are_unique(self) -> None:
        assert len({step.id for step in TRANSITIONS}) == len({step.event for step in TRANSITIONS}) == len(TRANSITIONS)

    def test_nobody_but_a_manager_who_overrides_closes_a_case_by_hand(self) -> None:
        closing = [step for step in TRANSITIONS if step.target in ("closed", "resolved")]
        by_staff = {step.id for step in closing if step.roles}
        assert by_staff == {"T16", "TX"}

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_every_open_state_has_a_way_to_a_human_and_a_way_out(self, state: str) -> None:
        ways = [step.id for step in TRANSITIONS if state in step.sources and (step.roles or "clock" in step.kinds)]
        assert {"TX"} < set(ways)
        assert state in states.WITHDRAWN.sources


class TestOneList:
    def test_of_states_in_code_and_policy(self) -> None:
        assert set(policy.current().stages) == set(STATES)
        assert set(STATES) == ENDED | OPEN

    def test_of_events_that_have_words(self) -> None:
        assert {step.event for step in TRANSITIONS} <= set(HISTORY_KINDS)


def is_allowed(step: Transition, case: Standing, actor: Actor) -> bool:
    """Whether the code lets that person through; anything but yes and `NotAllowed` is a fault."""
    try:
        check(step, case, actor)
    except NotAllowed:
        return False
    return True
