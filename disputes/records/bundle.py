"""The bundle: all papers of a case as one file, to take to a dispute body, a court or an adviser."""

import io
import tempfile
from typing import IO, Final

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, queries
from disputes.cases.states import ENDED, Actor
from disputes.cases.tables import Case
from disputes.errors import Refused
from disputes.people import audit
from disputes.records import archive
from disputes.records.papers import papers_of
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "papers")

IN_MEMORY: Final = 8_000_000
"""Above so many bytes an archive that is being made lies in a file."""

QUIET: Final = "none: whoever took it knows"


def may_take_bundle(case: Case) -> str | None:
    """Why the customer cannot take the bundle yet, in a sentence; None from the final response, the cap or the end on.

    Whoever needs their data earlier asks for an export of it, which is possible at any time.
    """
    if case.erased_at is not None:
        return say("erased")
    told = case.final_sent_at is not None or case.deadlock_notice_at is not None
    if told or case.state in ENDED or clock.now() >= case.hard_cap:
        return None
    return say("later", day=policy.current().say_date(case.hard_cap))


def make_bundle(session: Session, case: Case, *, for_staff: bool = False) -> bytes:
    """The bundle as bytes; the same case gives the same bytes. Changes nothing.

    The customer's has no line, letter or file that is for staff only, and no mediator's note; nor has that for staff
    the last. Use `write_bundle` where memory is short.
    """
    whole = io.BytesIO()
    write_bundle(session, case, whole, for_staff=for_staff)
    return whole.getvalue()


def write_bundle(session: Session, case: Case, file: IO[bytes], *, for_staff: bool = False) -> None:
    """Writes the bundle into a file, with one paper in memory at a time."""
    archive.write(file, papers_of(session, case, for_staff=for_staff))


def take_bundle(session: Session, case: Case, actor: Actor) -> IO[bytes]:
    """The bundle for its reader, as an open file at its beginning, and a line in the history that it was taken.

    Staff get theirs at any time. For the customer raises `Refused` while `may_take_bundle` says so.
    """
    case = queries.locked(session, case.id)
    refusal = None if actor.kind == "staff" else may_take_bundle(case)
    if refusal is not None:
        raise Refused(refusal)
    file = new_file()
    write_bundle(session, case, file, for_staff=actor.kind == "staff")
    engine.note(session, case, "bundle_made", actor, notice=QUIET, for_customer=False)
    if actor.staff_id is not None:
        audit.note(session, "case.bundle_taken", by=actor.staff_id, about=("case", case.id))
    file.seek(0)
    return file


def new_file() -> IO[bytes]:
    """A file that vanishes when it is closed, in memory as long as it is small."""
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)
