"""What is said in confidence: the neutral person's notes, talks with one side alone, and shared papers.

A note goes to the neutral person of its running mediation and to nobody else, whatever their role; no function of
the program returns one to another reader. Everything here is destroyed when the mediation ends. It is stored as it
was written: whoever operates the database keeps the schema `mediation_private` from other eyes and out of back-ups.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import queries as cases
from disputes.cases import states
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.errors import Invalid, NotFound
from disputes.investigation import service as investigation
from disputes.investigation.service import Evidence
from disputes.mediation.access import RUNNING, as_neutral, attempt_of, check_speaks_for
from disputes.mediation.tables import (
    Mediation,
    MediationSettlement,
    PrivateMessage,
    PrivateNote,
    SharedPaper,
)
from disputes.mediation.words import LONGEST_PAPER, PARTIES, Party, written
from disputes.people.tables import Staff
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "mediation")


@dataclass(frozen=True)
class Note:
    """What the neutral person wrote down, when."""

    text: str
    at: datetime


@dataclass(frozen=True)
class Message:
    """One message between the neutral person and one side alone."""

    party: str
    by_neutral: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class Paper:
    """What a side shared with the neutral person and the other side: words, or a file."""

    id: UUID
    party: str
    text: str | None
    evidence: Evidence | None
    at: datetime


def write_note(session: Session, mediation_id: UUID, neutral: Staff, text: str) -> None:
    """Keeps a note of the neutral person. Raises `NotAllowed` for anybody else and after the end."""
    mediation, _ = as_neutral(session, mediation_id, neutral, lock=True)
    clean = written(text, "text", LONGEST_PAPER, say("empty"))
    session.add(PrivateNote(mediation_id=mediation.id, text=clean, at=clock.now()))
    session.flush()


def notes_of(session: Session, mediation_id: UUID, reader: Staff | None) -> list[Note]:
    """The notes, for the neutral person of this running mediation. Raises `NotAllowed` for everybody else."""
    mediation, _ = as_neutral(session, mediation_id, reader)
    found = select(PrivateNote).where(PrivateNote.mediation_id == mediation.id).order_by(PrivateNote.at)
    return [Note(note.text, note.at) for note in session.scalars(found)]


def write_to_party(session: Session, mediation_id: UUID, neutral: Staff, party: Party, text: str) -> None:
    """The neutral person writes to one side alone."""
    mediation, _ = as_neutral(session, mediation_id, neutral, lock=True)
    if party not in PARTIES:
        raise Invalid("Please say to which side.", {"party": "Please say to which side."})
    _write(session, mediation, party, text, by_neutral=True)


def write_to_neutral(session: Session, case: Case, party: Party, actor: Actor, text: str) -> None:
    """One side writes to the neutral person alone. Raises `NotAllowed` while no mediation runs."""
    case = cases.locked(session, case.id)
    _write(session, _for_party(session, case, party, actor), party, text, by_neutral=False)


def messages_for_neutral(session: Session, mediation_id: UUID, reader: Staff | None) -> dict[str, list[Message]]:
    """The talks with each side, for the neutral person. Raises `NotAllowed` for everybody else."""
    mediation, _ = as_neutral(session, mediation_id, reader)
    return {party: _messages(session, mediation, party) for party in PARTIES}


def messages_with_neutral(session: Session, case: Case, party: Party, actor: Actor) -> list[Message]:
    """That side's own talk with the neutral person; never that of the other side. Raises `NotAllowed`."""
    return _messages(session, _for_party(session, case, party, actor), party)


def share(
    session: Session, case: Case, actor: Actor, *, evidence_id: UUID | None = None, text: str | None = None
) -> None:
    """One side puts a file of the case or words on the table, for the neutral person and the other side to read.

    Sharing the same file again changes nothing. Raises `NotAllowed`, `NotFound` for a file of another case.
    """
    case = cases.locked(session, case.id)
    party: Party = "customer" if actor.kind == "customer" else "shop"
    mediation = _for_party(session, case, party, actor)
    if evidence_id is None:
        clean = written(text or "", "text", LONGEST_PAPER, say("empty"))
        _add_paper(session, mediation, party, text=clean)
        return
    if evidence_id not in {evidence.id for evidence in investigation.evidence_of(session, case)}:
        raise NotFound(say("file_elsewhere"))
    if evidence_id not in {paper.evidence_id for paper in _papers(session, mediation)}:
        _add_paper(session, mediation, party, evidence_id=evidence_id)


def share_complaint(session: Session, mediation: Mediation, case: Case) -> None:
    """Puts the complaint itself on the table: both sides agreed to that with their consent."""
    wish, words = case.desired_outcome, case.description
    _add_paper(
        session,
        mediation,
        "customer",
        text=say("complaint_and_wish", complaint=words, wish=wish) if wish else words,
    )


def shared_papers(session: Session, mediation_id: UUID, neutral: Staff | None) -> list[Paper]:
    """What the sides shared, for the neutral person. Raises `NotAllowed` for everybody else and after the end."""
    mediation, case = as_neutral(session, mediation_id, neutral)
    return _shown(session, mediation, case)


def papers_for_party(session: Session, case: Case, party: Party, actor: Actor) -> list[Paper]:
    """What both sides shared, as each side may read it. Raises `NotAllowed`."""
    return _shown(session, _for_party(session, case, party, actor), case)


def read_shared(session: Session, mediation_id: UUID, neutral: Staff, paper_id: UUID) -> tuple[Evidence, bytes]:
    """A shared file with its content, for the neutral person. Raises `NotFound` for what was not shared here."""
    for paper in shared_papers(session, mediation_id, neutral):
        if paper.id == paper_id and paper.evidence is not None:
            return investigation.read_evidence(session, paper.evidence.id, staff=neutral)
    raise NotFound(say("file_gone"))


def read_paper(session: Session, case: Case, party: Party, actor: Actor, paper_id: UUID) -> tuple[Evidence, bytes]:
    """A shared file with its content, for one of the sides. Raises `NotFound` for what was not shared here."""
    for paper in papers_for_party(session, case, party, actor):
        if paper.id == paper_id and paper.evidence is not None:
            return investigation.read_evidence(session, paper.evidence.id)
    raise NotFound(say("file_gone"))


def destroy(session: Session, case_id: UUID) -> None:
    """Destroys notes, talks and shared papers of a case, and every text that not both sides accepted."""
    attempts = select(Mediation.id).where(Mediation.case_id == case_id)
    for table in (PrivateNote, PrivateMessage, SharedPaper):
        gone = delete(table).where(table.mediation_id.in_(attempts))
        session.execute(gone.execution_options(synchronize_session=False))
    accepted = (
        MediationSettlement.replaced_at.is_(None)
        & MediationSettlement.customer_accepted_at.is_not(None)
        & MediationSettlement.shop_accepted_at.is_not(None)
    )
    drafts = delete(MediationSettlement).where(MediationSettlement.mediation_id.in_(attempts), ~accepted)
    session.execute(drafts.execution_options(synchronize_session="fetch"))


def _for_party(session: Session, case: Case, party: Party, actor: Actor) -> Mediation:
    check_speaks_for(session, case, party, actor)
    mediation = attempt_of(session, case)
    if case.state not in RUNNING:
        raise states.NotAllowed(say("not_begun"))
    return mediation


def _write(session: Session, mediation: Mediation, party: Party, text: str, *, by_neutral: bool) -> None:
    clean = written(text, "text", LONGEST_PAPER, say("empty"))
    message = PrivateMessage(mediation_id=mediation.id, party=party, by_neutral=by_neutral, text=clean, at=clock.now())
    session.add(message)
    session.flush()


def _messages(session: Session, mediation: Mediation, party: str) -> list[Message]:
    found = select(PrivateMessage).where(PrivateMessage.mediation_id == mediation.id, PrivateMessage.party == party)
    return [
        Message(one.party, one.by_neutral, one.text, one.at)
        for one in session.scalars(found.order_by(PrivateMessage.at))
    ]


def _papers(session: Session, mediation: Mediation) -> list[SharedPaper]:
    found = select(SharedPaper).where(SharedPaper.mediation_id == mediation.id).order_by(SharedPaper.at)
    return list(session.scalars(found))


def _add_paper(
    session: Session, mediation: Mediation, party: str, *, text: str | None = None, evidence_id: UUID | None = None
) -> None:
    paper = SharedPaper(mediation_id=mediation.id, party=party, text=text, evidence_id=evidence_id, at=clock.now())
    session.add(paper)
    session.flush()


def _shown(session: Session, mediation: Mediation, case: Case) -> list[Paper]:
    files = {evidence.id: evidence for evidence in investigation.evidence_of(session, case)}
    return [
        Paper(paper.id, paper.party, paper.text, files.get(paper.evidence_id) if paper.evidence_id else None, paper.at)
        for paper in _papers(session, mediation)
    ]
