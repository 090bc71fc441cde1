"""The history of a case in words: for the complainant, and for staff."""

from collections.abc import Iterable

from disputes.cases.schemas import HistoryLine, StaffHistoryLine
from disputes.cases.tables import CaseEvent
from disputes.policy import Policy
from disputes.policy.words import fill

_FILED_BY = {"staff": "filed_by_staff", "shop": "filed_by_shop"}


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
    kind = event.kind
    if kind == "filed":
        kind = _FILED_BY.get(str(event.data.get("source")), kind)
    staff = event.staff.name if event.staff else policy.shop.name
    return fill(policy.history.get(kind, kind), {"staff": staff})


def _staff_words(event: CaseEvent, policy: Policy) -> str:
    if event.kind == "information_added":
        return f"The customer added: {event.words.text if event.words else '(erased)'}"
    if event.kind == "filed":
        return f"Filed ({event.data.get('source', 'unknown')})."
    return _customers_words(event, policy)
