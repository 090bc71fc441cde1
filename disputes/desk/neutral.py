"""The pages of neutral people: their own mediations, and nothing else of the shop or its cases."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import queries
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.desk.access import AtDesk, signed_in
from disputes.desk.pages import desk_page
from disputes.edge.downloads import download
from disputes.edge.forms import given_form
from disputes.errors import Conflict, Invalid, Refused
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.offers.service import RemedyDraft

router = APIRouter(prefix="/mediations")

HOME: Final = "/desk/mediations"
MOST_REMEDIES: Final = 3


def neutral_only(desk: Annotated[AtDesk, Depends(signed_in)]) -> AtDesk:
    """Lets in neutral people only."""
    if desk.staff.role != "mediator":
        raise Refused("These pages are for the neutral person of a mediation alone.")
    return desk


type Neutral = Annotated[AtDesk, Depends(neutral_only)]
type Words = Annotated[str, Form()]
type Given = Annotated[dict[str, str], Depends(given_form)]


@router.get("")
def mediations(request: Request, desk: Neutral) -> HTMLResponse:
    """My mediations: those I am asked for, and those that run."""
    with database.transaction() as session:
        rooms = mediation.rooms_of(session, desk.staff)
    return desk_page(request, desk, "desk/mediations.html", {"rooms": rooms})


@router.get("/{mediation_id}")
def room(request: Request, desk: Neutral, mediation_id: UUID) -> HTMLResponse:
    """One mediation: papers, notes, talks, the text to settle on."""
    return _show(request, desk, mediation_id)


@router.post("/{mediation_id}/ties")
def declare(
    request: Request, desk: Neutral, mediation_id: UUID, ties: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Says whether I have ties with anybody in the case."""
    return _act(
        request,
        desk,
        mediation_id,
        lambda session: mediation.declare(session, mediation_id, desk.staff, free=ties == "no"),
    )


@router.post("/{mediation_id}/notes")
def write_note(request: Request, desk: Neutral, mediation_id: UUID, text: Words = "") -> Response:
    """Keeps a note that only I read."""
    return _act(
        request, desk, mediation_id, lambda session: mediation.write_note(session, mediation_id, desk.staff, text)
    )


@router.post("/{mediation_id}/messages/{party}")
def write_to(
    request: Request, desk: Neutral, mediation_id: UUID, party: Literal["customer", "shop"], text: Words = ""
) -> Response:
    """Writes to one side alone."""
    return _act(
        request,
        desk,
        mediation_id,
        lambda session: mediation.write_to_party(session, mediation_id, desk.staff, party, text),
        typed={f"to-{party}": text},
    )


@router.post("/{mediation_id}/settlement")
def propose_settlement(request: Request, desk: Neutral, mediation_id: UUID, given: Given) -> Response:
    """Proposes the text that both sides may accept."""

    def propose(session: Session) -> object:
        remedies = read_remedies(given)
        case = _case(session, desk, mediation_id)
        return mediation.propose_settlement(session, case, desk.staff, given.get("text", ""), remedies)

    return _act(request, desk, mediation_id, propose, typed=given)


@router.post("/{mediation_id}/end")
def end(request: Request, desk: Neutral, mediation_id: UUID, words: Words = "") -> Response:
    """Ends the mediation without an agreement."""

    def stop(session: Session) -> object:
        actor = Actor("staff", desk.staff.role, desk.staff.id)
        return mediation.stop(session, _case(session, desk, mediation_id), actor, words)

    return _act(request, desk, mediation_id, stop, then=HOME)


@router.get("/{mediation_id}/papers/{paper_id}")
def paper(desk: Neutral, mediation_id: UUID, paper_id: UUID) -> Response:
    """A shared file, as a download."""
    with database.transaction() as session:
        found, content = mediation.read_shared(session, mediation_id, desk.staff, paper_id)
    return download(content, found.file_name, investigation.MEDIA_TYPES[found.kind])


def read_remedies(given: dict[str, str]) -> list[RemedyDraft]:
    """What the shop is to give, from the rows of the form; an empty row is none. Raises `Invalid`."""
    found = []
    for number in range(1, MOST_REMEDIES + 1):
        row = {name: given.get(f"{name}{number}", "").strip() for name in ("kind", "amount", "conditions", "due_days")}
        if not row["kind"]:
            continue
        try:
            found.append(RemedyDraft.model_validate({name: value for name, value in row.items() if value}))
        except ValidationError as fault:
            sentence = f"Please check what the shop is to give (row {number}): amounts and days are numbers."
            raise Invalid(sentence, {f"{fault.errors()[0]['loc'][0]}{number}": sentence}) from None
    return found


def _act(
    request: Request,
    desk: AtDesk,
    mediation_id: UUID,
    change: Callable[[Session], object],
    *,
    typed: dict[str, str] | None = None,
    then: str | None = None,
) -> Response:
    try:
        with database.transaction() as session:
            done = change(session)
    except (Conflict, Invalid) as fault:
        said = " ".join(fault.fields.values()) or fault.message if isinstance(fault, Invalid) else fault.message
        return _show(request, desk, mediation_id, notice=said, typed=typed, status=fault.status)
    is_over = isinstance(done, mediation.Mediation) and done.ended_at is not None
    return RedirectResponse(HOME if is_over else then or f"{HOME}/{mediation_id}", HTTPStatus.SEE_OTHER)


def _show(
    request: Request,
    desk: AtDesk,
    mediation_id: UUID,
    *,
    notice: str | None = None,
    typed: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    with database.transaction() as session:
        found = mediation.room_of(session, mediation_id, desk.staff)
        values: dict[str, Any] = {
            "room": found,
            "notice": notice,
            "typed": typed or {},
            "most_remedies": MOST_REMEDIES,
            "papers": [],
            "notes": [],
            "talks": {},
            "given": mediation.drafts_of(found.settlement) if found.settlement else [],
        }
        if found.phase == "running":
            values |= {
                "papers": mediation.shared_papers(session, mediation_id, desk.staff),
                "notes": mediation.notes_of(session, mediation_id, desk.staff),
                "talks": mediation.messages_for_neutral(session, mediation_id, desk.staff),
            }
    return desk_page(request, desk, "desk/mediation_room.html", values, status=status)


def _case(session: Session, desk: AtDesk, mediation_id: UUID) -> Case:
    """The case of my own running mediation."""
    found = mediation.room_of(session, mediation_id, desk.staff)
    return queries.locked(session, found.mediation.case_id)
