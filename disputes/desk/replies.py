"""Canned replies: agents read them and write with them in a chat, managers change them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from disputes import database
from disputes.canned import queries, service
from disputes.desk.access import AtDesk, Desk
from disputes.desk.looks import note_read
from disputes.desk.pages import desk_page
from disputes.edge.forms import given_form
from disputes.edge.templates import NO_STORE
from disputes.errors import Conflict, Invalid, NotFound, Refused

router = APIRouter()

EMPTY: Final = {"code": "", "title": "", "text": "", "team": ""}


@router.get("/replies")
def replies(request: Request, desk: Desk) -> HTMLResponse:
    """All of them, by code."""
    return _list(request, desk)


@router.get("/replies/new")
def new(request: Request, desk: Desk) -> HTMLResponse:
    """The empty form."""
    _only_editors(desk)
    return _form(request, desk, EMPTY)


@router.post("/replies/new")
def add(request: Request, desk: Desk, typed: Annotated[dict[str, str], Depends(given_form)]) -> Response:
    """Adds one."""
    try:
        with database.transaction() as session:
            service.add(session, desk.staff, _draft(typed))
    except (Invalid, Conflict) as fault:
        return _form(request, desk, typed, faults=_faults(fault))
    return RedirectResponse("/desk/replies", HTTPStatus.SEE_OTHER)


@router.get("/replies/{reply_id}")
def edit(request: Request, desk: Desk, reply_id: UUID) -> HTMLResponse:
    """The form of one."""
    _only_editors(desk)
    with database.transaction() as session:
        found = queries.locked(session, reply_id)
        if found is None:
            raise NotFound("This canned reply is not there any more.")
        typed = {
            "code": found.code,
            "title": found.title,
            "text": found.text,
            "team": str(found.team_id) if found.team_id else "",
        }
    return _form(request, desk, typed, reply_id=reply_id)


@router.post("/replies/{reply_id}")
def change(
    request: Request, desk: Desk, reply_id: UUID, typed: Annotated[dict[str, str], Depends(given_form)]
) -> Response:
    """Changes one."""
    try:
        with database.transaction() as session:
            service.change(session, desk.staff, reply_id, _draft(typed))
    except (Invalid, Conflict) as fault:
        return _form(request, desk, typed, reply_id=reply_id, faults=_faults(fault))
    return RedirectResponse("/desk/replies", HTTPStatus.SEE_OTHER)


@router.post("/replies/{reply_id}/remove")
def remove(desk: Desk, reply_id: UUID) -> Response:
    """Takes one out of use."""
    with database.transaction() as session:
        service.remove(session, desk.staff, reply_id)
    return RedirectResponse("/desk/replies", HTTPStatus.SEE_OTHER)


@router.get("/chats/{conversation_id}/replies")
def for_chat(desk: Desk, conversation_id: UUID) -> JSONResponse:
    """What the composer offers in this chat: the texts, and what is known for their blanks."""
    with database.transaction() as session:
        found = queries.replies_for(session, desk.staff)
        offered = {
            "replies": [{"code": reply.code, "title": reply.title, "text": reply.text} for reply in found],
            "values": service.values_for(session, conversation_id, desk.staff),
        }
        note_read(session, desk, conversation_id)
    return JSONResponse(offered, headers=NO_STORE)


def _only_editors(desk: AtDesk) -> None:
    if desk.staff.role not in service.EDITORS:
        raise Refused("Canned replies are changed by managers.")


def _list(request: Request, desk: AtDesk) -> HTMLResponse:
    with database.transaction() as session:
        values: dict[str, Any] = {
            "replies": queries.all_replies(session),
            "may_edit": desk.staff.role in service.EDITORS,
        }
    return desk_page(request, desk, "desk/replies.html", values)


def _form(
    request: Request,
    desk: AtDesk,
    typed: Mapping[str, str],
    *,
    reply_id: UUID | None = None,
    faults: Mapping[str, str] | None = None,
) -> HTMLResponse:
    with database.transaction() as session:
        teams = queries.teams(session)
    values = {
        "typed": {**EMPTY, **typed},
        "teams": teams,
        "reply_id": reply_id,
        "faults": faults or {},
        "variables": service.VARIABLES,
        "unknown": service.unknown_blanks(typed.get("text", "")),
    }
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    return desk_page(request, desk, "desk/reply_form.html", values, status=status)


def _draft(typed: Mapping[str, str]) -> service.Draft:
    given = typed.get("team", "")
    try:
        team_id = UUID(given) if given else None
    except ValueError:
        raise Invalid("Choose one of the teams.", {"team": "Choose one of the teams, or everybody."}) from None
    return service.Draft(typed.get("code", ""), typed.get("title", ""), typed.get("text", ""), team_id)


def _faults(fault: Invalid | Conflict) -> dict[str, str]:
    return fault.fields if isinstance(fault, Invalid) else {"code": fault.message}
