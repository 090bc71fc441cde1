"""What the demo's shop has behind it: complaints that ended and chats with people, so that the board has figures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import complainant, filing
from disputes.cases import service as cases
from disputes.cases.tables import Case
from disputes.chat import service as chat
from disputes.chat import thread
from disputes.chat.ownership import change_owner
from disputes.chat.tables import Satisfaction
from disputes.investigation import service as investigation
from disputes.local import demo_steps
from disputes.offers import service as offers
from disputes.people.tables import Staff


@dataclass(frozen=True)
class Past:
    """A complaint filed so many days ago, what was found to have caused it, when we answered, and whether that settled
    the matter."""

    days_ago: int
    name: str
    category: str
    description: str
    cause: str
    answered_after: int
    accepted: bool = True


PAST: Final = (
    Past(78, "Ravi Menon", "late", "The desk lamp came nine days after the day I was told.", "carrier", 3),
    Past(71, "Ana Duarte", "damaged", "The glass of the frame was broken when I opened the box.", "packing", 5),
    Past(66, "Tom Becker", "refund", "I cancelled in time and have not had my money back.", "payment", 2),
    Past(59, "Ilse Vos", "damaged", "Two plates of the set were chipped.", "packing", 6),
    Past(52, "Jack Reed", "wrong_item", "I ordered the blue rug and got the grey one.", "packing", 4),
    Past(45, "Noor Haddad", "late", "It was promised before the weekend and came on Wednesday.", "carrier", 9),
    Past(38, "Paul Grant", "missing_item", "The screws for the shelf were not in the parcel.", "packing", 3),
    Past(34, "Eva Lang", "damaged", "The coffee grinder rattles and its lid is cracked.", "packing", 7),
    Past(31, "Sam Cole", "refund", "My return arrived weeks ago, and nothing has happened.", "payment", 12, False),
    Past(26, "Rosa Gil", "lost", "Tracking says delivered, but nothing came to us.", "carrier", 4),
)
CHATS: Final[tuple[tuple[int, int | None, int | None], ...]] = (
    (76, 3, 5), (64, 6, 4), (50, 2, 5), (41, 9, 2), (29, 4, None), (22, 5, 4), (15, 3, 5), (8, 7, None), (6, 4, 3),
    (3, None, None),
)  # fmt: skip
"""Chats that came to people: days ago, minutes until an agent wrote (None: nobody took it), and the score given."""


def add_past(session: Session, agents: list[Staff]) -> None:
    """Adds them, worked on by these people in turn."""
    for number, past in enumerate(PAST):
        _settle(session, past, agents[number % len(agents)], number)
    for number, (days_ago, minutes, score) in enumerate(CHATS):
        _talk(session, days_ago, minutes, score, agents[number % len(agents)])


def _settle(session: Session, past: Past, agent: Staff, number: int) -> None:
    filed_at = clock.now() - timedelta(days=past.days_ago)
    with clock.set_to(filed_at):
        given = {
            "name": past.name,
            "email": f"{past.name.lower().replace(' ', '.')}@example.com",
            "order_number": f"1012{number}",
            "category": past.category,
            "description": past.description,
            "source": "chat" if number % 2 else "form",
        }
        case = filing.file_complaint(session, filing.read_complaint(given), filing_key=f"demo:past:{number}")
    with clock.set_to(filed_at + timedelta(hours=3 + number)):
        case = cases.take(session, case, agent)
    answered_at = filed_at + timedelta(days=past.answered_after)
    demo_steps.live_until(session, case, answered_at)
    with clock.set_to(answered_at):
        _answer(session, case, agent, past.cause)
    with clock.set_to(answered_at + timedelta(days=2)):
        _reply(session, case, agent, accepted=past.accepted)
    if past.accepted:
        with clock.set_to(answered_at + timedelta(days=4)):
            complainant.give_satisfaction(session, case, happy=past.answered_after < 9)
    demo_steps.live_until(session, case, clock.now())


def _answer(session: Session, case: Case, agent: Staff, cause: str) -> None:
    for point in investigation.points_without_finding(session, case):
        investigation.record_finding(
            session, case, agent, point.id, "Our records agree with the customer.", "confirmed"
        )
    draft = offers.OfferDraft(
        position="accept",
        findings="It went as the customer says, and the mistake was ours.",
        reasons="Nobody should have to pay for a mistake of ours.",
        clauses=["C4"],
        remedies=[offers.RemedyDraft(kind="voucher", amount=Decimal("15.00"), currency="GBP", due_days=10)],
        grants_all=True,
        outcome_code="upheld",
        cause=cause,
    )
    offers.make_offer(session, case, agent, draft)


def _reply(session: Session, case: Case, agent: Staff, *, accepted: bool) -> None:
    offer = offers.current_offer(session, case)
    if offer is None:
        return
    if not accepted:
        offers.refuse(session, case, demo_steps.CUSTOMER, offer.id, "A voucher is not what I asked for.")
        return
    offers.accept(session, case, demo_steps.CUSTOMER, offer.id)
    for remedy in offers.remedies_of(session, case):
        offers.deliver(session, case, agent, remedy.id, "Voucher sent with the letter.")


def _talk(session: Session, days_ago: int, minutes: int | None, score: int | None, agent: Staff) -> None:
    began = clock.now() - timedelta(days=days_ago)

    def at(after: float) -> datetime:
        return began + timedelta(minutes=after)

    with clock.set_to(began):
        conversation, _ = chat.open_conversation(session, None)
        thread.append(session, conversation, "customer", "Where is my parcel?")
        conversation.facts = {"category": "late" if days_ago % 2 else "refund"}
    with clock.set_to(at(2)):
        change_owner(session, conversation, "queue", "asked")
    if minutes is None:
        with clock.set_to(at(10)):
            change_owner(session, conversation, "closed", "nobody_claimed")
        return
    with clock.set_to(at(1 + minutes)):
        change_owner(session, conversation, "agent", "claimed", agent=agent, by=agent)
    with clock.set_to(at(2 + minutes)):
        thread.append(session, conversation, "agent", "I have found it: it arrives tomorrow.", staff=agent)
    with clock.set_to(at(20 + minutes)):
        change_owner(session, conversation, "closed", "closed_by_agent", by=agent)
        session.add(
            Satisfaction(
                conversation_id=conversation.id,
                epoch=conversation.epoch,
                score=score,
                asked_at=clock.now(),
                answered_at=clock.now() if score else None,
            )
        )
        session.flush()
