"""The commands about records: check, bundle, export, erase, hold."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases import queries
from disputes.cases.references import normalise
from disputes.cases.tables import Case
from disputes.database import transaction
from disputes.errors import Invalid, NotFound
from disputes.people import audit
from disputes.records import service as records
from disputes.teaching import service as teaching


@dataclass(frozen=True)
class Verified:
    """What `disputes verify` says, and how much is wrong."""

    lines: list[str]
    faults: int


def verified(reference: str) -> Verified:
    """Checks one history, or all when no reference is given."""
    with transaction() as session:
        done = records.check(session, reference or None)
    lines = [f"{fault.reference}  {fault.where}: {fault.why}" for fault in done.faults]
    histories = "1 history" if done.histories == 1 else f"{done.histories} histories"
    breaks = "1 break" if len(done.faults) == 1 else f"{len(done.faults)} breaks"
    return Verified([*lines, f"{histories}, {breaks}"], len(done.faults))


def write_bundle(reference: str, out: Path, *, for_staff: bool) -> str:
    """Writes the bundle of a case as its customer, or as staff, would get it."""
    with transaction() as session, _new_file(out) as file:
        case = _case(session, reference)
        records.write_bundle(session, case, file, for_staff=for_staff)
        audit.note(session, "case.bundle_taken", about=("case", case.id), after={"for_staff": for_staff})
        return f"The papers of {case.reference} are in {out}."


def write_export(out: Path, *, email: str, reference: str) -> str:
    """Writes everything that is kept about a person."""
    with transaction() as session, _new_file(out) as file:
        customer_id = _person(session, email, reference)
        records.write_export(session, file, email=email or None, customer_id=customer_id)
        return f"Everything that is kept about this person is in {out}. Delete the file once it is handed over."


def write_examples(out: Path) -> str:
    """Writes what staff taught the assistant since the last time."""
    with transaction() as session, _new_file(out) as file:
        text = teaching.export(session, None)
        file.write(text.encode())
        return f"{text.count('    - ')} examples are in {out}. Put it into data/nlu, then: make train"


def erase_person(*, email: str, reference: str) -> list[str]:
    """Erases a person; the lines say what was erased, and what is kept until when."""
    with transaction() as session:
        customer_id = _person(session, email, reference)
        result = records.erase_person(session, email=email or None, customer_id=customer_id)
    say_date = policy.current().say_date
    lines = [f"{erased}  erased" for erased in result.erased]
    lines += [
        f"{kept.reference}  kept until {say_date(kept.until) if kept.until else 'it has ended'}: {kept.why}"
        for kept in result.kept
    ]
    return [*lines, "Rasa's copy of chats and files of letters are removed by the worker, right after."]


def hold_case(reference: str, by: str, reason: str, *, until: str, release: bool) -> str:
    """Sets or ends a legal hold."""
    with transaction() as session:
        case, manager = _case(session, reference), records.manager_with(session, by)
        if release:
            records.release(session, case, manager, reason)
            return f"{case.reference} is not held any more."
        calendar = policy.current().calendar
        end = calendar.end_of_day(_day(until)) if until else None
        held = records.hold(session, case, manager, reason, until=end)
        return f"{held.reference} is held until {policy.current().say_date(held.hold_until or held.hard_cap)}."


def _case(session: Session, reference: str) -> Case:
    normal = normalise(reference)
    case = queries.case_by_reference(session, normal) if normal else None
    if case is None:
        raise NotFound(f"There is no complaint with the reference {reference}.")
    return case


def _person(session: Session, email: str, reference: str) -> UUID | None:
    if bool(email) == bool(reference):
        raise Invalid("Name the person by --email or by --reference.")
    return _case(session, reference).customer_id if reference else None


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as fault:
        raise Invalid("A day is written like 2030-01-31.") from fault


@contextmanager
def _new_file(out: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner reads; gone again when writing it fails."""
    try:
        opened = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise Invalid(f"{out} is there already.") from fault
    try:
        with os.fdopen(opened, "wb") as file:
            yield file
    except BaseException:
        out.unlink(missing_ok=True)
        raise
