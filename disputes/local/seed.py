"""The demo: some staff, and complaints in the states they pass through, made by calling the services.

The services do it as of a past date each, so seeding is also a first test of them.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import complainant, filing
from disputes.cases import service as cases
from disputes.cases.tables import Case
from disputes.database import transaction
from disputes.errors import NotFound
from disputes.local import demo_past, demo_replies, demo_steps
from disputes.people import passwords
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.settings import settings

PASSWORD_FILE = "demo-password.txt"
AGENT, COLLEAGUE, MANAGER = "agent@example.com", "colleague@example.com", "manager@example.com"
NEUTRAL, ADMIN = "amara.okafor@mediation.example", "admin@example.com"
DEMO_STAFF = [
    (AGENT, "Nora Lindqvist", "agent"),
    (COLLEAGUE, "Samir Patel", "agent"),
    (MANAGER, "Grace Mbeki", "manager"),
    (NEUTRAL, "Amara Okafor", "mediator"),
    (ADMIN, "Ingrid Halvorsen", "admin"),
]


@dataclass(frozen=True)
class DemoCase:
    """A complaint filed so many days ago, and who has taken it since."""

    days_ago: int
    name: str
    order_number: str
    category: str
    description: str
    desired_outcome: str
    taken_by: str | None = None
    added: str | None = None
    source: str = "chat"
    phone: str | None = None
    story: demo_steps.Story | None = None


DEMO_CASES = [
    DemoCase(
        0,
        "Tom O'Neill",
        "10044",
        "late",
        "I ordered a bookshelf and it still says packed. I was told it would leave the same day.",
        "Please send it now",
    ),
    DemoCase(
        3,
        "Omar Farouk",
        "10032",
        "refund",
        "I returned the coffee grinder five weeks ago and the refund is still pending.",
        "My money back",
        taken_by=AGENT,
    ),
    DemoCase(
        9,
        "Lena Svensson",
        "10051",
        "missing_item",
        "One of the three picture frames was not in the parcel.",
        "The missing frame",
        taken_by=COLLEAGUE,
        added="I have found a photo of the opened parcel and can send it.",
        story=demo_steps.asked,
        source="form",
    ),
    DemoCase(
        20,
        "Mia Hughes",
        "10034",
        "refund",
        "You have had the vase back for weeks. Nobody answers me and I have no refund.",
        "The refund, and an explanation",
        taken_by=AGENT,
        phone="+447700900123",
        story=demo_steps.answered_with_an_offer,
    ),
    DemoCase(
        25,
        "Ben Carter",
        "10031",
        "refund",
        "I sent the vase back in its box, and weeks later there is still no money.",
        "My £34.50 back",
        taken_by=COLLEAGUE,
        source="form",
        story=demo_steps.settled_and_owed,
    ),
    DemoCase(
        48,
        "Omar Farouk",
        "10052",
        "warranty",
        "The kitchen scale broke after a year. I was promised an answer within 30 days.",
        "A repair or a new one",
        taken_by=COLLEAGUE,
    ),
]


def seed_demo() -> list[str]:
    """Makes the demo where there is nothing yet, and returns the lines that say how to sign in.

    The staff share one password, made up here and kept in var/ for this machine alone.
    """
    with transaction() as session:
        if session.scalar(select(func.count()).select_from(Staff)):
            return _how_to_sign_in(session)
        password = secrets.token_urlsafe(9)
        staff = {email: people.add_staff(session, email, name, role) for email, name, role in DEMO_STAFF}
        for member in staff.values():
            people.set_password(session, member, password)
        demo_replies.add_replies(session, staff[MANAGER])
        # With a real mail server the letters would go out to people who do not exist.
        if not settings().smtp_url and not session.scalar(select(func.count()).select_from(Case)):
            for number, demo in enumerate(DEMO_CASES):
                _make(session, demo, staff, f"demo:{number}")
            demo_past.add_past(session, [staff[AGENT], staff[COLLEAGUE]])
        _keep(password)
        return _how_to_sign_in(session)


def _make(session: Session, demo: DemoCase, staff: dict[str, Staff], key: str) -> None:
    filed_at = clock.now() - timedelta(days=demo.days_ago)
    with clock.set_to(filed_at):
        complaint = filing.read_complaint(
            {
                "name": demo.name,
                "email": f"{demo.name.lower().replace(' ', '.').replace("'", '')}@example.com",
                "phone": demo.phone,
                "order_number": demo.order_number,
                "category": demo.category,
                "description": demo.description,
                "desired_outcome": demo.desired_outcome,
                "source": demo.source,
            }
        )
        case = filing.file_complaint(session, complaint, filing_key=key)
    if demo.taken_by is not None:
        with clock.set_to(filed_at + timedelta(hours=5)):
            case = cases.take(session, case, staff[demo.taken_by])
    if demo.added is not None:
        with clock.set_to(filed_at + timedelta(days=2)):
            complainant.add_information(session, case, demo.added)
    if demo.story is not None and demo.taken_by is not None:
        demo.story(session, case, staff[demo.taken_by])
    demo_steps.live_until(session, case, clock.now())


def _password_file() -> Path:
    return settings().var_dir / PASSWORD_FILE


def _keep(password: str) -> None:
    """For the eyes of whoever runs the program: the next start prints it again."""
    settings().var_dir.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(_password_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{password}\n")


def _how_to_sign_in(session: Session) -> list[str]:
    """The demo's sign-in while it is still as it was made; else how to make a link."""
    try:
        password = _password_file().read_text().strip()
        agent = people.staff_with_email(session, AGENT)
    except (OSError, NotFound):
        return ["Desk: `disputes staff link EMAIL` prints a link that signs in once."]
    if not passwords.matches(agent.password_hash, password):
        return [f"Desk: `disputes staff link {AGENT}` prints a link that signs in once."]
    names = f"{AGENT}, {COLLEAGUE}, {MANAGER}, {ADMIN} or {NEUTRAL}"
    return [f"Sign in at the desk as {names}", f"with the password {password} (made for this machine)."]
