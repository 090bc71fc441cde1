"""Files in a case: from the complainant and from staff, checked, drawn anew, and kept under a random name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

import structlog
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine
from disputes.cases import queries as cases
from disputes.cases.states import CASE_WORKERS, CUSTOMER_OR_CHAT, OPEN, Actor, NotAllowed
from disputes.cases.tables import Case
from disputes.errors import Conflict, DisputesError, NotFound
from disputes.files import contents, store
from disputes.files.contents import Checked
from disputes.investigation import queries
from disputes.investigation.questions import note_reply
from disputes.investigation.tables import Evidence
from disputes.investigation.views import log_view
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "investigation")

TAKES_FILES: Final = OPEN | {"resolved"}
"""Also after the outcome: a picture may show that a remedy did not arrive whole."""

log = structlog.get_logger(__name__)


@dataclass
class Stored:
    """A file in the store under a name that no row knows yet."""

    kept: Checked
    name: str
    is_taken: bool = False


def add_evidence(
    session: Session, case: Case, actor: Actor, filename: str, content: bytes, *, staff: Staff | None = None
) -> Evidence:
    """Adds a file; from `staff` when given, else from the complainant as `actor`. The same file again returns the
    first.

    What is checked and changed is said in `contents.checked`. A file from the complainant while we wait for an
    answer is the answer (T7). Each side may add as many files as the policy says. Raises `Invalid` with `fields`
    "file" for a file that cannot be kept, `Conflict` when there are enough or the complaint has ended.
    """
    actor = Actor("staff", staff.role, staff.id) if staff else actor
    _check_sender(actor)
    with shelved(checked(filename, content)) as stored:
        return keep_evidence(session, case, actor, stored)


def checked(filename: str, content: bytes) -> Checked:
    """The file as it may be kept, by the policy. It takes a while: call it while nothing is locked."""
    return contents.checked(filename, content, policy.current().evidence)


@contextmanager
def shelved(kept: Checked) -> Iterator[Stored]:
    """Stores a file, to be taken by `keep_evidence` in a transaction that is begun and ended within; what is not taken
    is removed again. Where nobody can know (the database went away at the commit), it stays, and the sweep looks."""
    shelf, name = store.store_of("evidence"), store.new_name()
    shelf.put(name, kept.content)
    stored = Stored(kept, name)
    try:
        yield stored
    except DisputesError:
        shelf.remove(name)
        raise
    if not stored.is_taken:
        shelf.remove(name)


def keep_evidence(session: Session, case: Case, actor: Actor, stored: Stored) -> Evidence:
    """Adds a file that is `shelved`, so that nothing waits for a store while the case is locked. All else as
    `add_evidence`."""
    _check_sender(actor)
    kept = stored.kept
    limits, digest = policy.current().evidence, kept.digest
    case = cases.locked(session, case.id)
    if case.state not in TAKES_FILES or case.erased_at is not None:
        raise Conflict(say("ended"))
    from_staff = actor.kind == "staff"
    known = queries.same_evidence(session, case.id, digest)
    if known is not None:
        if case.state == "awaiting_customer" and not from_staff:
            note_reply(session, case, actor, _facts(known.id, digest))
        return known
    if queries.count_evidence(session, case.id, from_staff=from_staff) >= limits.files:
        added = say("we_have_all_files" if from_staff else "you_have_all_files", count=limits.files)
        raise Conflict(added)
    evidence_id = uuid4()
    if from_staff:
        event = engine.note(
            session,
            case,
            "information_added",
            actor,
            notice="none: staff keep their papers",
            clause="C4",
            data=_facts(evidence_id, digest),
            for_customer=False,
        )
    else:
        event = note_reply(session, case, actor, _facts(evidence_id, digest))
    evidence = Evidence(
        id=evidence_id,
        case_id=case.id,
        event_id=event.id,
        file_name=kept.file_name,
        kind=kept.kind,
        size=len(kept.content),
        sha256=digest,
        stored_as=stored.name,
        staff=session.get(Staff, actor.staff_id) if from_staff else None,
        at=clock.now(),
    )
    session.add(evidence)
    session.flush()
    stored.is_taken = True
    return evidence


def evidence_of(session: Session, case: Case) -> list[Evidence]:
    """The files of a case, oldest first."""
    return list(queries.evidence_of(session, case.id))


def read_evidence(session: Session, evidence_id: UUID, *, staff: Staff | None = None) -> tuple[Evidence, bytes]:
    """A file and its content; the look of a member of `staff` is noted. Show it as a download, never in a page.

    The caller has made sure that whoever asks may see this case. Raises `NotFound` when it is gone, and when what is
    stored is not what was sent: nobody may take changed evidence for the real one.
    """
    gone = NotFound(say("file_gone"))
    found = queries.evidence(session, evidence_id)
    if found is None:
        raise gone
    try:
        content = store.read("evidence", found.stored_as, found.sha256)
    except store.Changed as fault:
        log.exception("evidence lost", evidence_id=str(found.id), case_id=str(found.case_id))
        raise gone from fault
    if staff is not None:
        log_view(session, found.case_id, staff, f"evidence:{found.id}")
    return found, content


def erase_evidence(session: Session, case: Case) -> int:
    """Removes every file of a case for good; who sent what when, and the digests, stay. Returns how many.

    The files go at once, before the commit: should the transaction fail, erasing is tried again, while a file left
    behind after a commit might stay for ever.
    """
    case = cases.locked(session, case.id)
    erased = queries.evidence_of(session, case.id)
    for evidence in erased:
        store.store_of("evidence").remove(evidence.stored_as)
        evidence.file_name, evidence.erased_at = "", clock.now()
    session.flush()
    return len(erased)


def sweep_files(session: Session) -> int:
    """Removes files that no case knows of, a day after they were left behind. Returns how many."""
    return store.sweep("evidence", lambda names: queries.stored_names_among(session, names))


def _check_sender(actor: Actor) -> None:
    if actor.kind == "staff" and actor.role not in CASE_WORKERS:
        raise NotAllowed("This is for agents and managers.")
    if actor.kind != "staff" and actor.kind not in CUSTOMER_OR_CHAT:
        raise NotAllowed(say("not_here"))


def _facts(evidence_id: UUID, digest: str) -> dict[str, str]:
    return {"evidence_id": str(evidence_id), "sha256": digest}
