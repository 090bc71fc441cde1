"""The JSON API: written complaints without a chat, and how they stand."""

from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final
from uuid import uuid4

from fastapi import APIRouter, Header, Request

from disputes import database
from disputes.api import chat_files, inbound_mail
from disputes.api.schemas import (
    CaseOut,
    CodeIn,
    CodeRequested,
    CodeRequestIn,
    ComplaintFiled,
    ComplaintIn,
    Verified,
    errors,
)
from disputes.cases import filing, progress
from disputes.edge.addresses import ip_digest
from disputes.edge.limits import note_filing
from disputes.edge.words import code_requested, why_not_this_code
from disputes.errors import Invalid, TooMany
from disputes.settings import settings

LONGEST_KEY: Final = 255
LOOKUP_FIELDS: Final = "order_number"

router = APIRouter(prefix="/api", tags=["disputes"])
router.include_router(inbound_mail.router)
router.include_router(chat_files.router)


class WrongCode(Invalid):
    """The code is not the one, or not any more."""

    code = "code_wrong"


@router.post("/complaints", status_code=HTTPStatus.CREATED, responses=errors((400, 413, 422, 429, 503)))
def file_complaint(
    request: Request,
    complaint: ComplaintIn,
    idempotency_key: Annotated[str | None, Header(max_length=LONGEST_KEY)] = None,
) -> ComplaintFiled:
    """Files a written complaint.

    Sent again with the same `Idempotency-Key` and the same content, it gives the same reference and files
    nothing more.
    """
    given = filing.read_complaint({**complaint.model_dump(), "source": "form"})
    key = _filing_key(idempotency_key, complaint)
    with database.transaction() as session:
        note_filing(session, ip_digest(request))
        case = filing.file_complaint(session, given, filing_key=key)
        stands = progress.progress_of_cases(session, [case])[0]
    return ComplaintFiled(
        reference=stands.reference,
        next_step=stands.next_step,
        next_date=stands.next_date,
        expected_end=stands.promised_end,
        status_url=f"{settings().base_url}/status",
    )


@router.post("/status/requests", status_code=HTTPStatus.ACCEPTED, responses=errors((400, 413, 422, 429, 503)))
def request_code(request: Request, asked: CodeRequestIn) -> CodeRequested:
    """Asks for a code to the address on file. The answer is the same whether or not anything matches."""
    with database.transaction() as session:
        try:
            request_id = progress.request_code(
                session, asked.reference or asked.order_number or "", asked.email, ip_digest=ip_digest(request)
            )
        except Invalid as fault:
            fields = {LOOKUP_FIELDS if name == "lookup" else name: said for name, said in fault.fields.items()}
            raise Invalid(fault.message, fields) from fault
    return CodeRequested(request_id=request_id, message=code_requested())


@router.post("/status/verifications", responses=errors((400, 403, 413, 422, 429, 503)))
def verify_code(entered: CodeIn) -> Verified:
    """How the complaints stand, for whoever has the code. A code works once; three wrong ones end the request."""
    with database.transaction() as session:
        check = progress.verify_code(session, entered.request_id, entered.code)
        found = progress.progress_of(session, entered.request_id) if check.ok else []
    if check.ok:
        return Verified(cases=[CaseOut.of(case) for case in found])
    sentence = why_not_this_code(check.result)
    if check.result == "too_many":
        raise TooMany(sentence)
    raise WrongCode(sentence, {"code": sentence})


def _filing_key(idempotency_key: str | None, complaint: ComplaintIn) -> str:
    """The name of this filing. The content is part of it: another complaint under a used key is not lost."""
    if not idempotency_key:
        return f"api:{uuid4()}"
    return "api:" + sha256(f"{idempotency_key}\0{complaint.model_dump_json()}".encode()).hexdigest()
