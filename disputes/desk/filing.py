"""A complaint that staff write down: for a customer, or the shop's own against one (clause C2)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import complainant, filing, queries, references
from disputes.desk.access import AtDesk, Desk
from disputes.desk.pages import desk_page
from disputes.edge.forms import given_form
from disputes.errors import Invalid
from disputes.people.tokens import new_token

router = APIRouter(prefix="/cases/new")

FIELDS: Final = ("name", "email", "phone", "order_number", "category", "description", "desired_outcome")


@router.get("")
def form(request: Request, desk: Desk) -> HTMLResponse:
    """The empty form."""
    return _form(request, desk, {"key": new_token()})


@router.post("")
def send(request: Request, desk: Desk, typed: Annotated[dict[str, str], Depends(given_form)]) -> Response:
    """Files it once, however often the form is sent. Duplicates are shown first, and never stop anybody."""
    source = "shop" if typed.get("who") == "shop" else "staff"
    given = {name: typed.get(name, "") for name in FIELDS} | {"source": source, "filed_by_staff_id": desk.staff.id}
    try:
        complaint = filing.read_complaint(given)
        with database.transaction() as session:
            known = filing.open_cases_for(
                session, email=complaint.email, phone=complaint.phone, order_number=complaint.order_number
            )
            if known and typed.get("anyway") != "yes":
                return _form(request, desk, typed, known=[case.reference for case in known])
            key = f"desk:{desk.staff.id}:{typed.get('key') or new_token()}"
            earlier = queries.case_by_reference(session, references.normalise(typed.get("linked", "")) or "")
            if earlier is not None:
                case = complainant.file_linked(session, earlier, complaint, filing_key=key)
            else:
                case = filing.file_complaint(session, complaint, filing_key=key)
    except Invalid as fault:
        return _form(request, desk, typed, faults=fault.fields)
    return RedirectResponse(f"/desk/cases/{case.reference}", HTTPStatus.SEE_OTHER)


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
