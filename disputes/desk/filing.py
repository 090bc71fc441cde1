"""A complaint that staff write down: for a customer, or the shop's own against one (clause C2)."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from disputes import database
from disputes.cases import complainant, filing, queries, references
from disputes.cases.schemas import Complaint
from disputes.cases.sensitive import is_readable, reader_of
from disputes.cases.tables import Case
from disputes.chat import files_to_case
from disputes.desk import done, preview
from disputes.desk.access import AtDesk, Desk
from disputes.desk.looks import read_chat
from disputes.desk.pages import desk_page, is_part
from disputes.desk.preview_page import Given, preview_page
from disputes.errors import Invalid
from disputes.people.tokens import new_token

router = APIRouter(prefix="/cases/new")

FIELDS: Final = ("name", "email", "phone", "order_number", "category", "description", "desired_outcome")


FROM_CHAT: Final = {
    "name": "complainant_name",
    "email": "contact_email",
    "phone": "contact_phone",
    "order_number": "order_number",
    "category": "category",
    "description": "description",
}
"""What the hand-over card of a chat knows already, by the field of the form."""


@router.get("")
def form(request: Request, desk: Desk, chat: UUID | None = None) -> HTMLResponse:
    """The empty form; from a chat with what its hand-over card knows."""
    typed = {"key": new_token()}
    if chat is not None:
        with database.transaction() as session:
            facts = read_chat(session, desk, chat).facts
        typed |= {name: str(facts[fact]) for name, fact in FROM_CHAT.items() if facts.get(fact)}
    return _form(request, desk, typed, chat)


@router.post("")
def send(request: Request, desk: Desk, given: Given) -> Response:
    """Files it once, however often the form is sent, when the acknowledgement has been read; from a chat as a
    complaint of that chat, with the files that the customer has sent in it.

    Duplicates are shown first, and never stop anybody.
    """
    typed, chat = dict(given.fields), given.chat_id
    if given.wants_change:
        return _form(request, desk, typed, chat)
    source = "shop" if typed.get("who") == "shop" else "staff"
    told = {name: typed.get(name, "") for name in FIELDS} | {
        "source": source,
        "filed_by_staff_id": desk.staff.id,
        "conversation_id": chat,
    }
    try:
        complaint = filing.read_complaint(told)
        with database.transaction() as session:
            key = f"desk:{desk.staff.id}:{typed.get('key') or new_token()}"
            known = filing.open_cases_for(
                session, email=complaint.email, phone=complaint.phone, order_number=complaint.order_number
            )
            if known and typed.get("anyway") != "yes" and queries.case_of_filing(session, key) is None:
                return _form(request, desk, typed, chat, known=known)
            earlier = queries.case_by_reference(session, references.normalise(typed.get("linked", "")) or "")
            outcome, case = preview.file(session, lambda session: _file(session, complaint, earlier, key), given.seen)
            if outcome.preview is None:
                reference, said = case.reference, done.said_after(session, case.reference, outcome.sent)
    except Invalid as fault:
        return _form(request, desk, typed, chat, faults=fault.fields)
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, "a new complaint", back="/desk/cases")
    return done.done(request, given, reference, said, back=f"/desk/cases/{reference}")


def _file(session: Session, complaint: Complaint, earlier: Case | None, key: str) -> Case:
    if earlier is not None:
        return complainant.file_linked(session, earlier, complaint, filing_key=key)
    return files_to_case.file_complaint(session, complaint, filing_key=key)[0]


def _form(
    request: Request,
    desk: AtDesk,
    typed: Mapping[str, str],
    chat: UUID | None = None,
    *,
    faults: Mapping[str, str] | None = None,
    known: Sequence[Case] = (),
) -> HTMLResponse:
    shown = [case.reference for case in known if is_readable(case, reader_of(desk.staff))]
    refused = HTTPStatus.CONFLICT if is_part(request) else HTTPStatus.BAD_REQUEST
    status = refused if faults else HTTPStatus.OK
    values: dict[str, Any] = {"typed": typed, "faults": faults or {}, "known": shown, "hidden": len(known) - len(shown)}
    values |= {"act": "file", "chat_id": chat, "watched": None}
    return desk_page(request, desk, "desk/filing.html", values, status=status)
