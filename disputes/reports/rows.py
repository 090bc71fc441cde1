"""What a figure is made of: one row for each case or chat that counts. Every SELECT of a figure has these columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Float,
    Select,
    SQLColumnExpression,
    String,
    Uuid,
    cast,
    extract,
    null,
    select,
)
from sqlalchemy.sql import FromClause

from disputes.cases.times import AGES
from disputes.policy.calendar import Calendar
from disputes.reports.period import ONE_DAY, Period

type Rows = Select[Any]
type Column = SQLColumnExpression[Any]


AHEAD_DAYS: Final = 7
"""How far ahead dates that may be broken are looked at."""


@dataclass(frozen=True)
class Moment:
    """When it is now, and between which moments (after the first, up to the second) things count.

    For what holds now: the ends of today, of tomorrow and of the last day looked ahead to; and by age in days, the
    latest moment that makes something older than that.
    """

    now: datetime
    start: datetime
    end: datetime
    today: datetime
    tomorrow: datetime
    ahead: datetime
    older_than: Mapping[int, datetime]


def moment_of(period: Period, now: datetime, calendar: Calendar) -> Moment:
    """The moments of a period, seen from `now`, with days as they are where the shop is."""
    start, end = period.bounds(calendar)
    today = calendar.day_of(now)
    return Moment(
        now=now,
        start=start,
        end=end,
        today=calendar.end_of_day(today),
        tomorrow=calendar.end_of_day(today + ONE_DAY),
        ahead=calendar.end_of_day(today + AHEAD_DAYS * ONE_DAY),
        older_than={days: calendar.end_of_day(today - (days + 1) * ONE_DAY) for days in AGES},
    )


def rows(
    source: FromClause,
    where: Sequence[ColumnElement[bool]],
    *,
    subject_id: Column,
    at: Column,
    seconds: Column | None = None,
    what: Column | None = None,
    kind: Column | None = None,
    category: Column | None = None,
    cause: Column | None = None,
    agent: Column | None = None,
) -> Rows:
    """The SELECT of a figure.

    `at` is what it counts by (its week), `seconds` what is measured, `what` what became of it, `kind` which of
    several it is, and `agent` whose it was.
    """
    columns: list[Column] = [
        subject_id.label("subject_id"),
        cast(at, DateTime(timezone=True)).label("at"),
        _or_null(seconds, Float()).label("seconds"),
        _or_null(what, String()).label("what"),
        _or_null(kind, String()).label("kind"),
        _or_null(category, String()).label("category"),
        _or_null(cause, String()).label("cause"),
        _or_null(agent, Uuid()).label("agent"),
    ]
    return select(*columns).select_from(source).where(*where)


def seconds_between(start: Column, end: Column) -> Column:
    """How long it took, in seconds of the clock."""
    return extract("epoch", end - start)


def _or_null(column: Column | None, kind: Any) -> Column:
    return cast(null() if column is None else column, kind)
