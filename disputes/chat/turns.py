"""The assistant's turns: jobs that take a customer's message to Rasa and store what it says.

One job a message, in order within a conversation. No transaction is open while Rasa thinks. The reply is stored
only if the chat still belongs to the assistant in the same epoch: it never talks over a person.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, database, measured
from disputes.chat import handoff, presence, queries, queue, readings, satisfaction, thread
from disputes.chat.lines import button, line
from disputes.chat.rasa_client import RasaClient, RasaUnavailable, rasa_client
from disputes.chat.schemas import Json, Part, Turn
from disputes.chat.tables import Conversation, Message

WORD_JOINER = "\u2060"
"""Put before a typed "/", so that Rasa reads it as text and not as an intent; invisible, and not a space, which
Rasa would strip."""

PATIENCE = timedelta(seconds=20)
"""How long a customer's message waits for the assistant before the customer is told."""

OPENING_PATIENCE = timedelta(seconds=90)
"""The same for the greeting and the return from an agent: Rasa may still be loading its model."""

TURNS_IN_A_SESSION = 25
"""Turns after which Rasa's tracker starts a new session, so that turn 200 costs what turn 10 costs."""

log = structlog.get_logger(__name__)


class TurnFailed(Exception):
    """The assistant did not answer yet; the job is tried again."""


def answer(message_id: str, *, tried_before: bool) -> None:
    """Runs the assistant's turn for one message. Running it again changes nothing once the reply is stored.

    Raises TurnFailed while there is still patience; after that the customer is told.
    """
    turn = database.read(begin, UUID(message_id)) or database.run(begin_or_drop, UUID(message_id))
    if turn is None:
        return
    client = rasa_client()
    try:
        parts = client.reply_given_before(turn) if tried_before else []
        parts = parts or client.ask(turn)
    except RasaUnavailable as error:
        patience = OPENING_PATIENCE if (turn.is_opening or turn.is_return) and not turn.others_wait else PATIENCE
        if clock.now() - turn.asked_at < patience:
            measured.TURNS.labels("again").inc()
            raise TurnFailed from error
        log.warning("turn.given_up", message_id=message_id)
        database.run(give_up, turn)
        measured.TURNS.labels("failed").inc()
        return
    stored = database.run(store_reply, turn, parts)
    measured.TURNS.labels("answered" if stored else "dropped").inc()
    if stored:
        database.run(note_reading, turn, parts)  # nobody waits for it
        measured.TURN_SECONDS.observe((clock.now() - turn.asked_at).total_seconds())
    if (turn.turns_before + 1) % TURNS_IN_A_SESSION == 0:
        _begin_session(client, turn)


def begin(session: Session, message_id: UUID) -> Turn | None:
    """Reads a message for its turn; None when it has been answered, or the chat is not the assistant's now."""
    found = queries.with_conversation(session, message_id)
    if found is None:
        return None
    message, conversation = found
    if message.turn != "waiting" or conversation.owner != "bot":
        return None
    return Turn(
        message_id=message.id,
        conversation_id=conversation.id,
        sender=f"{conversation.id}:{conversation.rasa_round}",
        text=message.payload or as_plain_text(message.text),
        epoch=conversation.epoch,
        note=(message.note or {}) | _corrected(conversation),
        asked_at=message.created_at,
        is_opening=message.payload == handoff.SESSION_OPENED,
        is_return=message.payload == handoff.AGENT_RETURNED,
        others_wait=conversation.last_seq > message.seq,
        turns_before=conversation.rasa_turns,
    )


def begin_or_drop(session: Session, message_id: UUID) -> Turn | None:
    """The same, and marks a message that waits for the assistant in a chat that is not the assistant's now."""
    turn = begin(session, message_id)
    message = session.get(Message, message_id) if turn is None else None
    if message is not None and message.turn == "waiting":
        message.turn = "dropped"
        measured.TURNS.labels("dropped").inc()
    return turn


def store_reply(session: Session, turn: Turn, parts: list[Part]) -> bool:
    """Stores the reply if the chat is still the assistant's, in the same epoch.

    False: it was dropped. Nobody is shown it; what it said is kept with the message that it answered.
    """
    stored = _still_ours(session, turn)
    if stored is None:
        _keep_dropped(session, turn, parts)
        return False
    conversation, message = stored
    message.turn = "answered"
    conversation.rasa_turns += 1
    known = turn.note.get("corrected", {})
    conversation.corrections = {
        name: given for name, given in conversation.corrections.items() if known.get(name) != given["value"]
    }
    for index, part in enumerate(part for part in parts if part.reading is None):
        if part.handoff is not None:
            reason, summary = part.handoff.get("reason"), part.handoff.get("summary")
            team = part.handoff.get("team")
            handoff.request_person(
                session,
                conversation,
                reason if isinstance(reason, str) else None,
                summary,
                team=team if isinstance(team, str) else None,
            )
            break
        if part.asks_if_helped:
            satisfaction.ask(session, conversation)
            continue
        thread.append(
            session,
            conversation,
            "bot",
            part.text,
            quick_replies=part.quick_replies,
            attachment=part.attachment,
            card=part.card,
            trace=part.trace,
            reply_to=turn.message_id,
            reply_index=index,
        )
    return True


def note_reading(session: Session, turn: Turn, parts: list[Part]) -> None:
    """Keeps what the assistant understood of the message whose reply is stored."""
    message = session.get(Message, turn.message_id)
    if message is not None:
        readings.note(session, message, next((part.reading for part in parts if part.reading is not None), None))


def give_up(session: Session, turn: Turn) -> None:
    """Tells the customer that the assistant has failed, with the ways that work without it: a person, if one is there.

    A chat that an agent has handed back goes to the next one: the customer must not be left between the two.
    """
    stored = _still_ours(session, turn)
    if stored is None:
        return
    conversation, message = stored
    message.turn = "failed"
    anybody = presence.staffing(session).anybody
    if turn.is_return and anybody:
        queue.enqueue_again(session, conversation, "internal_error", "return_failed")
        return
    if turn.is_return:
        conversation.end_reason = "internal_error"
    words = "assistant_absent" if turn.is_opening else "assistant_failed"
    person = (
        [button("person_button", queue.TALK_TO_PERSON)] if anybody else [button("leave_button", queue.LEAVE_MESSAGE)]
    )
    thread.append(
        session,
        conversation,
        "system",
        line(words if anybody else f"{words}_alone", form_url=queue.complaint_form_url()),
        quick_replies=person,
    )


def as_plain_text(text: str) -> str:
    """Typed text as Rasa may read it: a leading slash is no command."""
    return WORD_JOINER + text if text.startswith("/") else text


def _still_ours(session: Session, turn: Turn) -> tuple[Conversation, Message] | None:
    """The conversation (locked) and the message, if the reply may be shown; else the turn is marked dropped."""
    conversation = queries.locked(session, turn.conversation_id)
    message = session.get(Message, turn.message_id)
    if conversation is None or message is None or message.turn != "waiting":
        return None
    if conversation.owner != "bot" or conversation.epoch != turn.epoch:
        message.turn = "dropped"
        log.info("turn.dropped", message_id=str(message.id), owner=conversation.owner)
        return None
    return conversation, message


def _corrected(conversation: Conversation) -> Json:
    """What the customer changed on the hand-over card since the assistant had the chat, or the shop has told; it goes
    with the next turn."""
    given = {name: correction["value"] for name, correction in conversation.corrections.items()}
    told_by_shop = any("by" in correction for correction in conversation.corrections.values())
    return ({"corrected": given} if given else {}) | ({"told_by_shop": True} if told_by_shop else {})


def _keep_dropped(session: Session, turn: Turn, parts: list[Part]) -> None:
    message = session.get(Message, turn.message_id)
    if message is not None and message.turn == "dropped":
        message.note = {**(message.note or {}), "dropped": [part.text for part in parts if part.text]}


def _begin_session(client: RasaClient, turn: Turn) -> None:
    """Starts a new tracker session; a failure only leaves the old one a little longer."""
    try:
        client.begin_session(turn.sender)
    except RasaUnavailable:
        log.warning("turn.session_kept", conversation_id=str(turn.conversation_id))
