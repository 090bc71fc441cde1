"""Who a person is: their rows, their complaints, and how they can be reached or could."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases.tables import Case
from disputes.people.tables import Customer
from disputes.records import queries


@dataclass(frozen=True)
class Person:
    """One person. `emails` are theirs now; to those in `former` letters about their complaints once went."""

    customers: Sequence[Customer]
    cases: Sequence[Case]
    emails: Sequence[str]
    former: Sequence[str]
    phones: Sequence[str]

    @property
    def addresses(self) -> Sequence[str]:
        """All of their e-mail addresses."""
        return [*self.emails, *self.former]

    @property
    def lookups(self) -> Sequence[str]:
        """By what their complaints can be asked for: references and order numbers."""
        known = (value for case in self.cases for value in (case.reference, case.order_number))
        return sorted({value for value in known if value})


def person_of(session: Session, *, email: str | None = None, customer_id: UUID | None = None) -> Person:
    """Everything by which that person is known. The caller has made sure who asks."""
    email = email.strip().lower() if email else None
    customers = queries.customers_like(session, email=email, customer_id=customer_id)
    cases = queries.cases_of(session, customers)
    emails = {value for value in (email, *(customer.email for customer in customers)) if value}
    former = set(queries.addresses_written_to(session, [case.id for case in cases])) - emails
    phones = sorted({customer.phone for customer in customers if customer.phone})
    return Person(customers, cases, sorted(emails), sorted(former), phones)
