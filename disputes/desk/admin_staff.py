"""Administration: members of staff. Who there is, somebody new, and one person with all that can be changed."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database, jobs
from disputes.administration import leaving
from disputes.cases.sensitive import names_of, reader_of
from disputes.desk.access import Administering, AtDesk
from disputes.desk.pages import desk_page
from disputes.edge.forms import given_form
from disputes.errors import Conflict, Invalid
from disputes.people import audit, provider, queries, two_step
from disputes.people import service as people
from disputes.people.roles import AT_THE_DESK, LABELS, MEANINGS
from disputes.people.service import Details
from disputes.people.tables import Staff
from disputes.settings import settings

router = APIRouter(prefix="/admin/staff")

SEND_LINK: Final = "people.send_sign_in_link"
HERE: Final = "/desk/admin/staff"
EMPTY: Final = {"email": "", "name": "", "role": "agent", "chat_limit": "5", "how": "show"}

type Given = Annotated[dict[str, str], Depends(given_form)]
type Ids = Annotated[list[UUID] | None, Form()]


@router.get("")
def everybody(request: Request, desk: Administering) -> HTMLResponse:
    """All of them, those who work here first."""
    with database.transaction() as session:
        teams_of: dict[UUID, list[str]] = {}
        names = {team.id: team.name for team in queries.teams(session)}
        for team_id, members in queries.members_by_team(session).items():
            for member in members:
                teams_of.setdefault(member.id, []).append(names[team_id])
        values = {
            "people": sorted(queries.everybody(session), key=lambda one: not one.active),
            "teams_of": teams_of,
            "secured": queries.have_second_step(session),
            "seen": queries.last_seen(session),
            "labels": LABELS,
        }
    return desk_page(request, desk, "desk/admin_staff.html", values)


@router.get("/new")
def new(request: Request, desk: Administering) -> HTMLResponse:
    """The empty form."""
    return _form(request, desk, EMPTY)


@router.post("/new")
def add(request: Request, desk: Administering, given: Given) -> HTMLResponse:
    """Adds somebody; their link is shown this once, or mailed."""
    try:
        with database.transaction() as session:
            limit = _number(given.get("chat_limit", ""))
            who = (given.get("email", ""), given.get("name", ""), given.get("role", ""))
            staff = people.add_staff(session, *who, by=desk.staff, chat_limit=limit)
            link = _link(session, desk, staff, given.get("how", "show"))
    except Conflict as fault:
        return _form(request, desk, given, {"email": fault.message})
    except Invalid as fault:
        return _form(request, desk, given, fault.fields)
    return _person(request, desk, staff.id, done=f"{staff.name} has been added.", link=link)


@router.get("/{staff_id}")
def person(request: Request, desk: Administering, staff_id: UUID) -> HTMLResponse:
    """One person."""
    return _person(request, desk, staff_id)


@router.post("/{staff_id}")
def change(request: Request, desk: Administering, staff_id: UUID, given: Given, team: Ids = None) -> Response:
    """Sets name, role, limit and teams, as the form was sent that showed this version."""

    def act(session: Session) -> leaving.Left:
        now = people.staff_with_id(session, staff_id)
        role = given.get("role", now.role) if staff_id != desk.staff.id else now.role
        new = Details(given.get("name", ""), role, _number(given.get("chat_limit", "")))
        return leaving.change(
            session,
            desk.staff,
            staff_id,
            _number(given.get("version", "")),
            new,
            team_ids=team or (),
            heir_id=_heir(given),
        )

    return _act(request, desk, staff_id, act, "Saved.", typed=given)


@router.post("/{staff_id}/link")
def make_link(
    request: Request, desk: Administering, staff_id: UUID, how: Annotated[str, Form()] = "show"
) -> HTMLResponse:
    """A new one-time link, shown this once or mailed; earlier ones stop working."""
    with database.transaction() as session:
        people.require_admin(session, desk.staff)
        staff = people.staff_with_id(session, staff_id)
        if not staff.active:
            raise Conflict(f"{staff.name} is switched off. Switch the account on first.")
        link = _link(session, desk, staff, how)
    return _person(request, desk, staff_id, done=None if link else f"A link is on its way to {staff.email}.", link=link)


@router.post("/{staff_id}/two-step/reset")
def reset_two_step(request: Request, desk: Administering, staff_id: UUID) -> Response:
    """Takes the second step off somebody who has lost the app and the codes."""

    def act(session: Session) -> None:
        people.require_admin(session, desk.staff)
        two_step.reset(session, people.staff_with_id(session, staff_id), desk.staff)

    return _act(request, desk, staff_id, act, "Reset. They are signed out everywhere, and can set up another app.")


@router.post("/{staff_id}/provider/unlink")
def unlink(request: Request, desk: Administering, staff_id: UUID) -> Response:
    """Unties the account from the person whom the sign-in provider knows."""

    def act(session: Session) -> None:
        people.require_admin(session, desk.staff)
        provider.unlink(session, people.staff_with_id(session, staff_id), desk.staff)

    return _act(request, desk, staff_id, act, "Untied. Their next sign-in with the provider counts as the first.")


@router.post("/{staff_id}/sessions/end-all")
def end_sessions(request: Request, desk: Administering, staff_id: UUID) -> Response:
    """Signs somebody out everywhere."""

    def act(session: Session) -> None:
        people.require_admin(session, desk.staff)
        people.end_sessions(session, staff_id, desk.staff)

    return _act(request, desk, staff_id, act, "Signed out everywhere.")


@router.post("/{staff_id}/sessions/{session_id}/end")
def end_session(request: Request, desk: Administering, staff_id: UUID, session_id: UUID) -> Response:
    """Signs somebody out in one browser."""

    def act(session: Session) -> None:
        people.require_admin(session, desk.staff)
        people.end_session(session, staff_id, session_id, desk.staff)

    return _act(request, desk, staff_id, act, "Signed out there.")


@router.post("/{staff_id}/deactivate")
def deactivate(request: Request, desk: Administering, staff_id: UUID, given: Given) -> Response:
    """Switches the account off; what it held goes to the heir, the queue, or an alarm."""

    def act(session: Session) -> leaving.Left:
        version = _number(given.get("version", ""))
        return leaving.deactivate(session, desk.staff, staff_id, version, heir_id=_heir(given))

    return _act(request, desk, staff_id, act, "Switched off, and signed out everywhere.")


@router.post("/{staff_id}/activate")
def activate(request: Request, desk: Administering, staff_id: UUID, given: Given) -> Response:
    """Switches the account on again."""

    def act(session: Session) -> None:
        people.activate(session, desk.staff, staff_id, _number(given.get("version", "")))

    return _act(request, desk, staff_id, act, "Switched on. They need their password, or a new link.")


def _act(
    request: Request,
    desk: AtDesk,
    staff_id: UUID,
    act: Callable[[Session], leaving.Left | None],
    done: str,
    *,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Changes somebody and shows how they stand then; what is refused is said there, with what was typed."""
    try:
        with database.transaction() as session:
            left = act(session)
    except Invalid as fault:
        return _person(request, desk, staff_id, typed=typed, faults=fault.fields, status=fault.status)
    except Conflict as fault:
        return _person(request, desk, staff_id, notice=fault.message, status=fault.status)
    if staff_id == desk.staff.id and typed is None:
        return RedirectResponse(HERE, HTTPStatus.SEE_OTHER)
    return _person(request, desk, staff_id, done=done, left=left)


def _link(session: Session, desk: AtDesk, staff: Staff, how: str) -> str | None:
    """The address of a new link to show once; None when it goes out by mail instead."""
    if how == "mail":
        jobs.defer(session, SEND_LINK, staff_id=str(staff.id), cause=f"desk:{uuid4()}")
        audit.note(session, "link.asked", by=desk.staff, about=("staff", staff.id))
        return None
    return f"{settings().base_url}{people.new_sign_in_link(session, staff, by=desk.staff)}"


def _heir(given: Mapping[str, str]) -> UUID | None:
    written = given.get("heir", "")
    try:
        return UUID(written) if written else None
    except ValueError as fault:
        raise Invalid("Please choose from the list.", {"heir": "Please choose from the list."}) from fault


def _number(written: str) -> int:
    """The number; -1, which no field takes, for anything else."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else -1


def _form(
    request: Request, desk: AtDesk, typed: Mapping[str, str], faults: Mapping[str, str] | None = None
) -> HTMLResponse:
    values = {"typed": {**EMPTY, **typed}, "labels": LABELS, "meanings": MEANINGS, "faults": faults or {}}
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return desk_page(request, desk, "desk/admin_staff_new.html", values, status=status)


def _person(
    request: Request,
    desk: AtDesk,
    staff_id: UUID,
    *,
    done: str | None = None,
    notice: str | None = None,
    link: str | None = None,
    left: leaving.Left | None = None,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    with database.transaction() as session:
        found = people.staff_with_id(session, staff_id)
        mine = {team_id for team_id, members in queries.members_by_team(session).items() if found in members}
        as_it_is = {"name": found.name, "role": found.role, "chat_limit": str(found.chat_limit)}
        values: dict[str, Any] = {
            "person": found,
            "typed": {**as_it_is, **(typed or {})},
            "teams": queries.teams(session),
            "team_ids": mine,
            "two_step": two_step.standing(session, found),
            "sessions": people.live_sessions(session, staff_id),
            "here": desk.session_id,
            "held": names_of(leaving.held_cases(session, found), reader_of(desk.staff)),
            "chats": leaving.held_chats(session, found),
            "heirs": [other for other in people.case_workers(session) if other.id != staff_id],
            "is_me": staff_id == desk.staff.id,
            "takes_chats": found.role in AT_THE_DESK,
        }
    values |= {"done": done, "notice": notice, "link": link, "left": left, "faults": faults or {}}
    values |= {"labels": LABELS, "meanings": MEANINGS}
    return desk_page(request, desk, "desk/admin_person.html", values, status=status)
