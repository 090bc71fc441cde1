"""The figures of the board, each with what is behind it."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.reports import queries
from disputes.reports.figures import Figure
from disputes.reports.filters import Filters
from disputes.reports.period import Period
from disputes.reports.queries import By, Counted, Line
from disputes.reports.rows import moment_of


def count(session: Session, figure: Figure, filters: Filters, by: By | None = None) -> Counted:
    """Counts a figure within the filters, all together and in groups."""
    calendar = policy.current().calendar
    moment = moment_of(filters.period, clock.now(), calendar)
    return queries.counted(session, figure.rows(moment), filters, by, calendar.zone.key)


def behind(
    session: Session, figure: Figure, filters: Filters, *, limit: int | None = None, offset: int = 0
) -> Iterator[Line]:
    """The cases or chats that a figure counts, one line for each time it counts one."""
    moment = moment_of(filters.period, clock.now(), policy.current().calendar)
    return queries.listed(session, figure.rows(moment), filters, order=figure.order, limit=limit, offset=offset)


def today() -> Period:
    """The days that are shown when nobody chose others."""
    return Period.around(policy.current().calendar.day_of(clock.now()))
