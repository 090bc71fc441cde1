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
