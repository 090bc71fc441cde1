"""The only place that computes due dates: a letter says what is enforced, because both ask here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from disputes.policy.policy import Policy


@dataclass(frozen=True)
class CaseDates:
    """What a complainant is promised at filing; aware UTC, each the last moment of its day in the shop.

    `named_person_by`: a person has taken the case. `first_answer_by`: our first answer. `expected_end`: our
    final response. `hard_cap`: the outside options are open, whatever has happened.
    """

    named_person_by: datetime
    first_answer_by: datetime
    expected_end: datetime
    hard_cap: datetime


def dates_for_filed(filed_at: datetime, policy: Policy, category: str | None = None) -> CaseDates:
    """The dates of a complaint filed at that moment; a category may have clocks of its own.

    The hard cap does not roll forward: it opens a door to the customer, and needs nobody at work.
    """
    clocks, calendar = policy.clocks_for(category), policy.calendar
    return CaseDates(
        named_person_by=calendar.due_after_business_days(filed_at, clocks.named_person_business_days),
        first_answer_by=calendar.due_after_days(filed_at, clocks.first_answer_days),
        expected_end=calendar.due_after_days(filed_at, clocks.final_response_days),
        hard_cap=calendar.end_of_day(calendar.day_of(filed_at) + timedelta(days=clocks.hard_cap_days)),
    )
