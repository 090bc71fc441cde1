"""Letters as rows: written once for each cause, and what became of each. Nothing here touches the network."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.cases import engine, tasks
from disputes.cases import queries as case_queries
from disputes.cases.states import Actor
from disputes.cases.tables import CaseEvent
from disputes.notifications import queries
from disputes.notifications.facts import facts_of
from disputes.notifications.letters import FOR_NOTICE, Letter
from disputes.notifications.letters.facts import HIDDEN_LINK, CaseFacts
from disputes.notifications.mail import Envelope
from disputes.notifications.senders import MailNotSent
from disputes.notifications.tables import Notification
from disputes.people import case_links
from disputes.people.tables import Customer
from disputes.settings import settings

DELIVER: Final = "notifications.deliver"
CHAT_LETTER_FAILED: Final = "chat.letter_failed"
"""Name of the job that tells whoever has a chat that mail from it did not arrive."""

DELIVERY_TRIES: Final = 79
"""After so many tries a letter has failed; with waits of 3, 9, 27 ... seconds, at most an hour, that is three days."""

CLAIM: Final = timedelta(seconds=120)
"""How long one worker may take to send a letter, longer than a mail server's time-outs add up to. When it died on
the way, another takes over after that."""

LETTERS_A_DAY: Final = 30
"""More letters than that about one case to one address in a day are a loop, or a fault: no more leave by themselves."""

NO_ADDRESS: Final = "no e-mail address: the complainant gave only a telephone number"
TOO_MANY: Final = f"more than {LETTERS_A_DAY} letters about this case in a day: this looks like a loop"
LONGEST_REASON: Final = 300
AS_PDF: Final = frozenset({"N1", "N7", "NSt", "N14"})
"""Notices that also come as a document to keep; N8 does when it ends a mediation."""


@dataclass(frozen=True)
class Draft:
    """A letter on its way out, independent of any session. `kept` is the same letter as a document, if it has one."""

    notification_id: UUID
    letter: Letter
    envelope: Envelope
    kept: Letter | None = None


@dataclass(frozen=True)
class Written:
    """The letter of an event as it stands now, and whom it goes to; nothing has been stored or sent."""

    letter: Letter
    facts: CaseFacts
    recipient: str | None
    has_document: bool


def letter_of(session: Session, event_id: UUID, *, seal: str | None = None) -> Written | None:
    """The letter that an event of a case asks for; None when it asks for none. `seal` stands in for the real one."""
    event = case_queries.event_with_case(session, event_id)
    if event is None or event.notice is None or event.case.erased_at is not None:
        return None
    write = FOR_NOTICE.get(event.notice)
    if write is None:
        return None
    facts = facts_of(session, event)
    if seal is not None:
        facts = replace(facts, seal=seal)
    letter = write(facts, policy.current(), settings().base_url)
    return Written(letter, facts, event.case.customer.email, _is_document(event.notice, event.kind))


def write_letter_for(session: Session, event_id: UUID) -> Notification | None:
    """Writes the letter that an event of a case asks for, and queues its delivery.

    None when the event asks for none. Called again for the same event it changes nothing. Without an address the
    letter is kept, as skipped with the reason; one too many in a day is kept as failed, for staff to see.
    """
    event = case_queries.event_with_case(session, event_id)
    if event is None or event.notice is None:
        return None
    dedupe_key = f"event:{event.id}:{event.notice}"
    known = queries.notification_of_key(session, dedupe_key)
    if known is not None:
        return known
    written = letter_of(session, event_id)
    if written is None:
        return None
    letter, facts, recipient = written.letter, written.facts, written.recipient
    crowded = recipient is not None and _is_crowded(session, event, recipient)
    row = add(
        session,
        letter,
        kind=event.notice,
        dedupe_key=dedupe_key,
        recipient=recipient,
        about={
            "case_id": event.case_id,
            "event_id": event.id,
            "event_kind": event.kind,
            "policy_digest": facts.policy_digest,
            "seal": facts.seal,
        },
        queue=not crowded,
    )
    if crowded and row.state == "pending":
        _note_failed(session, row, TOO_MANY)
    return row


def add(
    session: Session,
    letter: Letter,
    *,
    kind: str,
    dedupe_key: str,
    recipient: str | None,
    about: Mapping[str, Any] | None = None,
    queue: bool,
) -> Notification:
    """Stores a letter once for its `dedupe_key` (made of ids), and with `queue` defers its delivery.

    `about` are columns for letters about a case (case_id, event_id, event_kind, policy_digest, seal), or from a chat
    (conversation_id).
    """
    notification_id = uuid4()
    row = {
        "id": notification_id,
        "dedupe_key": dedupe_key,
        "kind": kind,
        "clauses": list(letter.clauses),
        "recipient": recipient,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "state": "pending" if recipient else "skipped",
        "attempts": 0,
        "last_error": None if recipient else NO_ADDRESS,
        "message_id": f"<{notification_id}@{_domain()}>",
        "created_at": clock.now(),
        **(about or {}),
    }
    written = session.scalar(insert(Notification).values(**row).on_conflict_do_nothing().returning(Notification.id))
    notification = queries.notification_of_key(session, dedupe_key)
    if notification is None:
        raise RuntimeError("a letter vanished while it was written")
    if written is not None and recipient and queue:
        jobs.defer(session, DELIVER, lock=f"letter:{written}", notification_id=str(written))
    return notification


def begin_try(session: Session, notification_id: UUID, *, letter: Letter | None = None) -> Draft | None:
    """Counts one more try and returns what to send; None when it has been sent, has failed, or was skipped.

    `letter` replaces what is stored, for letters whose secret is never stored; the secret of the link to the case is
    put in here. Raises `MailNotSent` while another worker is sending it: nothing is counted then.
    """
    row = queries.locked(session, notification_id)
    if row is None or row.state != "pending" or row.recipient is None:
        return None
    now = clock.now()
    if row.claimed_until is not None and now < row.claimed_until:
        raise MailNotSent("another worker is sending this letter")
    row.claimed_until = now + CLAIM
    row.attempts += 1
    stored = stored_letter(row)
    return Draft(
        row.id,
        letter or _with_link(session, row, stored),
        _envelope(row, row.recipient),
        without_secret(stored) if has_document(row) else None,
    )


def note_sent(session: Session, notification_id: UUID) -> None:
    """Notes that the letter has left."""
    row = queries.locked(session, notification_id)
    if row is not None and row.state == "pending":
        row.state, row.sent_at, row.last_error, row.claimed_until = "sent", clock.now(), None, None


def note_trouble(session: Session, notification_id: UUID, reason: str, *, final: bool = False) -> bool:
    """Notes why a try failed, and returns whether another may follow; after the last one the letter has failed."""
    _lock_case_of(session, notification_id)
    row = queries.locked(session, notification_id)
    if row is None or row.state != "pending":
        return False
    row.claimed_until = None
    if final or row.attempts >= DELIVERY_TRIES:
        _note_failed(session, row, reason)
    else:
        row.last_error = reason[:LONGEST_REASON]
    return row.state == "pending"


def note_bounce(session: Session, message_id: str, reason: str) -> bool:
    """Notes that a letter which had left came back, and makes it work for staff; `reason` names nobody.

    False when no letter has that message id, or it is known already that it did not arrive.
    """
    known = queries.notification_of_message(session, message_id)
    if known is None:
        return False
    _lock_case_of(session, known.id)
    row = queries.locked(session, known.id)
    if row is None or row.state not in ("sent", "pending"):
        return False
    row.sent_at = None
    _note_failed(session, row, reason)
    return True


def has_document(row: Notification) -> bool:
    """True for letters that are also a document to keep (see `pdf.letter_pdf`)."""
    return _is_document(row.kind, row.event_kind)


def stored_letter(row: Notification) -> Letter:
    """The letter as it is kept: dots in place of every secret."""
    return Letter(row.subject, row.text, row.html, tuple(row.clauses))


def without_secret(letter: Letter) -> Letter:
    """The letter for others to read as well: the page of the status, in place of the link that opens the case."""
    return _linked(letter, "/status")


def _is_document(notice: str, event_kind: str | None) -> bool:
    return notice in AS_PDF or (notice == "N8" and event_kind == "mediation_settled")


def _with_link(session: Session, row: Notification, letter: Letter) -> Letter:
    if row.case_id is None:
        return letter
    case = case_queries.case_by_id(session, row.case_id)
    customer = session.get(Customer, case.customer_id) if case else None
    if customer is None or customer.email != row.recipient:
        return without_secret(letter)
    return _linked(letter, f"/case/{case_links.sign(row.case_id, row.id, customer)}")


def _linked(letter: Letter, path: str) -> Letter:
    hidden = f"{settings().base_url}/case/{HIDDEN_LINK}"
    shown = f"{settings().base_url}{path}"
    return replace(letter, text=letter.text.replace(hidden, shown), html=letter.html.replace(hidden, shown))


def _is_crowded(session: Session, event: CaseEvent, recipient: str) -> bool:
    since = clock.now() - timedelta(days=1)
    return queries.letters_since(session, event.case_id, recipient, since) >= LETTERS_A_DAY


def _note_failed(session: Session, row: Notification, reason: str) -> None:
    """The letter will not leave any more: visible to staff, and work for them."""
    row.state, row.last_error, row.claimed_until = "failed", reason[:LONGEST_REASON], None
    session.flush()
    if row.conversation_id is not None:
        jobs.defer(session, CHAT_LETTER_FAILED, notification_id=str(row.id))
    if row.case_id is None:
        return
    case = case_queries.locked(session, row.case_id)
    event = engine.note(
        session,
        case,
        "letter_failed",
        Actor("system"),
        notice="none: for staff only",
        data={"notification_id": str(row.id), "letter": row.kind},
        for_customer=False,
    )
    tasks.open_task(session, case, "letter_failed", due_at=clock.now(), subject_id=row.id, event=event)


def _lock_case_of(session: Session, notification_id: UUID) -> None:
    """Locks the case before its letter, as everybody does who changes both."""
    row = session.get(Notification, notification_id)
    if row is not None and row.case_id is not None:
        case_queries.locked(session, row.case_id)


def _domain() -> str:
    return _sender().rpartition("@")[2]


def _sender() -> str:
    return settings().mail_from or policy.current().shop.support_email


def _envelope(row: Notification, recipient: str) -> Envelope:
    shop = policy.current().shop
    return Envelope(
        recipient=recipient,
        sender=_sender(),
        sender_name=shop.name,
        reply_to=shop.support_email,
        message_id=row.message_id,
        thread_id=_thread_id(row),
        written_at=row.created_at,
    )


def _thread_id(row: Notification) -> str | None:
    if row.conversation_id is not None:
        return f"<chat.{row.conversation_id}@{_domain()}>"
    return f"<case.{row.case_id}@{_domain()}>" if row.case_id is not None else None
