"""Administration: teams, hours and closed days. Managers arrange these too."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database, policy
from disputes.administration import closed_days
from disputes.cases import queries as case_queries
from disputes.desk.access import AtDesk, Managing
from disputes.desk.pages import desk_page
from disputes.edge.forms import given_form
from disputes.errors import Conflict, Invalid
from disputes.people import queries, teams
from disputes.people.roles import AT_THE_DESK
from disputes.people.teams import TeamDetails
from disputes.policy import entered_days
from disputes.policy.models import WEEKDAYS

router = APIRouter(prefix="/admin")

TEAMS: Final = "/desk/admin/teams"
DAYS: Final = "/desk/admin/closed-days"
SHOWN_MONTHS: Final = 12

type Given = Annotated[dict[str, str], Depends(given_form)]
type Ids = Annotated[list[UUID] | None, Form()]


@router.get("")
def start(desk: Managing) -> RedirectResponse:
    """The first page of administration that this person may open."""
    first = "/desk/admin/staff" if desk.staff.role == "admin" else TEAMS
    return RedirectResponse(first, HTTPStatus.SEE_OTHER)


@router.get("/teams")
def all_teams(request: Request, desk: Managing) -> HTMLResponse:
    """Every team with its members, and a form for another."""
    return _teams(request, desk)


@router.post("/teams")
def add_team(request: Request, desk: Managing, given: Given) -> Response:
    """Adds a team."""
    try:
        with database.transaction() as session:
            teams.add(session, desk.staff, _details(given))
    except (Invalid, Conflict) as fault:
        return _teams(request, desk, fault=fault, typed=given)
    return RedirectResponse(TEAMS, HTTPStatus.SEE_OTHER)


@router.post("/teams/{team_id}")
def change_team(
    request: Request, desk: Managing, team_id: UUID, *, given: Given, member: Ids = None, was: Ids = None
) -> Response:
    """Sets a team's name and members; people whom nobody touched in this form stay as they are."""
    shown, chosen = set(was or ()), set(member or ())
    try:
        with database.transaction() as session:
            before = {name.removeprefix("was_"): value for name, value in given.items() if name.startswith("was_")}
            teams.change(session, desk.staff, team_id, _details(before), _details(given))
            teams.change_members(session, desk.staff, team_id, joining=chosen - shown, leaving=shown - chosen)
    except (Invalid, Conflict) as fault:
        return _teams(request, desk, fault=fault, team_id=team_id)
    return RedirectResponse(TEAMS, HTTPStatus.SEE_OTHER)


@router.post("/teams/{team_id}/remove")
def remove_team(desk: Managing, team_id: UUID) -> Response:
    """Takes a team away."""
    with database.transaction() as session:
        teams.remove(session, desk.staff, team_id)
    return RedirectResponse(TEAMS, HTTPStatus.SEE_OTHER)


@router.get("/closed-days")
def days(request: Request, desk: Managing) -> HTMLResponse:
    """Office hours, public holidays of the coming year, and the days entered here."""
    return _days(request, desk)


@router.post("/closed-days")
def add_day(request: Request, desk: Managing, given: Given) -> Response:
    """Closes a day."""
    try:
        day = date.fromisoformat(given.get("day", ""))
    except ValueError:
        return _days(request, desk, given, {"day": "Choose a day."})
    try:
        with database.transaction() as session:
            closed_days.add(session, desk.staff, day, given.get("name", ""))
    except Invalid as fault:
        return _days(request, desk, given, fault.fields)
    except Conflict as fault:
        return _days(request, desk, given, {"day": fault.message})
    return RedirectResponse(DAYS, HTTPStatus.SEE_OTHER)


@router.post("/closed-days/{day_id}/remove")
def remove_day(desk: Managing, day_id: UUID) -> Response:
    """Opens a day again."""
    with database.transaction() as session:
        closed_days.remove(session, desk.staff, day_id)
    return RedirectResponse(DAYS, HTTPStatus.SEE_OTHER)


def _details(given: Mapping[str, str]) -> TeamDetails:
    return TeamDetails(given.get("name", ""), bool(given.get("is_default")), given.get("assignment") or None)


def _teams(
    request: Request,
    desk: AtDesk,
    *,
    fault: Invalid | Conflict | None = None,
    team_id: UUID | None = None,
    typed: Mapping[str, str] | None = None,
) -> HTMLResponse:
    with database.transaction() as session:
        values: dict[str, Any] = {
            "teams": queries.teams(session),
            "members": queries.members_by_team(session),
            "people": [one for one in queries.everybody(session) if one.active and one.role in AT_THE_DESK],
        }
    faults = fault.fields if isinstance(fault, Invalid) and team_id is None else {}
    said = fault.message if fault is not None and not faults else None
    values |= {"faults": faults, "notice": said, "wrong": team_id, "typed": {"name": "", **(typed or {})}}
    return desk_page(request, desk, "desk/admin_teams.html", values, status=fault.status if fault else HTTPStatus.OK)


def _days(
    request: Request,
    desk: AtDesk,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> HTMLResponse:
    shop = policy.current()
    today = shop.calendar.day_of(clock.now())
    with database.transaction() as session:
        entered = entered_days.entered(session, today)
        promised = case_queries.promised_on(session, [shop.calendar.end_of_day(row.day) for row in entered])
    values: dict[str, Any] = {
        "entered": entered,
        "promised": {row.day: promised.get(shop.calendar.end_of_day(row.day), 0) for row in entered},
        "others": closed_days.others(shop.calendar, today),
        "hours": [(day, shop.office_hours.get(day)) for day in WEEKDAYS],
        "today": today,
        "typed": {"day": "", "name": "", **(typed or {})},
        "faults": faults or {},
    }
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return desk_page(request, desk, "desk/admin_days.html", values, status=status)
