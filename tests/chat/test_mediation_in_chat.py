"""Yes and no to mediation in the chat: the customer's own word, to the terms that were shown, after the code."""

import pytest
from sqlalchemy.orm import Session

from disputes.cases.progress import NotVerified
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.chat import case_acts
from disputes.chat.case_acts import AtHand
from disputes.chat.tables import Conversation
from disputes.errors import Conflict
from disputes.mediation import service as mediation
from tests.cases.factories import staff
from tests.chat.test_case_acts import Customer
from tests.investigation.factories import taken
from tests.mediation.factories import neutral


@pytest.fixture
def mia(session: Session, conversation: Conversation) -> Customer:
    return Customer(session, conversation)


@pytest.fixture
def suggested(session: Session, mia: Customer) -> Case:
    ann = staff(session, name="Ann Baker")
    case = taken(session, ann, category="refund")
    neutral(session)
    mediation.propose(session, case, Actor("staff", ann.role, ann.id))
    mia.proves(case)
    return case


def terms_shown(mia: Customer, case: Case) -> AtHand:
    return case_acts.at_hand(mia.session, mia.conversation.id, case.reference)


def test_a_yes_is_the_customers_own_to_the_terms_that_were_shown(mia: Customer, suggested: Case) -> None:
    shown = terms_shown(mia, suggested)
    assert shown.terms.startswith("I agree to try mediation with Amara Okafor")
    mia.does(suggested, "agree", about=shown.about)
    receipt = mediation.receipts_of(mia.session, suggested)["customer"]
    assert (receipt.agreed, receipt.words) == (True, shown.terms)
    assert terms_shown(mia, suggested).terms == ""  # nothing is asked twice


def test_a_yes_to_other_terms_is_none(mia: Customer, suggested: Case) -> None:
    with pytest.raises(Conflict, match="has changed meanwhile"):
        mia.does(suggested, "agree", about="0" * 32)
    assert mediation.receipts_of(mia.session, suggested) == {}


def test_a_no_lets_the_complaint_go_on(mia: Customer, suggested: Case) -> None:
    assert mia.does(suggested, "decline").stage == "investigating"
    with pytest.raises(Conflict, match="another stage"):
        case_acts.check(mia.session, mia.conversation.id, suggested.reference, "agree")


def test_neither_before_the_code(mia: Customer, suggested: Case) -> None:
    mia.conversation.status_request_id = None
    with pytest.raises(NotVerified):
        mia.does(suggested, "decline")
