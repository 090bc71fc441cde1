"""Remedies from the moment they are agreed until they are delivered."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import complainant, engine, queries, service, states
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case
from disputes.deadlines.service import act_on_case
from disputes.errors import Conflict, Invalid, NotFound
from disputes.offers import service as offers
from disputes.offers.schemas import RemedyDraft
from disputes.people.tables import Staff
from tests.cases.factories import queued, staff
from tests.offers.factories import (
    A_MICROSECOND,
    CUSTOMER,
    REFUND,
    VOUCHER,
    draft,
    examined,
    final_draft,
    kinds,
    last_event,
    offered,
    open_tasks,
    promise_states,
    settled,
    timer,
    with_new_facts,
)

MADE = datetime(2026, 3, 2, 10, tzinfo=UTC)
DUE = datetime(2026, 3, 9, 23, 59, 59, 999999, UTC)
ASSISTANT = Actor("assistant")


class TestDeliver:
    def test_tells_the_customer_and_keeps_the_promise(self, session: Session, ann: Staff) -> None:
        case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        event = offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        assert (event.kind, event.notice, event.data["remedy_id"]) == ("remedy_delivered", "N8d", str(remedy.id))
        assert "7719" not in str(event.data)
        assert (remedy.state, remedy.proof, remedy.delivered_by_id) == ("delivered", "Payment 7719", ann.id)
        assert promise_states(session, case, f"remedy:{remedy.id}") == ["kept"]
        assert timer(session, case, "remedy_due") is None
        assert open_tasks(session, case) == []
        assert {"event_id": str(event.id)} in queued(session, "notifications.tell")

    def test_the_case_can_only_close_after_the_last_one(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann, draft(remedies=[REFUND, VOUCHER]))
            first, second = offers.remedies_of(session, case)
            window = case.window_ends
            offers.deliver(session, case, ann, first.id, "Payment 7719")
            case = queries.locked(session, case.id)
            assert (case.open_remedies, timer(session, case, "review_close")) == (1, None)
            offers.deliver(session, case, ann, second.id, "Code sent on 2 March")
            case = queries.locked(session, case.id)
        assert window is not None
        assert (case.open_remedies, case.window_ends) == (0, window)
        assert timer(session, case, "review_close") == window == case.next_date
        assert timer(session, case, "last_call") == datetime(2026, 3, 25, 23, 59, 59, 999999, UTC)

    def test_late_in_the_window_leaves_time_for_the_last_call(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        with clock.set_to(datetime(2026, 3, 30, 10, tzinfo=UTC)):  # the window would end on 1 April
            offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        case = queries.locked(session, case.id)
        assert case.window_ends == datetime(2026, 4, 7, 22, 59, 59, 999999, UTC)  # the 6th is Easter Monday
        assert timer(session, case, "review_close") == case.window_ends
        assert timer(session, case, "last_call") == case.window_ends - timedelta(days=7)

    def test_a_closed_case_had_its_last_call_and_everything_delivered(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        run_until(session, case, datetime(2026, 6, 1, tzinfo=UTC))
        assert queries.locked(session, case.id).state == "resolved"
        with clock.set_to(datetime(2026, 6, 1, 10, tzinfo=UTC)):
            offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        run_until(session, case, datetime(2026, 6, 9, tzinfo=UTC))
        assert queries.locked(session, case.id).state == "closed"
        assert kinds(session, case)[-3:] == ["remedy_delivered", "last_call", "closed"]

    @pytest.mark.parametrize("proof", ["", "  ", "x" * 2_001])
    def test_needs_a_proof(self, session: Session, ann: Staff, proof: str) -> None:
        case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        with pytest.raises(Invalid) as wrong:
            offers.deliver(session, case, ann, remedy.id, proof)
        assert wrong.value.fields.keys() == {"proof"}
        assert queries.locked(session, case.id).open_remedies == 1

    def test_by_any_agent_or_manager_and_nobody_else(self, session: Session, ann: Staff, bo: Staff) -> None:
        case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        for role in ("mediator", "admin"):
            with pytest.raises(NotAllowed):
                offers.deliver(session, case, staff(session, role=role), remedy.id, "Payment 7719")
        offers.deliver(session, case, bo, remedy.id, "Payment 7719")
        with pytest.raises(Conflict, match="noted as delivered on"):
            offers.deliver(session, case, bo, remedy.id, "Payment 7719")
        assert kinds(session, case).count("remedy_delivered") == 1

    def test_not_what_was_only_offered_or_is_of_another_case(self, session: Session, ann: Staff) -> None:
        case, other = offered(session, ann), settled(session, ann)
        offer = offers.current_offer(session, case)
        assert offer is not None
        with pytest.raises(Conflict, match="not accepted"):
            offers.deliver(session, case, ann, offer.remedies[0].id, "Payment 7719")
        with pytest.raises(NotFound):
            offers.deliver(session, case, ann, offers.remedies_of(session, other)[0].id, "Payment 7719")

    def test_while_a_review_runs_it_leaves_its_clocks_alone(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = with_new_facts(session, settled(session, ann), boss)
        before = engine.timers_of(session, case)
        (remedy,) = offers.remedies_of(session, case)
        offers.deliver(session, case, boss, remedy.id, "Payment 7719")
        assert engine.timers_of(session, case) == [timer for timer in before if timer.kind != "remedy_due"]
        assert len(before) > len(engine.timers_of(session, case))
        offers.final_response(session, case, boss, final_draft(remedies=[VOUCHER]))
        assert queries.locked(session, case.id).state == "final_response"


class TestFailed:
    @pytest.mark.parametrize("actor", [CUSTOMER, ASSISTANT])
    def test_is_owed_again_and_holds_the_case_open(self, session: Session, ann: Staff, actor: Actor) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
            (remedy,) = offers.remedies_of(session, case)
            offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        with clock.set_to(datetime(2026, 3, 20, 10, tzinfo=UTC)):
            event = offers.remedy_failed(session, case, actor, remedy.id, "The money went to a closed account.")
        case = queries.locked(session, case.id)
        assert (event.kind, remedy.state, case.open_remedies, case.state) == (
            "remedy_failed",
            "failed",
            1,
            "resolved",
        )
        assert "account" not in str(event.data)
        assert event.words is not None
        assert timer(session, case, "review_close") is None
        assert timer(session, case, "last_call") is None
        assert timer(session, case, "remedy_due", remedy.id) == datetime(2026, 3, 25, 23, 59, 59, 999999, UTC)
        assert open_tasks(session, case) == ["deliver_remedy", "remedy_failed"]

    def test_delivered_again_the_customer_gets_a_new_last_call(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
            (remedy,) = offers.remedies_of(session, case)
            offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        run_until(session, case, datetime(2026, 3, 28, 10, tzinfo=UTC))
        assert kinds(session, case)[-1] == "last_call"
        with clock.set_to(datetime(2026, 3, 28, 11, tzinfo=UTC)):
            offers.remedy_failed(session, case, CUSTOMER, remedy.id)
        with clock.set_to(datetime(2026, 3, 31, 11, tzinfo=UTC)):
            offers.deliver(session, case, ann, remedy.id, "Payment 7811")
        case = queries.locked(session, case.id)
        assert case.last_call_at is None
        assert case.window_ends == datetime(2026, 4, 7, 22, 59, 59, 999999, UTC)
        assert open_tasks(session, case) == []
        run_until(session, case, datetime(2026, 4, 8, 10, tzinfo=UTC))
        assert kinds(session, case)[-2:] == ["last_call", "closed"]

    def test_known_once(self, session: Session, ann: Staff) -> None:
        case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        offers.remedy_failed(session, case, CUSTOMER, remedy.id)
        with pytest.raises(Conflict, match="We know of this"):
            offers.remedy_failed(session, case, CUSTOMER, remedy.id)

    def test_keeps_the_date_that_was_promised_while_it_is_ahead(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
            (remedy,) = offers.remedies_of(session, case)
            offers.remedy_failed(session, case, Actor("staff", "agent", ann.id), remedy.id, "Out of stock.")
        assert timer(session, case, "remedy_due", remedy.id) == DUE == remedy.due_at

    def test_staff_say_why(self, session: Session, ann: Staff) -> None:
        case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        with pytest.raises(Invalid):
            offers.remedy_failed(session, case, Actor("staff", "agent", ann.id), remedy.id, " ")
        for actor in (Actor("clock"), Actor("staff", "mediator", uuid4())):
            with pytest.raises(NotAllowed):
                offers.remedy_failed(session, case, actor, remedy.id, "x")

    def test_not_what_was_only_offered(self, session: Session, ann: Staff) -> None:
        case = offered(session, ann)
        offer = offers.current_offer(session, case)
        assert offer is not None
        with pytest.raises(Conflict):
            offers.remedy_failed(session, case, CUSTOMER, offer.remedies[0].id)

    def test_t22_a_closed_case_opens_again_only_for_that(self, session: Session, ann: Staff, boss: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
            (remedy,) = offers.remedies_of(session, case)
            offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        run_until(session, case, datetime(2026, 4, 10, tzinfo=UTC))
        assert queries.locked(session, case.id).state == "closed"
        with clock.set_to(datetime(2026, 4, 12, 10, tzinfo=UTC)):
            with pytest.raises(Conflict):
                complainant.ask_review(session, case, CUSTOMER, "It never came.", reason="remedy")
            offers.remedy_failed(session, case, CUSTOMER, remedy.id, "The bank sent it back.")
            complainant.ask_review(session, case, CUSTOMER, "It never came.", reason="remedy")
            case = queries.locked(session, case.id)
            assert (case.state, case.open_remedies) == ("escalated", 1)
            service.take_review(session, case, boss)
            offers.final_response(session, case, boss, final_draft(remedies=[VOUCHER]))
        case = queries.locked(session, case.id)
        assert (case.state, case.open_remedies) == ("final_response", 0)


class TestOverdue:
    def test_t24_at_the_moment_after_the_last_one(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann)
        (remedy,) = offers.remedies_of(session, case)
        run_until(session, case, DUE)
        assert "remedy_overdue" not in kinds(session, case)
        with clock.set_to(DUE + A_MICROSECOND):
            act_on_case(session, case.id)
        case = queries.locked(session, case.id)
        (event,) = [event for event in queries.events_of(session, [case.id]) if event.kind == "remedy_overdue"]
        new = datetime(2026, 3, 12, 23, 59, 59, 999999, UTC)
        assert (event.kind, event.notice, event.data["remedy_id"]) == ("remedy_overdue", "N19", str(remedy.id))
        assert remedy.due_at == new == timer(session, case, "remedy_due", remedy.id) == case.next_date
        assert event.data["remedy_due"] == new.isoformat()
        assert promise_states(session, case, f"remedy:{remedy.id}") == ["missed", "open"]
        assert "remedy_overdue" in open_tasks(session, case)
        with clock.set_to(DUE + timedelta(days=1)):
            offers.deliver(session, case, ann, remedy.id, "Payment 7719")
        assert open_tasks(session, case) == []
        assert promise_states(session, case, f"remedy:{remedy.id}") == ["missed", "kept"]

    def test_t24_not_for_what_was_delivered(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MADE, tick=False):
            case = settled(session, ann, draft(remedies=[REFUND, VOUCHER]))
            refund, voucher = offers.remedies_of(session, case)
            offers.deliver(session, case, ann, refund.id, "Payment 7719")
        run_until(session, case, datetime(2026, 3, 13, tzinfo=UTC))
        overdue = [
            event.data["remedy_id"] for event in queries.events_of(session, [case.id]) if event.kind == "remedy_overdue"
        ]
        assert overdue == [str(voucher.id)]


class TestTrack:
    def test_of_a_settlement_replaces_what_was_owed(self, session: Session, ann: Staff, boss: Staff) -> None:
        case = with_new_facts(session, settled(session, ann), boss)
        (old,) = offers.remedies_of(session, case)
        mediation_id = uuid4()
        with time_machine.travel(MADE, tick=False):
            rows = offers.track(session, case, [VOUCHER, RemedyDraft(kind="repair")], mediation_id)
            event = engine.note(session, case, "linked", Actor("system"), notice="N8")
            offers.promise(session, case, event)
        assert (old.state, case.open_remedies) == ("replaced", 2)
        assert [row.source_id for row in rows] == [mediation_id, mediation_id]
        assert rows[0].due_at == datetime(2026, 3, 12, 23, 59, 59, 999999, UTC)
        assert timer(session, case, "remedy_due", old.id) is None
        assert promise_states(session, case, f"remedy:{rows[0].id}") == ["open"]

    def test_refuses_what_cannot_be_given(self, session: Session, ann: Staff) -> None:
        case = examined(session, ann)
        with pytest.raises(Invalid) as wrong:
            offers.track(session, case, [RemedyDraft(kind="refund", amount=Decimal(-1))], uuid4())
        assert wrong.value.fields.keys() == {"remedies.0.amount"}
        assert offers.remedies_of(session, case) == []


class TestClosing:
    def test_a_manager_cannot_end_a_case_while_something_is_owed(
        self, session: Session, ann: Staff, boss: Staff
    ) -> None:
        case = settled(session, ann)
        with pytest.raises(Conflict):
            service.override(session, case, boss, "It was a test.")
        assert states.why_not(states.CLOSED, engine.standing_of(session, case), Actor("staff", "manager", boss.id))


def run_until(session: Session, case: Case, at: datetime) -> None:
    """The clocks of a case as of every day up to a moment, as the program runs them."""
    day = last_event(session, case).at
    while day < at:
        with clock.set_to(day):
            act_on_case(session, case.id)
        day += timedelta(days=1)
    with clock.set_to(at):
        act_on_case(session, case.id)
