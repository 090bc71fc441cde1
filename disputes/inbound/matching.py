"""Which case a mail belongs to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases import queries as case_queries
from disputes.cases import references
from disputes.cases.tables import Case
from disputes.inbound import queries
from disputes.inbound.message import IncomingMail

type Doubt = Literal["other_address", "failed_check", "several_cases", "no_case"]

MOST_MERGES: Final = 10
MOST_THREADS: Final = 5
_THREAD: Final = re.compile(r"<case\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@")
"""The id that all letters about a case name as the start of their thread."""


@dataclass(frozen=True)
class Match:
    """The case of a mail. With a `doubt` a person must decide, and `case` is only a proposal (or None)."""

    case: Case | None
    doubt: Doubt | None = None


def match(session: Session, mail: IncomingMail) -> Match:
    """Finds the case of a mail.

    A reference or the letter it answers points to the case, and it must come from the address on file of that case.
    Without either it belongs to the only open case of that address. Whatever our mail server says does not come from
    its sender matches nothing by itself.
    """
    pointed_to = list(_pointed_to(session, mail))
    for case in pointed_to:
        if mail.sender is not None and case.customer.email == mail.sender:
            return Match(case, "failed_check" if mail.failed_check else None)
    if pointed_to:
        return Match(pointed_to[0], "other_address")
    theirs = case_queries.open_cases_of_person(session, email=mail.sender, phone=None, order_number=None)
    if not theirs or mail.failed_check:
        return Match(None, "no_case")
    return Match(theirs[0], "several_cases" if len(theirs) > 1 else None)


def _pointed_to(session: Session, mail: IncomingMail) -> Iterator[Case]:
    for text in (mail.subject, mail.text):
        yield from _named(session, text)
    for case in queries.cases_of_letters(session, mail.thread):
        yield survivor(session, case)
    for thread in _THREAD.findall(" ".join(mail.thread))[:MOST_THREADS]:
        started = queries.case_of_id(session, UUID(thread))
        if started is not None:
            yield survivor(session, started)
    yield from _named(session, mail.original)


def _named(session: Session, text: str) -> Iterator[Case]:
    reference = references.find(text)
    case = case_queries.case_by_reference(session, reference) if reference else None
    if case is not None:
        yield survivor(session, case)


def survivor(session: Session, case: Case) -> Case:
    """The case itself, or the one that it was merged into."""
    for _ in range(MOST_MERGES):
        after = queries.case_of_id(session, case.merged_into_id) if case.merged_into_id else None
        if after is None:
            break
        case = after
    return case
