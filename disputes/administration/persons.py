"""What a manager does at the desk about a person's data: a copy for them, and erasing them. Why is on record."""

from typing import Final

from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.errors import Invalid, Refused
from disputes.people.roles import MANAGING
from disputes.people.tables import Staff
from disputes.records import service as records
from disputes.records.service import ErasureResult

WHYS: Final = {
    "code": "They asked, and proved it with a code to the address on file",
    "known": "They asked, and we made sure in another way who they are",
    "authority": "A court or an authority has asked",
}
"""How somebody made sure who asks; free words would be words about a customer in the audit."""


def copy_for_person(session: Session, by: Staff, case: Case, why: str) -> bytes:
    """Everything that is kept about the customer of a case, as a ZIP. Refused, Invalid."""
    _check(by, why)
    with records.new_file() as file:
        records.write_export(session, file, customer_id=case.customer_id, by=by, why=why)
        file.seek(0)
        return file.read()


def erase(session: Session, by: Staff, case: Case, why: str, typed: str) -> ErasureResult:
    """Erases the customer of a case. `typed` is the reference, typed once more. Refused, Invalid."""
    _check(by, why)
    if typed.strip().upper() != case.reference:
        sentence = f"Type {case.reference} to erase this person."
        raise Invalid(sentence, {"typed": sentence})
    return records.erase_person(session, customer_id=case.customer_id, by=by, why=why)


def _check(by: Staff, why: str) -> None:
    if by.role not in MANAGING:
        raise Refused("This is for managers and administrators.")
    if why not in WHYS:
        sentence = "Please say how it was made sure who asks."
        raise Invalid(sentence, {"why": sentence})
