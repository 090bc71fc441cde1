"""Checks that histories, letters and files are as they were written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases import chain
from disputes.cases import queries as case_queries
from disputes.cases.references import normalise
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import NotFound
from disputes.investigation import keeping
from disputes.records import queries

SEAL: Final = re.compile(rf"seal: ([0-9a-f]{{{chain.SEAL_LENGTH}}})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written: in which case, where, and why in a sentence without personal data."""

    reference: str
    where: str
    why: str


@dataclass
class Check:
    """How many histories were looked at, and what was found; `faults` only grows with what is wrong."""

    histories: int
    faults: list[Fault]


def verify(session: Session, reference: str | None = None) -> list[Fault]:
    """What does not hold in one case, or in all of them. Memory does not grow with the number of cases or lines.

    Raises `NotFound` for a reference that is none of ours.
    """
    return check(session, reference).faults


def check(session: Session, reference: str | None = None) -> Check:
    """The same with the number of histories that were looked at."""
    done = Check(0, [])
    for case_id in _wanted(session, reference):
        done.histories += 1
        done.faults.extend(faults_of(session, case_id))
    return done


def faults_of(session: Session, case_id: UUID) -> Iterator[Fault]:
    """What does not hold in one case: its chain, its words, its row, the seals in its letters, its files."""
    case = session.get_one(Case, case_id, populate_existing=True)
    seals: set[str] = set()
    last_state: list[str] = []
    missing: list[int] = []

    def passing() -> Iterator[CaseEvent]:
        for event in queries.history(session, case_id):
            seals.add(chain.seal_of(event))
            if event.to_state is not None:
                last_state[:] = [event.to_state]
            if event.text_digest is not None and event.words is None and case.erased_at is None:
                missing.append(event.seq)
            yield event

    for found in chain.breaks_in(passing(), case.last_event_seq, case.last_hash):
        yield Fault(case.reference, f"line {found.seq}", found.why)
    for seq in missing:
        yield Fault(case.reference, f"line {seq}", "its words are gone although the case was not erased")
    if last_state and last_state[0] != case.state:
        yield Fault(case.reference, "state", "the case is not where its history leads")
    for noted, text in queries.sealed_letters(session, case_id):
        printed = [seal.lower() for seal in SEAL.findall(text)]
        if not seals.issuperset(filter(None, [noted, *printed])):
            yield Fault(case.reference, "letter", "its seal is not that of any line of the history")
    for sentence in keeping.changes_in(session, case):
        yield Fault(case.reference, "evidence", sentence)
    session.expunge(case)


def _wanted(session: Session, reference: str | None) -> Iterator[UUID]:
    if reference is None:
        yield from queries.case_ids(session)
        return
    normal = normalise(reference)
    case = case_queries.case_by_reference(session, normal) if normal else None
    if case is None:
        raise NotFound("There is no complaint with that reference.")
    yield case.id
