"""Everything that is kept about one person, for that person."""

import io
from collections.abc import Iterator, Sequence
from typing import IO, Any, Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine
from disputes.cases import queries as case_queries
from disputes.cases.service import acting
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.chat import files, thread
from disputes.chat.tables import Conversation
from disputes.errors import NotFound
from disputes.people import audit
from disputes.people.tables import Customer, Staff
from disputes.records import archive, queries
from disputes.records.archive import Paper
from disputes.records.case_json import iso
from disputes.records.papers import as_json, papers_of, safe

log = structlog.get_logger(__name__)

SCHEMA: Final = "disputes/person/1"
SYSTEM: Final = Actor("system")
QUIET: Final = "none: the person asked for it and gets it apart"


def export_person(session: Session, *, email: str | None = None, customer_id: UUID | None = None) -> bytes:
    """A ZIP of all that is kept about a person: complaints (made like the bundle), chats, status requests.

    Raises `NotFound` when nothing is. The caller has made sure who asks.
    """
    whole = io.BytesIO()
    write_export(session, whole, email=email, customer_id=customer_id)
    return whole.getvalue()


def write_export(
    session: Session,
    file: IO[bytes],
    *,
    email: str | None = None,
    customer_id: UUID | None = None,
    by: Staff | None = None,
    why: str | None = None,
) -> None:
    """The same into a file, with one paper in memory at a time; each case's history notes that it was made.

    `by` is who of the staff takes it, and `why` how they made sure who asks, for the audit.
    """
    email = email.strip().lower() if email else None
    customers = queries.customers_like(session, email=email, customer_id=customer_id)
    emails = sorted({value for value in (email, *(customer.email for customer in customers)) if value})
    phones = sorted({customer.phone for customer in customers if customer.phone})
    cases = [case for case in queries.cases_of(session, customers) if case.erased_at is None]
    chats = _chats(session, cases, emails, phones)
    requests = queries.status_requests_of(session, emails)
    if not (customers or chats or requests):
        raise NotFound("We keep nothing about this person.")
    archive.write(file, _papers(session, customers, cases, chats, requests))
    for case_id in sorted(case.id for case in cases):
        case = case_queries.locked(session, case_id)
        engine.note(session, case, "exported", acting(by) if by else SYSTEM, notice=QUIET, for_customer=False)
    about: tuple[audit.Subject, UUID] | None = ("person", customers[0].id) if customers else None
    after: audit.Values = {"cases": [case.reference for case in cases], "chats": len(chats), "why": why}
    audit.note(session, "person.exported", by=by, about=about, after=after)


def customer_of_reference(session: Session, reference: str) -> UUID:
    """Whose complaint that is. Raises `NotFound`."""
    case = case_queries.case_by_reference(session, reference)
    if case is None:
        raise NotFound("There is no complaint with that reference.")
    return case.customer_id


def _chats(
    session: Session, cases: Sequence[Case], emails: Sequence[str], phones: Sequence[str]
) -> Sequence[Conversation]:
    found = {chat.id: chat for case in cases for chat in queries.conversations_of_case(session, case)}
    found |= {chat.id: chat for chat in queries.conversations_of_person(session, emails, phones)}
    return sorted(found.values(), key=lambda chat: (chat.created_at, chat.id))


def _papers(
    session: Session,
    customers: Sequence[Customer],
    cases: Sequence[Case],
    chats: Sequence[Conversation],
    requests: Sequence[Any],
) -> Iterator[Paper]:
    yield Paper("README.txt", _readme(len(cases), len(chats)).encode())
    yield Paper("person.json", as_json(_person(customers, requests)))
    for number, chat in enumerate(chats, 1):
        yield Paper(f"chats/{number:02}.json", as_json(_chat(session, chat)))
        yield from _files(session, chat, f"chats/{number:02}-files/")
    for case in cases:
        yield from papers_of(session, case, for_staff=False, folder=f"cases/{case.reference}/")


def _person(customers: Sequence[Customer], requests: Sequence[Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "known_as": [
            {"name": one.name, "email": one.email, "phone": one.phone, "since": iso(one.created_at)}
            for one in customers
        ],
        "asked_for_status": [
            {"at": iso(one.created_at), "looked_up": one.lookup, "email": one.email, "proved": iso(one.verified_at)}
            for one in requests
        ],
    }


def _chat(session: Session, chat: Conversation) -> dict[str, Any]:
    said = queries.messages_of(session, chat.id, notes=False)
    return {
        "schema": "disputes/chat/1",
        "began": iso(chat.created_at),
        "page": chat.page,
        "language": chat.locale,
        "understood": chat.facts,
        "summary_for_staff": chat.handoff_summary,
        "answers_to": chat.reply_email,
        "messages": [
            {
                "at": iso(message.created_at),
                "from": message.author,
                "name": thread.author_name(message),
                "text": message.text,
                "card": message.card,
                "file": (message.attachment or {}).get("payload"),
            }
            for message in said
        ],
        "mail_to_you": [
            {"at": iso(one.created_at), "to": one.recipient, "subject": one.subject, "text": one.text}
            for one in queries.letters_of_chat(session, chat.id)
        ],
        "mail_from_you": [
            {"at": iso(one.received_at), "from": one.sender, "subject": one.subject, "text": one.original}
            for one in queries.mails_of_chat(session, chat.id)
            if one.why not in ("other_address", "failed_check")
        ],
        "did_it_help": [
            {"asked": iso(one.asked_at), "answered": iso(one.answered_at), "score": one.score, "words": one.words}
            for one in queries.satisfactions_of(session, chat.id)
        ],
    }


def _files(session: Session, chat: Conversation, folder: str) -> Iterator[Paper]:
    """What was sent in a chat, either way: the customer has had all of it."""
    for number, file in enumerate(files.files_of(session, chat.id), 1):
        try:
            yield Paper(f"{folder}{number:02}-{safe(file.file_name)}", files.content_of(file))
        except NotFound:
            log.warning("export.file_lost", file_id=str(file.id))


def _readme(cases: int, chats: int) -> str:
    shop = policy.current().shop
    return f"""Everything that {shop.name} keeps about you in its complaints system, made on {clock.now():%Y-%m-%d}.
{shop.support_email}

person.json   names and addresses, and each time the status of a complaint was asked for
cases/        your complaints ({cases}), each with a README of its own
chats/        your chats ({chats}) with what was understood in them, and the files in them

What staff wrote for each other and a neutral person's notes are not here, nor is what is about other people.
MANIFEST.sha256 has a hash of every file: sha256sum --check MANIFEST.sha256
"""
