"""How a complaint stands: order number or reference and e-mail, a code by mail, then the page. No scripts needed."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import database
from disputes.cases import progress
from disputes.edge.addresses import ip_digest
from disputes.edge.templates import page
from disputes.edge.words import why_not_this_code
from disputes.errors import Invalid, TooMany
from disputes.site import proof

router = APIRouter(include_in_schema=False)


@router.get("/status")
def ask(request: Request) -> HTMLResponse:
    """The first step: which complaint?"""
    return _ask(request, {"lookup": "", "email": ""})


@router.post("/status")
def send_code(request: Request, lookup: Annotated[str, Form()] = "", email: Annotated[str, Form()] = "") -> Response:
    """Asks for a code and goes on to the second step, which is the same whether or not anything matches."""
    typed = {"lookup": lookup, "email": email}
    try:
        with database.transaction() as session:
            request_id = progress.request_code(session, lookup, email, ip_digest=ip_digest(request))
    except Invalid as fault:
        return _ask(request, typed, faults=fault.fields, status=HTTPStatus.BAD_REQUEST)
    except TooMany as fault:
        return _ask(request, typed, notice=fault.message, status=HTTPStatus.TOO_MANY_REQUESTS)
    response = RedirectResponse("/status/code", HTTPStatus.SEE_OTHER)
    proof.remember_asked(response, request_id)
    return response


@router.get("/status/code")
def ask_for_code(request: Request) -> Response:
    """The second step: the code."""
    return _code(request) if proof.asked(request) else start_again()


@router.post("/status/code")
def check_code(request: Request, code: Annotated[str, Form()] = "") -> Response:
    """Checks the code; the right one opens the page for half an hour, in this browser only."""
    request_id = proof.asked(request)
    if request_id is None:
        return start_again()
    with database.transaction() as session:
        check = progress.verify_code(session, request_id, code)
    if not check.ok:
        return _code(request, fault=why_not_this_code(check.result), is_over=check.result != "wrong")
    response = RedirectResponse("/status/complaints", HTTPStatus.SEE_OTHER)
    proof.remember_proved(response, request_id)
    return response


@router.post("/status/leave")
def leave() -> Response:
    """Closes the page for this browser, for people who share it."""
    return start_again()


def start_again() -> Response:
    """Back to the first step, without any proof."""
    response = RedirectResponse("/status", HTTPStatus.SEE_OTHER)
    proof.forget(response)
    return response


def _ask(
    request: Request,
    typed: dict[str, str],
    *,
    faults: dict[str, str] | None = None,
    notice: str | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    values = {"typed": typed, "faults": faults or {}, "notice": notice}
    return page(request, "site/status.html", values, status=status)


def _code(request: Request, *, fault: str | None = None, is_over: bool = False) -> HTMLResponse:
    status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
    return page(request, "site/code.html", {"fault": fault, "is_over": is_over}, status=status)
