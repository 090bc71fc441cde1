"""Whoever has a complaint leaves: somebody else has it then, or an alarm says that nobody does."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import engine, holders, queries, service, states, tasks, worklists
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case, CaseTask
from disputes.errors import Conflict
from disputes.people.tables import Staff
from tests.cases import factories

pytestmark = pytest.mark.database


class TestInvestigator:
    def test_an_alarm_is_opened_that_is_nobody_s(self, session: Session, nora: Staff, root: Staff) -> None:
        case = taken(session, nora)
        done = leave(session, nora, root)
        assert done == holders.PassedOn([], [case.reference])
        alarm = session.scalars(select(CaseTask).where(CaseTask.kind == "unowned", CaseTask.done_at.is_(None))).one()
        assert (alarm.case_id, alarm.role, alarm.staff_id) == (case.id, "agent", None)
        event = queries.events_of(session, [case.id])[-1]
        assert (event.kind, event.audience, event.staff_id) == ("holder_left", "staff", root.id)

    def test_or_a_colleague_has_it_and_the_customer_is_told(self, session: Session, nora: Staff, root: Staff) -> None:
        case, samir = taken(session, nora), factories.staff(session, name="Samir Patel")
        done = leave(session, nora, root, to=samir)
        assert done.given == [case.reference]
        case = queries.locked(session, case.id)
        assert case.investigator_id == samir.id
        assert queries.events_of(session, [case.id])[-1].notice == "N4"
        assert not tasks.is_open(session, case, "unowned")

    def test_no_date_moves(self, session: Session, nora: Staff, root: Staff) -> None:
        case = taken(session, nora)
        before = (case.next_date, case.first_answer_by, case.expected_end, case.hard_cap)
        leave(session, nora, root)
        case = queries.locked(session, case.id)
        assert (case.next_date, case.first_answer_by, case.expected_end, case.hard_cap) == before

    def test_where_the_rules_forbid_the_heir_an_alarm_is_opened(
        self, session: Session, nora: Staff, root: Staff
    ) -> None:
        case = taken(session, nora)
        only_manager = factories.staff(session, role="manager")
        assert leave(session, nora, root, to=only_manager).waiting == [case.reference]

    def test_anybody_takes_it_on_then_but_not_while_somebody_has_it(
        self, session: Session, nora: Staff, root: Staff
    ) -> None:
        case, samir = taken(session, nora), factories.staff(session, name="Samir Patel")
        with pytest.raises(Conflict, match="already taken"):
            service.take(session, case, samir)
        leave(session, nora, root)
        with pytest.raises(NotAllowed):
            service.take(session, case, root)
        assert service.take(session, case, samir).investigator_id == samir.id
        assert not tasks.is_open(session, case, "unowned")

    def test_is_in_the_list_of_what_nobody_has(self, session: Session, nora: Staff, root: Staff) -> None:
        case = taken(session, nora)
        assert worklists.counts(session, root.id)["unowned"] == 0
        leave(session, nora, root)
        assert [line.case.id for line in worklists.page_of(session, "unowned", root.id, 1).lines] == [case.id]

    def test_another_role_counts_as_leaving(self, session: Session, nora: Staff, root: Staff) -> None:
        case, samir = taken(session, nora), factories.staff(session, name="Samir Patel")
        nora.role = "mediator"
        holders.pass_on(session, nora, root, None)
        assert service.take(session, case, samir).investigator_id == samir.id

    def test_work_of_theirs_is_anybody_s(self, session: Session, nora: Staff, root: Staff) -> None:
        case = taken(session, nora)
        tasks.open_task(session, case, "due_soon")
        leave(session, nora, root)
        tasks.open_task(session, case, "new_information")
        for kind in ("due_soon", "new_information"):
            assert session.scalars(select(CaseTask.staff_id).where(CaseTask.kind == kind)).one() is None

    def test_nothing_happens_to_what_has_ended_or_is_somebody_else_s(
        self, session: Session, nora: Staff, root: Staff
    ) -> None:
        ended, samir = taken(session, nora), factories.staff(session, name="Samir Patel")
        engine.move(session, ended, states.WITHDRAWN, Actor("customer"))
        taken(session, samir)
        assert leave(session, nora, root) == holders.PassedOn([], [])


class TestDecider:
    def test_the_review_waits_for_another_manager(self, session: Session, nora: Staff, root: Staff) -> None:
        grace, ivy = (factories.staff(session, role="manager", name=name) for name in ("Grace", "Ivy"))
        case = taken(session, nora)
        service.escalate(session, case, nora, "It is beyond what I may decide.")
        service.take_review(session, case, grace)
        with pytest.raises(Conflict):
            service.take_review(session, case, ivy)
        assert leave(session, grace, root, to=ivy).waiting == [case.reference]
        assert tasks.is_open(session, case, "unowned_review")
        assert service.take_review(session, case, ivy).decider_id == ivy.id

    def test_a_manager_who_is_one_no_more_does_not_hold_it(self, session: Session, nora: Staff, root: Staff) -> None:
        grace, ivy = (factories.staff(session, role="manager", name=name) for name in ("Grace", "Ivy"))
        case = taken(session, nora)
        service.escalate(session, case, nora, "It is beyond what I may decide.")
        service.take_review(session, case, grace)
        grace.role = "agent"
        assert service.take_review(session, case, ivy).decider_id == ivy.id

    def test_whoever_investigated_may_leave_without_an_alarm_then(
        self, session: Session, nora: Staff, root: Staff
    ) -> None:
        case = taken(session, nora)
        service.escalate(session, case, nora, "It is beyond what I may decide.")
        assert leave(session, nora, root) == holders.PassedOn([], [])
        with pytest.raises(Conflict, match="with management"):
            service.take(session, case, factories.staff(session, name="Samir Patel"))


def taken(session: Session, staff: Staff) -> Case:
    with clock.set_to(clock.now() - timedelta(days=1)):
        return service.take(session, factories.filed(session), staff)


def leave(session: Session, leaving: Staff, by: Staff, *, to: Staff | None = None) -> holders.PassedOn:
    leaving.active = False
    session.flush()
    return holders.pass_on(session, leaving, by, to)


@pytest.fixture
def nora(session: Session) -> Staff:
    return factories.staff(session, name="Nora Lindqvist")


@pytest.fixture
def root(session: Session) -> Staff:
    return factories.staff(session, role="admin", name="Root")
