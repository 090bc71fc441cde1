"""The history of a case in words: for the complainant, and for staff."""

from collections.abc import Iterable

from disputes.cases.schemas import HistoryLine, StaffHistoryLine
from disputes.cases.tables import CaseEvent
from disputes.policy import Policy


def lines_for_customer(events: Iterable[CaseEvent], policy: Policy) -> list[HistoryLine]:
    """What the complainant may read, in the policy's words. What staff wrote for each other is left out."""
    return [HistoryLine(event.at, _customers_words(event, policy)) for event in events if event.audience == "everyone"]


def lines_for_staff(events: Iterable[CaseEvent], policy: Policy) -> list[StaffHistoryLine]:
    """Everything, with who did it, why, on which clause, and which letter it caused."""
    return [
        StaffHistoryLine(
            at=event.at,
            text=_staff_words(event, policy),
            kind=event.kind,
            by=event.staff.name if event.staff else event.actor_kind,
            reason=event.words.reason if event.words else None,
            clause=event.clause_id,
            notice=event.notice,
            for_customer=event.audience == "everyone",
        )
        for event in events
    ]


def _customers_words(event: CaseEvent, policy: Policy) -> str:
    by = str(event.data.get("source")) if event.kind == "filed" else event.actor_kind
    return policy.history_line(event.kind, by=by, staff=event.staff.name if event.staff else None)


def _staff_words(event: CaseEvent, policy: Policy) -> str:
    if event.kind == "information_added" and "evidence_id" in event.data:
        return "A file was added."
    if event.kind == "information_added" and "answer_id" in event.data:
        return "An answer came after the case had gone on."
    if event.kind == "information_added":
        return f"The customer added: {event.words.text if event.words else '(erased)'}"
    if event.kind == "filed":
        return f"Filed ({event.data.get('source', 'unknown')})."
    return _customers_words(event, policy)
