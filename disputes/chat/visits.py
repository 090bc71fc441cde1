"""A visitor's chats: one browser has one open chat, those that ended stay theirs, and nobody has too many."""

import hashlib
import secrets
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import endings, handoff, queries, queue, thread
from disputes.chat.lines import line
from disputes.chat.ownership import log_owner
from disputes.chat.tables import Conversation
from disputes.chat.text import storable
from disputes.errors import Conflict, TooMany
from disputes.people import attempts
from disputes.people.tokens import keyed_digest
from disputes.settings import settings

VISITORS: Final = 5
"""How many visitors behind one address of the network may ask about as many orders as one may."""


def begin(
    session: Session, visitor: str | None, *, page: str | None, locale: str | None, ip_digest: str | None
) -> tuple[Conversation, str]:
    """A new conversation, opened by the assistant, and the session id it is known by. `visitor`: who that is already.

    Raises IntegrityError when that visitor has an open one.
    """
    session_id, now = secrets.token_urlsafe(32), clock.now()
    conversation = Conversation(
        session_digest=digest_of(session_id),
        visitor_digest=visitor or digest_of(session_id),
        ip_digest=ip_digest,
        owner="bot",
        epoch=0,
        last_seq=0,
        delivered_seq=0,
        rasa_round=1,
        rasa_turns=0,
        facts={},
        created_at=now,
        updated_at=now,
    )
    note_place(conversation, page, locale)
    session.add(conversation)
    session.flush()
    log_owner(session, conversation, "opened")
    thread.tell_assistant(session, conversation, handoff.SESSION_OPENED)
    return conversation, session_id


def note_place(conversation: Conversation, page: str | None, locale: str | None) -> None:
    """Where the customer is now and in which language; what a browser does not say stays as it was."""
    shown = storable(page)[:300] if page else conversation.page
    spoken = storable(locale)[:20] if locale else conversation.locale
    if (shown, spoken) != (conversation.page, conversation.locale):
        conversation.page, conversation.locale = shown, spoken


def new_chat(session: Session, ended_id: UUID) -> tuple[Conversation, str] | None:
    """Another chat for the visitor whose chat has ended, with what they have written into that one meanwhile.

    None while that chat is still open: one visitor has one open chat. If they have begun another one already (in
    another tab), it is that, under a new session id, and what was written into the ended one stays there. Both rows are
    locked, the ended one first, as `mail_in` does it.
    """
    ended = handoff.locked(session, ended_id)
    if ended.owner != "closed":
        return None
    begun = queries.open_of_visitor(session, ended.visitor_digest)
    if begun is not None:
        new_id = secrets.token_urlsafe(32)
        begun.session_digest = digest_of(new_id)
        return begun, new_id
    try:
        with session.begin_nested():
            begun, new_id = begin(
                session, ended.visitor_digest, page=ended.page, locale=ended.locale, ip_digest=ended.ip_digest
            )
    except IntegrityError:  # begun in another tab at this very moment
        raise Conflict(line("other_chat_open")) from None
    begun.identity_digest = ended.identity_digest
    take_along(session, ended, begun)
    return begun, new_id


def take_along(session: Session, ended: Conversation, begun: Conversation) -> None:
    """What was written into the ended chat after its end is read in the new one."""
    begun.vulnerable = begun.vulnerable or ended.vulnerable
    for written in endings.written_since_the_end(session, ended):
        thread.ask_assistant(session, thread.append(session, begun, "customer", written.text))


def check_address(session: Session, ip_digest: str | None) -> None:
    """Counts a new chat from that address of the network. Raises TooMany when many were begun from there."""
    most = settings().chats_per_address
    if ip_digest is None or most == 0:
        return
    digests = [keyed_digest("new chat from address", ip_digest)]
    if attempts.too_many(session, digests, most=most):
        raise TooMany(line("too_many_chats", form_url=queue.complaint_form_url()))
    attempts.note(session, digests)


def note_order_lookup(session: Session, conversation_id: UUID) -> None:
    """Counts an order that a visitor asks about. Raises TooMany after as many as the policy has it: an order number
    proves nothing about who asks, and nobody may try one after the other.
    """
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        return
    most = policy.current().chat.order_lookups
    counted = [(keyed_digest("order look-ups of visitor", conversation.visitor_digest), most)]
    if conversation.ip_digest is not None:
        counted.append((keyed_digest("order look-ups from address", conversation.ip_digest), most * VISITORS))
    for digest, limit in counted:
        if attempts.too_many(session, [digest], most=limit):
            raise TooMany(line("many_orders"))
    attempts.note(session, [digest for digest, _ in counted])


def digest_of(session_id: str) -> str:
    """What is stored of a session id."""
    return hashlib.sha256(session_id.encode()).hexdigest()
