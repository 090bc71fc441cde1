"""Files in a case: from the complainant and from staff, checked, drawn anew, and kept under a random name."""

from datetime import timedelta
from hashlib import sha256
from itertools import batched
from typing import Final
from uuid import UUID, uuid4

import structlog
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine
from disputes.cases import queries as cases
from disputes.cases.states import CASE_WORKERS, CUSTOMER_OR_CHAT, OPEN, Actor, NotAllowed
from disputes.cases.tables import Case
from disputes.errors import Conflict, NotFound
from disputes.investigation import contents, file_store, queries
from disputes.investigation.questions import note_reply
from disputes.investigation.tables import Evidence
from disputes.investigation.views import log_view
from disputes.people.tables import Staff

TAKES_FILES: Final = OPEN | {"resolved"}
"""Also after the outcome: a picture may show that a remedy did not arrive whole."""

ORPHAN_AGE: Final = timedelta(hours=24)
_SWEPT_AT_ONCE: Final = 500

log = structlog.get_logger(__name__)


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
    limits = policy.current().evidence
    kept = contents.checked(filename, content, limits)  # takes a while: before the case is locked
    digest = sha256(kept.content).hexdigest()
    case = cases.locked(session, case.id)
    if case.state not in TAKES_FILES or case.erased_at is not None:
        raise Conflict("This complaint has ended, so nothing can be added to it.")
    from_staff = actor.kind == "staff"
    known = queries.same_evidence(session, case.id, digest)
    if known is not None:
        if case.state == "awaiting_customer" and not from_staff:
            note_reply(session, case, actor, _facts(known.id, digest))
        return known
    if queries.count_evidence(session, case.id, from_staff=from_staff) >= limits.files:
        whose = "We have" if from_staff else "You have"
        raise Conflict(f"{whose} added {limits.files} files to this complaint already. More are not possible.")
    name, evidence_id = file_store.new_name(), uuid4()
    file_store.evidence_store().put(name, kept.content)
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
        stored_as=name,
        staff=session.get(Staff, actor.staff_id) if from_staff else None,
        at=clock.now(),
    )
    session.add(evidence)
    session.flush()
    return evidence


def evidence_of(session: Session, case: Case) -> list[Evidence]:
    """The files of a case, oldest first."""
    return list(queries.evidence_of(session, case.id))


def read_evidence(session: Session, evidence_id: UUID, *, staff: Staff | None = None) -> tuple[Evidence, bytes]:
    """A file and its content; the look of a member of `staff` is noted. Show it as a download, never in a page.

    The caller has made sure that whoever asks may see this case. Raises `NotFound` when it is gone, and when what is
    stored is not what was sent: nobody may take changed evidence for the real one.
    """
    gone = NotFound("This file is not there.")
    found = queries.evidence(session, evidence_id)
    if found is None:
        raise gone
    try:
        content = file_store.evidence_store().get(found.stored_as)
    except FileNotFoundError as fault:
        log.exception("evidence missing", evidence_id=str(found.id), case_id=str(found.case_id))
        raise gone from fault
    if sha256(content).hexdigest() != found.sha256:
        log.error("evidence changed", evidence_id=str(found.id), case_id=str(found.case_id))
        raise gone
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
        file_store.evidence_store().remove(evidence.stored_as)
        evidence.file_name, evidence.erased_at = "", clock.now()
    session.flush()
    return len(erased)


def sweep_files(session: Session) -> int:
    """Removes files that no case knows of: their transaction failed after they were stored. Returns how many.

    Only what is older than a day: younger ones may belong to a transaction that has not ended.
    """
    store, removed = file_store.evidence_store(), 0
    for names in batched(store.older_than(ORPHAN_AGE), _SWEPT_AT_ONCE, strict=False):
        kept = queries.stored_names_among(session, names)
        for name in names:
            if name not in kept:
                store.remove(name)
                removed += 1
    return removed


def _check_sender(actor: Actor) -> None:
    if actor.kind == "staff" and actor.role not in CASE_WORKERS:
        raise NotAllowed("This is for agents and managers.")
    if actor.kind != "staff" and actor.kind not in CUSTOMER_OR_CHAT:
        raise NotAllowed("You may not do this.")


def _facts(evidence_id: UUID, digest: str) -> dict[str, str]:
    return {"evidence_id": str(evidence_id), "sha256": digest}
