"""Customers who answer out of order, misspell, change their mind, go away and come back: each gets to an end."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.personas.people import people
from tests.personas.play import Play, Played
from tests.transcripts.stacks import transcript_stack

SEED = int(os.environ.get("PERSONAS_SEED", "7"))
HOW_MANY = int(os.environ.get("PERSONAS", "300"))
AT_ONCE = 6

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def played() -> Iterator[list[Played]]:
    """All of them, several at once, as on a busy day."""
    with transcript_stack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        yield list(pool.map(lambda person: Play(stack, person).run(), people(SEED, HOW_MANY)))


def test_everyone_gets_what_they_came_for_or_a_person_or_files(played: list[Played]) -> None:
    assert [each.as_text() for each in played if not each.end] == []


def test_no_dead_end_no_loop_and_nothing_asked_twice(played: list[Played]) -> None:
    faulty = [each.as_text() for each in played if each.faults]
    assert not faulty, f"seed {SEED}, {len(faulty)} of {len(played)}:\n" + "\n\n".join(faulty[:5])


def test_nobody_sees_what_another_told(played: list[Played]) -> None:
    leaks = []
    owners = {each.person.name.split()[1].lower(): each.person.number for each in played}
    for each in played:
        seen = " ".join(line.lower() for _, shown in each.turns for line in shown)
        leaks += [
            (each.person.number, other)
            for name, other in owners.items()
            if name in seen and other != each.person.number
        ]
    assert leaks == []


def test_the_seed_makes_people_of_every_kind(played: list[Played]) -> None:
    assert {each.person.goal for each in played} == {"settle", "file", "status", "question", "person"}
    assert {each.end for each in played} >= {"settled", "filed", "person", "answered"}
