"""The directory of neutral people, and who of them has ties with somebody in a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import queries as cases
from disputes.cases.tables import Case
from disputes.mediation import queries
from disputes.people.tables import Customer, Staff
from disputes.policy.models import Mediator


@dataclass(frozen=True)
class Neutral:
    """A neutral person who could mediate in a case."""

    staff_id: UUID
    name: str
    organisation: str
    languages: tuple[str, ...]


def neutrals_for(session: Session, case: Case) -> list[Neutral]:
    """Who may mediate in this case: in the policy's directory, able to sign in, without known ties; in its order."""
    able, tied = queries.active_mediators(session), queries.neutrals_with_ties(session, case.id)
    found = []
    for entry in policy.current().mediators:
        staff = able.get(entry.email.lower())
        if staff is None or staff.id in tied or _ties(session, case, entry) is not None:
            continue
        found.append(Neutral(staff.id, entry.name, entry.organisation, tuple(entry.languages)))
    return found


def conflict_of(session: Session, case: Case, staff: Staff) -> str | None:
    """Why this person cannot be neutral in this case, in a sentence; None when nothing is known against it."""
    if not staff.active or staff.role != "mediator":
        return "This person does not work as a neutral person any more."
    entry = next((one for one in policy.current().mediators if one.email.lower() == staff.email), None)
    if entry is None:
        return "This person is not in our directory of neutral people any more."
    if staff.id in queries.neutrals_with_ties(session, case.id):
        return "This person has told us of ties with somebody in this case."
    return _ties(session, case, entry)


def _ties(session: Session, case: Case, entry: Mediator) -> str | None:
    customer = session.get(Customer, case.customer_id)
    if customer is not None and (customer.email == entry.email.lower() or _same(customer.name, [entry.name])):
        return f"{entry.name} is the person who complains."
    involved = cases.investigators_of(session, case.id) | cases.past_deciders_of(session, case.id)
    involved |= {staff_id for staff_id in (case.investigator_id, case.decider_id) if staff_id}
    names = [*queries.names_of(session, involved), *([customer.name] if customer else [])]
    for name in names:
        if _same(name, [entry.name, *entry.not_for]):
            return f"{entry.name} has ties with {name}."
    if case.reseller and _same_reseller(case.reseller, entry.not_for):
        return f"{entry.name} has ties with {case.reseller}."
    return None


def _same_reseller(name: str, others: Iterable[str]) -> bool:
    known = policy.current().reseller_named(name)
    names = [name] if known is None else [name, known.name, *known.also_known_as]
    return any(_same(one, others) for one in names)


def _same(name: str, others: Iterable[str]) -> bool:
    return _plain(name) in {_plain(other) for other in others}


def _plain(name: str) -> str:
    return " ".join("".join(sign if sign.isalnum() else " " for sign in name.casefold()).split())
