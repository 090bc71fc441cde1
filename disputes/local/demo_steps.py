"""What happened to the demo's complaints after they were filed: each function is one story, told by the services."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import engine, queries
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.deadlines import service as deadlines
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.people.tables import Staff

type Story = Callable[[Session, Case, Staff], None]

CUSTOMER = Actor("customer")
A_MOMENT = timedelta(seconds=1)


def live_until(session: Session, case: Case, moment: datetime) -> None:
    """Lets the clocks of a case run as they would have, one after the other, until that moment."""
    while True:
        case = queries.locked(session, case.id)
        running = engine.timers_of(session, case)
        if not running or running[0].due_at >= moment:
            return
        with clock.set_to(running[0].due_at + A_MOMENT):
            deadlines.act_on_case(session, case.id)


def asked(session: Session, case: Case, staff: Staff) -> None:
    """A question waits for the customer."""
    _after(session, case, days=1)
    with clock.set_to(case.filed_at + timedelta(days=1)):
        investigation.ask(session, case, staff, ["Which of the three frames was missing: small, medium or large?"])


def answered_with_an_offer(session: Session, case: Case, staff: Staff) -> None:
    """Our first answer is with the customer."""
    _after(session, case, days=12)
    with clock.set_to(case.filed_at + timedelta(days=12)):
        _offer(session, case, staff)


def settled_and_owed(session: Session, case: Case, staff: Staff) -> None:
    """The customer accepted, and the money is on its way."""
    answered_with_an_offer(session, case, staff)
    with clock.set_to(case.filed_at + timedelta(days=14)):
        offer = offers.current_offer(session, case)
        if offer is not None:
            offers.accept(session, case, CUSTOMER, offer.id)


def _after(session: Session, case: Case, *, days: int) -> None:
    live_until(session, case, case.filed_at + timedelta(days=days))


def _offer(session: Session, case: Case, staff: Staff) -> None:
    for point in investigation.points_without_finding(session, case):
        finding = "Our records show that the vase came back to us on the day the customer says."
        investigation.record_finding(session, case, staff, point.id, finding, "confirmed")
    refund = offers.RemedyDraft(kind="refund", amount=Decimal("34.50"), currency="GBP", due_days=10)
    draft = offers.OfferDraft(
        position="accept",
        findings="The vase reached us four weeks ago, and the refund was never started.",
        reasons="It was our mistake: the return was booked under another order.",
        clauses=["C4"],
        remedies=[refund],
        grants_all=True,
        outcome_code="upheld",
        cause="payment",
    )
    offers.make_offer(session, case, staff, draft)
