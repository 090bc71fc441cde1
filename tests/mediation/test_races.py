"""Both sides at the same moment, on connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from disputes import clock, database
from disputes.cases import engine, queries, states
from disputes.cases.states import Actor, NotAllowed
from disputes.errors import DisputesError
from disputes.mediation import service as mediation
from disputes.people.tables import Staff
from tests.mediation.factories import CUSTOMER, SECRET, World, acting, world

ROUNDS = 4


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_t14_both_say_yes_at_the_same_moment(database_url: str, round_: int) -> None:
    here = offered(declared=True)
    answers = at_once(lambda: answer(here, "customer", True), lambda: answer(here, "shop", True))
    assert answers == ["done", "done"]
    assert state_and_kinds(here) == ("in_mediation", {"consent_given": 2, "mediation_started": 1})


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_t14_one_side_clicks_twice_at_the_same_moment(database_url: str, round_: int) -> None:
    here = offered(declared=True)
    answers = at_once(lambda: answer(here, "customer", True), lambda: answer(here, "customer", True))
    assert answers == ["done", "done"]
    assert state_and_kinds(here) == ("mediation_offered", {"consent_given": 1})


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_t15_yes_and_no_at_the_same_moment_is_a_no(database_url: str, round_: int) -> None:
    here = offered(declared=True)
    yes, no = at_once(lambda: answer(here, "customer", True), lambda: answer(here, "shop", False))
    assert no == "done"
    assert yes in ("done", "NotAllowed")
    given = 2 if yes == "done" else 1
    assert state_and_kinds(here) == ("investigating", {"consent_given": given, "mediation_declined": 1})


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_t14_the_last_yes_and_the_neutrals_word_at_the_same_moment(database_url: str, round_: int) -> None:
    here = offered(declared=False)
    assert answer(here, "shop", True) == "done"
    answers = at_once(lambda: answer(here, "customer", True), lambda: declare(here))
    assert answers == ["done", "done"]
    assert state_and_kinds(here) == ("in_mediation", {"consent_given": 2, "mediation_started": 1})


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_t17_no_note_outlives_the_end(database_url: str, round_: int) -> None:
    here = offered(declared=True)
    answer(here, "customer", True)
    answer(here, "shop", True)
    noted, stopped = at_once(lambda: note(here), lambda: stop(here))
    assert stopped == "done"
    assert noted in ("done", "NotAllowed")
    with database.transaction() as session:
        here.session = session
        assert here.confidential() == {"notes": 0, "messages": 0, "papers": 0}


def test_t15_by_the_clock_and_a_yes_at_the_same_moment(database_url: str) -> None:
    here = offered(declared=True)
    answer(here, "shop", True)
    answers = at_once(lambda: answer(here, "customer", True), lambda: by_clock(here))
    assert sorted(answers) == ["NotAllowed", "done"]
    state, kinds = state_and_kinds(here)
    assert (state, "mediation_started" in kinds, "mediation_declined" in kinds) in (
        ("in_mediation", True, False),
        ("investigating", False, True),
    )


def offered(*, declared: bool) -> World:
    with database.transaction() as session:
        here = world(session)
        found = here.propose()
        if declared:
            mediation.declare(session, found.id, here.amara, free=True)
        return here


def at_once(*acts: Callable[[], str]) -> list[str]:
    """What came of acts that begin at the same moment."""
    ready = Barrier(len(acts))

    def act(one: Callable[[], str]) -> str:
        ready.wait()
        return one()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


def answer(here: World, party: Any, agreed: bool) -> str:
    actor = CUSTOMER if party == "customer" else acting(here.handler)

    def say(session: Any, case: Any) -> None:
        words = mediation.words_for(session, case, party)
        mediation.consent(session, case, party, actor, agreed, words)

    return done(here, say)


def declare(here: World) -> str:
    return done(here, lambda session, case: mediation.declare(session, latest(session, case), here.amara, free=True))


def note(here: World) -> str:
    return done(here, lambda session, case: mediation.write_note(session, latest(session, case), here.amara, SECRET))


def stop(here: World) -> str:
    return done(here, lambda session, case: mediation.stop(session, case, CUSTOMER))


def by_clock(here: World) -> str:
    def due(session: Any, case: Any) -> None:
        locked = queries.locked(session, case.id)
        engine.move(session, locked, states.MEDIATION_DECLINED, Actor("clock"), start=clock.now())

    return done(here, due)


def done(here: World, verb: Callable[[Any, Any], object]) -> str:
    try:
        with database.transaction() as session:
            case = queries.case_by_reference(session, here.case.reference)
            verb(session, case)
    except DisputesError as refused:
        assert isinstance(refused, NotAllowed), refused
        return "NotAllowed"
    return "done"


def latest(session: Any, case: Any) -> UUID:
    found = mediation.mediation_of(session, case)
    assert found
    return found.id


def state_and_kinds(here: World) -> tuple[str, dict[str, int]]:
    counted = ("consent_given", "mediation_started", "mediation_declined")
    with database.transaction() as session:
        case = queries.case_by_reference(session, here.case.reference)
        assert case
        assert session.get(Staff, here.handler.id)
        kinds = [event.kind for event in queries.events_of(session, [case.id])]
        return case.state, {kind: kinds.count(kind) for kind in counted if kind in kinds}
