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
from disputes.chat.tables import Conversation, TurnReading
from disputes.errors import NotFound
from disputes.inbound.tables import InboundMail
from disputes.people import audit
from disputes.people.tables import Staff
from disputes.records import archive, person_queries, queries
from disputes.records.archive import Paper
from disputes.records.case_json import iso
from disputes.records.papers import as_json, papers_of, safe
from disputes.records.person import Person, person_of
from disputes.records.texts import text_of

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
    person = person_of(session, email=email, customer_id=customer_id)
    cases = [case for case in person.cases if case.erased_at is None]
    chats = _chats(session, person, cases)
    mails = [mail for mail in person_queries.mails_into_chats(session, person) if mail.conversation_id not in chats]
    requests = queries.status_requests_of(session, person.emails)
    if not (person.customers or chats or mails or requests):
        raise NotFound("We keep nothing that is known to be of this person.")
    archive.write(file, _papers(session, person, cases, list(chats.values()), mails))
    for case_id in sorted(case.id for case in cases):
        case = case_queries.locked(session, case_id)
        engine.note(session, case, "exported", acting(by) if by else SYSTEM, notice=QUIET, for_customer=False)
    about: tuple[audit.Subject, UUID] | None = ("person", person.customers[0].id) if person.customers else None
    after: audit.Values = {"cases": [case.reference for case in cases], "chats": len(chats), "why": why}
    audit.note(session, "person.exported", by=by, about=about, after=after)


def customer_of_reference(session: Session, reference: str) -> UUID:
    """Whose complaint that is. Raises `NotFound`."""
    case = case_queries.case_by_reference(session, reference)
    if case is None:
        raise NotFound("There is no complaint with that reference.")
    return case.customer_id


def _chats(session: Session, person: Person, cases: Sequence[Case]) -> dict[UUID, Conversation]:
    """The chats that are proved to be theirs; one in which somebody typed their address may be anybody's."""
    found = {chat.id: chat for case in cases for chat in queries.conversations_of_case(session, case)}
    found |= {chat.id: chat for chat in person_queries.chats_proved(session, person)}
    return dict(sorted(found.items(), key=lambda entry: (entry[1].created_at, entry[0])))


def _papers(
    session: Session,
    person: Person,
    cases: Sequence[Case],
    chats: Sequence[Conversation],
    mails: Sequence[InboundMail],
) -> Iterator[Paper]:
    yield Paper("README.txt", _readme(len(cases), len(chats)).encode())
    yield Paper("person.json", as_json(_person(session, person, mails)))
    for number, chat in enumerate(chats, 1):
        yield Paper(f"chats/{number:02}.json", as_json(_chat(session, chat)))
        yield from _files(session, chat, f"chats/{number:02}-files/")
    for case in cases:
        yield from papers_of(session, case, for_staff=False, folder=f"cases/{case.reference}/")


def _person(session: Session, person: Person, mails: Sequence[InboundMail]) -> dict[str, Any]:
    """Who that is. What was asked about with their address, by whomever, is only told where it is theirs."""
    lookups = set(person.lookups)
    return {
        "schema": SCHEMA,
        "known_as": [
            {"name": one.name, "email": one.email, "phone": one.phone, "since": iso(one.created_at)}
            for one in person.customers
        ],
        "asked_for_status": [
            {
                "at": iso(one.created_at),
                "looked_up": one.lookup if one.verified_at or one.lookup in lookups else None,
                "email": one.email,
                "proved": iso(one.verified_at),
                "proved_by": ("the shop" if one.by_shop else "a code") if one.verified_at else None,
            }
            for one in queries.status_requests_of(session, person.emails)
        ],
        "mail_from_you": [_mail(one) for one in mails],
    }


def _mail(mail: InboundMail) -> dict[str, Any]:
    return {"at": iso(mail.received_at), "from": mail.sender, "subject": mail.subject, "text": mail.original}


def _chat(session: Session, chat: Conversation) -> dict[str, Any]:
    said = queries.messages_of(session, chat.id, notes=False)
    readings = {reading.message_id: reading for reading in queries.readings_of_chat(session, chat.id)}
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
                "read_as": _reading(readings.get(message.id)),
            }
            for message in said
        ],
        "mail_to_you": [
            {"at": iso(one.created_at), "to": one.recipient, "subject": one.subject, "text": one.text}
            for one in queries.letters_of_chat(session, chat.id)
        ],
        "mail_from_you": [
            _mail(one)
            for one in queries.mails_of_chat(session, chat.id)
            if one.why not in ("other_address", "failed_check")
        ],
        "did_it_help": [
            {"asked": iso(one.asked_at), "answered": iso(one.answered_at), "score": one.score, "words": one.words}
            for one in queries.satisfactions_of(session, chat.id)
        ],
    }


def _reading(reading: TurnReading | None) -> dict[str, Any] | None:
    """What the assistant took a message for, and whether it was made an example to learn from."""
    if reading is None:
        return None
    return {
        "intent": reading.intent,
        "confidence": reading.confidence,
        "instead": reading.others,
        "taught_as": reading.chosen,
        "example": reading.example,
    }


def _files(session: Session, chat: Conversation, folder: str) -> Iterator[Paper]:
    """What was sent in a chat, either way: the customer has had all of it."""
    for number, file in enumerate(files.files_of(session, chat.id), 1):
        try:
            yield Paper(f"{folder}{number:02}-{safe(file.file_name)}", files.content_of(file))
        except NotFound:
            log.warning("export.file_lost", file_id=str(file.id))


def _readme(cases: int, chats: int) -> str:
    shop, made_on = policy.current().shop, f"{clock.now():%Y-%m-%d}"
    return text_of("person_readme.txt", shop=shop, made_on=made_on, cases=cases, chats=chats)
