"""What letters about a case may say: values without a session, filled by `notifications.facts`.

Every date in a letter is one of these fields: they come from the event that the engine wrote, or from the tables
whose dates the engine enforces. No letter computes a date.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

HIDDEN_LINK: Final = "•••"
"""Stands for the secret of the link to the case wherever a letter is stored."""

LONGEST_GREETING = 80
_NOT_IN_A_NAME = re.compile(r"[:/@<>\\]|www\.", re.IGNORECASE)


@dataclass(frozen=True)
class DatesTold:
    """The dates of the moment, as the engine enforces them. `next` is the next one for this state."""

    next: datetime | None = None
    first_answer: datetime | None = None
    final_response: datetime | None = None
    hard_cap: datetime | None = None
    window_ends: datetime | None = None


@dataclass(frozen=True)
class RemedyFacts:
    """Something we offer to do. `worth` is money in words. It comes within `days` of an agreement; from then on
    `due_at` is the date."""

    what: str
    worth: str | None = None
    conditions: str | None = None
    days: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class FindingFacts:
    """What we found on one point; `result`: confirmed, not_confirmed or unclear. `reason`: why we decide so on it."""

    point: str
    finding: str
    result: str
    reason: str | None = None


@dataclass(frozen=True)
class OfferFacts:
    """An outcome or a final response. `position`: accept, offer or reject, as seen from the complainant's side."""

    position: str
    reasons: str
    summary: str = ""
    findings: Sequence[FindingFacts] = ()
    remedies: Sequence[RemedyFacts] = ()
    grants_all: bool = False
    takes_part: str | None = None
    time_limits: str | None = None


@dataclass(frozen=True)
class MediationFacts:
    """A mediation. `think_until` is set while a settlement text waits for a yes from both."""

    neutral: str
    organisation: str | None
    cost: str
    reason: str | None = None
    think_until: datetime | None = None


@dataclass(frozen=True)
class SettlementFacts:
    """The text that both may sign up to, and what it obliges us to do."""

    words: str
    remedies: Sequence[RemedyFacts] = ()


@dataclass(frozen=True)
class OutsideFacts:
    """Who else can help: general words, and checked addresses for the customer's country if there are any."""

    general: str
    takes_part: str
    time_limits: str = ""
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class CaseFacts:
    """A case at the moment of one event. Times are aware UTC.

    `staff_name` is who did it, `handler` who has the case now. `due_at` is the date a clock acted on. `text` and
    `reason` are what a person wrote with the event. `by` (customer, shop, neutral) and `why` say how mediation ended.
    """

    reference: str
    state: str
    name: str
    order_number: str | None
    category_label: str
    description: str
    desired_outcome: str | None
    source: str
    filed_at: datetime
    case_url: str
    policy_digest: str
    seal: str
    kind: str
    actor: str
    at: datetime
    dates: DatesTold
    outside: OutsideFacts
    category: str = "other"
    from_state: str | None = None
    due_at: datetime | None = None
    staff_name: str | None = None
    staff_role: str | None = None
    handler: str | None = None
    by: str | None = None
    why: str | None = None
    text: str | None = None
    reason: str | None = None
    old_date: datetime | None = None
    new_date: datetime | None = None
    quick: bool = False
    urgent: bool = False
    overdue: bool = False
    door_open: bool = False
    reseller: str | None = None
    reseller_pointer: str | None = None
    surviving_reference: str | None = None
    questions: Sequence[str] = ()
    offer: OfferFacts | None = None
    remedies: Sequence[RemedyFacts] = ()
    remedy: RemedyFacts | None = None
    mediation: MediationFacts | None = None
    settlement: SettlementFacts | None = None

    @property
    def name_to_greet(self) -> str:
        """The name, or "" when what was given as one could lure somebody to click."""
        if not self.name.strip() or len(self.name) > LONGEST_GREETING or _NOT_IN_A_NAME.search(self.name):
            return ""
        return self.name

    @property
    def by_shop(self) -> bool:
        """True where the shop complains about a dealing with the customer."""
        return self.source == "shop"

    @property
    def notice_of_settlement(self) -> bool:
        """True where the settlement text itself is told, not only that mediation goes on or ends."""
        return self.kind in ("settlement_proposed", "mediation_settled")

    @property
    def may_withdraw(self) -> bool:
        """Who filed it may take it back while it is open."""
        ended = ("resolved", "closed", "withdrawn", "redirected", "merged")
        return not self.by_shop and self.state not in ended
