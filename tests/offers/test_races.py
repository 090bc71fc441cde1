"""Two tabs, two people, a person and the clock: at the same moment, on two connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import queries
from disputes.cases.tables import Case
from disputes.deadlines.service import act_on_case
from disputes.errors import DisputesError
from disputes.offers import service as offers
from disputes.offers.tables import Counter
from disputes.people.tables import Staff
from tests.cases.factories import staff
from tests.offers.factories import CUSTOMER, draft, granting_all, kinds, offer_id, offered

pytestmark = pytest.mark.usefixtures("database_url")
ROUNDS = 8


def test_two_tabs_accept_once() -> None:
    for _ in range(ROUNDS):
        given = an_offer()
        first, second = together(given.accept, given.accept)
        with database.transaction() as session:
            assert first == second == "accepted"
            assert kinds(session, given.case).count("accepted") == 1
            assert len(offers.remedies_of(session, given.case)) == 1
            assert queries.locked(session, given.case.id).open_remedies == 1


def test_yes_and_no_at_once_is_one_of_them() -> None:
    for _ in range(ROUNDS):
        given = an_offer()
        answers = together(given.accept, given.refuse)
        with database.transaction() as session:
            said = [kind for kind in kinds(session, given.case) if kind in ("accepted", "refused")]
            case = queries.locked(session, given.case.id)
            assert len(said) == 1
            assert sorted(answers) == sorted([said[0], "conflict"])
            assert (case.state, case.open_remedies) == (("resolved", 1) if said == ["accepted"] else ("escalated", 0))


def test_accepting_while_it_is_bettered_agrees_to_what_was_read() -> None:
    for _ in range(ROUNDS):
        given = an_offer()
        answers = together(given.accept, given.better)
        with database.transaction() as session:
            case = queries.locked(session, given.case.id)
            if case.state == "resolved":
                assert answers == ["accepted", "not_allowed"]
                assert len(offers.remedies_of(session, case)) == 1
            else:
                assert answers == ["conflict", "outcome_bettered"]
                assert case.open_remedies == 0


def test_the_clock_and_the_last_moment() -> None:
    """Whoever came in time and gets the lock first has it; the other finds that it has happened."""
    for _ in range(ROUNDS):
        with clock.set_to(datetime(2026, 3, 2, 10, tzinfo=UTC)):
            given = an_offer(granting_all())
        for day in (6, 10):
            with clock.set_to(datetime(2026, 3, day, tzinfo=UTC)):
                database.run(act_on_case, given.case.id)
        together(given.accept_in_the_last_moment, given.clock_just_after)
        with database.transaction() as session:
            ended = [kind for kind in kinds(session, given.case) if kind in ("accepted", "assumed_settled")]
            case = queries.locked(session, given.case.id)
            assert len(ended) == 1
            assert (case.state, case.open_remedies) == ("resolved", 1)
            assert case.resolution == ("confirmed" if ended == ["accepted"] else "assumed")


def test_the_same_counter_from_two_tabs_is_one() -> None:
    for _ in range(ROUNDS):
        given = an_offer()
        assert together(given.counter, given.counter) == ["countered", "countered"]
        with database.transaction() as session:
            assert len(session.scalars(select(Counter).where(Counter.case_id == given.case.id)).all()) == 1
            assert kinds(session, given.case).count("countered") == 1


def test_two_people_deliver_once() -> None:
    for _ in range(ROUNDS):
        given = an_offer()
        database.run(given.accept)
        assert sorted(together(given.deliver, given.deliver)) == ["conflict", "remedy_delivered"]


@dataclass(frozen=True)
class Given:
    """A case with an open answer, committed; each verb gives the kind of its event."""

    case: Case
    ann: Staff
    offer_id: UUID

    def accept(self, session: Session) -> str:
        return offers.accept(session, self.case, CUSTOMER, self.offer_id).kind

    def refuse(self, session: Session) -> str:
        return offers.refuse(session, self.case, CUSTOMER, self.offer_id).kind

    def better(self, session: Session) -> str:
        return offers.better(session, self.case, self.ann, granting_all(remedies=[])).kind

    def counter(self, session: Session) -> str:
        return offers.counter(session, self.case, CUSTOMER, self.offer_id, "A lamp").kind

    def deliver(self, session: Session) -> str:
        (remedy,) = offers.remedies_of(session, self.case)
        return offers.deliver(session, self.case, self.ann, remedy.id, "Payment 7719").kind

    def accept_in_the_last_moment(self, session: Session) -> str:
        with clock.set_to(datetime(2026, 3, 16, 23, 59, 59, 999999, UTC)):
            return self.accept(session)

    def clock_just_after(self, session: Session) -> str:
        with clock.set_to(datetime(2026, 3, 17, tzinfo=UTC)):
            return str(act_on_case(session, self.case.id))


def an_offer(answer: offers.OfferDraft | None = None) -> Given:
    """A case with an open answer, committed."""
    with database.transaction() as session:
        ann = staff(session)
        case = offered(session, ann, answer or draft())
        return Given(case, ann, offer_id(session, case))


def together(*verbs: Callable[[Session], str]) -> list[str]:
    """Runs verbs at the same moment, each in its own transaction; a refused one gives the code of its refusal."""
    start = Barrier(len(verbs))

    def run(verb: Callable[[Session], str]) -> str:
        try:
            with database.transaction() as session:
                start.wait(10)
                return verb(session)
        except DisputesError as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(run, verbs))
