"""What is said in confidence reaches nobody else, through no function of the program, whatever the role."""

from typing import Any
from uuid import uuid4

import pytest

from disputes import clock
from disputes.cases import engine, states
from disputes.cases.states import Actor, NotAllowed
from disputes.errors import NotFound
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.people.tables import Staff
from tests.cases.factories import staff
from tests.files.factories import pdf, png
from tests.mediation.factories import CUSTOMER, SECRET, World, acting
from tests.mediation.readers import ROLES, anybody, noted


class TestNotes:
    def test_only_the_neutral_of_the_case_reads_them(self, here: World) -> None:
        found = noted(here)
        (note,) = mediation.notes_of(here.session, found, here.amara)
        assert (note.text, note.at) == (SECRET, clock.now())
        for reader in [here.handler, here.manager, here.piotr, None, *(anybody(here, role) for role in ROLES)]:
            with pytest.raises(NotAllowed):
                mediation.notes_of(here.session, found, reader)

    def test_not_before_the_start_and_not_after_the_end(self, here: World) -> None:
        found = here.propose()
        with pytest.raises(NotAllowed):
            mediation.write_note(here.session, found.id, here.amara, SECRET)
        here.agree("customer")
        here.agree("shop")
        mediation.declare(here.session, found.id, here.amara, free=True)
        mediation.write_note(here.session, found.id, here.amara, SECRET)
        mediation.stop(here.session, here.case, CUSTOMER)
        for ask in (mediation.notes_of, mediation.shared_papers, mediation.messages_for_neutral):
            with pytest.raises(NotAllowed):
                ask(here.session, found.id, here.amara)
        with pytest.raises(NotAllowed):
            mediation.write_note(here.session, found.id, here.amara, SECRET)

    @pytest.mark.parametrize("change", [{"role": "manager"}, {"active": False}])
    def test_not_once_the_neutral_is_none_any_more(self, here: World, change: dict[str, Any]) -> None:
        found = noted(here)
        as_before = Staff(id=here.amara.id, email="a@b.example", name="Amara", role="mediator", active=True)
        for name, value in change.items():
            setattr(here.amara, name, value)
        here.session.flush()
        here.session.expunge(here.amara)
        with pytest.raises(NotAllowed):
            mediation.notes_of(here.session, found, as_before)

    def test_no_other_mediation_of_the_same_neutral_opens_them(self, here: World) -> None:
        found = noted(here)
        with pytest.raises(NotAllowed):
            mediation.notes_of(here.session, uuid4(), here.amara)
        assert mediation.notes_of(here.session, found, here.amara)

    def test_a_withdrawn_complaint_keeps_them_shut_until_it_is_taken_up_again(self, here: World) -> None:
        found = noted(here)
        with here.session.begin_nested():
            withdraw(here)
        with pytest.raises(NotAllowed):
            mediation.notes_of(here.session, found, here.amara)
        mediation.end(here.session, here.case)
        assert here.confidential()["notes"] == 1
        take_up_again(here)
        assert mediation.notes_of(here.session, found, here.amara)

    def test_they_go_once_it_cannot_be_taken_up_again(self, here: World, time: Any) -> None:
        noted(here)
        withdraw(here)
        time.shift(14 * 86_400)
        assert mediation.destroy_leftovers(here.session) == 0
        time.shift(2 * 86_400)
        assert mediation.destroy_leftovers(here.session) == 1
        assert mediation.destroy_leftovers(here.session) == 0
        assert here.confidential() == {"notes": 0, "messages": 0, "papers": 0}


class TestTalks:
    def test_each_side_reads_its_own_only(self, here: World) -> None:
        found = here.begin()
        mediation.write_to_neutral(here.session, here.case, "customer", CUSTOMER, "I would take 40.")
        mediation.write_to_neutral(here.session, here.case, "shop", here.shop, "We would give 60.")
        mediation.write_to_party(here.session, found.id, here.amara, "customer", "Thank you.")
        texts = {
            party: [(one.text, one.by_neutral) for one in messages]
            for party, messages in mediation.messages_for_neutral(here.session, found.id, here.amara).items()
        }
        assert texts == {
            "customer": [("I would take 40.", False), ("Thank you.", True)],
            "shop": [("We would give 60.", False)],
        }
        mine = mediation.messages_with_neutral(here.session, here.case, "customer", CUSTOMER)
        assert [one.text for one in mine] == ["I would take 40.", "Thank you."]
        ours = mediation.messages_with_neutral(here.session, here.case, "shop", acting(here.manager))
        assert [one.text for one in ours] == ["We would give 60."]

    def test_nobody_reads_or_writes_for_another_side(self, here: World) -> None:
        found = here.begin()
        strangers = [acting(staff(here.session)), acting(here.piotr), acting(here.amara), Actor("system")]
        for actor in [here.shop, acting(here.manager), Actor("assistant"), *strangers]:
            with pytest.raises(NotAllowed):
                mediation.messages_with_neutral(here.session, here.case, "customer", actor)
            with pytest.raises(NotAllowed):
                mediation.write_to_neutral(here.session, here.case, "customer", actor, "x")
        for actor in [CUSTOMER, *strangers]:
            with pytest.raises(NotAllowed):
                mediation.messages_with_neutral(here.session, here.case, "shop", actor)
        for other in (here.handler, here.manager, here.piotr):
            with pytest.raises(NotAllowed):
                mediation.write_to_party(here.session, found.id, other, "customer", "x")


class TestPapers:
    def test_the_complaint_is_shared_by_the_consents(self, here: World) -> None:
        found = here.begin()
        (paper,) = mediation.shared_papers(here.session, found.id, here.amara)
        assert here.case.description in (paper.text or "")
        assert here.last("mediation_started").at == paper.at

    def test_files_and_words_for_the_neutral_and_the_other_side(self, here: World) -> None:
        found = here.begin()
        file = investigation.add_evidence(here.session, here.case, CUSTOMER, "lamp.png", png())
        hidden = investigation.add_evidence(here.session, here.case, here.shop, "ours.pdf", pdf(), staff=here.handler)
        mediation.share(here.session, here.case, CUSTOMER, evidence_id=file.id)
        mediation.share(here.session, here.case, here.shop, evidence_id=file.id)
        mediation.share(here.session, here.case, here.shop, text="Our carrier says otherwise.")
        papers = mediation.shared_papers(here.session, found.id, here.amara)
        assert [(paper.party, paper.evidence and paper.evidence.id) for paper in papers[1:]] == [
            ("customer", file.id),
            ("shop", None),
        ]
        read, content = mediation.read_shared(here.session, found.id, here.amara, papers[1].id)
        assert (read.id, bool(content)) == (file.id, True)
        for asked in (hidden.id, file.id, uuid4()):
            with pytest.raises(NotFound):
                mediation.read_shared(here.session, found.id, here.amara, asked)
        both = [
            mediation.papers_for_party(here.session, here.case, "customer", CUSTOMER),
            mediation.papers_for_party(here.session, here.case, "shop", here.shop),
        ]
        assert both == [papers, papers]

    def test_nothing_before_the_start_and_nothing_of_another_case(self, here: World) -> None:
        here.propose()
        with pytest.raises(NotAllowed):
            mediation.share(here.session, here.case, CUSTOMER, text="x")
        here.agree("customer")
        with pytest.raises(NotAllowed):
            mediation.share(here.session, here.case, here.shop, text="x")

    def test_only_the_sides_share(self, here: World) -> None:
        here.begin()
        with pytest.raises(NotFound):
            mediation.share(here.session, here.case, CUSTOMER, evidence_id=uuid4())
        for actor in (acting(here.amara), acting(staff(here.session)), Actor("assistant"), Actor("clock")):
            with pytest.raises(NotAllowed):
                mediation.share(here.session, here.case, actor, text="x")


def withdraw(here: World) -> None:
    engine.move(here.session, here.case, states.WITHDRAWN, CUSTOMER)


def take_up_again(here: World) -> None:
    engine.move(here.session, here.case, states.WITHDRAWAL_UNDONE, CUSTOMER)
