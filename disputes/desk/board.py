"""The board: what is about to be broken, how we did, and the cases and chats behind every figure.

For managers and administrators. An agent sees the same figures about their own work, and nobody else's: what a
manager reads about somebody, that person reads too.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database, policy
from disputes.cases.sensitive import reader_of
from disputes.desk import board_charts
from disputes.desk.access import AtDesk, Desk, Managing
from disputes.desk.pages import desk_page
from disputes.desk.stages import STAGES
from disputes.edge.downloads import download
from disputes.errors import Invalid
from disputes.people import audit
from disputes.people.roles import MANAGING
from disputes.reports import as_csv, queries, service, sheets, similar, weekly
from disputes.reports.figures import FIGURES, figure_named
from disputes.reports.filters import NOBODY, Filters
from disputes.reports.period import ONE_DAY, Period, last_whole_week, read_week, week_name
from disputes.reports.queries import By
from disputes.reports.words import MEDIAN_FROM, say_day, say_time

router = APIRouter(prefix="/board")

SOONEST: Final = 15
PAGE: Final = 100
CSV: Final = "text/csv; charset=utf-8"
type Code = Annotated[str, Query(pattern="^[a-z0-9_]*$", max_length=40)]
type Codes = Annotated[str, Query(pattern="^[a-z0-9_.]*$", max_length=120)]
type Day = Annotated[str, Query(max_length=10)]


def given_filters(
    desk: Desk,
    *,
    from_: Annotated[Day, Query(alias="from")] = "",
    to: Day = "",
    category: Code = "",
    cause: Code = "",
    agent: Annotated[str, Query(max_length=40)] = "",
    team: Annotated[str, Query(max_length=40)] = "",
    what: Codes = "",
    kind: Code = "",
) -> Filters:
    """What the address asks for; an agent is kept to their own. Raises `Invalid` for what cannot be read."""
    today = policy.current().calendar.day_of(clock.now())
    return Filters(
        period=Period.chosen(_day(from_), _day(to), today),
        category=category or None,
        cause=cause or None,
        agent=_agent(agent) if sees_all(desk) else desk.staff.id,
        team=_id(team, "team", "There is no such team.") if team and sees_all(desk) else None,
        what=what or None,
        kind=kind or None,
    )


type Given = Annotated[Filters, Depends(given_filters)]


def sees_all(desk: AtDesk) -> bool:
    """True for whoever may read the figures of everybody."""
    return desk.staff.role in MANAGING


@router.get("")
def now(request: Request, desk: Desk, filters: Given) -> HTMLResponse:
    """What holds at this moment: promises about to be broken, and what is open."""
    due, ages = FIGURES["due"], FIGURES["open"]
    with database.transaction() as session:
        counts = {name: service.count(session, FIGURES[name], filters) for name in ("due", "alarms")}
        opened = service.count(session, ages, filters, "kind")
        values = {
            "counts": counts,
            "open": opened,
            "open_kinds": {group.key: group.n for group in opened.groups},
            "soonest": list(service.behind(session, due, filters, reader=reader_of(desk.staff), limit=SOONEST)),
            "chats": {name: service.count(session, FIGURES[name], filters).total for name in ("waiting", "held")},
            "with_whom": sheets.sheet(session, "due", filters, "agent"),
            "ages": board_charts.by_part("Open complaints by age", ages, opened, filters),
        }
        return _page(request, desk, filters, "now", session=session, values=values)


@router.get("/complaints")
def complaints(request: Request, desk: Desk, filters: Given, by: By = "category") -> HTMLResponse:
    """How complaints went in these days."""
    with database.transaction() as session:
        return _figures(request, desk, filters, "cases", by, session=session)


@router.get("/chats")
def chats(request: Request, desk: Desk, filters: Given, by: By = "week") -> HTMLResponse:
    """How chats went in these days, and why they came to people."""
    with database.transaction() as session:
        values = {
            "reasons": sheets.sheet(session, "reasons", filters, "kind"),
            "left": service.count(session, FIGURES["left_reply"], filters),
            "unmet": service.count(session, FIGURES["unmet"], filters).total,
            "kept_from": _chats_kept_from(),
        }
        return _figures(request, desk, filters, "chats", by, session=session, values=values)


@router.get("/causes")
def causes(
    request: Request, desk: Managing, filters: Given, week: Annotated[str, Query(max_length=10)] = ""
) -> HTMLResponse:
    """Why complaints came: one week against those before, complaints that are alike, and the report by mail."""
    shown = _week(week)
    with database.transaction() as session:
        values = {
            "week": shown,
            "week_name": week_name(shown.first),
            "earlier": week_name(shown.before(1).first),
            "later": week_name(shown.last + ONE_DAY),
            "categories": weekly.categories_of(session, shown),
            "causes": weekly.causes_of(session, shown),
            "alike": similar.alike_in(session, shown),
            "wanted": queries.wants_weekly(session, desk.staff),
        }
        return _page(request, desk, filters, "causes", session=session, values=values)


@router.get("/causes/csv")
def causes_csv(desk: Managing, week: Annotated[str, Query(max_length=10)] = "") -> Response:
    """The categories and causes of a week as a file."""
    shown = _week(week)
    with database.transaction() as session:
        filed, answered = weekly.categories_of(session, shown), weekly.causes_of(session, shown)
        file = as_csv.of_changes(week_name(shown.first), filed, answered)
        _note_export(session, desk, "causes", Filters(shown), file)
    return _file(file, "causes", Filters(shown))


@router.post("/weekly")
def choose_weekly(desk: Managing, wanted: Annotated[Literal["yes", "no"], Form()]) -> RedirectResponse:
    """Whether I get the weekly report."""
    with database.transaction() as session:
        weekly.choose(session, desk.staff, wanted=wanted == "yes")
    return RedirectResponse("/desk/board/causes#mail", HTTPStatus.SEE_OTHER)


@router.get("/behind/{name}")
def behind(
    request: Request, desk: Desk, filters: Given, name: str, page: Annotated[int, Query(ge=1, le=100_000)] = 1
) -> HTMLResponse:
    """The cases or chats behind a figure."""
    figure, reader = figure_named(name), reader_of(desk.staff)
    with database.transaction() as session:
        n = service.count(session, figure, filters).total.n
        hidden = service.hidden(session, figure, filters, reader)
        start = (page - 1) * PAGE
        found = list(service.behind(session, figure, filters, reader=reader, limit=PAGE, offset=start))
        pages = max(-(-(n - hidden) // PAGE), 1)
        values = {"figure": figure, "n": n, "hidden": hidden, "lines": found, "page": page, "pages": pages}
        return _page(request, desk, filters, "behind", session=session, values=values)


@router.get("/behind/{name}/csv")
def behind_csv(desk: Desk, filters: Given, name: str) -> Response:
    """All of them as a file."""
    figure = figure_named(name)
    with database.transaction() as session:
        file = as_csv.of_lines(figure, service.behind(session, figure, filters, reader=reader_of(desk.staff)))
        _note_export(session, desk, figure.id, filters, file)
    return _file(file, f"behind-{figure.id}", filters)


@router.get("/tables/{name}/csv")
def table_csv(desk: Desk, filters: Given, name: str, by: By) -> Response:
    """A table of the board as a file."""
    with database.transaction() as session:
        file = as_csv.of_sheet(sheets.sheet(session, name, filters, by))
        _note_export(session, desk, f"{name} by {by}", filters, file)
    return _file(file, f"{name}-by-{by}", filters)


def _figures(
    request: Request,
    desk: AtDesk,
    filters: Filters,
    name: str,
    by: By,
    *,
    session: Session,
    values: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    found = sheets.sheets_by(session, name, filters, list(dict.fromkeys(("week", by))))
    shown = {"sheet": found[by], "bys": sheets.PLANS[name].bys, "charts": board_charts.weekly(found["week"])}
    return _page(request, desk, filters, name, session=session, values={**shown, **(values or {})})


def _chats_kept_from() -> date:
    """Chats that led to no complaint are deleted after some days, so that earlier figures have fewer."""
    today = policy.current().calendar.day_of(clock.now())
    return today - timedelta(days=policy.current().retention.unfiled_chat_days)


def _page(
    request: Request, desk: AtDesk, filters: Filters, name: str, *, session: Session, values: Mapping[str, Any]
) -> HTMLResponse:
    around = {
        "filters": filters,
        "sees_all": sees_all(desk),
        "people": queries.people(session) if sees_all(desk) else {},
        "teams": queries.team_names(session) if sees_all(desk) else {},
        "behind": board_charts.link_behind,
        "figures": FIGURES,
        "by_labels": sheets.BY_LABELS,
        "stages": STAGES,
        "say_time": say_time,
        "say_day": say_day,
        "median_from": MEDIAN_FROM,
        "tab": name,
    }
    return desk_page(request, desk, f"desk/board_{name}.html", {**around, **values})


def _note_export(session: Session, desk: AtDesk, what: str, filters: Filters, file: as_csv.File) -> None:
    taken: audit.Values = {"what": what, "filters": filters.query(), "rows": file.rows}
    audit.note(session, "board.exported", by=desk.staff, after=taken)


def _file(file: as_csv.File, name: str, filters: Filters) -> Response:
    period = filters.period
    return download(file.content, f"{name}-{period.first}-{period.last}.csv", CSV)


def _week(written: str) -> Period:
    return read_week(written) if written else last_whole_week(policy.current().calendar.day_of(clock.now()))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as fault:
        raise Invalid("A day is written like 2026-05-31.", {"from": "Please choose a day."}) from fault


def _agent(written: str) -> UUID | str | None:
    if not written or written == NOBODY:
        return written or None
    return _id(written, "agent", "Nobody has this id.")


def _id(written: str, field: str, sentence: str) -> UUID:
    try:
        return UUID(written)
    except ValueError as fault:
        raise Invalid(sentence, {field: sentence}) from fault
