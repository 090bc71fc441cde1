"""The link in a letter that opens one case. It holds ids only, lasts 30 days, and dies with the contact it was sent to.

Pure: who asks gives the customer of the case, so that nobody is told about a case by mail that is not theirs any more.
"""

from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Final
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer

from disputes import clock
from disputes.people.tables import Customer
from disputes.people.tokens import keyed_digest
from disputes.settings import settings

LASTS: Final = timedelta(days=30)
_PURPOSE: Final = "case link"


@dataclass(frozen=True)
class CaseLink:
    """What a valid token says: which case, from which letter, and whom it was made for."""

    case_id: UUID
    notification_id: UUID
    made_for: str

    def is_for(self, customer: Customer) -> bool:
        """True while this is still the customer of the case, with the same e-mail address."""
        return compare_digest(self.made_for, _contact_of(customer))


def sign(case_id: UUID, notification_id: UUID, customer: Customer) -> str:
    """A token for the address /case/TOKEN; no personal data is in it."""
    until = int((clock.now() + LASTS).timestamp())
    return str(_serializer().dumps([case_id.hex, notification_id.hex, _contact_of(customer), until]))


def read(token: str) -> CaseLink | None:
    """What the token says; None when it was not made here or is out of date. Ask `is_for` before showing anything."""
    try:
        case_id, notification_id, made_for, until = _serializer().loads(token)
        if clock.now().timestamp() >= until:
            return None
        return CaseLink(UUID(hex=case_id), UUID(hex=notification_id), str(made_for))
    except (BadSignature, ValueError, TypeError):
        return None


def _contact_of(customer: Customer) -> str:
    return keyed_digest(_PURPOSE, f"{customer.id}\0{customer.email or ''}")[:24]


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().signing_key, salt=_PURPOSE)
