"""From real cases to letters: every event that asks for one gets it, with the engine's dates and no others."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import complainant, engine, filing, queries, service
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent
from disputes.deadlines import service as deadlines
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.notifications.service import write_letter_for
from disputes.notifications.tables import Notification
from disputes.offers import service as offers
from disputes.offers.tables import Remedy
from tests.cases.factories import complaint, filed, staff
from tests.mediation.factories import world
from tests.notifications.test_letters import SAYS_A_DATE
from tests.offers.factories import draft, final_draft, granting_all, offer_id, offered, reviewed

CUSTOMER = Actor("customer")
START = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)


def letters_of(session: Session, case: Case) -> dict[str, Notification]:
    """The letter of every event of a case that asks for one, by notice and kind of event."""
    written = {}
    for event in session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)).all():
        if event.notice and not event.notice.startswith("none"):
            row = write_letter_for(session, event.id)
            assert row is not None, (event.kind, event.notice)
            assert set(SAYS_A_DATE.findall(row.text)) <= dates_of(session, event), (event.kind, event.notice)
            assert row.seal == event.hash[:16]
            assert event.clause_id is None or event.clause_id in row.clauses or event.kind in BESIDE
            written[f"{event.notice} {event.kind}"] = row
    return written


BESIDE = frozenset({"remedy_delivered"})
"""Events beside the table whose letter rests on other clauses than the one noted with them."""


def dates_of(session: Session, event: CaseEvent) -> set[str]:
    """The dates that the letter of this event may name: from the event, its case, and the tables it points to."""
    told = [datetime.fromisoformat(due) for due in event.data.get("dates", {}).values()]
    told += [
        datetime.fromisoformat(event.data[name])
        for name in ("old", "new", "remedy_due", "accept_from")
        if name in event.data
    ]
    told += [event.due_at] if event.due_at else []
    told += [session.get_one(Case, event.case_id).filed_at]
    told += [due for due in session.scalars(select(Remedy.due_at).where(Remedy.case_id == event.case_id)) if due]
    return {policy.current().say_date(moment) for moment in told}


def run_clock(session: Session, case: Case, days: int) -> None:
    """Lets every day pass, as the sweep would."""
    for day in range(1, days + 1):
        with clock.set_to(START + timedelta(days=day)):
            deadlines.act_on_case(session, case.id)


@pytest.fixture
def at_start() -> object:
    with clock.set_to(START):
        yield


@pytest.mark.database
@pytest.mark.usefixtures("at_start")
class TestACase:
    def test_from_filing_to_the_end(self, session: Session) -> None:
        ann, max_ = staff(session), staff(session, role="manager", name="Max Frost")
        case = service.take(session, filed(session), ann)
        investigation.ask(session, case, ann, ["On which day was it?"])
        investigation.answer(session, case, CUSTOMER, "On Tuesday.", key="a", channel="page")
        for point in investigation.plan(session, case):
            investigation.record_finding(session, case, ann, point.id, "The depot has it.", "confirmed")
        offers.make_offer(session, case, ann, draft())
        offers.refuse(session, case, CUSTOMER, offer_id(session, case), "That is not enough for me.")
        service.take_review(session, case, max_)
        offers.final_response(session, case, max_, final_draft())
        offers.accept(session, case, CUSTOMER, offer_id(session, case))
        (remedy,) = offers.remedies_of(session, queries.locked(session, case.id))
        offers.deliver(session, case, max_, remedy.id, "Payment 4711")
        letters = letters_of(session, case)
        assert list(letters) == [
            "N1 filed", "N4 taken", "N5 asked", "N6 answered", "N7 outcome_offered", "N9 refused", "N4r review_taken",
            "N14 final_response", "N8 final_accepted", "N8d remedy_delivered",
        ]  # fmt: skip
        assert "Ann Baker has taken on" in letters["N4 taken"].text
        assert "On which day was it?" in letters["N5 asked"].text
        assert "> On Tuesday." in letters["N6 answered"].text
        assert "£49.90" in letters["N7 outcome_offered"].text
        assert "The depot has it." in letters["N7 outcome_offered"].text
        assert "> That is not enough for me." in letters["N9 refused"].text
        assert "Max Frost" in letters["N4r review_taken"].text
        assert "We take part in arbitration in this case." in letters["N14 final_response"].text
        assert remedy.due_at is not None
        assert policy.current().say_date(remedy.due_at) in letters["N8 final_accepted"].text

    def test_that_nobody_works_on_gets_apologies_and_the_outside_door(
        self, session: Session, each_policy: Path
    ) -> None:
        case = filed(session)
        run_clock(session, case, policy.current().clocks.hard_cap_days + 2)
        letters = letters_of(session, case)
        assert {"N1 filed", "NP named_person_late", "N10 escalated", "N10 final_overdue", "N15 deadlock_notice"} <= set(
            letters
        )
        assert "we are sorry" in letters["N10 escalated"].text
        assert "you may turn to somebody outside the shop now" in letters["N15 deadlock_notice"].text.lower()

    def test_whose_customer_is_silent(self, session: Session) -> None:
        case = offered(session, staff(session), granting_all())
        run_clock(session, case, 60)
        letters = letters_of(session, case)
        assert {"N7r offer_reminder", "N8a assumed_settled", "N19 remedy_overdue"} <= set(letters)
        assert "all that you asked for" in letters["N7 outcome_offered"].text
        assert "£49.90" in letters["N19 remedy_overdue"].text

    def test_that_is_settled_and_closes(self, session: Session) -> None:
        ann = staff(session)
        case = offered(session, ann)
        offers.accept(session, case, CUSTOMER, offer_id(session, case))
        (remedy,) = offers.remedies_of(session, case)
        offers.deliver(session, case, ann, remedy.id, "Payment 4711")
        run_clock(session, case, 40)
        letters = letters_of(session, case)
        assert {"NS satisfaction_asked", "N16 last_call"} <= set(letters)
        assert queries.locked(session, case.id).state == "closed"

    def test_that_goes_through_mediation(self, session: Session) -> None:
        here = world(session)
        mediation.request(session, here.case, CUSTOMER, "I would like somebody neutral.")
        here.begin()
        mediation.extend(session, here.case, CUSTOMER, "customer")
        mediation.extend(session, here.case, here.shop, "shop")
        refund = offers.RemedyDraft(kind="refund", amount=30, due_days=7)
        mediation.propose_settlement(session, here.case, here.amara, "The shop pays back £30.", [refund])
        with clock.set_to(START + timedelta(days=3)):
            mediation.accept_settlement(session, here.case, "customer", CUSTOMER)
            mediation.accept_settlement(session, here.case, "shop", here.shop)
        letters = letters_of(session, here.case)
        assert set(letters) == {
            "N1 filed", "N4 taken", "NM mediation_requested", "N11 mediation_offered", "N12 mediation_started",
            "N12x mediation_extended", "NSt settlement_proposed", "N8 mediation_settled",
        }  # fmt: skip
        assert "Amara Okafor" in letters["N11 mediation_offered"].text
        assert "> The shop pays back £30." in letters["NSt settlement_proposed"].text
        assert "Thursday 14 May 2026, 15:05" in letters["NSt settlement_proposed"].text
        assert "> The shop pays back £30." in letters["N8 mediation_settled"].text
        assert "£30.00" in letters["N8 mediation_settled"].text

    def test_that_is_stopped_in_mediation_and_reopened(self, session: Session) -> None:
        here = world(session)
        here.begin()
        mediation.stop(session, here.case, CUSTOMER, "No.")
        assert "You told us that you want to stop" in letters_of(session, here.case)["N13 mediation_ended"].text

    def test_whose_mediation_is_declined(self, session: Session) -> None:
        here = world(session)
        mediation.request(session, here.case, CUSTOMER, "I would like somebody neutral.")
        mediation.decline_request(session, here.case, here.handler, "The facts are clear.")
        here.propose()
        here.agree("customer", agreed=False)
        letters = letters_of(session, here.case)
        assert "The facts are clear." in letters["NMd mediation_request_declined"].text
        assert "You told us that you do not want mediation." in letters["N12a mediation_declined"].text

    def test_with_the_other_ways(self, session: Session) -> None:
        ann, max_ = staff(session), staff(session, role="manager", name="Max Frost")
        pointed = filing.point_to_reseller(session, complaint(reseller="NordicHome"), filing_key="n2")
        complainant.object_to_redirect(session, pointed, CUSTOMER, "I paid you.")
        letters = letters_of(session, pointed)
        assert "service@nordichome.example" in letters["N2 pointed_to_reseller"].text
        assert "> I paid you." in letters["N10 objected"].text
        other, twin = filed(session), filed(session)
        service.merge(session, twin, ann, other.reference)
        assert other.reference in letters_of(session, twin)["N3 merged"].text
        service.assign(session, service.take(session, other, ann), max_, staff(session, name="Kim Lee"))
        with clock.set_to(START + timedelta(days=1)):
            service.extend(session, other, max_, (START + timedelta(days=20)).date(), "The carrier is slow.")
        complainant.withdraw(session, other, CUSTOMER)
        complainant.undo_withdrawal(session, other, CUSTOMER)
        service.override(session, other, max_, "Sent twice.")
        letters = letters_of(session, other)
        assert "Kim Lee now looks after" in letters["N4 assigned"].text
        assert "The carrier is slow." in letters["NX extended"].text
        assert {"N18 withdrawn", "N18u withdrawal_undone", "N20 overridden"} <= set(letters)

    def test_that_is_reviewed_again(self, session: Session) -> None:
        ann, max_ = staff(session), staff(session, role="manager", name="Max Frost")
        case = reviewed(session, offered(session, ann), max_)
        offers.final_response(session, case, max_, final_draft())
        complainant.ask_review(session, case, CUSTOMER, "I found the photo.", reason="new_fact")
        assert "> I found the photo." in letters_of(session, case)["N17 reopened"].text

    def test_of_the_shop_against_a_customer(self, session: Session) -> None:
        ann = staff(session)
        case = filed(session, source="shop", filed_by_staff_id=ann.id, desired_outcome=None)
        text = letters_of(session, case)["N1 filed"].text
        assert "casened.com has filed a complaint about an order or dealing with you." in text

    def test_keeps_what_a_letter_rests_on(self, session: Session) -> None:
        case = filed(session)
        row = letters_of(session, case)["N1 filed"]
        assert row.clauses == ["C3", "C4", "C5", "C6", "C7", "C8", "C10"]
        assert (row.policy_digest, row.event_kind) == (policy.current().digest, "filed")

    def test_told_late_is_told_as_it_was(self, session: Session) -> None:
        case = filed(session)
        event = engine.note(session, queries.locked(session, case.id), "progress_note", Actor("clock"), notice="NP")
        complainant.withdraw(session, case, CUSTOMER)
        row = write_letter_for(session, UUID(str(event.id)))
        assert row is not None
        assert "Stage:           Received" in row.text
