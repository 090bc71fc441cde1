"""The stages of a case in the words of the desk."""

from disputes import policy
from disputes.cases import states
from disputes.desk.stages import STAGES


def test_every_state_has_words_for_staff() -> None:
    assert set(STAGES) == set(states.STATES)


def test_open_states_say_what_their_next_date_is_for_and_ended_ones_nothing() -> None:
    assert {state for state, words in STAGES.items() if words.due} == states.OPEN


def test_nobody_at_the_desk_is_spoken_to_as_the_customer() -> None:
    spoken = " ".join(f"{words.label} {words.due}".lower() for words in STAGES.values())
    assert "your" not in spoken
    assert "you " not in spoken


def test_what_waits_for_the_customer_looks_so() -> None:
    for state, stage in policy.current().stages.items():
        if stage.turn in ("you", "neutral"):
            assert STAGES[state].badge == "badge-due", state
