"""Waiting for a person: who may be promised one, what customers are told, and messages left when nobody is here."""

from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import left, left_queries, presence, queue_queries, thread, waits, work
from disputes.chat.contact import contact_of
from disputes.chat.lines import button, line, say_minutes
from disputes.chat.ownership import change_owner
from disputes.chat.presence import Staffing
from disputes.chat.reasons import Reason, Why
from disputes.chat.schemas import Json
from disputes.chat.tables import Conversation, UnmetRequest
from disputes.people.tables import Staff, Team
from disputes.settings import settings

TALK_TO_PERSON: Final = "/talk_to_person"
BACK_TO_ASSISTANT: Final = "/back_to_assistant"
LEAVE_MESSAGE: Final = "/leave_message"
FILE_COMPLAINT: Final = "/make_complaint"


def ask_for_person(session: Session, conversation: Conversation, why: Why, *, team: Team | None) -> None:
    """Into the queue when somebody is there for it; otherwise the customer is told so, and what else there is, and the
    wish is written down as one that nobody could meet.

    Nobody of that team, but somebody else: the chat is everybody's. The caller holds the lock on the row.
    """
    staffing = presence.staffing(session, team.id if team else None)
    if team is not None and not staffing.anybody:
        team, staffing = None, presence.staffing(session)
    if not staffing.anybody:
        is_open = staffing.opens_at is None
        unmet = UnmetRequest(conversation_id=conversation.id, reason=why, office_open=is_open, at=clock.now())
        session.add(unmet)
        words = nobody_words(staffing)
        thread.append(session, conversation, "system", words, quick_replies=other_ways(), lists=True)
        return
    conversation.team_id = team.id if team else None
    enqueue(session, conversation, why)
    words = line("queue_open", **_place(session, conversation), limit=_limit(), form_url=complaint_form_url())
    thread.append(session, conversation, "system", words, quick_replies=[_back()], lists=True)


def enqueue(session: Session, conversation: Conversation, reason: Reason, *, by: Staff | None = None) -> None:
    """Puts the chat into the queue: in front, if the customer waited for a person before. The time to claim it runs."""
    change_owner(session, conversation, "queue", reason, by=by)
    conversation.claim_by = clock.now() + timedelta(minutes=policy.current().chat.unclaimed_minutes)
    session.flush()
    work.look_for_somebody(session)


def enqueue_again(
    session: Session, conversation: Conversation, reason: Reason, key: str, *, by: Staff | None = None, **words: str
) -> None:
    """Back into the queue with the time that the customer has waited already, who is told why in the line `key`.

    A message that was left and that nobody has answered yet waits without a limit again, as was promised.
    """
    is_left = left_queries.open_of(session, conversation.id) is not None
    enqueue(session, conversation, reason, by=by)
    if is_left:
        conversation.claim_by, conversation.left_message_at = None, clock.now()
        session.flush()
    told = line(key, **words, **_place(session, conversation))
    if is_left:
        told = line("gone_message_stays", told=told, hours=policy.current().say_office_hours())
    elif not presence.staffing(session, conversation.team_id).anybody:
        told = line("gone_and_nobody", told=told, limit=_limit())
    thread.append(session, conversation, "system", told, quick_replies=[_back()], lists=True)


def leave_message(session: Session, conversation: Conversation) -> None:
    """The customer leaves a message: it stays in the queue, without a limit, until a person has taken it."""
    team = presence.team_for(session, None)
    conversation.team_id = team.id if team else None
    change_owner(session, conversation, "queue", "message_left")
    conversation.left_message_at = clock.now()
    session.flush()
    work.look_for_somebody(session)
    known = contact_of(session, conversation)
    told = {"by": left.say_day(left.leave(session, conversation))}
    words = line("message_left_known", address=known, **told) if known else line("message_left", **told)
    thread.append(session, conversation, "system", words, quick_replies=[_back()], lists=True)


def nobody_words(staffing: Staffing) -> str:
    """What a customer is told when nobody is there: why, until when, and what works without a person."""
    rules, url = policy.current(), complaint_form_url()
    if staffing.opens_at is None:
        return line("nobody_here", form_url=url)
    opens = f"{rules.say_date(staffing.opens_at)}, {rules.say_time(staffing.opens_at)}"
    return line("closed_now", hours=rules.say_office_hours(), opens=opens, form_url=url)


def other_ways() -> list[Json]:
    """What the customer may do when nobody is there: both work at once, without anybody."""
    return [button("file_button", FILE_COMPLAINT), button("leave_button", LEAVE_MESSAGE)]


def wait_in_words(session: Session, conversation: Conversation) -> str | None:
    """How long a waiting customer is likely to wait; None when there is too little to go by, or nobody to come."""
    if conversation.left_message_at is not None:
        return None
    if not presence.staffing(session, conversation.team_id).anybody:
        return None
    since = clock.now() - waits.MEASURED_OVER
    claims = queue_queries.claims_since(session, conversation.team_id, since)
    minutes = waits.expected_minutes(claims, queue_queries.position(session, conversation))
    if minutes is None:
        return None
    limit = policy.current().chat.unclaimed_minutes
    return line("wait_long", limit=_limit()) if minutes > limit else line("wait_about", time=say_minutes(minutes))


def complaint_form_url() -> str:
    """The form that works without the chat."""
    return f"{settings().base_url}/complaint"


def _place(session: Session, conversation: Conversation) -> dict[str, object]:
    wait = wait_in_words(session, conversation)
    return {
        "position": queue_queries.position(session, conversation),
        "wait": line("wait_known", wait=wait) if wait else line("wait_unknown"),
    }


def _limit() -> str:
    return say_minutes(policy.current().chat.unclaimed_minutes)


def _back() -> Json:
    return button("back_button", BACK_TO_ASSISTANT)
