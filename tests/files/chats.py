"""Chats with files in them, and what became of those."""

import os
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import database, policy
from disputes.cases import filing
from disputes.cases.tables import Case
from disputes.chat import files, files_to_case, service, uploads
from disputes.chat.tables import ChatFile, Message
from disputes.errors import DisputesError
from disputes.files import contents, store
from disputes.investigation import service as investigation
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.cases.factories import DEFAULTS


def send(chat: UUID, name: str, content: bytes, *, client_id: str = "", staff: Staff | None = None) -> dict[str, Any]:
    return uploads.upload(chat, name, content, client_id=client_id or str(uuid4()), staff=staff)


def put_into(session: Session, chat: UUID, content: bytes, name: str, *, client_id: str = "") -> None:
    """The same in the transaction of a test."""
    kept, stored_as = contents.checked(name, content, policy.current().evidence), store.new_name()
    store.store_of("chat-files").put(stored_as, kept.content)
    files.keep(session, chat, kept, stored_as, client_id=client_id or str(uuid4()))


def write(chat: UUID, words: str) -> None:
    database.run(service.receive, chat, words, client_id=str(uuid4()))


def open_chat() -> UUID:
    conversation, _ = database.run(service.open_conversation, None)
    return conversation.id


def thread(chat: UUID) -> list[Message]:
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.conversation_id == chat).order_by(Message.seq))
        return list(rows)


def said(chat: UUID) -> list[tuple[str, str]]:
    """What everybody sees, without the lines of the chat itself."""
    shown = [message for message in thread(chat) if message.audience == "everyone"]
    return [(message.author, message.text) for message in shown if message.author != "system"]


def last_button(chat: UUID) -> dict[str, str]:
    found = [message.quick_replies for message in thread(chat) if message.quick_replies]
    return found[-1][0]


def rows(chat: UUID) -> list[ChatFile]:
    return database.run(files.files_of, chat)


def stored() -> list[Path]:
    return [place for place in (settings().var_dir / "chat-files").rglob("*") if place.is_file()]


def make_old() -> None:
    for place in stored():
        moment = place.stat().st_mtime - timedelta(hours=25).total_seconds()
        os.utime(place, (moment, moment))


def file_in(chat: UUID, *, files_expected: int) -> Case:
    complaint = filing.read_complaint(DEFAULTS | {"source": "chat", "conversation_id": chat})
    case, count = database.run(files_to_case.file_complaint, complaint, filing_key=f"chat:{chat}")
    assert count == files_expected
    return case


def evidence_of(case: Case) -> list[tuple[str, str, UUID | None]]:
    with database.transaction() as session:
        found = investigation.evidence_of(session, case)
        return [(evidence.file_name, evidence.kind, evidence.staff_id) for evidence in found]


def waiting_jobs() -> list[dict[str, Any]]:
    query = text("SELECT args FROM procrastinate_jobs WHERE task_name = :name AND status = 'todo' ORDER BY id")
    with database.transaction() as session:
        return list(session.scalars(query, {"name": files_to_case.TO_CASE}))


def run_jobs() -> int:
    """Does what waits, as the worker would; returns how many there were."""
    found = waiting_jobs()
    for arguments in found:
        files_to_case.to_case(**arguments)
    with database.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = :name"), {"name": files_to_case.TO_CASE})
    return len(found)


def together(*calls: Any) -> list[DisputesError]:
    """Runs them at the same moment; returns what they were refused with."""
    start, faults = Barrier(len(calls)), list[DisputesError]()

    def run(call: Any) -> None:
        start.wait()
        try:
            call()
        except DisputesError as fault:
            faults.append(fault)

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return faults
