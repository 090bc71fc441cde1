"""Cases in the states that records care about, and a folder of files that PostgreSQL knows nothing of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import chain, engine, queries, states
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff, StatusRequest
from disputes.records.terms import add_months
from tests.cases import factories

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


@pytest.fixture
def manager(session: Session) -> Staff:
    return factories.staff(session, role="manager", name="Grace Okafor")


@pytest.fixture
def agent(session: Session) -> Staff:
    return factories.staff(session, name="Nora Lindqvist")


@pytest.fixture
def ended(session: Session, manager: Staff) -> Callable[..., Case]:
    """Makes a case that was closed (or, with `withdrawn`, taken back) at a moment."""

    def make(at: datetime = NOW, *, withdrawn: bool = False, **changes: Any) -> Case:
        with clock.set_to(at - timedelta(days=2)):
            case = factories.filed(session, **changes)
            send_letter(session, case)
        with clock.set_to(at):
            return withdraw(session, case) if withdrawn else close(session, case, manager)

    return make


def withdraw(session: Session, case: Case) -> Case:
    case = queries.locked(session, case.id)
    engine.move(session, case, states.WITHDRAWN, Actor("customer"))
    return case


def close(session: Session, case: Case, manager: Staff) -> Case:
    case = queries.locked(session, case.id)
    actor = Actor("staff", "manager", manager.id)
    engine.move(session, case, states.OVERRIDDEN, actor, reason="Sent twice, says Mia Hughes.")
    return case


def send_letter(session: Session, case: Case) -> None:
    """A letter about the last line of a case, with the seal of that line, as it would be handed over."""
    event = list(queries.events_of(session, [case.id]))[-1]
    said = f"Dear {case.customer.name},\n\nwe wrote to {case.customer.email}.\n\nHistory seal: {chain.seal_of(event)}\n"
    session.add(
        Notification(
            dedupe_key=f"event:{event.id}:{event.notice}",
            kind=str(event.notice),
            case_id=case.id,
            event_id=event.id,
            recipient=case.customer.email,
            subject=f"Your complaint {case.reference}",
            text=said,
            html=f"<p>{said}</p>",
            state="sent",
            attempts=1,
            message_id=f"<{event.id}@shop.example>",
            created_at=clock.now(),
            sent_at=clock.now(),
        )
    )
    session.flush()


def open_zip(content: bytes) -> dict[str, bytes]:
    """The files of an archive by name."""
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def tamper(session: Session, statement: str, **values: Any) -> None:
    """Changes rows past the trigger that guards the history, as somebody with the password of the database could."""
    session.flush()
    session.execute(text("ALTER TABLE case_events DISABLE TRIGGER case_events_append_only"))
    session.execute(text(statement), values)
    session.execute(text("ALTER TABLE case_events ENABLE TRIGGER case_events_append_only"))
    session.expire_all()


def months_after(at: datetime, months: int, days: int = 1) -> datetime:
    """So many months and days later, about noon in the shop."""
    calendar = policy.current().calendar
    day = add_months(calendar.day_of(at), months) + timedelta(days=days)
    return calendar.end_of_day(day) - timedelta(hours=12)


def png(colour: str = "blue", note: str = "") -> bytes:
    """A small picture, with a note in its metadata."""
    info = PngInfo()
    info.add_text("Comment", note)
    made = BytesIO()
    Image.new("RGB", (20, 20), colour).save(made, "PNG", pnginfo=info)
    return made.getvalue()


def prove(session: Session, conversation_id: UUID, email: str, lookup: str = "10023") -> StatusRequest:
    """A code that went to this address was entered in the chat."""
    now = clock.now()
    request = StatusRequest(
        lookup=lookup,
        email=email,
        conversation_id=conversation_id,
        tries=1,
        created_at=now,
        verified_at=now,
        verified_until=now + timedelta(minutes=30),
    )
    session.add(request)
    session.flush()
    return request
