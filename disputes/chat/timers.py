"""What time does to a chat. A sweep finds chats in which something may be over and queues a job for each; the job
locks the chat, looks again, and acts. Nothing is kept in memory: any worker can do either, and a restart forgets none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, database, jobs, policy
from disputes.chat import (
    endings,
    handoff,
    hints,
    left,
    left_queries,
    presence,
    queue,
    queue_queries,
    staff_queries,
    thread,
    work,
)
from disputes.chat.lines import line, say_minutes
from disputes.chat.ownership import change_owner
from disputes.chat.queue_queries import Before
from disputes.chat.tables import Conversation
from disputes.people.tables import Staff
from disputes.policy.models import Chat

PAGE: Final = 500

type Over = Literal["nobody_claimed", "not_answered", "agent_gone", "message_late", "customer_idle", "assistant_idle"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Standing:
    """What a chat's clocks look at. `agent_there_until`: the end of the holder's last lease; None: never had one.

    `left_answered_by`: the promise for a message that was left, until it is known to be late.
    `desk_up`: some web process has been up for the whole grace, so that who is not there could have come back.
    """

    owner: str
    now: datetime
    claim_by: datetime | None = None
    answer_by: datetime | None = None
    left_answered_by: datetime | None = None
    agent_there_until: datetime | None = None
    agent_works_here: bool = True
    desk_up: bool = True
    last_agent_at: datetime | None = None
    last_customer_at: datetime | None = None
    began_at: datetime | None = None
    updated_at: datetime | None = None


def what_is_over(chat: Standing, rules: Chat) -> Over | None:
    """The first thing that is over in a chat, if any. `queue_queries.chats_over` has the same conditions in SQL."""
    match chat.owner:
        case "queue":
            unclaimed = chat.claim_by is not None and chat.claim_by < chat.now
            return "nobody_claimed" if unclaimed else _message_is_late(chat)
        case "agent":
            return _over_with_agent(chat, rules)
        case "bot":
            return "assistant_idle" if _assistant_idle(chat, rules) else None
        case _:
            return None


def queue_all_due() -> int:
    """Queues a job for every chat in which something may be over; returns how many. Running it often does no harm."""
    return database.run(_queue_due)


def chats_due(session: Session) -> list[UUID]:
    """Chats in which something may be over now, at most a page of them."""
    now, rules = clock.now(), policy.current().chat
    grace = timedelta(seconds=rules.agent_gone_seconds)
    before = Before(
        now=now,
        lease_ended=now - grace if _desk_up(session, now) else None,
        customer_silent_since=now - timedelta(minutes=rules.customer_idle_minutes),
        assistant_idle_since=now - timedelta(minutes=rules.assistant_idle_minutes),
    )
    return queue_queries.chats_over(session, before, PAGE)


def act(session: Session, conversation_id: UUID) -> Over | None:
    """Acts on what is over in one chat, as it stands under its lock; returns what that was."""
    conversation = handoff.locked(session, conversation_id)
    over = what_is_over(standing_of(session, conversation), policy.current().chat)
    if over is None:
        return None
    log.info("chat.over", conversation_id=str(conversation_id), what=over)
    rules = policy.current().chat
    match over:
        case "nobody_claimed":
            _back_to_assistant(session, conversation)
        case "not_answered":
            _not_answered(session, conversation)
        case "agent_gone":
            queue.enqueue_again(session, conversation, "agent_gone", "agent_gone", name=_holder(session, conversation))
        case "message_late":
            _message_late(session, conversation)
        case "customer_idle":
            endings.end_idle(session, conversation, timedelta(minutes=rules.customer_idle_minutes))
        case "assistant_idle":
            endings.end_idle(session, conversation, timedelta(minutes=rules.assistant_idle_minutes))
    return over


def standing_of(session: Session, conversation: Conversation) -> Standing:
    """What the clocks of a chat look at now."""
    now = clock.now()
    there_until, works_here, desk_up = None, True, False
    if conversation.agent_id is not None:
        there_until = staff_queries.last_lease(session, conversation.agent_id)
        works_here = session.get_one(Staff, conversation.agent_id, populate_existing=True).active
        desk_up = _desk_up(session, now)
    return Standing(
        owner=conversation.owner,
        now=now,
        claim_by=conversation.claim_by,
        answer_by=conversation.answer_by,
        left_answered_by=left_queries.promised_before(session, conversation.id),
        agent_there_until=there_until,
        agent_works_here=works_here,
        desk_up=desk_up,
        last_agent_at=conversation.last_agent_at,
        last_customer_at=conversation.last_customer_at,
        began_at=conversation.created_at,
        updated_at=conversation.updated_at,
    )


def _queue_due(session: Session) -> int:
    by_lock = {f"chat-clock:{chat_id}": {"conversation_id": str(chat_id)} for chat_id in chats_due(session)}
    work.look_for_somebody(session)
    return jobs.defer_missing(session, work.ACT, by_lock)


def _desk_up(session: Session, now: datetime) -> bool:
    """While no web process is up nobody can be at the desk, and that is not their doing."""
    grace = timedelta(seconds=policy.current().chat.agent_gone_seconds)
    return staff_queries.a_web_process_up_since(session, now - grace, now - presence.LEASE)


def _over_with_agent(chat: Standing, rules: Chat) -> Over | None:
    grace = timedelta(seconds=rules.agent_gone_seconds)
    gone = chat.agent_there_until is None or chat.agent_there_until <= chat.now - grace
    if chat.desk_up and (gone or not chat.agent_works_here):
        return "agent_gone"
    if chat.answer_by is not None and chat.answer_by < chat.now:
        return "not_answered"
    return _message_is_late(chat) or ("customer_idle" if _customer_idle(chat, rules) else None)


def _message_is_late(chat: Standing) -> Over | None:
    is_over = chat.left_answered_by is not None and chat.left_answered_by < chat.now
    return "message_late" if is_over else None


def _customer_idle(chat: Standing, rules: Chat) -> bool:
    """The agent has written last, and so long ago. Without a word from the agent it is the agent's turn."""
    spoken = chat.last_customer_at or chat.began_at
    if chat.last_agent_at is None or (spoken is not None and chat.last_agent_at <= spoken):
        return False
    return chat.last_agent_at < chat.now - timedelta(minutes=rules.customer_idle_minutes)


def _assistant_idle(chat: Standing, rules: Chat) -> bool:
    """Nobody has written for so long in a chat in which the customer has."""
    since = chat.now - timedelta(minutes=rules.assistant_idle_minutes)
    moments = (chat.last_customer_at, chat.updated_at)
    return all(moment is not None and moment < since for moment in moments)


def _back_to_assistant(session: Session, conversation: Conversation) -> None:
    """Nobody came: the assistant has the chat again and says so, with what works without anybody."""
    change_owner(session, conversation, "bot", "nobody_claimed")
    words = line("nobody_came", limit=say_minutes(policy.current().chat.unclaimed_minutes))
    told = thread.tell_assistant(session, conversation, handoff.AGENT_RETURNED, words, {"by": "nobody"})
    told.quick_replies = queue.other_ways()


def _not_answered(session: Session, conversation: Conversation) -> None:
    """Whoever was given the chat is silent: it goes on without them, and no more chats come to them by themselves."""
    silent = session.get_one(Staff, conversation.agent_id)
    presence.choose(session, silent, takes_chats=False)
    queue.enqueue_again(session, conversation, "not_answered", "not_answered", name=silent.name)


def _message_late(session: Session, conversation: Conversation) -> None:
    """Nobody has answered by the promised day: the customer is told so, and managers have it in their lists."""
    message = left_queries.open_of(session, conversation.id)
    if message is None:
        return
    message.late_at = clock.now()
    words = line("message_late", by=left.say_day(message), form_url=queue.complaint_form_url())
    thread.append(session, conversation, "system", words, lists=True)
    hints.work_changed(session)


def _holder(session: Session, conversation: Conversation) -> str:
    return session.get_one(Staff, conversation.agent_id).name
