"""The pages of neutral people: their own mediations, and nothing else of the shop or its cases."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import queries
from disputes.cases.states import Actor
from disputes.desk import preview
from disputes.desk.access import AtDesk, signed_in
from disputes.desk.pages import desk_page
from disputes.desk.preview import Change, MovedOn
from disputes.desk.preview_page import Given, preview_page
from disputes.edge.downloads import download
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
    request: Request, desk: Neutral, mediation_id: UUID, given: Given, ties: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Says whether I have ties with anybody in the case. The last yes of all begins it, with a letter."""
    return _act(
        request,
        desk,
        mediation_id,
        lambda session, _case: mediation.declare(session, mediation_id, desk.staff, free=ties == "no"),
        given,
    )


@router.post("/{mediation_id}/notes")
def write_note(request: Request, desk: Neutral, mediation_id: UUID, given: Given, text: Words = "") -> Response:
    """Keeps a note that only I read."""
    return _act(
        request,
        desk,
        mediation_id,
        lambda session, _case: mediation.write_note(session, mediation_id, desk.staff, text),
        given,
    )


@router.post("/{mediation_id}/messages/{party}")
def write_to(
    request: Request,
    desk: Neutral,
    mediation_id: UUID,
    party: Literal["customer", "shop"],
    *,
    given: Given,
    text: Words = "",
) -> Response:
    """Writes to one side alone."""
    return _act(
        request,
        desk,
        mediation_id,
        lambda session, _case: mediation.write_to_party(session, mediation_id, desk.staff, party, text),
        given,
        typed={f"to-{party}": text},
    )


@router.post("/{mediation_id}/settlement")
def propose_settlement(request: Request, desk: Neutral, mediation_id: UUID, given: Given) -> Response:
    """Proposes the text that both sides may accept, once the letter that says so has been read."""
    typed = dict(given.fields)
    return _act(
        request,
        desk,
        mediation_id,
        lambda session, case: mediation.propose_settlement(
            session, case, desk.staff, typed.get("text", ""), read_remedies(typed)
        ),
        given,
        typed=typed,
    )


@router.post("/{mediation_id}/end")
def end(request: Request, desk: Neutral, mediation_id: UUID, given: Given, words: Words = "") -> Response:
    """Ends the mediation without an agreement, once the letter that says so has been read."""
    actor = Actor("staff", desk.staff.role, desk.staff.id)
    return _act(
        request,
        desk,
        mediation_id,
        lambda session, case: mediation.stop(session, case, actor, words),
        given,
        typed={"words": words},
    )


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
    change: Change,
    given: Given,
    *,
    typed: dict[str, str] | None = None,
) -> Response:
    """Does something in my own mediation; what sends a letter shows it first. Of the case it shows nothing else."""
    if given.wants_change:
        return _show(request, desk, mediation_id, typed=typed)
    try:
        with database.transaction() as session:
            room = mediation.room_of(session, mediation_id, desk.staff)
            reference = room.reference
            case = queries.locked(session, room.mediation.case_id)
            outcome = preview.take(session, case, desk.staff, change, given.seen, confidential=True)
            is_over = mediation_id not in {room.mediation.id for room in mediation.rooms_of(session, desk.staff)}
    except (Conflict, Invalid, MovedOn) as fault:
        said = " ".join(fault.fields.values()) or fault.message if isinstance(fault, Invalid) else fault.message
        return _show(request, desk, mediation_id, notice=said, typed=typed, status=fault.status)
    back = f"{HOME}/{mediation_id}"
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, reference, back=back, confidential=True)
    return RedirectResponse(HOME if is_over else back, HTTPStatus.SEE_OTHER)


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
