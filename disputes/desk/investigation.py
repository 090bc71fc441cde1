"""What staff do to look into a case: points, findings, questions, answers written down, files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from starlette.responses import Response

from disputes import database
from disputes.cases import service as cases
from disputes.desk import case_page
from disputes.desk.access import Desk
from disputes.desk.preview_page import Given
from disputes.edge.downloads import download
from disputes.edge.uploads import given_file
from disputes.errors import NotFound
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


@router.post("/{reference}/evidence")
def add_evidence(
    request: Request, desk: Desk, reference: str, given: Given, file: Annotated[UploadFile, File()]
) -> Response:
    """Adds a file of ours."""
    name, content = given_file(file)
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: service.add_evidence(
            session, case, cases.acting(desk.staff), name, content, staff=desk.staff
        ),
        given,
    )


@router.get("/{reference}/evidence/{evidence_id}")
def evidence(desk: Desk, reference: str, evidence_id: UUID) -> Response:
    """A file, as a download. Who fetched it is noted."""
    with database.transaction() as session:
        case = case_page.found_case(session, reference)
        found, content = service.read_evidence(session, evidence_id, staff=desk.staff)
        if found.case_id != case.id:
            raise NotFound("This file is not there.")
    return download(content, found.file_name, service.MEDIA_TYPES[found.kind])
