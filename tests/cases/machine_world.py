"""A shop with its staff, a neutral and customers, who do anything the program lets them do, at any time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import complainant, engine, filing, queries, service, states
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CaseTimer
from disputes.deadlines import service as deadlines
from disputes.errors import DisputesError
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.offers import service as offers
from disputes.offers.schemas import FinalDraft, OfferDraft, RemedyDraft
from disputes.people.tables import Staff
from tests.cases.factories import complaint, staff

RARE = 0.01
CUSTOMER, ASSISTANT = Actor("customer"), Actor("assistant")
WORDS = "The parcel never came, whatever the carrier says."

type Verb = Callable[[World, Case, Random], object]


@dataclass
class World:
    """Everything one play needs. `now` is its clock; `swept_at` when the clocks were last acted on."""

    session: Session
    now: datetime = datetime(2026, 2, 3, 10, tzinfo=UTC)
    swept_at: datetime | None = None
    cases: list[UUID] = field(default_factory=list)
    people: list[Staff] = field(default_factory=list)
    refused: int = 0
    done: int = 0

    def open_shop(self) -> None:
        """Hires everybody."""
        names = ("Ann Able", "Ben Baker"), ("Max Moss", "Nora North")
        self.people = [staff(self.session, name=name) for name in names[0]]
        self.people += [staff(self.session, role="manager", name=name) for name in names[1]]
        for entry in policy.current().mediators:
            known = self.session.scalar(select(Staff).where(Staff.email == entry.email))
            neutral = known or Staff(email=entry.email, name=entry.name, role="mediator", created_at=self.now)
            self.session.add(neutral)
            self.people.append(neutral)
        self.session.flush()

    def file(self, chance: Random) -> Case:
        """A customer files."""
        words = chance.choice([WORDS, WORDS, "It gave my child an electric shock. We are afraid of it."])
        given = complaint(
            email=f"customer{chance.randrange(3)}@example.com",
            order_number=chance.choice(["10023", None]),
            category=chance.choice(list(policy.current().categories)),
            description=words,
            source="form",
        )
        with clock.set_to(self.now):
            case = filing.file_complaint(self.session, given, filing_key=f"play:{uuid4()}")
        self.cases.append(case.id)
        return case

    def case(self, number: int) -> Case:
        """One of the cases, as it is in the database."""
        return queries.locked(self.session, self.cases[number % len(self.cases)])

    def attempt(self, verb: Callable[[], object]) -> bool:
        """Does something; when it is refused, whatever it began is undone, as at the edge of a request."""
        before = self.stamps()
        savepoint = self.session.begin_nested()
        try:
            with clock.set_to(self.now):
                verb()
            self.session.flush()
        except DisputesError:
            savepoint.rollback()
            self.session.expire_all()
            assert self.stamps() == before, "something refused has left a trace"
            self.refused += 1
            return False
        savepoint.commit()
        self.swept_at = None  # what was done may have left a clock that is over
        self.done += 1
        return True

    def stamps(self) -> list[tuple[int, str]]:
        """How long each history is, and its last hash."""
        found = select(Case.last_event_seq, Case.last_hash).where(Case.id.in_(self.cases)).order_by(Case.id)
        return [(row.last_event_seq, row.last_hash) for row in self.session.execute(found)]

    def pass_time(self, spent: timedelta) -> None:
        """It gets later, and no sweep runs meanwhile."""
        self.now += spent
        self.swept_at = None

    def sweep(self) -> int:
        """The clocks act, as of now."""
        with clock.set_to(self.now):
            acts = sum(deadlines.act_on_case(self.session, case_id) for case_id in self.cases)
        self.session.flush()
        self.swept_at = self.now
        return acts

    def live_until(self, end: datetime) -> None:
        """It gets later, and the clocks act in the first minute after each date."""
        first = select(func.min(CaseTimer.due_at)).where(
            CaseTimer.case_id.in_(self.cases), CaseTimer.suspended_at.is_(None)
        )
        while (due := self.session.scalar(first)) is not None and due < end:
            self.now = max(self.now, due + timedelta(seconds=30))
            self.sweep()
        self.now = max(self.now, end)
        self.sweep()

    def events(self, case_id: UUID) -> list[CaseEvent]:
        """The history of a case."""
        return list(queries.events_of(self.session, [case_id]))

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """What happens within has not happened."""
        now, swept_at = self.now, self.swept_at
        savepoint = self.session.begin_nested()
        try:
            yield
        finally:
            savepoint.rollback()
            self.session.expire_all()
            self.now, self.swept_at = now, swept_at

    def one_of(self, chance: Random, *roles: str) -> Staff:
        """Somebody of the staff with one of these roles."""
        return chance.choice([person for person in self.people if person.role in roles])

    def handler(self, case: Case, chance: Random) -> Staff:
        """Mostly whoever has the case; sometimes somebody else tries."""
        mine = case.decider_id if case.state == "escalated" else case.investigator_id
        found = next((person for person in self.people if person.id == mine), None)
        return found if found and chance.random() < 0.9 else self.one_of(chance, "agent", "manager")


def _take(world: World, case: Case, chance: Random) -> object:
    return service.take(world.session, case, world.one_of(chance, "agent", "agent", "manager", "mediator"))


def _assign(world: World, case: Case, chance: Random) -> object:
    to = world.one_of(chance, "agent", "manager")
    return service.assign(world.session, case, world.one_of(chance, "manager", "agent"), to)


def _take_review(world: World, case: Case, chance: Random) -> object:
    return service.take_review(world.session, case, world.one_of(chance, "manager", "manager", "agent"))


def _extend(world: World, case: Case, chance: Random) -> object:
    day = policy.current().calendar.day_of(case.expected_end) + timedelta(days=chance.randrange(-20, 15))
    return service.extend(world.session, case, world.one_of(chance, "manager", "agent"), day, "The maker must look.")


def _escalate(world: World, case: Case, chance: Random) -> object:
    return service.escalate(world.session, case, world.handler(case, chance), "A manager should see this.")


def _ask(world: World, case: Case, chance: Random) -> object:
    questions = [f"What did the carrier tell you, number {chance.randrange(99)}?"]
    return investigation.ask(world.session, case, world.handler(case, chance), questions)


def _answer(world: World, case: Case, chance: Random) -> object:
    actor, channel = chance.choice([(CUSTOMER, "page"), (CUSTOMER, "mail"), (ASSISTANT, "chat"), (None, "staff")])
    actor = actor or service.acting(world.handler(case, chance))
    return investigation.answer(world.session, case, actor, "They say it is lost.", key=str(uuid4()), channel=channel)  # type: ignore[arg-type]


def _draft(world: World, case: Case, chance: Random, kind: type[OfferDraft]) -> OfferDraft:
    position = chance.choice(["accept", "offer", "reject"])
    grants_all = position == "accept" and chance.random() < 0.7
    points = investigation.plan(world.session, case)
    outcome = {"accept": "upheld", "offer": "goodwill", "reject": "not_upheld"}[position]
    days = chance.choice([1, 7, 20])
    remedies = [] if position == "reject" else [RemedyDraft(kind="refund", amount=Decimal(20), due_days=days)]
    if position == "accept" and chance.random() < 0.5:
        remedies = []
    final = {"takes_part": "We take part.", "time_limits": "You have a year."} if kind is FinalDraft else {}
    return kind(
        position=position,
        findings="We asked the carrier.",
        reasons="It was lost on the way.",
        point_reasons={point.id: "The papers show it." for point in points} if position == "reject" else {},
        clauses=["C4"],
        remedies=remedies,
        grants_all=grants_all,
        outcome_code=outcome,
        cause=next(iter(policy.current().causes)),
        **final,
    )


def _offer(world: World, case: Case, chance: Random) -> object:
    member = world.handler(case, chance)
    for point in investigation.plan(world.session, case):
        investigation.record_finding(world.session, case, member, point.id, "So it was.", "confirmed")
    return offers.make_offer(world.session, case, member, _draft(world, case, chance, OfferDraft))


def _better(world: World, case: Case, chance: Random) -> object:
    return offers.better(world.session, case, world.handler(case, chance), _draft(world, case, chance, OfferDraft))


def _final(world: World, case: Case, chance: Random) -> object:
    draft = _draft(world, case, chance, FinalDraft)
    assert isinstance(draft, FinalDraft)
    return offers.final_response(world.session, case, world.handler(case, chance), draft)


def _reply(world: World, case: Case, chance: Random) -> object:
    offer = offers.current_offer(world.session, case)
    offer_id = offer.id if offer else uuid4()
    actor = chance.choice([CUSTOMER, ASSISTANT, service.acting(world.handler(case, chance))])
    match chance.choice(["accept", "accept", "refuse", "counter"]):
        case "accept":
            return offers.accept(world.session, case, actor, offer_id)
        case "refuse":
            return offers.refuse(world.session, case, actor, offer_id, "No, thank you.")
        case _:
            return offers.counter(world.session, case, actor, offer_id, "Twice as much would settle it.")


def _remedy(world: World, case: Case, chance: Random) -> object:
    agreed = offers.remedies_of(world.session, case)
    remedy_id = chance.choice(agreed).id if agreed else uuid4()
    if chance.random() < 0.6:
        return offers.deliver(world.session, case, world.one_of(chance, "agent", "manager"), remedy_id, "Paid, no. 7.")
    return offers.remedy_failed(world.session, case, CUSTOMER, remedy_id, "It did not come.")


def _propose_mediation(world: World, case: Case, chance: Random) -> object:
    actor = chance.choice([CUSTOMER, service.acting(world.handler(case, chance))])
    return mediation.propose(world.session, case, actor)


def _request_mediation(world: World, case: Case, chance: Random) -> object:
    if chance.random() < 0.7:
        return mediation.request(world.session, case, CUSTOMER, "Somebody neutral might help.")
    return mediation.decline_request(world.session, case, world.handler(case, chance), "We are nearly done.")


def _neutral(world: World, case: Case) -> Staff:
    return next((person for person in world.people if person.id == case.neutral_id), world.people[-1])


def _consent(world: World, case: Case, chance: Random) -> object:
    attempt = mediation.mediation_of(world.session, case)
    if attempt is not None and chance.random() < 0.4:
        return mediation.declare(world.session, attempt.id, _neutral(world, case), free=chance.random() < 0.9)
    party = chance.choice(["customer", "shop"])
    actor = CUSTOMER if party == "customer" else service.acting(world.handler(case, chance))
    words = mediation.words_for(world.session, case, party)  # type: ignore[arg-type]
    return mediation.consent(world.session, case, party, actor, chance.random() < 0.9, words)  # type: ignore[arg-type]


def _mediate(world: World, case: Case, chance: Random) -> object:
    shop = service.acting(world.handler(case, chance))
    match chance.randrange(8):
        case 0:
            return mediation.stop(world.session, case, chance.choice([CUSTOMER, shop]))
        case 1 | 2:
            party, actor = chance.choice([("customer", CUSTOMER), ("shop", shop)])
            return mediation.extend(world.session, case, actor, party)  # type: ignore[arg-type]
        case 3 | 4:
            remedies = [RemedyDraft(kind="refund", amount=Decimal(9))] if chance.random() < 0.5 else []
            return mediation.propose_settlement(world.session, case, _neutral(world, case), "Half each.", remedies)
        case _:
            party, actor = chance.choice([("customer", CUSTOMER), ("shop", shop)])
            return mediation.accept_settlement(world.session, case, party, actor)  # type: ignore[arg-type]


def _withdraw(world: World, case: Case, chance: Random) -> object:
    return complainant.withdraw(world.session, case, chance.choice([CUSTOMER, ASSISTANT]))


def _undo(world: World, case: Case, chance: Random) -> object:
    return complainant.undo_withdrawal(world.session, case, chance.choice([CUSTOMER, ASSISTANT]))


def _review(world: World, case: Case, chance: Random) -> object:
    reason = chance.choice(["new_fact", "remedy"])
    return complainant.ask_review(world.session, case, CUSTOMER, "There is a witness.", reason=reason)  # type: ignore[arg-type]


def _inform(world: World, case: Case, chance: Random) -> object:
    if chance.random() < 0.5:
        return complainant.add_information(world.session, case, "It was blue.", key=str(uuid4()))
    return complainant.give_satisfaction(world.session, case, happy=chance.random() < 0.5, words="Well.")


def _redirect(world: World, case: Case, chance: Random) -> object:
    resellers = policy.current().resellers
    name = resellers[0].name if resellers else "Nobody"
    if chance.random() < 0.5:
        member = world.one_of(chance, "agent", "manager")
        return service.propose_redirect(world.session, case, member, "Bought there.", name)
    return service.confirm_redirect(world.session, case, world.one_of(chance, "manager"))


def _object(world: World, case: Case, chance: Random) -> object:
    return complainant.object_to_redirect(world.session, case, CUSTOMER, "I bought it from you.")


def _merge(world: World, case: Case, chance: Random) -> object:
    other = world.case(chance.randrange(99))
    return service.merge(world.session, case, world.one_of(chance, "agent"), other.reference)


def _override(world: World, case: Case, chance: Random) -> object:
    return service.override(world.session, case, world.one_of(chance, "manager", "agent"), "Sent twice.")


_ANYWHERE: list[Verb] = [_inform, _withdraw, _assign, _mediate, _reply, _remedy, _review]
_LIKELY: dict[str, list[Verb]] = {
    "filed": [_take, _take, _take, _escalate, _redirect, _merge, _extend, _request_mediation],
    "investigating": [_ask, _offer, _offer, _propose_mediation, _escalate, _extend, _redirect, _request_mediation],
    "awaiting_customer": [_answer],
    "outcome_offered": [_reply, _better],
    "mediation_offered": [_consent, _consent],
    "in_mediation": [_mediate],
    "escalated": [_take_review, _take_review, _final, _final, _ask, _extend, _propose_mediation],
    "final_response": [_reply, _review],
    "resolved": [_remedy, _remedy, _review, _inform],
    "closed": [_review, _remedy, _inform],
    "withdrawn": [_undo],
    "redirected": [_object],
    "merged": [_inform],
}


def somebody_acts(world: World, case: Case, chance: Random) -> str:
    """Somebody does what is likely at the stage of the case, or now and then anything; returns what it was."""
    verbs = _LIKELY[case.state] if chance.random() < 0.85 else [*_ANYWHERE, *(v for vs in _LIKELY.values() for v in vs)]
    verb = chance.choice(verbs) if chance.random() > RARE else _override
    state = case.state
    done = world.attempt(lambda: verb(world, case, chance))
    return f"{state}: {verb.__name__.strip('_')}{'' if done else ' (refused)'}"


def intrude(world: World, case: Case, chance: Random) -> tuple[states.Transition, Actor, bool]:
    """Anybody tries any step of the table directly; it is undone at once. Returns whether it was let through."""
    step = chance.choice(states.TRANSITIONS[2:])
    kinds: tuple[states.ActorKind, ...] = ("customer", "assistant", "clock", "system", "staff", "staff", "staff")
    kind = chance.choice(kinds)
    person = chance.choice(world.people)
    actor = Actor("staff", person.role, person.id) if kind == "staff" else Actor(kind)
    allowed = True
    with world.rehearsal(), clock.set_to(world.now):
        before = world.stamps()
        try:
            engine.move(world.session, queries.locked(world.session, case.id), step, actor)
        except states.NotAllowed:
            allowed = False
            assert world.stamps() == before
    return step, actor, allowed
