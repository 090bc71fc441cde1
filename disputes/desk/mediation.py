"""What staff do about mediation from the page of a case, for the shop's side alone."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from disputes.cases.service import acting
from disputes.cases.tables import Case
from disputes.desk import case_page
from disputes.desk.access import Desk
from disputes.desk.preview_page import Given
from disputes.errors import Invalid, NotFound
from disputes.mediation import service
from disputes.people.tables import Staff

router = APIRouter(prefix="/cases")


@router.post("/{reference}/mediation/{act}")
def act(request: Request, desk: Desk, reference: str, act: str, given: Given) -> Response:
    """One of the forms of the part about mediation; one that sends a letter shows it first."""
    if act not in ACTS:
        raise NotFound("There is no such step.")
    typed = dict(given.fields)
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: ACTS[act](session, case, desk.staff, typed),
        given,
        typed={f"mediation-{name}": value for name, value in typed.items()} | {"mediation-act": act},
    )


def _propose(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> object:
    return service.propose(
        session,
        case,
        acting(staff),
        neutral_id=_id(given, "neutral"),
        reason=given.get("reason"),
        amount=_amount(given.get("amount", "")),
    )


def _decline(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> object:
    return service.decline_request(session, case, staff, given.get("reason", ""))


def _answer(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> object:
    agreed = given.get("answer") == "yes"
    return service.consent(session, case, "shop", acting(staff), agreed, given.get("words", ""))


def _share(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> None:
    file = _id(given, "file")
    text = given.get("text") if file is None else None
    service.share(session, case, acting(staff), evidence_id=file, text=text)


def _write(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> None:
    service.write_to_neutral(session, case, "shop", acting(staff), given.get("text", ""))


def _longer(session: Session, case: Case, staff: Staff, _given: dict[str, str]) -> object:
    return service.extend(session, case, acting(staff), "shop")


def _accept(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> object:
    return service.accept_settlement(session, case, "shop", acting(staff), settlement_id=_id(given, "settlement"))


def _stop(session: Session, case: Case, staff: Staff, given: dict[str, str]) -> object:
    return service.stop(session, case, acting(staff), given.get("reason"))


ACTS: Final[dict[str, Callable[[Session, Case, Staff, dict[str, str]], object]]] = {
    "propose": _propose,
    "decline": _decline,
    "answer": _answer,
    "share": _share,
    "write": _write,
    "longer": _longer,
    "accept": _accept,
    "stop": _stop,
}


def _id(given: dict[str, str], name: str) -> UUID | None:
    written = given.get(name, "")
    if not written:
        return None
    try:
        return UUID(written)
    except ValueError as fault:
        raise Invalid("Please choose from the list.", {name: "Please choose from the list."}) from fault


def _amount(written: str) -> Decimal | None:
    if not written.strip():
        return None
    try:
        found = Decimal(written.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        sentence = "Please write the amount as a number, like 120.00, or leave it out."
        raise Invalid(sentence, {"amount": sentence})
    return found
