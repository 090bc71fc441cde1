"""How long what is kept. Pure: a case, the policy and a moment in, a date or a sentence out."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from disputes.cases.states import OPEN
from disputes.cases.tables import Case
from disputes.policy import Policy

OVER: Final = frozenset({"closed", "withdrawn", "redirected", "merged"})
"""Where nothing more is to be told to the customer. `resolved` is not among them: its remedy may still be open."""


@dataclass(frozen=True)
class Kept:
    """A case that is not erased yet: why, and until when (None: not known yet, because it has not ended)."""

    reference: str
    until: datetime | None
    why: str


def body_until(case: Case, policy: Policy) -> datetime | None:
    """When all about a case is erased, by the policy; None before it is over."""
    if case.state not in OVER or case.ended_at is None:
        return None
    months = policy.retention.case_months if case.state == "closed" else policy.retention.withdrawn_months
    return end_of_months(case.ended_at, months, policy)


def contact_until(case: Case, policy: Policy) -> datetime | None:
    """When name and contact go; at once where the customer asked for it. None before the case is over."""
    if case.state not in OVER or case.ended_at is None:
        return None
    if case.erasure_asked_at is not None:
        return max(case.ended_at, case.erasure_asked_at)
    due = end_of_months(case.ended_at, policy.retention.contact_months, policy)
    body = body_until(case, policy)
    return min(due, body) if body else due


def is_held(case: Case, now: datetime) -> bool:
    """True while a legal hold keeps everything as it is."""
    return case.hold_until is not None and case.hold_until > now


@dataclass(frozen=True)
class Terms:
    """When what goes, as it stands now; None where that is not known yet."""

    contact: datetime | None
    body: datetime | None


def kept_how_long(case: Case, policy: Policy) -> Terms:
    """When the contact and the rest of a case go by themselves. A hold may keep them longer."""
    return Terms(contact_until(case, policy), body_until(case, policy))


def why_kept(case: Case, policy: Policy, now: datetime) -> Kept | None:
    """Why a case cannot be erased now although its customer asks; None when it can."""
    until = body_until(case, policy)
    if is_held(case, now):
        latest = max(filter(None, (until, case.hold_until)))
        return Kept(case.reference, latest, "A legal claim about it is expected or running, so nothing may be erased.")
    if case.state in OPEN:
        return Kept(case.reference, None, "The complaint is still open, and we need it to answer you.")
    if until is None:
        return Kept(case.reference, None, "What was agreed is not done yet, or you may still ask for a review.")
    if until > now:
        return Kept(
            case.reference,
            until,
            "What happened is kept for legal claims, set apart from daily work and without your name and contact.",
        )
    return None


def end_of_months(start: datetime, months: int, policy: Policy) -> datetime:
    """The end of the day, in the shop, so many months after; the last day of a month when there is no such day."""
    return policy.calendar.end_of_day(add_months(policy.calendar.day_of(start), months))


def add_months(day: date, months: int) -> date:
    """The same day of a later (or, below zero, an earlier) month."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
