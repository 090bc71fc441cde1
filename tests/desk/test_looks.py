"""Every way to read a chat at the desk is on record, and none of them more than once within ten minutes."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from disputes import clock, database
from disputes.chat import service
from disputes.chat.tables import ChatFile
from disputes.people.tables import AuditEntry, Staff
from disputes.web import create_app
from tests.chat.factories import waiting_chat
from tests.files.chats import put_into
from tests.files.factories import pdf
from tests.serving import Visitor, add_staff, hidden, signed_in

PARTS = ("", "/context", "/holder", "/order", "/reach", "/replies", "/files/{file}")
READS_THE_SAME = {"/desk/chats/{conversation_id}/files/{file_id}/preview"}
"""Goes the way of the file itself."""


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_fetched_alone_is_noted(ada: Visitor, chat: UUID, part: str) -> None:
    path = f"/desk/chats/{chat}{part.format(file=file_of(chat))}"
    assert ada.get(path).status_code == 200
    assert looks(chat) == 1
    assert ada.get(path).status_code == 200
    assert looks(chat) == 1


def test_every_page_about_a_chat_is_tried_here() -> None:
    ways = {
        route.path
        for route in iter_route_contexts(create_app().routes)
        if route.path and "GET" in (route.methods or ())
    }
    tried = {f"/desk/chats/{{conversation_id}}{part.replace('{file}', '{file_id}')}" for part in PARTS}
    about = {path for path in ways if path.startswith("/desk/") and "{conversation_id}" in path}
    assert about == tried | READS_THE_SAME


def test_all_parts_of_one_page_are_one_look(ada: Visitor, chat: UUID) -> None:
    for part in PARTS:
        ada.get(f"/desk/chats/{chat}{part.format(file=file_of(chat))}")
    ada.get(f"/desk/cases/new?chat={chat}")
    assert looks(chat) == 1


def test_a_complaint_that_is_begun_from_it_is_a_look(ada: Visitor, chat: UUID) -> None:
    assert "Mia Hughes" in ada.open(f"/desk/cases/new?chat={chat}")
    assert looks(chat) == 1


def test_a_page_that_stays_open_is_a_look_again_after_ten_minutes(ada: Visitor, chat: UUID) -> None:
    ada.get(f"/desk/chats/{chat}/context")
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        ada.get(f"/desk/chats/{chat}/context")
    assert looks(chat) == 2


def test_whoever_takes_the_next_one_has_read_it(ada: Visitor, chat: UUID) -> None:
    token = hidden(ada.open("/desk/account"), "csrf_token")
    answer = ada.post("/desk/next", data={"csrf_token": token}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert looks(chat) == 1


def test_so_has_whoever_mails_a_copy(ada: Visitor, chat: UUID) -> None:
    token = hidden(ada.open("/desk/account"), "csrf_token")
    ada.post(f"/desk/chats/{chat}/transcript", data={"csrf_token": token, "email": "mia@example.com"})
    assert looks(chat) == 1


def test_a_chat_that_is_not_there_is_no_look(ada: Visitor) -> None:
    unknown = UUID(int=5)
    for part in ("", "/context", "/holder", "/order", "/reach", "/replies"):
        assert ada.get(f"/desk/chats/{unknown}{part}").status_code == 404
    assert looks(unknown) == 0


@pytest.fixture
def chat(visitor: Visitor) -> UUID:
    """A chat that waits, with a file in it."""
    with database.transaction() as session:
        found = waiting_chat(session)
        service.remember_facts(session, found.id, {"complainant_name": "Mia Hughes", "order_number": "10023"})
        put_into(session, found.id, pdf(b"the bill"), "bill.pdf")
        return found.id


@pytest.fixture
def ada(visitor: Visitor, served: str) -> Iterator[Visitor]:
    """An agent, signed in."""
    with signed_in(served, add_staff()) as opened:
        yield opened


def file_of(chat: UUID) -> UUID:
    """The id of the file in it."""
    with database.transaction() as session:
        return session.scalars(select(ChatFile.id).where(ChatFile.conversation_id == chat)).one()


def looks(chat: UUID) -> int:
    """How many looks of people at this chat are on record."""
    with database.transaction() as session:
        found = select(AuditEntry).join(Staff, Staff.id == AuditEntry.staff_id)
        entries = session.scalars(found.where(AuditEntry.act == "chat.read", AuditEntry.subject_id == chat)).all()
        return len(entries)
