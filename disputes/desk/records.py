"""The records of one complaint and its customer: legal hold, all papers, a copy for the person, erasure.

What cannot be taken back is shown first and done at the second look.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from disputes import clock, database, policy
from disputes.administration import persons
from disputes.cases.service import acting
from disputes.cases.tables import Case
from disputes.desk.access import AtDesk, Managing
from disputes.desk.case_page import found_case
from disputes.desk.pages import desk_page
from disputes.edge.downloads import download
from disputes.edge.forms import given_form
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.records import service as records

router = APIRouter(prefix="/cases/{reference}/records")

type Given = Annotated[dict[str, str], Depends(given_form)]

ZIP: Final = "application/zip"


@dataclass(frozen=True)
class Verb:
    """Something that is done at the second look: what it is called, and what does it; `done` is said after it."""

    title: str
    button: str
    run: Callable[[Session, AtDesk, Case, Mapping[str, str]], object]
    done: str


@router.get("")
def how_it_stands(request: Request, desk: Managing, reference: str) -> HTMLResponse:
    """How long what is kept, whether it is held, and what can be done."""
    return _page(request, desk, reference)


@router.post("/papers")
def papers(desk: Managing, reference: str) -> Response:
    """All papers of the complaint, as staff may have them."""
    with database.transaction() as session:
        case = found_case(session, reference)
        with records.take_bundle(session, case, acting(desk.staff)) as file:
            content = file.read()
    return download(content, f"{case.reference}-for-staff.zip", ZIP)


@router.post("/copy")
def copy_for_person(request: Request, desk: Managing, reference: str, given: Given) -> Response:
    """Everything that is kept about the person, to hand over."""
    try:
        with database.transaction() as session:
            case = found_case(session, reference)
            content = persons.copy_for_person(session, desk.staff, case, given.get("why", ""))
    except Invalid as fault:
        return _page(request, desk, reference, faults={"copy": fault.message}, typed=given, status=fault.status)
    return download(content, f"{case.reference}-copy.zip", ZIP)


@router.post("/{verb}")
def look_or_do(request: Request, desk: Managing, reference: str, verb: str, given: Given) -> HTMLResponse:
    """The first time what will happen, the second time it does."""
    if verb not in VERBS:
        raise NotFound("There is no such step.")
    if given.get("look") != "second":
        return _page(request, desk, reference, asked=verb, typed=given)
    try:
        with database.transaction() as session:
            result = VERBS[verb].run(session, desk, found_case(session, reference), given)
    except Invalid as fault:
        return _page(request, desk, reference, asked=verb, faults=fault.fields, typed=given, status=fault.status)
    except (Conflict, Refused) as fault:
        return _page(request, desk, reference, notice=fault.message, typed=given, status=fault.status)
    return _page(request, desk, reference, done=VERBS[verb].done, result=result if verb == "erase" else None)


def _hold(session: Session, desk: AtDesk, case: Case, given: Mapping[str, str]) -> object:
    written = given.get("until", "")
    try:
        until = policy.current().calendar.end_of_day(date.fromisoformat(written)) if written else None
    except ValueError as fault:
        raise Invalid("Please choose a day.", {"until": "Please choose a day."}) from fault
    return records.hold(session, case, desk.staff, given.get("reason", ""), until=until)


def _release(session: Session, desk: AtDesk, case: Case, given: Mapping[str, str]) -> object:
    return records.release(session, case, desk.staff, given.get("reason", ""))


def _erase(session: Session, desk: AtDesk, case: Case, given: Mapping[str, str]) -> object:
    return persons.erase(session, desk.staff, case, given.get("why", ""), given.get("typed", ""))


VERBS: Final = {
    "hold": Verb("Hold this complaint", "Yes, hold it", _hold, "The complaint is held."),
    "release": Verb("End the hold", "Yes, end it", _release, "The complaint is not held any more."),
    "erase": Verb("Erase this person", "Erase for good", _erase, "Done, as far as it may be. Tell the person:"),
}


def _page(
    request: Request,
    desk: AtDesk,
    reference: str,
    *,
    asked: str | None = None,
    notice: str | None = None,
    done: str | None = None,
    result: object = None,
    faults: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    with database.transaction() as session:
        case = found_case(session, reference)
        values: dict[str, Any] = {
            "case": case,
            "held": records.is_held(case, clock.now()),
            "latest": records.longest_hold(clock.now()),
            "terms": records.kept_how_long(case, policy.current()),
            "would": records.what_erasure_does(session, case.customer_id) if asked == "erase" else None,
        }
    values |= {"asked": asked, "verbs": VERBS, "notice": notice, "done": done, "result": result, "whys": persons.WHYS}
    values |= {"faults": faults or {}, "typed": {"why": "", "until": "", "reason": "", "typed": "", **(typed or {})}}
    return desk_page(request, desk, "desk/records.html", values, status=status)
