"""A case under investigation, the two sides, and neutral people to start from."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import engine, queries, states
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.mediation import service as mediation
from disputes.mediation.service import Mediation
from disputes.people.tables import Staff
from tests.cases.factories import filed, staff

CUSTOMER = Actor("customer")
AMARA, PIOTR = "amara.okafor@mediation.example", "piotr@zielinski-mediation.example"
SECRET = "Between us: the shop would go up to 90 pounds."


@dataclass
class World:
    """A case and everybody around it."""

    session: Session
    case: Case
    handler: Staff
    manager: Staff
    amara: Staff
    piotr: Staff

    @property
    def shop(self) -> Actor:
        return acting(self.handler)

    def propose(self, actor: Actor | None = None) -> Mediation:
        return mediation.propose(self.session, self.case, actor or self.shop)

    def agree(self, party: str, agreed: bool = True) -> mediation.MediationConsent:
        side: Any = party
        actor = CUSTOMER if party == "customer" else self.shop
        words = mediation.words_for(self.session, self.case, side)
        return mediation.consent(self.session, self.case, side, actor, agreed, words)

    def begin(self) -> Mediation:
        """A mediation with Amara that runs."""
        found = self.propose()
        self.agree("customer")
        self.agree("shop")
        mediation.declare(self.session, found.id, self.amara, free=True)
        assert self.case.state == "in_mediation"
        return found

    def kinds(self) -> list[str]:
        return [event.kind for event in queries.events_of(self.session, [self.case.id])]

    def last(self, kind: str) -> Any:
        event = queries.last_event(self.session, self.case.id, kind)
        assert event is not None, kind
        return event

    def confidential(self) -> dict[str, int]:
        """How many rows there are of what is confidential, in the whole database."""
        tables = ("notes", "messages", "papers")
        count = {name: text(f"SELECT count(*) FROM mediation_private.{name}") for name in tables}
        return {name: self.session.scalars(count[name]).one() for name in tables}


def acting(person: Staff) -> Actor:
    """What that person does."""
    return Actor("staff", person.role, person.id)


def neutral(session: Session, email: str = AMARA, name: str = "Amara Okafor", **changes: Any) -> Staff:
    """Somebody who can sign in as a neutral person."""
    person = Staff(**({"email": email, "name": name, "role": "mediator", "created_at": clock.now()} | changes))
    session.add(person)
    session.flush()
    return person


def world(session: Session, **changes: Any) -> World:
    """A complaint about a refund that Ann looks into, with Max as manager and both neutral people of the policy."""
    handler = staff(session, name="Ann Baker")
    manager = staff(session, role="manager", name="Max Frost")
    amara, piotr = neutral(session), neutral(session, PIOTR, "Piotr Zielinski")
    case = queries.locked(session, filed(session, **({"category": "refund"} | changes)).id)
    case.investigator_id = handler.id
    engine.move(session, case, states.TAKEN, acting(handler), data={"investigator": str(handler.id)})
    return World(session, case, handler, manager, amara, piotr)
