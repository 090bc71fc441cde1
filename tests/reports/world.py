"""Small worlds for the figures: a few cases, each step of them at a moment that is written down."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import complainant, engine, queries, states
from disputes.cases.states import Actor, Transition
from disputes.cases.tables import Case
from disputes.chat import service as chat
from disputes.chat import thread
from disputes.chat.ownership import Owner, change_owner
from disputes.chat.reasons import Reason
from disputes.chat.tables import Conversation, Satisfaction
from disputes.people.tables import Staff
from disputes.reports import service
from disputes.reports.figures import figure_named
from disputes.reports.filters import Filters
from disputes.reports.period import Period
from disputes.reports.queries import By, Line
from disputes.reports.service import Counted
from tests.cases.factories import filed, staff

CUSTOMER = Actor("customer")
CLOCK = Actor("clock")
MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
"""Ten in the morning where the shop is."""

MAY = Period(date(2026, 5, 1), date(2026, 5, 31))
LATER = MONDAY + timedelta(days=300)


class World:
    """Cases that are moved by hand, and the people who have them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ann = staff(session, name="Ann Baker")
        self.bo = staff(session, name="Bo Carr")
        self.max = staff(session, role="manager", name="Max Boss")

    def file(self, at: datetime, **changes: Any) -> Case:
        """A complaint of somebody else each time."""
        with clock.set_to(at):
            return filed(self.session, **{"email": f"{uuid4().hex}@example.com", **changes})

    def take(self, case: Case, at: datetime, who: Staff | None = None) -> None:
        """Somebody takes it on."""
        who = who or self.ann
        with clock.set_to(at):
            case = queries.locked(self.session, case.id)
            case.investigator, case.investigator_id = who, who.id
            data = {"investigator": str(who.id)}
            engine.move(self.session, case, states.TAKEN, Actor("staff", who.role, who.id), data=data)

    def step(self, case: Case, step: Transition, at: datetime, actor: Actor | Staff = CUSTOMER) -> None:
        """A step of the table."""
        if isinstance(actor, Staff):
            actor = Actor("staff", actor.role, actor.id)
        with clock.set_to(at):
            case = queries.locked(self.session, case.id)
            if step is states.FINAL_RESPONSE:
                case.decider_id = actor.staff_id
            engine.move(self.session, case, step, actor)

    def answer(self, case: Case, at: datetime, *, cause: str | None = None) -> None:
        """Our first answer by whoever has the case, with what caused the problem."""
        case.cause = cause
        self.step(case, states.OFFERED, at, self.session.get_one(Staff, case.investigator_id))

    def rated(self, case: Case, at: datetime, *, happy: bool) -> None:
        """The customer says how it went."""
        with clock.set_to(at):
            complainant.give_satisfaction(self.session, case, happy=happy)

    def chat(self, at: datetime, **facts: str) -> Conversation:
        """A chat that a customer opened and wrote in."""
        with clock.set_to(at):
            conversation, _ = chat.open_conversation(self.session, None)
            conversation.facts = dict(facts)
            thread.append(self.session, conversation, "customer", "My parcel never came.", client_id=uuid4().hex)
            return conversation

    def owner(
        self, conversation: Conversation, owner: Owner, reason: Reason, at: datetime, agent: Staff | None = None
    ) -> None:
        """The chat changes hands."""
        with clock.set_to(at):
            change_owner(self.session, conversation, owner, reason, agent=agent, by=agent)
            thread.append(self.session, conversation, "system", f"{owner}: {reason}")

    def say(self, conversation: Conversation, who: Staff | str, at: datetime, *, note: bool = False) -> None:
        """Somebody writes: an agent, or the "customer" or the "bot"."""
        with clock.set_to(at):
            author, person = ("agent", who) if isinstance(who, Staff) else (who, None)
            audience = "staff" if note else "everyone"
            thread.append(self.session, conversation, author, "Words.", staff=person, audience=audience)

    def helped(self, conversation: Conversation, at: datetime, score: int | None) -> None:
        """The customer is asked whether it helped, and says so or not."""
        answered_at = at if score else None
        asked = Satisfaction(conversation_id=conversation.id, epoch=conversation.epoch, asked_at=at, score=score)
        asked.answered_at = answered_at
        self.session.add(asked)
        self.session.flush()

    def count(
        self, name: str, period: Period = MAY, *, by: By | None = None, now: datetime = LATER, **narrowed: Any
    ) -> Counted:
        """A figure, as it is told `now`."""
        with clock.set_to(now):
            return service.count(self.session, figure_named(name), Filters(period, **narrowed), by)

    def behind(self, name: str, period: Period = MAY, *, now: datetime = LATER, **narrowed: Any) -> Sequence[Line]:
        """What is behind it."""
        with clock.set_to(now):
            return list(service.behind(self.session, figure_named(name), Filters(period, **narrowed)))


def keyed(found: Counted) -> dict[str | None, int]:
    """How many in each group."""
    return {group.key: group.n for group in found.groups}


def narrowed_to(by: str, key: str | None) -> dict[str, Any]:
    """The filter that a row of a table leads to."""
    filters = Filters(MAY).in_group(by, key)
    return {"period": filters.period} if by == "week" else {by: getattr(filters, by)}
