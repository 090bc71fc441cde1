"""What pages, letters and exports get to know of a mediation, and what erasing leaves."""

import json
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from disputes import clock
from disputes.cases import chain, queries
from disputes.mediation import service as mediation
from disputes.offers.schemas import RemedyDraft
from tests.mediation.factories import CUSTOMER, SECRET, World

TEXT = "The shop returns 40 pounds. The customer keeps the lamp."


class TestFacts:
    def test_of_the_proposal(self, here: World) -> None:
        here.propose()
        facts = mediation.facts_of_event(here.session, here.last("mediation_offered"))
        assert facts["neutral"] == "Amara Okafor"
        assert facts["organisation"] == "Independent mediator"
        assert "costs you nothing" in facts["cost"]
        assert (facts["answer_days"], facts["days"], facts["longer_days"], facts["think_hours"]) == (10, 30, 14, 48)

    def test_of_the_start_with_the_receipt(self, here: World) -> None:
        here.begin()
        facts = mediation.facts_of_event(here.session, here.last("mediation_started"))
        assert facts["receipt"].party == "customer"
        assert facts["receipt"].agreed

    @pytest.mark.parametrize("party", ["customer", "shop"])
    def test_of_a_no(self, here: World, party: str) -> None:
        here.propose()
        here.agree(party, agreed=False)
        facts = mediation.facts_of_event(here.session, here.last("mediation_declined"))
        assert (facts["why"], facts["by"]) == ("no", party)

    def test_of_a_text_and_of_one_that_was_replaced(self, here: World) -> None:
        here.begin()
        refund = RemedyDraft(kind="refund", amount=Decimal("40.00"))
        text = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [refund])
        first = here.last("settlement_proposed")
        facts = mediation.facts_of_event(here.session, first)
        assert (facts["settlement"], facts["remedies"]) == (TEXT, [refund])
        assert facts["accept_from"] == text.accept_from
        mediation.propose_settlement(here.session, here.case, here.amara, f"{TEXT} Now.", [])
        assert "settlement" not in mediation.facts_of_event(here.session, first)

    def test_of_something_else(self, here: World) -> None:
        here.begin()
        assert mediation.facts_of_event(here.session, here.last("taken")) == {}

    def test_of_a_second_attempt(self, here: World, time: time_machine.Traveller) -> None:
        first = mediation.propose(here.session, here.case, here.shop, neutral_id=here.piotr.id)
        here.agree("customer", agreed=False)
        told = here.last("mediation_declined")
        time.shift(60)
        here.propose()
        assert mediation.facts_of_event(here.session, told)["neutral"] == first.neutral_name == "Piotr Zielinski"


class TestView:
    def test_from_the_first_day_to_the_last(self, here: World) -> None:
        assert mediation.view_of(here.session, here.case) is None
        found = here.propose()
        view = mediation.view_of(here.session, here.case)
        assert view
        assert (view.phase, set(view.words), view.due) == ("offered", {"customer", "shop"}, here.case.next_date)
        here.agree("customer")
        view = mediation.view_of(here.session, here.case)
        assert view
        assert (set(view.words), set(view.receipts)) == ({"shop"}, {"customer"})
        here.agree("shop")
        mediation.declare(here.session, found.id, here.amara, free=True)
        view = mediation.view_of(here.session, here.case)
        assert view
        assert (view.phase, view.words, view.due) == ("running", {}, here.case.next_date)


class TestExport:
    def test_has_consents_and_the_settlement_and_nothing_confidential(
        self, here: World, time: time_machine.Traveller
    ) -> None:
        settle_with_secrets(here, time)
        exported = mediation.export_of(here.session, here.case)
        (one,) = exported["mediations"]
        assert one["settlement"]["text"] == TEXT
        assert one["result"] == "settled"
        assert {consent["party"] for consent in one["consents"]} == {"customer", "shop"}
        assert SECRET not in json.dumps(exported)

    def test_has_no_text_that_nobody_agreed_to(self, here: World) -> None:
        here.begin()
        mediation.propose_settlement(here.session, here.case, here.amara, SECRET, [])
        exported = mediation.export_of(here.session, here.case)
        assert exported["mediations"][0]["settlement"] is None
        assert SECRET not in json.dumps(exported)

    def test_of_a_case_without_any(self, here: World) -> None:
        assert mediation.export_of(here.session, here.case) == {"mediations": []}


class TestErase:
    def test_takes_every_word_of_the_sides(self, here: World, time: time_machine.Traveller) -> None:
        settle_with_secrets(here, time)
        mediation.erase(here.session, here.case)
        mediation.erase(here.session, here.case)
        exported: Any = mediation.export_of(here.session, here.case)
        assert exported["mediations"][0]["settlement"]["text"] is None
        assert here.confidential() == {"notes": 0, "messages": 0, "papers": 0}
        assert len(exported["mediations"][0]["consents"]) == 2


def test_the_history_holds_and_has_no_words_of_the_sides(here: World, time: time_machine.Traveller) -> None:
    settle_with_secrets(here, time)
    events = queries.events_of(here.session, [here.case.id])
    assert chain.breaks_in(events, here.case.last_event_seq, here.case.last_hash) == []
    told = json.dumps([event.data for event in events])
    assert TEXT not in told
    assert SECRET not in told
    consents = [event.data["words"] for event in events if event.kind == "consent_given"]
    assert len(set(consents)) == 2


def settle_with_secrets(here: World, time: time_machine.Traveller) -> None:
    found = here.begin()
    mediation.write_note(here.session, found.id, here.amara, SECRET)
    mediation.write_to_neutral(here.session, here.case, "customer", CUSTOMER, SECRET)
    mediation.share(here.session, here.case, here.shop, text=SECRET)
    text = mediation.propose_settlement(here.session, here.case, here.amara, TEXT, [])
    time.move_to(text.accept_from)
    mediation.accept_settlement(here.session, here.case, "customer", CUSTOMER)
    mediation.accept_settlement(here.session, here.case, "shop", here.shop)
    assert clock.now() == text.accept_from
