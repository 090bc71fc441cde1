"""The policy has words for everything that the program writes into histories and task lists."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from disputes import policy
from disputes.cases import states, tasks
from disputes.policy.kinds import (
    BESIDE_THE_TABLE,
    CASE_STATES,
    HISTORY_KINDS,
    PROMISE_KINDS,
    STAFF_ONLY,
    STEPS_TAKEN,
    TASK_KINDS,
)

CODE = Path(__file__).parents[2] / "disputes"


class TestKinds:
    def test_are_those_of_the_table(self) -> None:
        assert set(STEPS_TAKEN) == {step.event for step in states.TRANSITIONS}
        assert states.STATES == CASE_STATES

    def test_stand_in_one_list_only(self) -> None:
        assert len(HISTORY_KINDS) == len(set(HISTORY_KINDS))
        assert len(HISTORY_KINDS) == len(STEPS_TAKEN) + len(BESIDE_THE_TABLE) + len(STAFF_ONLY)

    def test_have_whatever_the_program_notes(self) -> None:
        noted = dict(_first_words_of("note", 2))
        assert noted, "nothing found: has engine.note another name now?"
        assert {kind: place for kind, place in noted.items() if kind not in HISTORY_KINDS} == {}

    def test_have_every_task_of_the_program(self) -> None:
        opened = dict(_first_words_of("open_task", 2))
        assert {kind: place for kind, place in opened.items() if kind not in TASK_KINDS} == {}
        assert set(tasks.FOR) <= set(TASK_KINDS)

    def test_have_every_date_that_is_promised(self) -> None:
        promised = dict(_first_words_of("tell", 1))
        assert promised, "nothing found: has promises.tell another name now?"
        assert {kind: place for kind, place in promised.items() if kind not in PROMISE_KINDS} == {}


@pytest.mark.usefixtures("each_policy")
class TestEachPolicy:
    def test_has_a_line_for_everything_that_happens(self) -> None:
        assert set(HISTORY_KINDS) <= set(policy.current().history)

    def test_shows_no_line_with_a_name_in_braces(self) -> None:
        shop = policy.current()
        for kind in shop.history:
            assert "{" not in shop.history_line(kind, staff="Nora Lindqvist")

    def test_has_words_for_every_promise(self) -> None:
        for kind in PROMISE_KINDS:
            assert policy.current().promise_label(kind)
        assert policy.current().promise_label("remedy:7f3c") == policy.current().promise_label("remedy")

    def test_has_a_sentence_for_every_task(self) -> None:
        assert set(TASK_KINDS) <= set(policy.current().tasks)


def _first_words_of(function: str, position: int) -> Iterator[tuple[str, str]]:
    """The plain words that stand at that position in calls of a function, and where."""
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or len(node.args) <= position:
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            word = node.args[position]
            if called == function and isinstance(word, ast.Constant) and isinstance(word.value, str):
                yield word.value, f"{path.relative_to(CODE)}:{node.lineno}"
