"""The verbs of a conversation: open it, write in it, read on in it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import progress
from disputes.cases.schemas import CaseProgress
from disputes.chat import (
    care,
    endings,
    files,
    files_to_case,
    handoff,
    hints,
    queries,
    queue,
    queue_queries,
    satisfaction,
    staff_queries,
    thread,
    visits,
)
from disputes.chat.blanks import blanks_in
from disputes.chat.contact import take_contact
from disputes.chat.lines import line
from disputes.chat.schemas import MESSAGE_LIMIT, ConversationState, Json, Received, Updates
from disputes.chat.tables import Conversation, Message
from disputes.chat.text import storable
from disputes.errors import Invalid, NotFound, Refused
from disputes.people import codes
from disputes.people.tables import Staff

CODE = re.compile(r"(?<![\w+])(?:\d[\s.\-]{0,2}){5}\d(?!\w)")
WORDS_AROUND_A_CODE = 6
CODE_ENTERED = "/status_code_entered"
RESENT_WITHIN = timedelta(minutes=10)
OWN_BUTTONS: Final = {
    queue.TALK_TO_PERSON: "person_button",
    queue.BACK_TO_ASSISTANT: "back_button",
    queue.LEAVE_MESSAGE: "leave_button",
    endings.GO_ON: "go_on_button",
    endings.NEW_CHAT: "new_button",
}
"""Buttons that the chat itself obeys, without the assistant."""

ALWAYS_THERE: Final = frozenset({queue.TALK_TO_PERSON, endings.GO_ON, endings.NEW_CHAT})
"""Those that the widget has in places of its own, whether or not they stand in the thread."""

ASKED_AT_ONCE = timedelta(seconds=20)
"""As long as a turn is tried again; nobody has looked into the mail and asks for another code by then."""

CODE_IS_TYPED = timedelta(hours=1)
"""Six digits typed this long after a code was asked for are taken for it: a late code must be masked, too."""


log = structlog.get_logger(__name__)


class NotYours(Refused):
    """Somebody writes to the customer of a chat that is not theirs: they may take it over, or leave a note."""

    code = "not_yours"


def open_conversation(
    session: Session,
    session_id: str | None,
    *,
    page: str | None = None,
    locale: str | None = None,
    ip_digest: str | None = None,
) -> tuple[Conversation, str]:
    """The conversation of a browser, and the session id it is known by.

    An id that is not known is never adopted: the browser gets a new one of 256 random bits. A new conversation
    is opened by the assistant, who says what it is. Raises TooMany when many were begun from that address.
    """
    if session_id:
        known = queries.by_session(session, visits.digest_of(session_id))
        if known is not None:
            if ip_digest is not None and known.ip_digest != ip_digest:
                known.ip_digest = ip_digest
            visits.note_place(known, page, locale)
            return known, session_id
    visits.check_address(session, ip_digest)
    return visits.begin(session, None, page=page, locale=locale, ip_digest=ip_digest)


def conversation_of_session(session: Session, session_id: str) -> UUID | None:
    """The chat that a browser knows by this session id; None for any other."""
    known = queries.by_session(session, visits.digest_of(session_id)) if session_id else None
    return known.id if known else None


def receive(
    session: Session, conversation_id: UUID, text: str, *, client_id: str | None, just_reconnected: bool = False
) -> Received | None:
    """Stores what the customer wrote, and queues the assistant's turn when the chat is the assistant's.

    The same `client_id` is the same message, however often it arrives. `just_reconnected`: an old widget may
    send its last text again then. None: an opening payload of an old widget, which the greeting has answered.
    A score for how the chat was is no message: it is received with the question that it answers, and from a widget
    that gives no `client_id` with nothing.
    Raises Invalid with a sentence for the customer.
    """
    text = storable(text)
    conversation = handoff.locked(session, conversation_id)
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
    rated = satisfaction.rate_by_button(session, conversation_id, text)
    if rated is not None:
        return _received(rated, is_new=False) if client_id is not None else None
    _check_length(text)
    message = _store(session, conversation, text, client_id)
    return _received(message, is_new=True)


def say_as_agent(
    session: Session, conversation_id: UUID, staff: Staff, text: str, *, client_id: str, note: bool
) -> Received:
    """An agent writes to the customer, or (note) for colleagues only. Only the owner reaches the customer.

    Others are refused (`NotYours`), and may take the chat over or leave a note. Invalid, with a sentence, also while a
    blank such as {name} is not filled in. The first word stops the time to answer a chat that one was given.
    """
    text = storable(text)
    conversation = handoff.locked(session, conversation_id)
    stored = queries.message_by_client_id(session, conversation_id, client_id)
    if stored is not None:
        return _received(stored, is_new=False)
    _check_length(text)
    if not note and (conversation.owner != "agent" or conversation.agent_id != staff.id):
        holder = session.get(Staff, conversation.agent_id) if conversation.agent_id else None
        log.info("chat.write_refused", conversation_id=str(conversation_id), staff_id=str(staff.id))
        raise NotYours(line("not_yours", name=holder.name if holder else "Nobody"))
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
        raise NotFound(line("no_such_chat"))
    found = queries.messages_after(session, conversation_id, after_seq, notes=notes)
    newest = found[-1].seq if found else after_seq
    # A message may have been committed between the two reads: what was found counts, whatever the row said before.
    last_seq = newest if len(found) == queries.PAGE else max(newest, conversation.last_seq)
    waits = conversation.owner == "queue"
    state = ConversationState(
        conversation_id=conversation.id,
        owner=conversation.owner,
        epoch=conversation.epoch,
        agent_id=conversation.agent_id,
        agent_name=conversation.agent.name if conversation.agent else None,
        queue_position=queue_queries.position(session, conversation) if waits else None,
        seen_seq=_seen_by_other_side(conversation, for_staff=notes),
        facts_version=conversation.facts_version,
        wait=queue.wait_in_words(session, conversation) if waits else None,
        message_left=conversation.left_message_at is not None,
        customer_online=staff_queries.customer_is_here(session, conversation_id, clock.now()) if notes else None,
        identity_round=conversation.identity_round,
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
    conversation = handoff.locked(session, conversation_id)
    told = {key: value for key, value in facts.items() if value}
    for name, given in conversation.corrections.items():
        if (known or {}).get(name) != given["value"]:
            told[name] = given["value"]
    if told != conversation.facts:
        conversation.facts = told
        conversation.facts_version += 1
        hints.conversation_changed(session, conversation_id)


def request_status_code(
    session: Session, conversation_id: UUID, lookup: str, email: str, *, another: bool = False
) -> None:
    """Starts a proof of identity by mail; the next six digits typed here are taken as the code.

    The same asked again at once, as by a turn that is repeated, is the same request: a new one would make the code
    that is on its way void. `another`: the customer wants a new code. Raises Invalid when either is not what it should
    be, and TooMany when the address of the network that the customer writes from has asked too often. How often a
    letter really goes out is limited by the job.
    """
    conversation = handoff.locked(session, conversation_id)
    if not another and _was_just_asked(session, conversation, progress.lookup_key(lookup), email.strip().lower()):
        return
    conversation.status_request_id = progress.request_code(
        session, lookup, email, ip_digest=conversation.ip_digest, conversation_id=conversation_id
    )


def progress_for_conversation(session: Session, conversation_id: UUID) -> list[CaseProgress]:
    """How the cases of the proven person stand. Raises Refused without a fresh proof."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.status_request_id is None:
        raise Refused(line("not_proved"))
    return progress.progress_of(session, conversation.status_request_id)


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
    adds_files = payload is not None and payload.startswith(files.ADD_TO_CASE)
    for_the_chat = adds_files or payload in OWN_BUTTONS
    asks_assistant = conversation.owner == "bot" and not for_the_chat
    if title is None and not conversation.urgent:
        conversation.urgent = policy.current().is_urgent(shown)
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
    if title is None:
        care.listen(conversation, message)
    if asks_assistant:
        thread.ask_assistant(session, message)
    elif adds_files and payload is not None:
        case = files.case_of_payload(session, conversation, payload)
        files_to_case.ask(session, conversation, case, told_after=message)
    elif for_the_chat and payload is not None:
        _obey(session, conversation, payload)
    elif conversation.owner == "closed":
        endings.ask_what_now(session, conversation)
    else:
        take_contact(session, conversation, shown)
    return message


def _obey(session: Session, conversation: Conversation, payload: str) -> None:
    """Does what a button of the chat itself says. A new chat is begun by `new_chat`, in which the browser moves."""
    if conversation.owner == "closed" and payload != endings.NEW_CHAT:
        endings.go_on(session, conversation)
    match payload:
        case queue.TALK_TO_PERSON:
            handoff.request_person(session, conversation, None, None)
        case queue.LEAVE_MESSAGE:
            handoff.leave_message(session, conversation)
        case queue.BACK_TO_ASSISTANT:
            handoff.back_to_assistant(session, conversation)


def _title_of(session: Session, conversation: Conversation, payload: str) -> str | None:
    """What was written on the button with this payload; None when no such button was ever shown here."""
    if payload in ALWAYS_THERE:
        return line(OWN_BUTTONS[payload])
    return queries.button_title(session, conversation.id, payload)


def _take_code(session: Session, request_id: UUID, text: str) -> tuple[str, str | None, Json | None]:
    """Takes a status code out of the text before anything is stored, and tries it.

    Returns the text without the code, and what the assistant is told instead of it. Six digits in a longer message
    (an order, a telephone number) are no code: nobody writes a story around one.
    """
    found = CODE.search(text)
    if found is None or len(CODE.sub("", text).split()) > WORDS_AROUND_A_CODE:
        return text, None, None
    request, typed = queries.status_request(session, request_id), re.sub(r"\D", "", found.group())
    if request is None:
        return text, None, None
    if codes.is_proof_again(request, typed):  # the assistant had no answer to it the first time
        result = "verified"
    elif request.verified_at is None and clock.now() - request.created_at < CODE_IS_TYPED:
        result = progress.verify_code(session, request_id, typed).result
    else:
        return text, None, None
    return CODE.sub(line("masked_code"), text), CODE_ENTERED, {"code_result": result}


def _was_just_asked(session: Session, conversation: Conversation, lookup: str, email: str) -> bool:
    """Whether the newest code of this chat was asked for a moment ago, for the same, and not entered yet."""
    request_id = conversation.status_request_id
    last = queries.status_request(session, request_id) if request_id else None
    if last is None or last.verified_at is not None or last.tries >= codes.TRIES:
        return False
    if clock.now() - last.created_at >= ASKED_AT_ONCE:
        return False
    return (last.lookup, last.email) == (lookup, email)


def _seen_by_other_side(conversation: Conversation, *, for_staff: bool) -> int:
    marks = conversation.marks
    if marks is None:
        return 0
    return marks.customer_seen_seq if for_staff else marks.staff_seen_seq


def _received(message: Message, *, is_new: bool) -> Received:
    anew = message.payload == endings.NEW_CHAT
    return Received(message.id, message.seq, message.created_at, message.text, is_new, anew)


def _check_length(text: str) -> None:
    if not text.strip():
        raise Invalid(line("empty"))
    if len(text) > MESSAGE_LIMIT:
        raise Invalid(line("too_long", length=len(text), limit=MESSAGE_LIMIT))


def _is_resent(newest: Message, text: str) -> bool:
    same = newest.text == text.strip() or newest.payload == text
    return same and clock.now() - newest.created_at < RESENT_WITHIN
