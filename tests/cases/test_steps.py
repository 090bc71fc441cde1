"""The steps that staff and complainants take with a case, each named after its row of the table."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import complainant, engine, filing, queries, service, states, tasks
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case, CasePromise, CaseTask, CaseTimer
from disputes.errors import Conflict, Invalid
from disputes.investigation import service as investigation
from disputes.people.tables import Staff
from tests.cases.factories import complaint, filed, queued, staff

CUSTOMER = Actor("customer")
START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def at_start() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def later(traveller: time_machine.Traveller, **span: float) -> None:
    traveller.move_to(clock.now() + timedelta(**span))


def timers(session: Session, case: Case) -> dict[str, datetime]:
    return {timer.kind: timer.due_at for timer in reversed(engine.timers_of(session, case))}


def open_tasks(session: Session, case: Case) -> set[str]:
    found = select(CaseTask.kind).where(CaseTask.case_id == case.id, CaseTask.done_at.is_(None))
    return set(session.scalars(found))


def promise(session: Session, case: Case, what: str) -> CasePromise:
    found = select(CasePromise).where(CasePromise.case_id == case.id, CasePromise.what == what)
    return session.scalars(found.order_by(CasePromise.told_at.desc())).first()  # type: ignore[return-value]


def escalated(session: Session) -> tuple[Case, Staff]:
    agent = staff(session)
    case = service.take(session, filed(session), agent)
    service.escalate(session, case, agent, "It is about a matter of principle.")
    return case, agent


class TestFiling:
    def test_t01_starts_every_clock_and_promises_what_it_tells(self, session: Session) -> None:
        case = filed(session)
        running = timers(session, case)
        assert running["first_answer"] == case.first_answer_by
        assert running["hard_cap"] == case.hard_cap
        assert running["named_person"] == case.next_date
        for what, due in [
            ("named_person", case.next_date),
            ("first_answer", case.first_answer_by),
            ("final_response", case.expected_end),
            ("outside_door", case.hard_cap),
        ]:
            assert promise(session, case, what).due_at == due
        assert open_tasks(session, case) == {"unowned"}

    def test_t01_about_danger_is_urgent_and_tells_managers(self, session: Session) -> None:
        case = filed(session, description="The charger caught fire and my daughter was burned.")
        assert case.urgent
        assert "urgent" in open_tasks(session, case)

    def test_t01_keeps_the_policy_that_held(self, session: Session) -> None:
        case = filed(session)
        assert case.policy_digest == policy.current().digest

    def test_t01_by_the_shop_has_the_same_clocks(self, session: Session) -> None:
        agent = staff(session)
        case = filed(session, source="shop", filed_by_staff_id=agent.id)
        assert set(timers(session, case)) >= {"named_person", "first_answer", "hard_cap"}

    def test_t02_points_to_the_reseller_and_stops(self, session: Session) -> None:
        case = filing.point_to_reseller(session, complaint(reseller="NordicHome"), filing_key="chat:r")
        assert (case.state, case.next_date) == ("redirected", None)
        assert timers(session, case) == {}
        assert queries.last_event(session, case.id, "pointed_to_reseller").notice == "N2"  # type: ignore[union-attr]

    def test_t02_needs_a_reseller_of_the_policy(self, session: Session) -> None:
        with pytest.raises(Invalid):
            filing.point_to_reseller(session, complaint(reseller="Nobody & Sons"), filing_key="chat:r")


class TestRedirect:
    def proposed(self, session: Session) -> tuple[Case, Staff]:
        agent = staff(session)
        case = filed(session)
        service.propose_redirect(session, case, agent, "The order came from their shop.", "nordic home")
        return case, agent

    def test_t03_needs_a_second_pair_of_eyes(self, session: Session) -> None:
        boss = staff(session, role="manager")
        case = filed(session)
        service.propose_redirect(session, case, boss, "Bought at their till.", "NordicHome")
        with pytest.raises(NotAllowed, match="another manager"):
            service.confirm_redirect(session, case, boss)
        service.confirm_redirect(session, case, staff(session, role="manager", name="Second"))
        assert (case.state, case.reseller) == ("redirected", "NordicHome")

    def test_t03_is_not_for_agents(self, session: Session) -> None:
        case, agent = self.proposed(session)
        with pytest.raises(NotAllowed, match="managers"):
            service.confirm_redirect(session, case, agent)

    def test_t03_only_within_five_working_days(self, session: Session, at_start: time_machine.Traveller) -> None:
        case, _ = self.proposed(session)
        boss = staff(session, role="manager")
        at_start.move_to(datetime(2026, 3, 9, 23, 59, 59, tzinfo=UTC))  # the fifth working day after Monday
        savepoint = session.begin_nested()
        service.confirm_redirect(session, case, boss)
        savepoint.rollback()
        at_start.move_to(datetime(2026, 3, 10, 0, 0, 1, tzinfo=UTC))
        with pytest.raises(Conflict, match="working days"):
            service.confirm_redirect(session, case, boss)

    def test_t03_dropped_stays_ours(self, session: Session) -> None:
        case, _ = self.proposed(session)
        service.drop_redirect(session, case, staff(session, role="manager"))
        assert case.state == "filed"
        assert "redirect_proposed" not in open_tasks(session, case)

    def test_t12o_an_objection_brings_it_to_management_with_the_cap_as_it_was(
        self, session: Session, at_start: time_machine.Traveller
    ) -> None:
        case, _ = self.proposed(session)
        cap = case.hard_cap
        service.confirm_redirect(session, case, staff(session, role="manager"))
        later(at_start, days=20)
        complainant.object_to_redirect(session, case, CUSTOMER, "I bought it on your own site.")
        assert case.state == "escalated"
        assert timers(session, case)["hard_cap"] == cap
        assert case.expected_end == policy.current().calendar.due_after_days(clock.now(), 15)

    def test_t12o_is_over_after_thirty_days(self, session: Session, at_start: time_machine.Traveller) -> None:
        case, _ = self.proposed(session)
        service.confirm_redirect(session, case, staff(session, role="manager"))
        later(at_start, days=34)
        with pytest.raises(Conflict, match="new complaint"):
            complainant.object_to_redirect(session, case, CUSTOMER, "")


class TestMerge:
    def test_t04_the_older_clock_wins(self, session: Session, at_start: time_machine.Traveller) -> None:
        older = filed(session)
        cap, answer = older.hard_cap, older.first_answer_by
        later(at_start, days=3)
        newer = filed(session)
        survivor = service.merge(session, older, staff(session), newer.reference.lower())
        assert (older.state, older.merged_into_id) == ("merged", newer.id)
        assert timers(session, older) == {}
        assert (survivor.hard_cap, survivor.first_answer_by) == (cap, answer)
        assert timers(session, survivor)["hard_cap"] == cap
        assert timers(session, survivor)["first_answer"] == answer

    def test_t04_the_older_date_holds_also_where_management_has_it(
        self, session: Session, at_start: time_machine.Traveller
    ) -> None:
        older = filed(session)
        later(at_start, days=12)
        newer, agent = filed(session), staff(session)
        service.take(session, newer, agent)
        later(at_start, days=10)
        service.escalate(session, newer, agent, "For a second look.")
        survivor = service.merge(session, older, agent, newer.reference)
        assert timers(session, survivor)["final_response"] == survivor.expected_end == older.expected_end

    def test_t04_only_of_the_same_person_and_order(self, session: Session) -> None:
        one, other = filed(session), filed(session, order_number="10099")
        with pytest.raises(Invalid, match="same order"):
            service.merge(session, one, staff(session), other.reference)


class TestOwners:
    def test_t05_keeps_the_promise_of_a_named_person(self, session: Session) -> None:
        case = service.take(session, filed(session), staff(session))
        assert promise(session, case, "named_person").state == "kept"
        assert open_tasks(session, case) == set()
        assert "named_person" not in timers(session, case)

    def test_t05_late_misses_it(self, session: Session, at_start: time_machine.Traveller) -> None:
        case = filed(session)
        later(at_start, days=4)
        service.take(session, case, staff(session))
        assert promise(session, case, "named_person").state == "missed"

    def test_t05_by_a_manager_for_somebody_else(self, session: Session) -> None:
        agent, boss = staff(session), staff(session, role="manager")
        case = service.assign(session, filed(session), boss, agent)
        assert (case.state, case.investigator_id) == ("investigating", agent.id)
        with pytest.raises(NotAllowed):
            service.assign(session, case, agent, agent)

    def test_t05_the_only_manager_stays_free_to_review(self, session: Session) -> None:
        session.execute(update(Staff).where(Staff.role == "manager").values(active=False))
        boss = staff(session, role="manager")
        with pytest.raises(NotAllowed, match="only manager"):
            service.take(session, filed(session), boss)

    def test_everybody_who_investigated_is_barred_from_the_review(self, session: Session) -> None:
        first, second = staff(session, role="manager"), staff(session, role="manager", name="Bo")
        case = service.take(session, filed(session), first)
        service.assign(session, case, second, staff(session))
        service.escalate(session, case, second, "For a second look.")
        with pytest.raises(NotAllowed, match="You worked on this"):
            service.take_review(session, case, first)
        service.take_review(session, case, second)
        assert case.decider_id == second.id
        assert "unowned_review" not in open_tasks(session, case)

    def test_somebody_in_management_stays_free_to_review(self, session: Session) -> None:
        session.execute(update(Staff).where(Staff.role == "manager").values(active=False))
        first, second = staff(session, role="manager"), staff(session, role="manager", name="Bo")
        case = service.take(session, filed(session), first)
        with pytest.raises(NotAllowed, match="one must stay free"):
            service.assign(session, case, first, second)

    def test_nobody_gets_a_case_that_management_has(self, session: Session) -> None:
        agent, boss = staff(session), staff(session, role="manager")
        case = service.take(session, filed(session), agent)
        service.escalate(session, case, agent, "For a second look.")
        service.take_review(session, case, boss)
        with pytest.raises(Conflict, match="with management"):
            service.assign(session, case, boss, staff(session, name="Cleo"))
        investigation.ask(session, case, boss, ["What did the carrier tell you?"])
        with pytest.raises(Conflict, match="with management"):
            service.assign(session, case, boss, boss)

    def test_only_managers_tick_off_what_is_theirs(self, session: Session) -> None:
        case = service.take(session, filed(session), staff(session))
        tasks.open_task(session, case, "unhappy")
        task = next(one for one in queries.open_tasks_of(session, case.id) if one.kind == "unhappy")
        with pytest.raises(NotAllowed, match="managers"):
            tasks.dismiss(session, task.id, "agent")
        tasks.dismiss(session, task.id, "manager")
        assert not tasks.is_open(session, case, "unhappy")

    def test_ways_that_are_over_are_not_offered(self, session: Session, at_start: time_machine.Traveller) -> None:
        case = filed(session)
        complainant.withdraw(session, case, Actor("customer"))
        assert "undo" not in complainant.too_late(session, case)
        later(at_start, days=30)
        assert "undo" in complainant.too_late(session, case)

    def test_a_complaint_about_the_handling_goes_to_somebody_else(self, session: Session) -> None:
        agent = staff(session)
        case = service.take(session, filed(session), agent)
        about = complainant.file_linked(session, case, complaint(category="service"), filing_key="form:linked")
        with pytest.raises(NotAllowed, match="somebody else"):
            service.take(session, about, agent)
        service.take(session, about, staff(session, name="Other"))


class TestEscalate:
    def test_t12_never_promises_later_than_before(self, session: Session) -> None:
        case, _ = escalated(session)
        assert case.state == "escalated"
        assert case.expected_end == policy.current().calendar.due_after_days(START, 15)
        assert timers(session, case)["final_response"] == case.expected_end == case.next_date
        assert "unowned_review" in open_tasks(session, case)

    def test_t12_needs_a_reason(self, session: Session) -> None:
        agent = staff(session)
        case = service.take(session, filed(session), agent)
        with pytest.raises(Invalid):
            service.escalate(session, case, agent, "  ")

    def test_t12_is_for_whoever_has_it(self, session: Session) -> None:
        case = service.take(session, filed(session), staff(session))
        with pytest.raises(NotAllowed):
            service.escalate(session, case, staff(session, name="Other"), "Because.")


class TestExtend:
    def test_once_forward_and_told(self, session: Session) -> None:
        boss = staff(session, role="manager")
        case = service.take(session, filed(session), staff(session))
        old = case.first_answer_by
        service.extend(session, case, boss, date(2026, 3, 24), "The carrier answers late.")
        assert case.first_answer_by == timers(session, case)["first_answer"] == case.next_date
        assert case.first_answer_by > old
        moved = session.scalars(select(CasePromise).where(CasePromise.state == "moved")).all()
        assert {(line.what, line.moved_reason) for line in moved} >= {("first_answer", "extended")}
        with pytest.raises(Conflict, match="once already"):
            service.extend(session, case, boss, date(2026, 3, 30), "Again.")

    @pytest.mark.parametrize("day", [date(2026, 3, 3), date(2026, 3, 17), date(2026, 4, 14), date(2030, 1, 1)])
    def test_neither_backward_nor_past_the_cap(self, session: Session, day: date) -> None:
        case = service.take(session, filed(session), staff(session))
        with pytest.raises(Invalid):
            service.extend(session, case, staff(session, role="manager"), day, "Reason.")

    def test_is_for_managers(self, session: Session) -> None:
        agent = staff(session)
        case = service.take(session, filed(session), agent)
        with pytest.raises(NotAllowed):
            service.extend(session, case, agent, date(2026, 3, 24), "Reason.")


class TestOverride:
    def test_tx_needs_a_manager_a_reason_and_nothing_owed(self, session: Session) -> None:
        boss, case = staff(session, role="manager"), filed(session)
        with pytest.raises(NotAllowed):
            service.override(session, case, staff(session), "Sent twice.")
        with pytest.raises(Invalid):
            service.override(session, case, boss, "")
        case.open_remedies = 1
        with pytest.raises(Conflict):
            service.override(session, case, boss, "Sent twice.")
        case.open_remedies = 0
        event = service.override(session, case, boss, "Sent twice.")
        assert (case.state, event.notice) == ("closed", "N20")
        assert session.scalars(select(CaseTimer).where(CaseTimer.case_id == case.id)).all() == []


class TestOneTransaction:
    def test_every_step_leaves_event_letter_and_next_date(self, session: Session) -> None:
        case, agent = escalated(session)
        events = queries.events_of(session, [case.id])
        assert [event.kind for event in events] == ["filed", "taken", "escalated"]
        told = {job["event_id"] for job in queued(session, engine.TELL)}
        assert {str(event.id) for event in events if not event.notice.startswith("none")} <= told  # type: ignore[union-attr]
        assert case.next_date is not None
        assert agent.id == events[2].staff_id

    def test_a_refused_step_leaves_nothing(self, session: Session) -> None:
        case = filed(session)
        before = (case.last_event_seq, case.state, case.last_hash)
        with pytest.raises(NotAllowed):
            engine.move(session, case, states.FINAL_RESPONSE, service.acting(staff(session, role="manager")))
        assert (case.last_event_seq, case.state, case.last_hash) == before
