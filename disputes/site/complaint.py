"""The complaint form: a written complaint without a chat and without scripts."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database, policy
from disputes.cases import filing, progress, queries
from disputes.edge.addresses import ip_digest
from disputes.edge.limits import note_filing
from disputes.edge.templates import page
from disputes.errors import Invalid, TooMany
from disputes.people.tokens import new_token
from disputes.policy.models import Reseller

router = APIRouter(include_in_schema=False)

FIELDS: Final = ("name", "email", "phone", "order_number", "category", "description", "desired_outcome", "reseller")
WAYS: Final = frozenset({"reseller", "anyway"})
"""What to do with a purchase from a reseller: ask them first, or file with us all the same."""

PLACE_OF_FAULT: Final = {"contact": "email"}
RECEIPT_LASTS: Final = timedelta(days=1)
FORM_KEY: Final = re.compile(r"[A-Za-z0-9_-]{40,64}")


class Draft:
    """What somebody typed into the form. `key` is the form's own random name, the same when it is sent again."""

    def __init__(
        self,
        *,
        filing_key: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        email: Annotated[str, Form()] = "",
        phone: Annotated[str, Form()] = "",
        order_number: Annotated[str, Form()] = "",
        category: Annotated[str, Form()] = "",
        description: Annotated[str, Form()] = "",
        desired_outcome: Annotated[str, Form()] = "",
        reseller: Annotated[str, Form()] = "",
        way: Annotated[str, Form()] = "",
    ) -> None:
        self.key = filing_key if FORM_KEY.fullmatch(filing_key) else new_token()
        typed = (name, email, phone, order_number, category, description, desired_outcome, reseller)
        self.values = dict(zip(FIELDS, typed, strict=True))

        self.reseller = policy.current().reseller_named(reseller) if reseller else None
        self.way = way

    @property
    def token(self) -> str:
        """Names this very content of this very form: unguessable, and another one when something was changed."""
        return sha256(f"{self.key}\0{json.dumps(self.values)}".encode()).hexdigest()


@router.get("/complaint")
def form(request: Request) -> HTMLResponse:
    """The empty form."""
    return _form(request, new_token(), dict.fromkeys(FIELDS, ""))


@router.post("/complaint")
def send(request: Request, draft: Annotated[Draft, Depends()]) -> Response:
    """Files the complaint once, however often the form is sent, and goes on to the receipt."""
    try:
        known = draft.reseller.name if draft.reseller else None
        given = draft.values | {"reseller": known, "source": "form", "scope_review": known is not None}
        complaint = filing.read_complaint(given)
        if draft.reseller is not None and draft.way not in WAYS:
            return _form(request, draft.key, draft.values, reseller=draft.reseller)
        come_in = filing.point_to_reseller if draft.way == "reseller" and known else filing.file_complaint
        with database.transaction() as session:
            if queries.case_of_filing(session, _filing_key(draft.token)) is None:
                note_filing(session, ip_digest(request))
                come_in(session, complaint, filing_key=_filing_key(draft.token))
    except Invalid as fault:
        faults = {PLACE_OF_FAULT.get(name, name): said for name, said in fault.fields.items()}
        return _form(request, draft.key, draft.values, faults=faults, status=HTTPStatus.BAD_REQUEST)
    except TooMany as fault:
        return _form(request, draft.key, draft.values, notice=fault.message, status=HTTPStatus.TOO_MANY_REQUESTS)
    return RedirectResponse(f"/complaint/received/{draft.token}", HTTPStatus.SEE_OTHER)


@router.get("/complaint/received/{token}")
def received(request: Request, token: str) -> Response:
    """The receipt, for a day: the reference, what happens next, and by when."""
    with database.transaction() as session:
        case = queries.case_of_filing(session, _filing_key(token))
        if case is None or clock.now() - case.filed_at > RECEIPT_LASTS:
            return RedirectResponse("/status", HTTPStatus.SEE_OTHER)
        stands = progress.progress_of_cases(session, [case])[0]
        has_email = case.customer.email is not None
    return page(request, "site/received.html", {"case": stands, "has_email": has_email})


def _filing_key(token: str) -> str:
    return f"form:{token}"


def _form(
    request: Request,
    key: str,
    values: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    notice: str | None = None,
    reseller: Reseller | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """The form as it was filled in; `faults` by field, in the form's order. With a reseller it asks which way to go."""
    ordered = {name: (faults or {})[name] for name in FIELDS if name in (faults or {})}
    return page(
        request,
        "site/complaint.html",
        {"filing_key": key, "draft": values, "faults": ordered, "notice": notice, "reseller": reseller},
        status=status,
    )
