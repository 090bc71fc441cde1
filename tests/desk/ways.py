"""Every step that staff take and that sends a letter: the case it starts from, its form, and who takes it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import requests
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.cases import engine, queries, service
from disputes.cases.tables import Case, CaseEvent
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.notifications import service as letters
from disputes.notifications.tables import Notification
from disputes.offers import service as offers
from disputes.people.tables import Staff
from tests.cases.factories import filed
from tests.desk.test_offers import FINAL, TYPED
from tests.mediation.factories import World, neutral
from tests.offers.factories import CUSTOMER, examined, kinds, offer_id, offered, reviewed, settled
from tests.serving import Visitor, hidden

REASON = "The courier says another house."
TO_CUSTOMER = "mia.hughes@example.com"


@dataclass
class Shop:
    """Whoever works here, and a manager who has not touched the case."""

    session: Session
    ann: Staff
    max: Staff
    grace: Staff


@dataclass(frozen=True)
class Way:
    """A step: the case it starts from, who takes it, where its form goes, what is typed, and what happens."""

    kind: str
    start: Callable[[Shop], Case]
    by: str
    path: str | Callable[[Session, Case], str]
    typed: dict[str, str] | Callable[[Session, Case], dict[str, str]]


def new(shop: Shop) -> Case:
    return filed(shop.session)


def taken(shop: Shop) -> Case:
    return service.take(shop.session, filed(shop.session), shop.ann)


def asked(shop: Shop) -> Case:
    case = taken(shop)
    investigation.ask(shop.session, case, shop.ann, ["Where exactly was the parcel left?"])
    return case


def escalated(shop: Shop) -> Case:
    case = taken(shop)
    service.escalate(shop.session, case, shop.ann, REASON)
    return case


def proposed_redirect(shop: Shop) -> Case:
    case = taken(shop)
    service.propose_redirect(shop.session, case, shop.ann, REASON, "NordicHome")
    return case


def redirected(shop: Shop) -> Case:
    case = proposed_redirect(shop)
    service.confirm_redirect(shop.session, case, shop.max)
    return case


def twin(shop: Shop) -> Case:
    filed(shop.session, description="It is still not here.")
    return filed(shop.session)


def in_dispute(shop: Shop) -> World:
    case = service.take(shop.session, filed(shop.session, category="refund"), shop.ann)
    return World(
        shop.session, queries.locked(shop.session, case.id), shop.ann, shop.max, neutral(shop.session), shop.ann
    )


def fit_for_mediation(shop: Shop) -> Case:
    return in_dispute(shop).case


def suggested(shop: Shop, *, ready: bool = False) -> Case:
    world = in_dispute(shop)
    found = world.propose()
    if ready:
        world.agree("customer")
        mediation.declare(shop.session, found.id, world.amara, free=True)
    return world.case


def mediating(shop: Shop) -> Case:
    world = in_dispute(shop)
    world.begin()
    return world.case


def lengthening(shop: Shop) -> Case:
    case = mediating(shop)
    mediation.extend(shop.session, case, CUSTOMER, "customer")
    return case


def agreed(shop: Shop) -> Case:
    world = in_dispute(shop)
    world.begin()
    text = mediation.propose_settlement(shop.session, world.case, world.amara, "Half of it back.", [])
    text.accept_from = clock.now() - timedelta(hours=1)
    shop.session.flush()
    mediation.accept_settlement(shop.session, world.case, "customer", CUSTOMER, settlement_id=text.id)
    return world.case


def wished(shop: Shop) -> Case:
    case = fit_for_mediation(shop)
    mediation.request(shop.session, case, CUSTOMER, "Somebody neutral could help us.")
    return case


def in_review(shop: Shop) -> Case:
    return reviewed(shop.session, offered(shop.session, shop.ann), shop.grace)


def tomorrow_week(session: Session, case: Case) -> dict[str, str]:
    day = queries.locked(session, case.id).first_answer_by.date() + timedelta(days=4)
    return {"new_date": day.isoformat(), "reason": REASON}


def to_other(session: Session, case: Case) -> dict[str, str]:
    others = session.query(Case).filter(Case.id != case.id)
    return {"survivor": others.one().reference}


def read_words(session: Session, case: Case) -> dict[str, str]:
    return {"answer": "yes", "words": mediation.words_for(session, case, "shop")}


def the_text(session: Session, case: Case) -> dict[str, str]:
    view = mediation.view_of(session, case)
    assert view is not None
    assert view.settlement is not None
    return {"settlement": str(view.settlement.id)}


def of_remedy(session: Session, case: Case) -> str:
    return f"remedies/{offers.remedies_of(session, case)[0].id}/delivered"


def of_offer(session: Session, case: Case) -> str:
    return f"answer/{offer_id(session, case)}/refused"


WAYS = [
    Way("taken", new, "ann", "steps/take", {}),
    Way("taken", new, "grace", "steps/assign", {"staff": "ada@casened.com"}),
    Way("assigned", taken, "grace", "steps/assign", {"staff": "bo@casened.com"}),
    Way("review_taken", escalated, "grace", "steps/take-review", {}),
    Way("extended", taken, "grace", "steps/extend", tomorrow_week),
    Way("escalated", taken, "ann", "steps/escalate", {"reason": REASON}),
    Way("redirected", proposed_redirect, "grace", "steps/redirect-agree", {}),
    Way("objected", redirected, "ann", "steps/object", {"words": REASON}),
    Way("merged", twin, "ann", "steps/merge", to_other),
    Way("reopened", lambda shop: settled(shop.session, shop.ann), "ann", "steps/review", {"words": REASON}),
    Way("overridden", new, "grace", "steps/override", {"reason": REASON}),
    Way("asked", taken, "ann", "questions", {"question": "Where exactly was the parcel left?"}),
    Way("answered", asked, "ann", "answers", {"text": "At the door.", "key": "desk:1"}),
    Way("outcome_offered", lambda shop: examined(shop.session, shop.ann), "ann", "answer",
        {**TYPED, "answer": "first"}),
    Way("outcome_bettered", lambda shop: offered(shop.session, shop.ann), "ann", "answer",
        {**TYPED, "answer": "better", "findings": "We looked once more."}),
    Way("refused", lambda shop: offered(shop.session, shop.ann), "ann", of_offer, {"words": "Not enough."}),
    Way("final_response", in_review, "grace", "answer", {**TYPED, **FINAL, "answer": "final"}),
    Way("remedy_delivered", lambda shop: settled(shop.session, shop.ann), "ann", of_remedy, {"proof": "Payment 7719"}),
    Way("mediation_offered", fit_for_mediation, "ann", "mediation/propose", {"reason": REASON}),
    Way("mediation_request_declined", wished, "ann", "mediation/decline", {"reason": REASON}),
    Way("mediation_started", lambda shop: suggested(shop, ready=True), "ann", "mediation/answer", read_words),
    Way("mediation_declined", suggested, "ann", "mediation/answer", {"answer": "no"}),
    Way("mediation_extended", lengthening, "ann", "mediation/longer", {}),
    Way("mediation_settled", agreed, "ann", "mediation/accept", the_text),
    Way("mediation_ended", mediating, "ann", "mediation/stop", {}),
]  # fmt: skip
IDS = [f"{way.kind} by {way.by}" for way in WAYS]

ELSEWHERE = {"filed", "pointed_to_reseller"}
"""Filed by staff: see below. To a reseller at once: only where customers say so themselves."""


def way_of(kind: str) -> Way:
    """The first way to that."""
    return next(way for way in WAYS if way.kind == kind)


class Desk:
    """Everybody who takes steps here, signed in."""

    def __init__(self, people: dict[str, Staff], visitors: dict[str, Visitor]) -> None:
        self.people, self.visitors = people, visitors

    def case(self, way: Way) -> Case:
        with database.transaction() as session:
            return way.start(self.shop(session))

    def note(self, case: Case) -> None:
        """Something happens in the case that changes nothing about what is possible."""
        with database.transaction() as session:
            grace = service.acting(self.people["grace"])
            case = queries.locked(session, case.id)
            engine.note(session, case, "staff_warning", grace, notice="none: for staff only", for_customer=False)

    def shop(self, session: Session) -> Shop:
        return Shop(session, self.people["ann"], self.people["max"], self.people["grace"])

    def submit(
        self, way: Way, path: str, headers: Mapping[str, str] | None = None, /, **typed: str
    ) -> requests.Response:
        visitor = self.visitors[way.by]
        typed["csrf_token"] = hidden(visitor.open("/desk/account"), "csrf_token")
        return visitor.post(path, data=typed, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})})

    def press(
        self, way: Way, case: Case, headers: Mapping[str, str] | None = None, /, **more: str
    ) -> requests.Response:
        with database.transaction() as session:
            path = way.path if isinstance(way.path, str) else way.path(session, case)
            typed = dict(way.typed if isinstance(way.typed, dict) else way.typed(session, case))
            if path == "mediation/propose":
                typed["neutral"] = str(session.query(Staff).filter(Staff.role == "mediator").one().id)
        return self.submit(way, f"/desk/cases/{case.reference}/{path}", headers, **typed, **more)

    def send(self, way: Way, shown: requests.Response) -> requests.Response:
        return self.visitors[way.by].press_send(shown)

    def happened(self, case: Case) -> list[str]:
        with database.transaction() as session:
            return kinds(session, case)

    def cases(self) -> list[Case]:
        with database.transaction() as session:
            return session.query(Case).all()

    def letters(self, case: Case, *, after: int) -> list[Notification]:
        with database.transaction() as session:
            events = session.query(CaseEvent).filter(CaseEvent.case_id == case.id, CaseEvent.seq > after)
            found = [letters.write_letter_for(session, event.id) for event in events.order_by(CaseEvent.seq)]
            return [letter for letter in found if letter is not None]
