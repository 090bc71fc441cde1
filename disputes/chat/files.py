"""Files in a chat, both ways: which may come, where each stands in the thread, and who may have it.

What is kept was checked and stored before (`uploads`): here it gets its row and its place in the thread.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries as case_queries
from disputes.cases.progress import NotVerified
from disputes.cases.tables import Case
from disputes.chat import case_acts, file_queries, queries, thread
from disputes.chat.lines import line
from disputes.chat.schemas import Json
from disputes.chat.tables import ChatFile, ChatFileView, Conversation, Message
from disputes.errors import Conflict, NotFound, Refused
from disputes.files import pictures, store
from disputes.files.contents import Checked, accepted
from disputes.investigation import service as investigation
from disputes.people.tables import Staff

ADD_TO_CASE: Final = "/add_files_to_case"
"""How the payloads of buttons begin that put the files of this chat with a complaint. The chat itself does that."""

ONE_LOOK: Final = timedelta(minutes=10)
MOST_BUTTONS: Final = 3


@dataclass(frozen=True)
class Taken:
    """What became of a file: its message as the sockets send it, and whether this very upload was kept."""

    message: Json
    is_new: bool


def check_room(session: Session, conversation_id: UUID, *, client_id: str, staff: Staff | None = None) -> Taken | None:
    """Asked before anything is looked into: the message, when this upload was taken before; None when there is room.

    Raises `Conflict`, `Refused` or `NotFound` with a sentence for whoever sends it.
    """
    conversation = queries.with_agent(session, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    known = queries.message_by_client_id(session, conversation_id, client_id)
    if known is not None:
        return Taken(thread.as_json(known), is_new=False)
    _check(session, conversation, staff)
    return None


def keep(
    session: Session,
    conversation_id: UUID,
    kept: Checked,
    stored_as: str,
    *,
    client_id: str,
    staff: Staff | None = None,
) -> Taken:
    """Puts a file into the thread, from the customer or (`staff`) from whoever holds the chat. The same `client_id` is
    the same file, however often it arrives; the same content again is refused, for it is there already."""
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    known = queries.message_by_client_id(session, conversation_id, client_id)
    if known is not None:
        return Taken(thread.as_json(known), is_new=False)
    _check(session, conversation, staff)
    author = "agent" if staff else "customer"
    digest = kept.digest
    same = file_queries.same_file(session, conversation, author, digest)
    if same is not None:
        raise Conflict(line("file_same", name=same.file_name))
    file_id = uuid4()
    message = thread.append(
        session,
        conversation,
        author,
        line("file_sent", name=kept.file_name),
        staff=staff,
        client_id=client_id,
        attachment=_attachment(file_id, kept),
        lists=True,
    )
    session.add(
        ChatFile(
            id=file_id,
            conversation_id=conversation.id,
            message_id=message.id,
            round=conversation.rasa_round,
            author=author,
            file_name=kept.file_name,
            kind=kept.kind,
            size=len(kept.content),
            sha256=digest,
            stored_as=stored_as,
            at=message.created_at,
        )
    )
    conversation.facts_version += 1
    session.flush()
    if conversation.owner == "bot":
        _acknowledge(session, conversation)
    return Taken(thread.as_json(message), is_new=True)


def found(session: Session, conversation_id: UUID, file_id: UUID) -> ChatFile:
    """A file of that very chat. Whoever asks has been proved to be in it. Raises `NotFound`."""
    file = session.get(ChatFile, file_id)
    if file is None or file.conversation_id != conversation_id:
        raise NotFound(line("file_gone"))
    return file


def seen_by_staff(session: Session, conversation_id: UUID, file_id: UUID, staff: Staff) -> ChatFile:
    """The same for a member of staff, whose look is noted: once for all within ten minutes."""
    file = found(session, conversation_id, file_id)
    if not file_queries.has_view_since(session, file.id, staff.id, clock.now() - ONE_LOOK):
        session.add(ChatFileView(file_id=file.id, staff_id=staff.id, at=clock.now()))
        session.flush()
    return file


def content_of(file: ChatFile) -> bytes:
    """What is stored. Call it with no transaction open. Raises `NotFound` when it is lost or was changed."""
    try:
        return store.read("chat-files", file.stored_as, file.sha256)
    except store.Changed as fault:
        raise NotFound(line("file_gone")) from fault


def preview_of(file: ChatFile) -> bytes:
    """A small picture of a picture, as a JPEG. Raises `NotFound` for a document, and for what is lost."""
    if file.kind not in ("jpg", "png"):
        raise NotFound(line("no_picture"))
    return pictures.preview(content_of(file))


def allowed() -> Json:
    """What a widget is told before it sends anything: how large, and what a chooser of files offers."""
    limits = policy.current().evidence
    return {"most": limits.files, "megabytes": limits.megabytes_each, "accept": accepted(limits)}


def files_of(session: Session, conversation_id: UUID) -> list[ChatFile]:
    """Every file of a chat, oldest first."""
    return list(file_queries.files_of(session, conversation_id))


def cases_for_files(session: Session, conversation: Conversation) -> list[Case]:
    """The complaints that the customer may add files to from here: those that were filed in this chat, and those that
    a code has opened; none that has ended."""
    ended_at = file_queries.last_ended(session, conversation.id)
    filed = [
        case
        for case in case_queries.cases_of_conversation(session, conversation.id)
        if ended_at is None or case.filed_at > ended_at  # after an end somebody else may sit there
    ]
    try:
        proved = case_acts.verified_cases(session, conversation.id)
    except NotVerified:
        proved = []
    known = {case.id: case for case in (*filed, *proved)}
    return [case for case in known.values() if case.state in investigation.TAKES_FILES and case.erased_at is None]


def add_payload(case: Case) -> str:
    """What the button sends that puts the files of this chat with a complaint."""
    return f"{ADD_TO_CASE}{json.dumps({'case': case.reference})}"


def case_of_payload(session: Session, conversation: Conversation, payload: str) -> Case:
    """The complaint that such a button is for, if the customer may add to it now. Raises `Refused`."""
    reference = json.loads(payload.removeprefix(ADD_TO_CASE)).get("case")
    for case in cases_for_files(session, conversation):
        if case.reference == reference:
            return case
    raise Refused(line("file_case_gone", reference=reference))


def forget(session: Session, conversation_id: UUID, *, of: Collection[UUID] | None = None) -> None:
    """Removes every file of a chat for good, or those of these messages. The files go at once, before the commit:
    should the transaction fail, erasing is tried again, while a file left behind after a commit would stay until the
    sweep."""
    for file in file_queries.files_of(session, conversation_id):
        if of is not None and file.message_id not in of:
            continue
        store.store_of("chat-files").remove(file.stored_as)
        session.delete(file)
    session.flush()


def sweep(session: Session) -> int:
    """Removes files that no chat knows of, a day after they were left behind. Returns how many."""
    return store.sweep("chat-files", lambda names: file_queries.stored_names_among(session, names))


def _check(session: Session, conversation: Conversation, staff: Staff | None) -> None:
    """Whether this side may send one more file now."""
    if staff is not None and (conversation.owner != "agent" or conversation.agent_id != staff.id):
        holder = session.get(Staff, conversation.agent_id) if conversation.agent_id else None
        raise Refused(line("not_yours", name=holder.name if holder else "Nobody"))
    if conversation.owner == "closed":
        raise Conflict(line("file_closed"))
    most = policy.current().evidence.files
    author = "agent" if staff else "customer"
    if file_queries.count_files(session, conversation, author) >= most:
        raise Conflict(line("file_limit", files=most))


def _attachment(file_id: UUID, kept: Checked) -> Json:
    """As the sockets send it; without an address: whoever wants it proves again who they are."""
    shown = {"id": str(file_id), "title": kept.file_name, "kind": kept.kind, "size": len(kept.content)}
    return {"type": "file" if kept.kind == "pdf" else "image", "payload": shown}


def _acknowledge(session: Session, conversation: Conversation) -> None:
    """The assistant says that it has the file, once for several in a row. Rasa is not asked: a file is no sentence,
    and whatever it asked last is still open."""
    before = file_queries.last_other_than_files(session, conversation.id)
    if before is not None and (before.note or {}).get("files"):
        return
    cases = cases_for_files(session, conversation)[:MOST_BUTTONS]
    words = "file_kept_case" if cases else "file_kept"
    buttons = [
        {
            "content_type": "text",
            "title": line("file_add_button", reference=case.reference),
            "payload": add_payload(case),
        }
        for case in cases
    ]
    thread.append(
        session, conversation, "bot", line(words), note={"files": True}, quick_replies=buttons or None, lists=True
    )


def say_added(session: Session, conversation_id: UUID, words: str, *, reply_to: UUID) -> Message | None:
    """The line that says what became of files that were to go with a complaint: once, however often it is told."""
    conversation = queries.locked(session, conversation_id)
    if conversation is None or file_queries.has_reply(session, reply_to):
        return None
    return thread.append(session, conversation, "bot", words, reply_to=reply_to, reply_index=0)
