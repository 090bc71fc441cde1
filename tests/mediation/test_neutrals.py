"""Who may be neutral in a case: the directory, and ties."""

import pytest

from disputes import clock, policy
from disputes.cases import engine
from disputes.mediation import service as mediation
from disputes.people.tables import Customer
from tests.cases.factories import staff
from tests.mediation.factories import AMARA, World, acting


def names(here: World) -> list[str]:
    here.session.flush()
    return [neutral.name for neutral in mediation.neutrals_for(here.session, here.case)]


def test_those_of_the_policy_who_can_sign_in(here: World) -> None:
    assert names(here) == ["Amara Okafor", "Piotr Zielinski"]
    staff(here.session, role="mediator", name="Nobody the policy knows")
    here.piotr.active = False
    assert names(here) == ["Amara Okafor"]
    here.amara.role = "manager"
    assert names(here) == []


@pytest.mark.parametrize("reseller", ["NordicHome", "nordic home", "NORDICHOME"])
def test_ties_with_the_reseller(here: World, reseller: str) -> None:
    here.case.reseller = reseller
    assert names(here) == ["Amara Okafor"]
    assert mediation.conflict_of(here.session, here.case, here.piotr)


def test_another_reseller_is_no_tie(here: World) -> None:
    here.case.reseller = "Lumen & Oak"
    assert len(names(here)) == 2


@pytest.mark.parametrize("who", ["investigator", "decider", "earlier investigator", "customer"])
def test_ties_with_people_in_the_case(here: World, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    tie_amara_to(monkeypatch, "  zoe  CRANE ")
    assert "Amara Okafor" in names(here)
    zoe = staff(here.session, name="Zoe Crane", role="manager")
    if who == "investigator":
        here.case.investigator_id = zoe.id
    elif who == "decider":
        here.case.decider_id = zoe.id
    elif who == "customer":
        here.session.get_one(Customer, here.case.customer_id).name = "Zoe Crane"
    else:
        data = {"investigator": str(zoe.id)}
        engine.note(here.session, here.case, "assigned", acting(here.manager), notice="N4", data=data)
    assert names(here) == ["Piotr Zielinski"]


def test_nobody_mediates_their_own_complaint(here: World) -> None:
    here.session.get_one(Customer, here.case.customer_id).email = AMARA
    assert names(here) == ["Piotr Zielinski"]


def test_whoever_told_of_ties_is_not_asked_again(here: World) -> None:
    found = here.propose()
    mediation.declare(here.session, found.id, here.amara, free=False)
    assert names(here) == ["Piotr Zielinski"]
    second = here.propose()
    mediation.declare(here.session, second.id, here.piotr, free=False)
    assert names(here) == []


def test_the_word_of_the_neutral_does_not_outdo_what_is_known(here: World) -> None:
    found = mediation.propose(here.session, here.case, here.shop, neutral_id=here.piotr.id)
    here.case.reseller = "NordicHome"
    mediation.declare(here.session, found.id, here.piotr, free=True)
    assert (found.no_conflict_at, found.conflict_at) == (None, clock.now())
    assert here.case.state == "investigating"


def tie_amara_to(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    tied = [
        one.model_copy(update={"not_for": [name]}) if one.email == AMARA else one for one in policy.current().mediators
    ]
    monkeypatch.setattr(policy.current(), "mediators", tied)
