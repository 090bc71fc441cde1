"""The customer's files of a chat become evidence of a complaint: a job, asked for in the transaction of whatever
makes it so, and harmless to run again (the same content is the same evidence)."""

from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import database, jobs
from disputes.cases import filing
from disputes.cases import queries as cases
from disputes.cases.schemas import Complaint
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.chat import file_queries, files, queries, thread
from disputes.chat.lines import line
from disputes.chat.tables import ChatFile, Conversation, Message
from disputes.errors import Conflict, DisputesError, NotFound
from disputes.files.contents import Checked
from disputes.investigation import service as investigation
from disputes.people.tables import Staff

TO_CASE = "chat.files_to_case"
"""Name of the job: `to_case`."""

log = structlog.get_logger(__name__)


def file_complaint(session: Session, complaint: Complaint, *, filing_key: str) -> tuple[Case, int]:
    """Files a complaint from a chat, as `cases.filing` does; the files that the customer has sent since the chat began
    go with it. Returns the case, and how many files those are."""
    case = filing.file_complaint(session, complaint, filing_key=filing_key)
    conversation = session.get(Conversation, complaint.conversation_id) if complaint.conversation_id else None
    if conversation is None:
        return case, 0
    return case, ask(session, conversation, case)


def ask(session: Session, conversation: Conversation, case: Case, *, told_after: Message | None = None) -> int:
    """Has the customer's files of this round put with a complaint; returns how many there are. With `told_after`, a
    button's message, the customer reads what came of it."""
    found = file_queries.customers_files(session, conversation.id, conversation.rasa_round)
    if found or told_after is not None:
        jobs.defer(
            session,
            TO_CASE,
            lock=f"files-to-case:{case.id}",
            conversation_id=str(conversation.id),
            case_id=str(case.id),
            chat_round=conversation.rasa_round,
            told_after=str(told_after.id) if told_after else None,
        )
    return len(found)


def ask_by_staff(session: Session, conversation_id: UUID, case: Case, staff: Staff) -> None:
    """The same by a member of staff who sees that the files belong there; a note in the chat says so."""
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    if ask(session, conversation, case) == 0:
        raise Conflict("The customer has sent no file in this chat.")
    words = f"Put the customer's files with {case.reference}."
    thread.append(session, conversation, "agent", words, staff=staff, audience="staff")


def to_case(conversation_id: str, case_id: str, chat_round: int, told_after: str | None) -> None:
    """The job. A file that is lost does not keep the others; a complaint that has ended takes none."""
    chat, case = UUID(conversation_id), UUID(case_id)
    refused: str | None = None
    for file in database.run(file_queries.customers_files, chat, chat_round):
        try:
            _adopt(case, file)
        except DisputesError as fault:
            log.warning("chat.file_not_added", file_id=str(file.id), case_id=case_id, reason=fault.code)
            refused = fault.message
    if told_after is not None:
        database.run(_tell, chat, case, UUID(told_after), refused)


def _adopt(case_id: UUID, file: ChatFile) -> None:
    """Stored first, then written down, so that the case is not locked meanwhile."""
    if database.run(_is_known, case_id, file):
        return
    content = files.content_of(file)
    kept = Checked(file.kind, content, file.file_name)  # type: ignore[arg-type]  # the table's check has the kinds
    with investigation.shelved(kept) as stored, database.transaction() as session:
        investigation.keep_evidence(session, _case(session, case_id), Actor("customer"), stored)


def _is_known(session: Session, case_id: UUID, file: ChatFile) -> bool:
    return file.sha256 in {known.sha256 for known in investigation.evidence_of(session, _case(session, case_id))}


def _case(session: Session, case_id: UUID) -> Case:
    case = cases.case_by_id(session, case_id)
    if case is None:
        raise NotFound(line("no_such_case"))
    return case


def _tell(session: Session, conversation_id: UUID, case_id: UUID, told_after: UUID, refused: str | None) -> None:
    case = cases.case_by_id(session, case_id)
    if case is None:
        return
    if refused is None:
        words = line("file_added", reference=case.reference)
    else:
        words = line("file_not_added", reference=case.reference, reason=refused)
    files.say_added(session, conversation_id, words, reply_to=told_after)
