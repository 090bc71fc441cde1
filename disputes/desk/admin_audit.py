"""Administration: the audit. Who did what with which right, when and from where; to read and to take along."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from disputes import clock, database, policy
from disputes.administration import audit_trail
from disputes.administration.audit_trail import Entry
from disputes.administration.queries import Wanted, sessions_of
from disputes.cases import queries as case_queries
from disputes.cases.references import normalise
from disputes.desk.access import Administering
from disputes.desk.audit_words import GROUPS, KINDS, WORDS
from disputes.desk.pages import desk_page
from disputes.edge.downloads import download
from disputes.people import audit, queries
from disputes.reports import as_csv

router = APIRouter(prefix="/admin/audit")

COLUMNS: Final = ("at", "who", "act", "kind", "about", "id", "network", "changes")


@dataclass(frozen=True)
class Filters:
    """What the form above the list was sent with, as it was typed."""

    person: str = ""
    about: str = ""
    group: str = ""
    since: str = ""
    until: str = ""
    mark: str = ""

    def query(self, **changes: str) -> str:
        """The same as the end of an address."""
        kept = {name: value for name, value in {**self.__dict__, **changes}.items() if value}
        return urlencode(kept)


type Given = Annotated[Filters, Depends()]


@router.get("")
def trail(request: Request, desk: Administering, filters: Given) -> HTMLResponse:
    """The newest entries, and a way to older ones."""
    with database.transaction() as session:
        wanted, unknown = _wanted(session, filters)
        entries, mark = audit_trail.page(session, wanted) if wanted else ([], None)
        people = queries.everybody(session)
    older = filters.query(mark=f"{mark[0].isoformat()} {mark[1]}") if mark else None
    values: dict[str, Any] = {
        "entries": entries,
        "older": older,
        "newest": filters.query(mark="") if filters.mark else None,
        "file": filters.query(mark=""),
        "filters": filters,
        "unknown": unknown,
        "people": people,
        "words": WORDS,
        "kinds": KINDS,
        "groups": {name: label for name, (label, _) in GROUPS.items()},
        "months": policy.current().retention.audit_months,
    }
    return desk_page(request, desk, "desk/admin_audit.html", values)


@router.get("/audit.csv")
def as_file(desk: Administering, filters: Given) -> Response:
    """All entries that the filters let through, as a file. That it was taken is an entry itself."""
    with database.transaction() as session:
        wanted, _ = _wanted(session, filters)
        entries = list(audit_trail.every(session, wanted)) if wanted else []
        audit.note(session, "audit.exported", by=desk.staff, after={"rows": len(entries)})
    day = policy.current().calendar.day_of(clock.now())
    return download(_csv(entries), f"audit-{day.isoformat()}.csv", "text/csv; charset=utf-8")


def _wanted(session: Session, filters: Filters) -> tuple[Wanted | None, str | None]:
    """What to ask for; None, with a sentence, when there can be nothing."""
    calendar = policy.current().calendar
    since, until = _day(filters.since), _day(filters.until)
    subjects = None
    if filters.about.strip():
        subjects = _subjects(session, filters.about.strip())
        if subjects is None:
            return None, "There is no complaint with this reference, and no colleague with this e-mail address."
    wanted = Wanted(
        staff_id=_id(filters.person),
        subject_ids=subjects,
        acts=GROUPS[filters.group][1] if filters.group in GROUPS else None,
        since=calendar.end_of_day(date.fromordinal(since.toordinal() - 1)) if since else None,
        until=calendar.end_of_day(until) if until else None,
        before=_mark(filters.mark),
    )
    return wanted, None


def _subjects(session: Session, written: str) -> list[UUID] | None:
    """The ids of what was written: a reference of a complaint, the address of a colleague, or an id."""
    direct = _id(written)
    if direct is not None:
        return [direct]
    staff = queries.staff_by_email(session, written.lower())
    if staff is not None:
        return [staff.id, *sessions_of(session, staff.id)]
    reference = normalise(written)
    case = case_queries.case_by_reference(session, reference) if reference else None
    return [case.id, case.customer_id] if case else None


def _csv(entries: list[Entry]) -> bytes:
    def row(entry: Entry) -> list[as_csv.Value]:
        changes = "; ".join(f"{what}: {before} -> {after}" for what, before, after in entry.changes)
        subject = str(entry.subject_id) if entry.subject_id else None
        at = entry.at.isoformat(timespec="seconds")
        return [at, entry.who, entry.act, entry.kind, entry.about, subject, entry.place, changes]

    return as_csv.written(COLUMNS, [row(entry) for entry in entries]).content


def _id(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _mark(written: str) -> tuple[datetime, UUID] | None:
    at, _, entry_id = written.rpartition(" ")
    try:
        return datetime.fromisoformat(at), UUID(entry_id)
    except ValueError:
        return None
