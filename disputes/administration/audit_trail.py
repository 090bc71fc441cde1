"""The audit as people read it: who did what to which object, with names in place of ids."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.administration import queries
from disputes.administration.queries import Row, Wanted

PAGE: Final = 50
MOST_IN_A_FILE: Final = 50_000
BATCH: Final = 1_000


@dataclass(frozen=True)
class Entry:
    """One line. `about` is what the object is called, where that is known; `changes` are (what, before, after)."""

    id: UUID
    at: datetime
    who: str
    staff_id: UUID | None
    act: str
    kind: str | None
    about: str | None
    subject_id: UUID | None
    place: str | None
    changes: Sequence[tuple[str, str, str]]


def page(session: Session, wanted: Wanted) -> tuple[list[Entry], tuple[datetime, UUID] | None]:
    """A page of entries, newest first, and where the next one begins; None at the end."""
    rows = queries.entries(session, wanted, PAGE + 1)
    shown = rows[:PAGE]
    mark = (shown[-1].at, shown[-1].id) if len(rows) > PAGE else None
    return _with_names(session, shown), mark


def every(session: Session, wanted: Wanted) -> Iterator[Entry]:
    """All entries that are wanted, newest first, read in portions; at most `MOST_IN_A_FILE`."""
    mark = wanted.before
    for _ in range(MOST_IN_A_FILE // BATCH):
        rows = queries.entries(session, replace(wanted, before=mark), BATCH)
        yield from _with_names(session, rows)
        if len(rows) < BATCH:
            return
        mark = (rows[-1].at, rows[-1].id)


def _with_names(session: Session, rows: Sequence[Row]) -> list[Entry]:
    subjects: dict[str, set[UUID]] = {}
    for row in rows:
        if row.subject_kind and row.subject_id:
            subjects.setdefault(row.subject_kind, set()).add(row.subject_id)
    named = {UUID(value) for row in rows for value in _values(row) if _is_id(value)}
    people = queries.staff_names(session, {*(row.staff_id for row in rows if row.staff_id), *named})
    people |= queries.staff_names(session, subjects.get("staff", set()))
    known = {
        "staff": people,
        "case": queries.case_references(session, subjects.get("case", set())),
        "team": queries.team_names(session, subjects.get("team", set())),
        "session": queries.owners_of_sessions(session, subjects.get("session", set())),
    }
    return [_entry(row, people, known) for row in rows]


def _entry(row: Row, people: Mapping[UUID, str], known: Mapping[str, Mapping[UUID, str]]) -> Entry:
    about = known.get(row.subject_kind or "", {}).get(row.subject_id) if row.subject_id else None
    return Entry(
        id=row.id,
        at=row.at,
        who=_who(row, people),
        staff_id=row.staff_id,
        act=row.act,
        kind=row.subject_kind,
        about=about,
        subject_id=row.subject_id,
        place=row.place,
        changes=_changes(row, people),
    )


def _who(row: Row, people: Mapping[UUID, str]) -> str:
    name = people.get(row.staff_id) if row.staff_id else None
    match row.actor:
        case "command":
            return f"{row.operator} at the command line" + (f", for {name}" if name else "")
        case "nobody":
            return "Somebody not signed in"
        case "system":
            return "The program"
        case _:
            return name or "Somebody"


def _changes(row: Row, people: Mapping[UUID, str]) -> list[tuple[str, str, str]]:
    before, after = row.before or {}, row.after or {}
    keys = [*before, *(key for key in after if key not in before)]
    told = [(key.replace("_", " "), _said(before.get(key), people), _said(after.get(key), people)) for key in keys]
    return [(what, was, now) for what, was, now in told if was or now]


def _said(value: Any, people: Mapping[UUID, str]) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(one, people) for one in value)
    if _is_id(value):
        return people.get(UUID(value), value)
    return str(value)


def _values(row: Row) -> Iterator[Any]:
    for values in (row.before, row.after):
        yield from (values or {}).values()


def _is_id(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 36:
        return False
    try:
        UUID(value)
    except ValueError:
        return False
    return True
