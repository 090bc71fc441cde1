"""The figures of the board, each with what is behind it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases.sensitive import Reader
from disputes.reports import queries
from disputes.reports.figures import Figure
from disputes.reports.filters import Filters
from disputes.reports.queries import By, Group, Line
from disputes.reports.rows import moment_of


@dataclass(frozen=True)
class Counted:
    """All rows of a figure together, and by group; those without a key come last."""

    total: Group
    groups: Sequence[Group] = ()


def count(session: Session, figure: Figure, filters: Filters, by: By | None = None) -> Counted:
    """Counts a figure within the filters, all together and in groups."""
    total, groups = count_by(session, figure, filters, [by] if by else [])
    return Counted(total, groups[by] if by else [])


def count_by(
    session: Session, figure: Figure, filters: Filters, bys: Sequence[By]
) -> tuple[Group, Mapping[By, Sequence[Group]]]:
    """The same in several ways at once, which reads the rows only once."""
    calendar = policy.current().calendar
    rows = figure.rows(moment_of(filters.period, clock.now(), calendar))
    return queries.counted(session, rows, filters, bys=bys, whats=list(figure.whats), zone=calendar.zone.key)


def behind(
    session: Session,
    figure: Figure,
    filters: Filters,
    *,
    reader: Reader | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> Iterator[Line]:
    """The cases or chats that a figure counts, one line for each time it counts one, as far as the reader may read."""
    moment = moment_of(filters.period, clock.now(), policy.current().calendar)
    rows = figure.rows(moment)
    return queries.listed(session, rows, filters, order=figure.order, reader=reader, limit=limit, offset=offset)


def hidden(session: Session, figure: Figure, filters: Filters, reader: Reader) -> int:
    """How many of them are sensitive, and not for this reader."""
    moment = moment_of(filters.period, clock.now(), policy.current().calendar)
    return queries.count_hidden(session, figure.rows(moment), filters, reader)
