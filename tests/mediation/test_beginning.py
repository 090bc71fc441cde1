"""T13 to T15: who may suggest mediation, who agrees to it, and when it begins or does not."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from disputes import clock
from disputes.cases import engine, states, tasks
from disputes.cases.states import Actor, NotAllowed
from disputes.errors import Conflict
from disputes.mediation import service as mediation
from disputes.offers.schemas import RemedyDraft
from tests.cases.factories import queued, staff
from tests.mediation.factories import CUSTOMER, World, acting

TEXT = "The shop returns 40 pounds. The customer keeps the lamp."
REFUND = RemedyDraft(kind="refund", amount=Decimal("40.00"), due_days=7)
THINK = timedelta(hours=48)
TICK = timedelta(microseconds=1)


class TestPropose:
    def test_t13_by_the_handler(self, here: World) -> None:
        found = here.propose()
        assert here.case.state == "mediation_offered"
        assert (found.neutral_name, found.proposed_by) == ("Amara Okafor", "shop")
        event = here.last("mediation_offered")
        assert event.notice == "N11"
        assert event.data["mediation_id"] == str(found.id)
        assert here.case.next_date
        assert clock.now() + timedelta(days=10) <= here.case.next_date <= clock.now() + timedelta(days=14)

    def test_t13_means_that_nobody_has_agreed_yet(self, here: World) -> None:
        here.propose()
        assert mediation.receipts_of(here.session, here.case) == {}

    @pytest.mark.parametrize("kind", ["customer", "assistant"])
    def test_t13_by_the_customer_gives_the_shop_the_same_time_and_a_task(self, here: World, kind: str) -> None:
        here.propose(Actor(kind))  # type: ignore[arg-type]
        assert here.case.state == "mediation_offered"
        assert tasks.is_open(here.session, here.case, "mediation_asked")
        kinds = [job["kind"] for job in queued(here.session, tasks.TELL_STAFF)]
        assert {"mediation_asked", "neutral_asked"} <= set(kinds)

    @pytest.mark.parametrize("role", ["agent", "manager", "mediator", "admin"])
    def test_t13_is_not_for_staff_who_do_not_have_the_case(self, here: World, role: str) -> None:
        with pytest.raises(NotAllowed):
            here.propose(acting(staff(here.session, role=role)))
        assert here.case.state == "investigating"

    def test_t13_asks_the_policy(self, here: World) -> None:
        here.case.category = "late"
        with pytest.raises(Conflict, match="does not suggest mediation"):
            here.propose()
        here.case.category = "refund"
        with pytest.raises(Conflict, match=r"25\.00"):
            mediation.propose(here.session, here.case, here.shop, amount=Decimal("24.99"))
        mediation.propose(here.session, here.case, here.shop, amount=Decimal("25.00"))

    def test_t13_without_anybody_neutral(self, here: World) -> None:
        here.amara.active, here.piotr.role = False, "agent"
        here.session.flush()
        with pytest.raises(Conflict, match="No neutral person"):
            here.propose()

    def test_t13_with_a_chosen_neutral(self, here: World) -> None:
        found = mediation.propose(here.session, here.case, here.shop, neutral_id=here.piotr.id, reason="Speaks Polish")
        assert found.neutral_id == here.case.neutral_id == here.piotr.id
        assert here.last("mediation_offered").words.reason == "Speaks Polish"

    def test_t13_not_with_somebody_else(self, here: World) -> None:
        with pytest.raises(Conflict, match="Choose another"):
            mediation.propose(here.session, here.case, here.shop, neutral_id=here.manager.id)

    def test_t13_again_after_the_clock_said_no(self, here: World, time: time_machine.Traveller) -> None:
        first = here.propose()
        due = here.case.next_date
        assert due
        time.move_to(due + TICK)
        engine.move(here.session, here.case, states.MEDIATION_DECLINED, Actor("clock"), start=due)
        assert mediation.phase_of(first, here.case) == "over"
        second = here.propose()
        assert second.id != first.id
        assert first.ended_at == clock.now()


class TestConsent:
    def test_t14_starts_with_both_and_the_neutrals_word(self, here: World) -> None:
        found = here.begin()
        event = here.last("mediation_started")
        assert (event.notice, len(event.data["consent_ids"])) == ("N12", 2)
        assert found.started_at == clock.now()
        assert here.case.next_date
        assert clock.now() + timedelta(days=30) <= here.case.next_date <= clock.now() + timedelta(days=34)

    @pytest.mark.parametrize("missing", ["customer", "shop", "neutral"])
    def test_t14_not_with_one_missing(self, here: World, missing: str) -> None:
        found = here.propose()
        for party in {"customer", "shop"} - {missing}:
            here.agree(party)
        if missing != "neutral":
            mediation.declare(here.session, found.id, here.amara, free=True)
        assert here.case.state == "mediation_offered"
        if missing == "neutral":
            mediation.declare(here.session, found.id, here.amara, free=True)
        else:
            here.agree(missing)
        assert here.case.state == "in_mediation"

    def test_t14_keeps_two_answers_with_their_words(self, here: World) -> None:
        here.begin()
        receipts = mediation.receipts_of(here.session, here.case)
        customer, shop = receipts["customer"], receipts["shop"]
        assert "Amara Okafor" in customer.words
        assert "30 days" in customer.words
        assert "48 hours" in customer.words
        assert customer.words != shop.words
        assert (customer.by, shop.by) == ("the customer", "Ann Baker")
        assert customer.answered_at == clock.now()
        assert "without a reason" in customer.how_to_stop
        assert customer.how_to_stop in customer.words

    def test_t14_not_for_other_words(self, here: World) -> None:
        here.propose()
        with pytest.raises(Conflict, match="read it again"):
            mediation.consent(here.session, here.case, "customer", CUSTOMER, True, "I agree to everything.")

    def test_t14_twice_counts_once(self, here: World) -> None:
        found = here.propose()
        words = mediation.words_for(here.session, here.case, "customer")
        once, again = here.agree("customer"), here.agree("customer")
        assert once.id == again.id
        here.agree("shop")
        mediation.declare(here.session, found.id, here.amara, free=True)
        assert mediation.consent(here.session, here.case, "customer", CUSTOMER, True, words).id == once.id
        assert here.kinds().count("consent_given") == 2

    def test_t14_nobody_answers_for_the_other_side(self, here: World) -> None:
        here.propose()
        others = [here.shop, acting(here.manager), acting(here.amara), Actor("clock"), Actor("system")]
        for actor in [*others, Actor("assistant")]:
            with pytest.raises(NotAllowed):
                mediation.consent(here.session, here.case, "customer", actor, True, "")
        for actor in [CUSTOMER, acting(here.amara), acting(staff(here.session)), Actor("system")]:
            with pytest.raises(NotAllowed):
                mediation.consent(here.session, here.case, "shop", actor, True, "")
        assert mediation.receipts_of(here.session, here.case) == {}

    def test_t14_a_manager_may_answer_for_the_shop(self, here: World) -> None:
        here.propose()
        words = mediation.words_for(here.session, here.case, "shop")
        mediation.consent(here.session, here.case, "shop", acting(here.manager), True, words)

    def test_t14_not_at_another_stage(self, here: World) -> None:
        for party, actor in (("customer", CUSTOMER), ("shop", here.shop)):
            with pytest.raises(NotAllowed):
                mediation.consent(here.session, here.case, party, actor, True, "")  # type: ignore[arg-type]

    def test_t14_on_the_last_day_in_full(self, here: World, time: time_machine.Traveller) -> None:
        here.propose()
        assert here.case.next_date
        time.move_to(here.case.next_date)
        here.agree("customer")
        time.move_to(here.case.next_date + TICK)
        with pytest.raises(Conflict, match="over"):
            here.agree("shop")
        with pytest.raises(Conflict, match="over"):
            here.agree("shop", agreed=False)
        assert here.case.state == "mediation_offered"

    @pytest.mark.parametrize("party", ["customer", "shop"])
    def test_t15_one_no_is_enough(self, here: World, party: str) -> None:
        found = here.propose()
        here.agree({"customer": "shop", "shop": "customer"}[party])
        answer = here.agree(party, agreed=False)
        assert here.case.state == "investigating"
        event = here.last("mediation_declined")
        assert (event.notice, event.data["why"], event.data["by"]) == ("N12a", "no", party)
        assert not answer.agreed
        assert (found.outcome, found.ended_at) == ("declined", clock.now())
        assert not tasks.is_open(here.session, here.case, "neutral_asked")

    def test_t15_after_a_yes_that_was_thought_over(self, here: World) -> None:
        here.propose()
        here.agree("customer")
        here.agree("customer", agreed=False)
        assert here.case.state == "investigating"
        assert not mediation.receipts_of(here.session, here.case)["customer"].agreed

    def test_t15_leads_back_to_the_review(self, here: World) -> None:
        engine.move(here.session, here.case, states.ESCALATED, here.shop)
        here.case.decider_id = here.manager.id
        mediation.propose(here.session, here.case, acting(here.manager))
        here.agree("customer", agreed=False)
        assert here.case.state == "escalated"

    def test_t15_by_the_neutral_who_has_ties(self, here: World) -> None:
        found = here.propose()
        here.agree("customer")
        here.agree("shop")
        mediation.declare(here.session, found.id, here.amara, free=False)
        assert here.case.state == "investigating"
        assert here.last("mediation_declined").data["why"] == "conflict"
        assert tasks.is_open(here.session, here.case, "mediation_asked")
        assert here.propose().neutral_id == here.piotr.id

    def test_t15_when_ties_arose_meanwhile(self, here: World) -> None:
        found = mediation.propose(here.session, here.case, here.shop, neutral_id=here.piotr.id)
        mediation.declare(here.session, found.id, here.piotr, free=True)
        here.case.reseller = "NordicHome"
        here.agree("customer")
        here.agree("shop")
        assert here.case.state == "investigating"
        assert found.outcome == "conflict"

    def test_t15_only_by_the_neutral_of_this_case(self, here: World) -> None:
        found = here.propose()
        for other in (here.piotr, here.manager, here.handler):
            for free in (True, False):
                with pytest.raises(NotAllowed):
                    mediation.declare(here.session, found.id, other, free=free)
