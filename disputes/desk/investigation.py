"""What staff do to look into a case: points, findings, questions, answers written down, files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import Response

from disputes import database
from disputes.cases import service as cases
from disputes.cases.tables import Case
from disputes.desk import case_page
from disputes.desk.access import Desk
from disputes.desk.preview import Change
from disputes.desk.preview_page import Given
from disputes.edge.downloads import download
from disputes.edge.uploads import given_file, in_turn
from disputes.errors import Invalid, NotFound
from disputes.investigation import service

router = APIRouter(prefix="/cases")

type Words = Annotated[str, Form()]
type Questions = Annotated[list[str] | None, Form()]


@router.post("/{reference}/points")
def add_point(request: Request, desk: Desk, reference: str, given: Given, text: Words = "") -> Response:
    """Adds a point to the plan."""
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: service.add_point(session, case, desk.staff, text),
        given,
        typed={"point": text},
    )


@router.post("/{reference}/points/{point}/findings")
def record_finding(
    request: Request, desk: Desk, reference: str, point: UUID, *, given: Given, finding: Words = "", result: Words = ""
) -> Response:
    """Records what was found about a point."""
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: service.record_finding(session, case, desk.staff, point, finding, result),
        given,
        typed={f"finding-{point}": finding, f"result-{point}": result},
    )


@router.post("/{reference}/questions")
def ask(request: Request, desk: Desk, reference: str, given: Given, question: Questions = None) -> Response:
    """Asks the customer, once the letter has been seen."""
    questions = question or []
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: service.ask(session, case, desk.staff, questions),
        given,
        typed={f"question{number}": text for number, text in enumerate(questions, 1)},
    )


@router.post("/{reference}/answers")
def write_answer(
    request: Request, desk: Desk, reference: str, given: Given, *, text: Words = "", key: Words = ""
) -> Response:
    """Writes down what the customer answered on the telephone or in person."""
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: service.answer(
            session, case, cases.acting(desk.staff), text, key=f"{key[:64]}:{desk.staff.id}", channel="staff"
        ),
        given,
        typed={"answer": text},
    )


@router.post("/{reference}/evidence", dependencies=[Depends(in_turn)])
def add_evidence(
    request: Request, desk: Desk, reference: str, given: Given, file: Annotated[UploadFile, File()]
) -> Response:
    """Adds a file of ours."""
    try:
        kept = service.checked(*given_file(file))
    except Invalid as fault:
        return case_page.act_on(request, desk, reference, _refusing(fault), given)
    with service.shelved(kept) as stored:
        return case_page.act_on(
            request,
            desk,
            reference,
            lambda session, case: service.keep_evidence(session, case, cases.acting(desk.staff), stored),
            given,
        )


def _refusing(fault: Invalid) -> Change:
    """What was wrong with a file before any case was looked at is said where all refusals are."""

    def refuse(_session: Session, _case: Case) -> None:
        raise fault

    return refuse


@router.get("/{reference}/evidence/{evidence_id}")
def evidence(desk: Desk, reference: str, evidence_id: UUID) -> Response:
    """A file, as a download. Who fetched it is noted."""
    with database.transaction() as session:
        case = case_page.found_case(session, reference)
        found, content = service.read_evidence(session, evidence_id, staff=desk.staff)
        if found.case_id != case.id:
            raise NotFound("This file is not there.")
    return download(content, found.file_name, service.MEDIA_TYPES[found.kind])
