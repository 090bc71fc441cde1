"""A case as JSON, for people and programs outside the shop. The shape has a number that grows when it changes."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases.tables import Case, CaseEvent
from disputes.notifications.tables import Notification
from disputes.records import queries
from disputes.records.parts import PARTS

SCHEMA: Final = "disputes/case/1"
STAFF_KEYS: Final = frozenset({"views", "notes"})
"""Never in a customer's copy, in whichever package's share they stand."""

type Json = dict[str, Any]


def case_as_json(
    session: Session, case: Case, events: list[CaseEvent], letters: Iterable[Notification], *, for_staff: bool
) -> Json:
    """Everything about a case that its reader may have; times in UTC.

    For the customer, lines and letters for staff are left out; of such a line only its two hashes stand there, so
    that the chain can still be followed. Staff are named where they signed a letter, else by their role.
    """
    shop_policy = policy.current()
    signed = {event.staff_id for event in events if causes_letter(event)}
    return {
        "schema": SCHEMA,
        "shop": {"name": shop_policy.shop.name, "email": shop_policy.shop.support_email},
        "reference": case.reference,
        "case_id": str(case.id),
        "state": case.state,
        "state_label": shop_policy.stages[case.state].label,
        "category": case.category,
        "category_label": shop_policy.category_label(case.category),
        "filed_by": case.source,
        "order_number": case.order_number,
        "reseller": case.reseller,
        "country": case.country,
        "complainant": {"name": case.customer.name, "email": case.customer.email, "phone": case.customer.phone},
        "description": case.description,
        "desired_outcome": case.desired_outcome,
        "tried_before": case.informal_outcome,
        "outcome": {"resolution": case.resolution, "code": case.outcome_code},
        "dates": {name: iso(getattr(case, name)) for name in _DATES},
        "policy_digest": case.policy_digest,
        "promises": [
            {
                "what": promise.what,
                "told_at": iso(promise.told_at),
                "letter": promise.notice,
                "due": iso(promise.due_at),
                "became": promise.state,
                "settled_at": iso(promise.settled_at),
                "moved_by": promise.moved_reason,
            }
            for promise in queries.promises_of(session, case.id)
        ],
        "history": [_line(event, signed, for_staff=for_staff) for event in events],
        "head": case.last_hash,
        "letters": [proof_of(letter) for letter in letters],
        **{part.name: _for_reader(part.export(session, case), for_staff=for_staff) for part in PARTS},
        **({"views": _views(session, case)} if for_staff else {}),
    }


def proof_of(letter: Notification) -> Json:
    """What is known of a letter's delivery."""
    return {
        "kind": letter.kind,
        "subject": letter.subject,
        "to": letter.recipient,
        "written_at": iso(letter.created_at),
        "delivery": letter.state,
        "handed_to_mail_server_at": iso(letter.sent_at),
        "tries": letter.attempts,
        "message_id": letter.message_id,
        "seal": letter.seal,
        "event_id": str(letter.event_id) if letter.event_id else None,
    }


def causes_letter(event: CaseEvent) -> bool:
    """True for a line of which the customer was told in a letter."""
    return event.audience == "everyone" and bool(event.notice) and not (event.notice or "").startswith("none")


def iso(at: datetime | None) -> str | None:
    """A moment as it is hashed: in UTC, with its offset."""
    return at.astimezone(UTC).isoformat() if at else None


_DATES: Final = ("filed_at", "first_answer_by", "expected_end", "hard_cap", "final_sent_at", "deadlock_notice_at",
                 "window_ends", "ended_at")  # fmt: skip


def _line(event: CaseEvent, signed: set[Any], *, for_staff: bool) -> Json:
    ends = {"seq": event.seq, "prev": event.prev_hash, "hash": event.hash}
    if event.audience != "everyone" and not for_staff:
        return {**ends, "left_out": "a line for the shop's staff"}
    line = {
        **ends,
        "event_id": str(event.id),
        "kind": event.kind,
        "line": policy.current().history_line(
            event.kind,
            by=str(event.data.get("source")) if event.kind == "filed" else event.actor_kind,
            staff=event.staff.name if event.staff and (for_staff or event.staff_id in signed) else None,
        ),
        "from": event.from_state,
        "to": event.to_state,
        "actor": event.actor_kind,
        "staff": str(event.staff_id) if event.staff_id else None,
        "by": _by(event, signed, for_staff=for_staff),
        "audience": event.audience,
        "clause": event.clause_id,
        "notice": event.notice,
        "data": event.data,
        "text": event.text_digest,
        "due": iso(event.due_at),
        "at": iso(event.at),
    }
    words = event.words
    if words is not None and (for_staff or words.reason is None or causes_letter(event)):
        line["words"] = {"text": words.text, "reason": words.reason, "salt": words.salt}
    elif words is not None:
        line["words"] = {"text": words.text}
    return line


def _by(event: CaseEvent, signed: set[Any], *, for_staff: bool) -> str | None:
    if event.staff is None:
        return None
    return event.staff.name if for_staff or event.staff_id in signed else event.staff.role


def _for_reader(share: Any, *, for_staff: bool) -> Any:
    if for_staff or not isinstance(share, dict):
        return share
    return {key: value for key, value in share.items() if key not in STAFF_KEYS}


def _views(session: Session, case: Case) -> list[Json]:
    return [
        {"staff": str(view.staff_id), "what": view.what, "at": iso(view.at)}
        for view in queries.views_of(session, case.id)
    ]
