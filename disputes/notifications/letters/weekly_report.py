"""To managers: the week in figures, with what changed and why. Nobody's data is in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from disputes.notifications.letters.letter import Letter, write
from disputes.policy import Policy


@dataclass(frozen=True)
class Row:
    """One line of the report: what, in that week, and in a usual week before ("" where there is no such figure)."""

    label: str
    now: str
    before: str


@dataclass(frozen=True)
class Section:
    """A part of the report with what its figures mean."""

    title: str
    meaning: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class WeeklyFacts:
    """Everything that the report says. `quiet`: nothing happened in that week."""

    week: str
    days: str
    complaints: int
    broken: int
    quiet: bool
    sections: Sequence[Section]


def weekly_report(policy: Policy, base_url: str, *, name: str, facts: WeeklyFacts) -> Letter:
    """The report of one week for one reader."""
    complaints = f"{facts.complaints} complaint" if facts.complaints == 1 else f"{facts.complaints} complaints"
    broken = f"{facts.broken} promise" if facts.broken == 1 else f"{facts.broken} promises"
    subject = f"Week {facts.week}: a quiet week" if facts.quiet else f"Week {facts.week}: {complaints}, {broken} broken"
    return write("weekly_report", subject, policy, base_url, name=name, facts=facts)
