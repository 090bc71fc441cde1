"""Letters as rows: written once for each cause, and what became of each. Nothing here touches the network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from disputes import clock, jobs, policy
from disputes.cases import queries as case_queries
from disputes.cases.tables import Case, CaseEvent
from disputes.notifications import letters, queries
from disputes.notifications.letters import CaseFacts, Letter
from disputes.notifications.mail import Envelope
from disputes.notifications.tables import Notification
from disputes.policy import Policy
from disputes.settings import settings

DELIVER: Final = "notifications.deliver"
DELIVERY_TRIES: Final = 79
"""After so many tries a letter has failed; with waits of 3, 9, 27 ... seconds, at most an hour, that is three days."""

NO_ADDRESS: Final = "no e-mail address: the complainant gave only a telephone number"
LONGEST_REASON: Final = 300

type WriteLetter = Callable[[CaseFacts, Policy, str], Letter]

LETTERS: Final[dict[str, WriteLetter]] = {
    "N1": letters.acknowledgement,
    "N4": letters.named_person,
}


@dataclass(frozen=True)
class Draft:
    """A letter on its way out, independent of any session."""

    notification_id: UUID
    letter: Letter
    envelope: Envelope


def write_letter_for(session: Session, event_id: UUID) -> Notification | None:
    """Writes the letter that an event of a case asks for, and queues its delivery.

    None when the event asks for none. Called again for the same event it changes nothing. Without an address the
    letter is kept, as skipped with the reason.
    """
    event = case_queries.event_with_case(session, event_id)
    if event is None or event.notice not in LETTERS:
        return None
    facts = _facts(event.case, event)
    letter = LETTERS[event.notice](facts, policy.current(), settings().base_url)
    return add(
        session,
        letter,
        kind=event.notice,
        dedupe_key=f"event:{event.id}:{event.notice}",
        recipient=event.case.customer.email,
        case_id=event.case_id,
        event_id=event.id,
        queue=True,
    )


def add(
    session: Session,
    letter: Letter,
    *,
    kind: str,
    dedupe_key: str,
    recipient: str | None,
    case_id: UUID | None = None,
    event_id: UUID | None = None,
    queue: bool,
) -> Notification:
    """Stores a letter once for its `dedupe_key` (made of ids), and with `queue` defers its delivery."""
    notification_id = uuid4()
    row = {
        "id": notification_id,
        "dedupe_key": dedupe_key,
        "kind": kind,
        "case_id": case_id,
        "event_id": event_id,
        "recipient": recipient,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "state": "pending" if recipient else "skipped",
        "attempts": 0,
        "last_error": None if recipient else NO_ADDRESS,
        "message_id": f"<{notification_id}@{_sender().rpartition('@')[2]}>",
        "created_at": clock.now(),
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

    `letter` replaces what is stored, for letters whose secret is never stored.
    """
    row = queries.locked(session, notification_id)
    if row is None or row.state != "pending" or row.recipient is None:
        return None
    row.attempts += 1
    return Draft(row.id, letter or Letter(row.subject, row.text, row.html), _envelope(row, row.recipient))


def note_sent(session: Session, notification_id: UUID) -> None:
    """Notes that the letter has left."""
    row = queries.locked(session, notification_id)
    if row is not None and row.state == "pending":
        row.state, row.sent_at, row.last_error = "sent", clock.now(), None


def note_trouble(session: Session, notification_id: UUID, reason: str, *, final: bool = False) -> bool:
    """Notes why a try failed, and returns whether another may follow; after the last one the letter has failed."""
    row = queries.locked(session, notification_id)
    if row is None or row.state != "pending":
        return False
    row.last_error = reason[:LONGEST_REASON]
    if final or row.attempts >= DELIVERY_TRIES:
        row.state = "failed"
    return row.state == "pending"


def _facts(case: Case, event: CaseEvent) -> CaseFacts:
    shop_policy = policy.current()
    next_date: datetime = case.next_date or case.expected_end
    if event.kind == "filed":
        next_date = policy.dates_for_filed(case.filed_at, shop_policy, case.category).named_person_by
    return CaseFacts(
        reference=case.reference,
        state=event.to_state or case.state,
        name=case.customer.name,
        order_number=case.order_number,
        category_label=shop_policy.category_label(case.category),
        description=case.description,
        desired_outcome=case.desired_outcome,
        source=case.source,
        filed_at=case.filed_at,
        next_date=next_date,
        first_answer_by=case.first_answer_by,
        expected_end=case.expected_end,
        hard_cap=case.hard_cap,
        staff_name=event.staff.name if event.staff else None,
    )


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
        written_at=row.created_at,
    )
