"""T16 and T17: a settlement, a stop, more time; and the wish that comes before all of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from disputes import clock
from disputes.cases import engine, states, tasks
from disputes.cases.states import Actor, NotAllowed
from disputes.errors import Conflict, Invalid
from disputes.mediation import service as mediation
from disputes.offers import remedies
from disputes.offers.schemas import RemedyDraft
from tests.cases.factories import staff
from tests.mediation.factories import CUSTOMER, World, acting

TEXT = "The shop returns 40 pounds. The customer keeps the lamp."
REFUND = RemedyDraft(kind="refund", amount=Decimal("40.00"), due_days=7)
THINK = timedelta(hours=48)
TICK = timedelta(microseconds=1)


class TestSettlement:
    def test_t16_after_the_time_to_think(self, here: World, time: time_machine.Traveller) -> None:
        found = here.begin()
        mediation.write_note(here.session, found.id, here.amara, "a note")
        text = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [REFUND])
        assert here.last("settlement_proposed").notice == "NSt"
        time.move_to(text.accept_from - TICK)
        for party, actor in (("customer", CUSTOMER), ("shop", here.shop)):
            with pytest.raises(Conflict, match="time to think"):
                mediation.accept_settlement(here.session, here.case, party, actor)  # type: ignore[arg-type]
        time.move_to(text.accept_from)
        assert text.accept_from == text.proposed_at + THINK
        mediation.accept_settlement(here.session, here.case, "customer", CUSTOMER, settlement_id=text.id)
        assert here.case.state == "in_mediation"
        mediation.accept_settlement(here.session, here.case, "shop", here.shop)
        assert (here.case.state, here.case.resolution, here.case.outcome_code) == ("resolved", "settled", "settled")
        assert here.last("mediation_settled").notice == "N8"
        assert here.confidential() == {"notes": 0, "messages": 0, "papers": 0}
        kept = mediation.view_of(here.session, here.case)
        assert kept and kept.settlement
        assert (kept.phase, kept.settlement.text) == ("settled", TEXT)

    def test_t16_what_the_shop_gives_is_tracked(self, here: World, time: time_machine.Traveller) -> None:
        settle(here, time)
        (remedy,) = remedies.remedies_of(here.session, here.case)
        assert (remedy.kind, remedy.amount, remedy.state) == ("refund", Decimal("40.00"), "open")
        assert here.case.open_remedies == 1
        timers = [timer.kind for timer in engine.timers_of(here.session, here.case)]
        assert "remedy_due" in timers
        assert "review_close" not in timers
        assert here.last("mediation_settled").data["remedy_ids"] == [str(remedy.id)]

    def test_t16_a_changed_text_starts_anew(self, here: World, time: time_machine.Traveller) -> None:
        here.begin()
        first = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [REFUND])
        time.move_to(first.accept_from)
        mediation.accept_settlement(here.session, here.case, "customer", CUSTOMER)
        second = mediation.propose_settlement(here.session, here.case, here.amara, f"{TEXT} By Friday.", [REFUND])
        assert second.customer_accepted_at is None
        assert second.accept_from == clock.now() + THINK
        with pytest.raises(Conflict, match="time to think"):
            mediation.accept_settlement(here.session, here.case, "shop", here.shop)
        time.move_to(second.accept_from)
        with pytest.raises(Conflict, match="changed"):
            mediation.accept_settlement(here.session, here.case, "shop", here.shop, settlement_id=first.id)
        mediation.accept_settlement(here.session, here.case, "shop", here.shop)
        assert here.case.state == "in_mediation"

    def test_t16_the_same_text_again_changes_nothing(self, here: World, time: time_machine.Traveller) -> None:
        here.begin()
        first = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [REFUND])
        time.shift(60)
        again = mediation.propose_settlement(here.session, here.case, here.amara, f" {TEXT} ", [REFUND])
        assert (again.id, again.accept_from) == (first.id, first.proposed_at + THINK)

    def test_t16_one_side_cannot_accept_for_both(self, here: World, time: time_machine.Traveller) -> None:
        here.begin()
        text = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [])
        time.move_to(text.accept_from)
        for _ in range(2):
            mediation.accept_settlement(here.session, here.case, "shop", here.shop)
        for actor in (here.shop, acting(here.amara), Actor("assistant"), Actor("clock")):
            with pytest.raises(NotAllowed):
                mediation.accept_settlement(here.session, here.case, "customer", actor)
        for actor in (CUSTOMER, acting(here.amara), acting(staff(here.session))):
            with pytest.raises(NotAllowed):
                mediation.accept_settlement(here.session, here.case, "shop", actor)
        assert here.case.state == "in_mediation"
        assert here.kinds().count("settlement_accepted") == 1

    def test_t16_needs_a_text_from_the_neutral(self, here: World) -> None:
        here.begin()
        with pytest.raises(Conflict, match="No agreement"):
            mediation.accept_settlement(here.session, here.case, "customer", CUSTOMER)
        for other in (here.handler, here.manager, here.piotr):
            with pytest.raises(NotAllowed):
                mediation.propose_settlement(here.session, here.case, other, TEXT, [])
        with pytest.raises(Invalid) as fault:
            mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [RemedyDraft(kind="refund")])
        assert "remedies.0.amount" in fault.value.fields

    def test_t16_only_if_there_is_time_to_think(self, here: World, time: time_machine.Traveller) -> None:
        here.begin()
        assert here.case.next_date
        time.move_to(here.case.next_date - THINK + TICK)
        with pytest.raises(Conflict, match="more time"):
            mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [])
        time.move_to(here.case.next_date - THINK)
        mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [])
        time.move_to(here.case.next_date)
        mediation.accept_settlement(here.session, here.case, "customer", CUSTOMER)
        time.shift(TICK)
        with pytest.raises(Conflict, match="over"):
            mediation.accept_settlement(here.session, here.case, "shop", here.shop)


class TestStop:
    @pytest.mark.parametrize("who", ["customer", "handler", "manager", "amara"])
    def test_t17_by_anyone_at_any_time(self, here: World, time: time_machine.Traveller, who: str) -> None:
        found = here.begin()
        mediation.write_note(here.session, found.id, here.amara, "a note")
        mediation.write_to_neutral(here.session, here.case, "customer", CUSTOMER, "a word")
        mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [REFUND])
        time.shift(1)
        event = mediation.stop(here.session, here.case, CUSTOMER if who == "customer" else acting(getattr(here, who)))
        assert here.case.state == "escalated"
        assert (event.notice, event.words) == ("N13", None)
        assert event.data["by"] == {"customer": "customer", "amara": "neutral"}.get(who, "shop")
        assert here.confidential() == {"notes": 0, "messages": 0, "papers": 0}
        view = mediation.view_of(here.session, here.case)
        assert view and (view.phase, view.settlement) == ("over", None)

    def test_t17_not_by_others(self, here: World) -> None:
        here.begin()
        for actor in (acting(here.piotr), acting(staff(here.session)), Actor("assistant"), Actor("system")):
            with pytest.raises(NotAllowed):
                mediation.stop(here.session, here.case, actor)

    def test_t17_by_the_clock_destroys_as_well(self, here: World, time: time_machine.Traveller) -> None:
        found = here.begin()
        mediation.write_note(here.session, found.id, here.amara, "a note")
        due = here.case.next_date
        assert due
        time.move_to(due + TICK)
        engine.move(here.session, here.case, states.MEDIATION_ENDED, Actor("clock"), start=due)
        here.session.flush()
        assert here.confidential() == {"notes": 0, "messages": 0, "papers": 0}
        mediation.end(here.session, here.case)
        mediation.end(here.session, here.case)
        assert (found.ended_at, mediation.phase_of(found, here.case)) == (clock.now(), "over")
        facts = mediation.facts_of_event(here.session, here.last("mediation_ended"))
        assert (facts["why"], facts["by"]) == ("time", "clock")

    def test_t17_for_ties_found_late(self, here: World) -> None:
        found = here.begin()
        mediation.declare(here.session, found.id, here.amara, free=False)
        assert here.case.state == "escalated"
        assert found.outcome == "conflict"

    def test_end_does_nothing_while_it_runs(self, here: World) -> None:
        found = here.begin()
        mediation.write_note(here.session, found.id, here.amara, "a note")
        mediation.end(here.session, here.case)
        assert found.ended_at is None
        assert here.confidential()["notes"] == 1


class TestMoreTime:
    def test_both_make_it_14_days_longer_once(self, here: World) -> None:
        here.begin()
        old = here.case.next_date
        assert old
        mediation.extend(here.session, here.case, CUSTOMER, "customer")
        mediation.extend(here.session, here.case, CUSTOMER, "customer")
        assert here.case.next_date == old
        mediation.extend(here.session, here.case, here.shop, "shop")
        assert here.case.next_date
        assert old + timedelta(days=14) <= here.case.next_date <= old + timedelta(days=18)
        event = here.last("mediation_extended")
        assert (event.notice, event.data["new"]) == ("N12x", here.case.next_date.isoformat())
        assert event.data["dates"]["next"] == event.data["new"]
        with pytest.raises(Conflict, match="once"):
            mediation.extend(here.session, here.case, here.shop, "shop")

    def test_nobody_agrees_for_the_other(self, here: World) -> None:
        here.begin()
        for party, actor in (("customer", here.shop), ("shop", CUSTOMER), ("shop", acting(here.amara))):
            with pytest.raises(NotAllowed):
                mediation.extend(here.session, here.case, actor, party)  # type: ignore[arg-type]

    def test_not_after_the_end(self, here: World, time: time_machine.Traveller) -> None:
        here.begin()
        assert here.case.next_date
        time.move_to(here.case.next_date + TICK)
        with pytest.raises(Conflict, match="over"):
            mediation.extend(here.session, here.case, CUSTOMER, "customer")


class TestRequest:
    def test_the_handler_gets_a_task_with_a_date(self, here: World) -> None:
        event = mediation.request(here.session, here.case, Actor("assistant"), "Somebody neutral would help.")
        assert (event.kind, event.notice) == ("mediation_requested", "NM")
        assert event.words
        assert event.words.text == "Somebody neutral would help."
        assert tasks.is_open(here.session, here.case, "mediation_asked")
        assert mediation.request(here.session, here.case, CUSTOMER, "Please!").id == event.id

    def test_followed_by_a_proposal(self, here: World) -> None:
        mediation.request(here.session, here.case, CUSTOMER, "Please.")
        here.propose()
        assert not tasks.is_open(here.session, here.case, "mediation_asked")

    def test_declined_with_a_reason(self, here: World) -> None:
        mediation.request(here.session, here.case, CUSTOMER, "Please.")
        with pytest.raises(Invalid):
            mediation.decline_request(here.session, here.case, here.handler, " ")
        with pytest.raises(NotAllowed):
            mediation.decline_request(here.session, here.case, staff(here.session), "No.")
        event = mediation.decline_request(here.session, here.case, here.handler, "The law leaves us no choice here.")
        assert event.notice == "NMd"
        assert not tasks.is_open(here.session, here.case, "mediation_asked")
        with pytest.raises(Conflict):
            mediation.decline_request(here.session, here.case, here.handler, "Again.")

    def test_only_the_customer_and_only_with_words(self, here: World) -> None:
        with pytest.raises(NotAllowed):
            mediation.request(here.session, here.case, here.shop, "Please.")
        with pytest.raises(Invalid):
            mediation.request(here.session, here.case, CUSTOMER, "\n")

    def test_not_while_one_runs(self, here: World) -> None:
        here.begin()
        with pytest.raises(Conflict):
            mediation.request(here.session, here.case, CUSTOMER, "Please.")


def settle(here: World, time: time_machine.Traveller) -> None:
    here.begin()
    text = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [REFUND])
    time.move_to(text.accept_from)
    mediation.accept_settlement(here.session, here.case, "customer", CUSTOMER)
    mediation.accept_settlement(here.session, here.case, "shop", here.shop)
