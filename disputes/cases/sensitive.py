"""Who may read of a complaint that is marked sensitive: whoever looks into it or decides it, and managers.

Others do not find it in a list, a file or a search, nor the chat that it came from; it is counted like any other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, true
from sqlalchemy.orm import aliased

from disputes.cases.states import MANAGERS
from disputes.cases.tables import Case
from disputes.people.tables import Staff


@dataclass(frozen=True)
class Reader:
    """Who reads: somebody who may read everything, or everything but other people's sensitive complaints."""

    staff_id: UUID
    reads_all: bool


def reader_of(staff: Staff) -> Reader:
    """What this person may read."""
    return Reader(staff.id, reads_all=staff.role in MANAGERS)


def may_read(reader: Reader | None, case: Any = Case) -> ColumnElement[bool]:
    """That a complaint may be read by them. None: whoever counts, and shows no complaint."""
    if reader is None or reader.reads_all:
        return true()
    holders = (case.investigator_id, case.decider_id)
    return or_(~case.restricted, *(holder.is_not_distinct_from(reader.staff_id) for holder in holders))


def may_read_chat(reader: Reader | None, conversation_id: Any) -> ColumnElement[bool]:
    """That no complaint came from a chat that may not be read by them."""
    if reader is None or reader.reads_all:
        return true()
    filed = aliased(Case)
    return ~exists().where(filed.conversation_id == conversation_id, ~may_read(reader, filed))


def is_readable(case: Case, reader: Reader) -> bool:
    """The same of a case that is at hand."""
    return not case.restricted or reader.reads_all or reader.staff_id in (case.investigator_id, case.decider_id)


def names_of(cases: Iterable[Case], reader: Reader) -> list[str]:
    """The references of those that this person may read of, and how many more there are."""
    found = list(cases)
    named = [case.reference for case in found if is_readable(case, reader)]
    more = len(found) - len(named)
    return [*named, f"{more} sensitive"] if more else named
