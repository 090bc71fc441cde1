"""The verbs of a conversation: open it, write in it, read on in it."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import progress
from disputes.cases.schemas import CaseProgress
from disputes.chat import files, files_to_case, handoff, handover_card, hints, queries, thread
from disputes.chat.blanks import blanks_in
from disputes.chat.lines import line
from disputes.chat.ownership import log_owner
from disputes.chat.schemas import (
    MESSAGE_LIMIT,
    ConversationLine,
    ConversationState,
    ConversationView,
    DeskLists,
    Json,
    Received,
    Updates,
)
from disputes.chat.summary import summary_of
from disputes.chat.tables import Conversation, Message
from disputes.errors import Invalid, NotFound, Refused
from disputes.people.tables import Staff

CODE = re.compile(r"(?<![\w+])(?:\d[\s.\-]{0,2}){5}\d(?!\w)")
WORDS_AROUND_A_CODE = 6
CODE_ENTERED = "/status_code_entered"
FOR_THE_CHAT = (handoff.TALK_TO_PERSON, handoff.BACK_TO_ASSISTANT, files.ADD_TO_CASE)
"""How payloads begin that the chat itself acts on, whoever holds it."""

SEEN_RECENTLY = timedelta(days=2)
RESENT_WITHIN = timedelta(minutes=10)
CODE_IS_TYPED = timedelta(hours=1)
"""Six digits typed this long after a code was asked for are taken for it: a late code must be masked, too."""


def open_conversation(
    session: Session, session_id: str | None, *, page: str | None = None, locale: str | None = None
) -> tuple[Conversation, str]:
    """The conversation of a browser, and the session id it is known by.

    An id that is not known is never adopted: the browser gets a new one of 256 random bits. A new conversation
    is opened by the assistant, who says what it is.
    """
    if session_id:
        known = queries.by_session(session, _digest(session_id))
        if known is not None:
            return known, session_id
    new_id = secrets.token_urlsafe(32)
    now = clock.now()
    conversation = Conversation(
        session_digest=_digest(new_id),
        visitor_digest=_digest(new_id),
        owner="bot",
        epoch=0,
        last_seq=0,
        delivered_seq=0,
        rasa_round=1,
        rasa_turns=0,
        facts={},
        page=storable(page)[:300] if page else None,
        locale=storable(locale)[:20] if locale else None,
        created_at=now,
        updated_at=now,
    )
    session.add(conversation)
    session.flush()
    log_owner(session, conversation, "opened")
    thread.tell_assistant(session, conversation, handoff.SESSION_OPENED)
    return conversation, new_id


def conversation_of_session(session: Session, session_id: str) -> UUID | None:
    """The chat that a browser knows by this session id; None for any other."""
    known = queries.by_session(session, _digest(session_id)) if session_id else None
    return known.id if known else None


def receive(
    session: Session, conversation_id: UUID, text: str, *, client_id: str | None, just_reconnected: bool = False
) -> Received | None:
    """Stores what the customer wrote, and queues the assistant's turn when the chat is the assistant's.

    The same `client_id` is the same message, however often it arrives. `just_reconnected`: an old widget may
    send its last text again then. None: an opening payload of an old widget, which the greeting has answered.
    Raises Invalid with a sentence for the customer.
    """
    text = storable(text)
    conversation = _locked(session, conversation_id)
    if client_id is not None:
        stored = queries.message_by_client_id(session, conversation_id, client_id)
        if stored is not None:
            return _received(stored, is_new=False)
    else:
        newest = queries.last_customer_message(session, conversation_id)
        if newest is None and text.startswith("/") and _title_of(session, conversation, text) is None:
            return None
        if just_reconnected and newest is not None and _is_resent(newest, text):
            return _received(newest, is_new=False)
    _check_length(text)
    if conversation.owner == "closed":
        handoff.resume(session, conversation)
    message = _store(session, conversation, text, client_id)
    return _received(message, is_new=True)


def say_as_agent(
    session: Session, conversation_id: UUID, staff: Staff, text: str, *, client_id: str, note: bool
) -> Received:
    """An agent writes to the customer, or (note) for colleagues only. Only the owner reaches the customer.

    Refused for anybody else; Invalid, with a sentence, also while a blank such as {name} is not filled in.
    """
    text = storable(text)
    conversation = _locked(session, conversation_id)
    stored = queries.message_by_client_id(session, conversation_id, client_id)
    if stored is not None:
        return _received(stored, is_new=False)
    _check_length(text)
    if not note and (conversation.owner != "agent" or conversation.agent_id != staff.id):
        holder = session.get(Staff, conversation.agent_id) if conversation.agent_id else None
        raise Refused(line("not_yours", name=holder.name if holder else "Nobody"))
    if not note and (blanks := blanks_in(text)):
        raise Invalid(line("blanks", blanks=", ".join(f"{{{name}}}" for name in blanks)))
    message = thread.append(
        session,
        conversation,
        "agent",
        text.strip(),
        staff=staff,
        client_id=client_id,
        audience="staff" if note else "everyone",
    )
    return _received(message, is_new=True)


def updates(session: Session, conversation_id: UUID, after_seq: int, *, notes: bool = False) -> Updates:
    """Everything after `after_seq`, and who owns the chat now. `notes`: for staff."""
    conversation = queries.with_agent(session, conversation_id)
    if conversation is None:
        raise NotFound("There is no such chat.")
    found = queries.messages_after(session, conversation_id, after_seq, notes=notes)
    newest = found[-1].seq if found else after_seq
    # A message may have been committed between the two reads: what was found counts, whatever the row said before.
    last_seq = newest if len(found) == queries.PAGE else max(newest, conversation.last_seq)
    position = queries.queue_position(session, conversation) if conversation.owner == "queue" else None
    state = ConversationState(
        conversation_id=conversation.id,
        owner=conversation.owner,
        epoch=conversation.epoch,
        agent_id=conversation.agent_id,
        agent_name=conversation.agent.name if conversation.agent else None,
        queue_position=position,
        seen_seq=_seen_by_other_side(conversation, for_staff=notes),
        facts_version=conversation.facts_version,
    )
    return Updates(state, [thread.as_json(message) for message in found], last_seq)


def mark_delivered(session: Session, conversation_id: UUID, seq: int) -> None:
    """Remembers how far an old widget (one that cannot say what it saw) has been served."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is not None and conversation.delivered_seq < seq:
        conversation.delivered_seq = seq


def delivered_seq(session: Session, conversation_id: UUID) -> int:
    """How far an old widget has been served."""
    conversation = session.get(Conversation, conversation_id)
    return conversation.delivered_seq if conversation else 0


def remember_facts(
    session: Session, conversation_id: UUID, facts: dict[str, str | None], *, known: Mapping[str, str] | None = None
) -> None:
    """Keeps what the assistant has understood, for the agent who may take over. What the customer corrected on the
    hand-over card counts more, until the assistant knows of it: `known` are the corrections that came with its turn."""
    conversation = _locked(session, conversation_id)
    told = {key: value for key, value in facts.items() if value}
    for name, given in conversation.corrections.items():
        if (known or {}).get(name) != given["value"]:
            told[name] = given["value"]
    if told != conversation.facts:
        conversation.facts = told
        conversation.facts_version += 1
        hints.conversation_changed(session, conversation_id)


def request_status_code(session: Session, conversation_id: UUID, lookup: str, email: str) -> None:
    """Starts a proof of identity by mail; the next six digits typed here are taken as the code.

    Raises Invalid when either is not what it should be. How often a letter really goes out is limited by the job.
    """
    conversation = _locked(session, conversation_id)
    conversation.status_request_id = progress.request_code(
        session, lookup, email, ip_digest=None, conversation_id=conversation_id
    )


def progress_for_conversation(session: Session, conversation_id: UUID) -> list[CaseProgress]:
    """How the cases of the proven person stand. Raises Refused without a fresh proof."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.status_request_id is None:
        raise Refused("Nobody has proved who they are in this chat yet.")
    return progress.progress_of(session, conversation.status_request_id)


def desk_lists(session: Session, staff: Staff) -> DeskLists:
    """The desk's lists as this member of staff sees them."""
    lists = DeskLists()
    for conversation, newest, agent_name, unread in queries.open_lines(session, clock.now() - SEEN_RECENTLY):
        row = _as_line(conversation, newest, agent_name, unread)
        if conversation.owner == "queue":
            lists.waiting.append(row)
        elif conversation.agent_id == staff.id:
            lists.mine.append(row)
        else:
            lists.others.append(row)
    return lists


def conversation_view(session: Session, conversation_id: UUID) -> ConversationView:
    """What is known of a conversation, for the side panel. Raises NotFound."""
    conversation = queries.with_agent(session, conversation_id)
    if conversation is None:
        raise NotFound("There is no such chat.")
    verified = handover_card.is_proved(session, conversation)
    return ConversationView(
        id=conversation.id,
        owner=conversation.owner,
        epoch=conversation.epoch,
        agent_id=conversation.agent_id,
        agent_name=conversation.agent.name if conversation.agent else None,
        waiting_since=conversation.waiting_since,
        facts=conversation.facts,
        handoff_reason=conversation.handoff_reason,
        handoff_summary=conversation.handoff_summary,
        verified=verified,
        card=handover_card.card_for_staff(session, conversation, verified=verified),
        page=conversation.page,
        locale=conversation.locale,
        created_at=conversation.created_at,
    )


def _store(session: Session, conversation: Conversation, text: str, client_id: str | None) -> Message:
    """Stores one message of the customer and does what it asks of the chat itself."""
    title = None
    if text.startswith("/"):
        title = _title_of(session, conversation, text)
    note: Json | None = None
    payload = text if title is not None else None
    shown = title if title is not None else text.strip()
    if title is None and conversation.status_request_id is not None:
        shown, payload, note = _take_code(session, conversation.status_request_id, shown)
    for_the_chat = payload is not None and payload.startswith(FOR_THE_CHAT)
    asks_assistant = conversation.owner == "bot" and not for_the_chat
    message = thread.append(
        session,
        conversation,
        "customer",
        shown,
        client_id=client_id,
        payload=payload,
        note=note,
        turn="waiting" if asks_assistant else None,
        lists=True,
    )
    if asks_assistant:
        thread.ask_assistant(session, message)
    elif payload == handoff.TALK_TO_PERSON:
        handoff.request_person(session, conversation, "asked for a person", None)
    elif payload == handoff.BACK_TO_ASSISTANT:
        handoff.back_to_assistant(session, conversation)
    elif payload is not None and payload.startswith(files.ADD_TO_CASE):
        case = files.case_of_payload(session, conversation, payload)
        files_to_case.ask(session, conversation, case, told_after=message)
    return message


def _title_of(session: Session, conversation: Conversation, payload: str) -> str | None:
    """What was written on the button with this payload; None when no such button was ever shown here."""
    if payload == handoff.TALK_TO_PERSON:
        return line("person_button")
    return queries.button_title(session, conversation.id, payload)


def _take_code(session: Session, request_id: UUID, text: str) -> tuple[str, str | None, Json | None]:
    """Takes a status code out of the text before anything is stored, and tries it.

    Returns the text without the code, and what the assistant is told instead of it. Six digits in a longer message
    (an order, a telephone number) are no code: nobody writes a story around one.
    """
    found = CODE.search(text)
    if found is None or len(CODE.sub("", text).split()) > WORDS_AROUND_A_CODE:
        return text, None, None
    if not _waits_for_code(session, request_id):
        return text, None, None
    check = progress.verify_code(session, request_id, re.sub(r"\D", "", found.group()))
    return CODE.sub(line("masked_code"), text), CODE_ENTERED, {"code_result": check.result}


def _waits_for_code(session: Session, request_id: UUID) -> bool:
    """Whether six digits are a code: one was asked for lately and has not been entered."""
    request = queries.status_request(session, request_id)
    return request is not None and request.verified_at is None and clock.now() - request.created_at < CODE_IS_TYPED


def _seen_by_other_side(conversation: Conversation, *, for_staff: bool) -> int:
    marks = conversation.marks
    if marks is None:
        return 0
    return marks.customer_seen_seq if for_staff else marks.staff_seen_seq


def _received(message: Message, *, is_new: bool) -> Received:
    return Received(message.id, message.seq, message.created_at, message.text, is_new)


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _check_length(text: str) -> None:
    if not text.strip():
        raise Invalid(line("empty"))
    if len(text) > MESSAGE_LIMIT:
        raise Invalid(line("too_long", length=len(text), limit=MESSAGE_LIMIT))


def _is_resent(newest: Message, text: str) -> bool:
    same = newest.text == text.strip() or newest.payload == text
    return same and clock.now() - newest.created_at < RESENT_WITHIN


def _as_line(conversation: Conversation, newest: Message, agent_name: str | None, unread: int) -> ConversationLine:
    facts = conversation.facts
    return ConversationLine(
        id=conversation.id,
        who=facts.get("complainant_name") or "Customer",
        summary=conversation.handoff_summary or summary_of(facts),
        owner=conversation.owner,
        agent_name=agent_name,
        waiting_since=conversation.waiting_since,
        last_text=newest.text[:160],
        last_at=newest.created_at,
        unread=unread,
    )


def _locked(session: Session, conversation_id: UUID) -> Conversation:
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound("There is no such chat.")
    return conversation


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()
