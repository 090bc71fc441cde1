"""A complaint that staff write down: for a customer, or the shop's own against one (clause C2)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import complainant, filing, queries, references
from disputes.cases.schemas import Complaint
from disputes.cases.tables import Case
from disputes.desk import preview
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page
from disputes.desk.preview_page import Given, preview_page
from disputes.errors import Invalid
from disputes.people.tokens import new_token

router = APIRouter(prefix="/cases/new")

FIELDS: Final = ("name", "email", "phone", "order_number", "category", "description", "desired_outcome")


@router.get("")
def form(request: Request, desk: Desk) -> HTMLResponse:
    """The empty form."""
    return _form(request, desk, {"key": new_token()})


@router.post("")
def send(request: Request, desk: Desk, given: Given) -> Response:
    """Files it once, however often the form is sent, when the acknowledgement has been read.

    Duplicates are shown first, and never stop anybody.
    """
    typed = dict(given.fields)
    if given.wants_change:
        return _form(request, desk, typed)
    source = "shop" if typed.get("who") == "shop" else "staff"
    told = {name: typed.get(name, "") for name in FIELDS} | {"source": source, "filed_by_staff_id": desk.staff.id}
    try:
        complaint = filing.read_complaint(told)
        with database.transaction() as session:
            key = f"desk:{desk.staff.id}:{typed.get('key') or new_token()}"
            known = filing.open_cases_for(
                session, email=complaint.email, phone=complaint.phone, order_number=complaint.order_number
            )
            if known and typed.get("anyway") != "yes" and queries.case_of_filing(session, key) is None:
                return _form(request, desk, typed, known=[case.reference for case in known])
            earlier = queries.case_by_reference(session, references.normalise(typed.get("linked", "")) or "")
            outcome, case = preview.file(session, lambda session: _file(session, complaint, earlier, key), given.seen)
    except Invalid as fault:
        return _form(request, desk, typed, faults=fault.fields)
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, "a new complaint", back="/desk/cases")
    return RedirectResponse(f"/desk/cases/{case.reference}", HTTPStatus.SEE_OTHER)


def _file(session: Session, complaint: Complaint, earlier: Case | None, key: str) -> Case:
    if earlier is not None:
        return complainant.file_linked(session, earlier, complaint, filing_key=key)
    return filing.file_complaint(session, complaint, filing_key=key)


def _form(
    request: Request,
    desk: AtDesk,
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    known: list[str] | None = None,
) -> HTMLResponse:
    status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
    values = {"typed": typed, "faults": faults or {}, "known": known or []}
    return desk_page(request, desk, "desk/filing.html", values, status=status)
