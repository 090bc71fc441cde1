"""What a report is narrowed to, as it stands in an address: days, codes and ids, never a name or a word of anybody."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlencode
from uuid import UUID

from disputes.reports.period import Period

NOBODY = "nobody"
NOT_SAID = "not_said"
"""Values of a filter for rows that have none."""

ONE_OF = "."
"""Between several values of `what`."""

PAIRED = "|"
"""Between category and cause in the key of a group by both."""


@dataclass(frozen=True)
class Filters:
    """The days, and one category, cause, member of staff or `team`: whoever belongs to it now. `agent` may be
    `NOBODY`, category and cause `NOT_SAID`.

    `what` and `kind` narrow a figure to a part of it, such as promises that were `missed`, or `kept.missed`.
    """

    period: Period
    category: str | None = None
    cause: str | None = None
    agent: UUID | str | None = None
    team: UUID | None = None
    what: str | None = None
    kind: str | None = None

    def with_(self, **changes: object) -> Self:
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def in_week(self, monday: date) -> Self:
        """The same for the days of one week."""
        return replace(self, period=self.period.part_of_week(monday))

    def in_group(self, by: str, key: str | None) -> Self:
        """The same for one row of a table that is grouped by one of `queries.By`."""
        if by == "week" and key is not None:
            return self.in_week(date.fromisoformat(key))
        if by == "pair":
            category, _, cause = (key or PAIRED).partition(PAIRED)
            return replace(self, category=category or NOT_SAID, cause=cause or NOT_SAID)
        missing = {"agent": NOBODY, "cause": NOT_SAID, "category": NOT_SAID}.get(by)
        return replace(self, **{by: key if key is not None else missing})  # type: ignore[arg-type]

    def query(self, **more: str | None) -> str:
        """The part of an address after the question mark."""
        given = {
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "category": self.category,
            "cause": self.cause,
            "agent": self.agent,
            "team": self.team,
            "what": self.what,
            "kind": self.kind,
            **more,
        }
        return urlencode({name: value for name, value in given.items() if value is not None})
