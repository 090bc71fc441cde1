"""The page of one's complaints: how they stand, and everything a customer can do with them. No scripts needed."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request, UploadFile
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from disputes import database
from disputes.cases import queries
from disputes.cases.progress import NotVerified
from disputes.cases.tables import Case
from disputes.edge.downloads import download
from disputes.edge.forms import given_form
from disputes.edge.templates import page
from disputes.edge.uploads import given_file, in_turn
from disputes.errors import Conflict, DisputesError, Invalid, NotFound, Refused, TooMany
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.people import case_links
from disputes.people.tokens import new_token
from disputes.records import service as records
from disputes.site import proof
from disputes.site.acts import ACTS, CUSTOMER, said_after
from disputes.site.case_view import view_of
from disputes.site.status import start_again
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "page")

router = APIRouter(include_in_schema=False)

HERE: Final = "/status/complaints"


@router.get("/case/{token}")
def open_link(token: str, satisfied: str = "") -> Response:
    """The link in a letter. Opening it changes nothing, so that a mail program that looks ahead does no harm."""
    link = case_links.read(token)
    if link is None:
        return start_again()
    with database.transaction() as session:
        case = queries.case_by_id(session, link.case_id)
        if case is None or not link.is_for(case.customer):
            return start_again()
        asked = f"?case={case.reference}&satisfied={satisfied}" if satisfied in ("yes", "no") else ""
        response = RedirectResponse(f"{HERE}{asked}#case-{case.reference}", HTTPStatus.SEE_OTHER)
        proof.remember_linked(response, case)
    return response


@router.get(HERE)
def complaints(request: Request, done: str = "", case: str = "", satisfied: str = "") -> Response:
    """How the complaints of whoever is proved stand, with the forms that are open at this stage."""
    said = {"reference": case, "sentence": said_after(done)} if done in ACTS else None
    return _page(request, said=said, satisfied=(case, satisfied) if satisfied in ("yes", "no") else None)


@router.post(HERE + "/{reference}/evidence", dependencies=[Depends(in_turn)])
def add_evidence(request: Request, reference: str, file: UploadFile) -> Response:
    """Takes a photo or a document: from whoever is proved, looked at and stored before anything is locked."""
    try:
        database.run(proof.proved_case, request, reference)
        with investigation.shelved(investigation.checked(*given_file(file))) as stored:
            return _do(
                request,
                reference,
                lambda session, case: investigation.keep_evidence(session, case, CUSTOMER, stored),
                "evidence",
            )
    except NotVerified:
        return start_again()
    except (Invalid, Refused) as fault:
        return _page(request, fault=(reference, fault), act="evidence")


@router.get(HERE + "/{reference}/bundle")
def bundle(request: Request, reference: str) -> Response:
    """Everything about a complaint as one file to take elsewhere."""
    try:
        with database.transaction() as session:
            case = proof.proved_case(session, request, reference)
            with records.take_bundle(session, case, CUSTOMER) as file:
                content = file.read()
    except NotVerified:
        return start_again()
    except Refused as fault:
        return _page(request, fault=(reference, fault))
    return download(content, f"{reference}.zip", "application/zip")


@router.get(HERE + "/{reference}/papers/{paper_id}")
def paper(request: Request, reference: str, paper_id: UUID) -> Response:
    """A file that was shared in the mediation, as a download."""
    try:
        with database.transaction() as session:
            case = proof.proved_case(session, request, reference)
            found, content = mediation.read_paper(session, case, "customer", CUSTOMER, paper_id)
    except NotVerified:
        return start_again()
    return download(content, found.file_name, investigation.MEDIA_TYPES[found.kind])


@router.post(HERE + "/{reference}/{act}")
def do(request: Request, reference: str, act: str, typed: Annotated[dict[str, str], Depends(given_form)]) -> Response:
    """Does what a form of the page asks for, once; refused with a sentence when it is not possible any more."""
    if act not in ACTS:
        raise NotFound(say("no_page"))
    return _do(request, reference, lambda session, case: ACTS[act](session, case, typed), act, typed)


def _do(
    request: Request,
    reference: str,
    change: Callable[[Session, Case], object],
    act: str,
    typed: Mapping[str, str] | None = None,
) -> Response:
    try:
        with database.transaction() as session:
            change(session, proof.proved_case(session, request, reference))
    except NotVerified:
        return start_again()
    except (Invalid, Conflict, Refused, TooMany) as fault:
        return _page(request, fault=(reference, fault), act=act, typed=typed)
    return RedirectResponse(f"{HERE}?done={act}&case={reference}#case-{reference}", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    *,
    said: Mapping[str, str] | None = None,
    fault: tuple[str, DisputesError] | None = None,
    act: str = "",
    typed: Mapping[str, str] | None = None,
    satisfied: tuple[str, str] | None = None,
) -> Response:
    """The page. `fault` is shown at its complaint, with what was typed still in the form of `act`; `satisfied` is
    which complaint a letter asked about, and the answer its link stands for."""
    try:
        with database.transaction() as session:
            views = [view_of(session, case) for case in proof.proved_cases(session, request)]
    except NotVerified:
        return start_again()
    values = {
        "cases": views,
        "said": said,
        "fault": {"reference": fault[0], "sentence": fault[1].message} if fault else None,
        "act": act,
        "satisfied": satisfied,
        "typed": typed or {},
        "key": new_token()[:40],
    }
    return page(request, "site/complaints.html", values, status=fault[1].status if fault else HTTPStatus.OK)
