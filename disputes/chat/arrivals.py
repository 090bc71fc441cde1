"""A browser comes to its chat, with the shop's word for who sits there or without.

A chat that was begun with the shop's word belongs to that person: whoever the shop says is the same finds it again, and
a session id alone opens it to nobody, so that the next person at that computer has neither the chat nor its proof. A
chat in which somebody wrote before the shop said who they are stays nobody's: another might know its session id.
The word itself is a token (`people.shop_identity`) that works in one browser. Without it, or with a bad one, everything
is as it was before there were tokens: a code by mail is the proof.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from disputes import clock, measured
from disputes.cases.fields import FieldError, clean_email, clean_name
from disputes.chat import handoff, hints, presence, queries, service, visits
from disputes.chat.address import TOLD
from disputes.chat.tables import Conversation
from disputes.people import codes, shop_identity
from disputes.people import queries as people_queries
from disputes.people.shop_identity import NotTaken, ShopCustomer
from disputes.people.tables import IdentityToken

NAME: Final = "complainant_name"
"""The fact under which the customer's name is kept."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Place:
    """Where a browser is: the page, its language, and its place in the network."""

    page: str | None
    locale: str | None
    ip_digest: str | None


@dataclass(frozen=True)
class Visit:
    """A browser that follows its conversation: the session id it is known by, and the lease to be renewed for it.
    `round` is the chat's `identity_round`."""

    conversation: Conversation
    session_id: str
    lease: UUID
    round: int


def visit(session: Session, session_id: str | None, identity: str | None, place: Place, *, anew: bool) -> Visit:
    """A browser comes, or comes back. `identity`: the shop's token, if its page had one. `anew`: the browser leaves an
    ended chat behind and wants another one."""
    known = queries.by_session(session, visits.digest_of(session_id)) if session_id else None
    customer = _read(session, identity, known) if identity else None
    if known is not None and known.identity_digest not in (None, customer.person if customer else None):
        _let_go(session, known.id)
        session_id = known = None
    is_told = customer is not None and customer.is_live
    ended = known if anew and known is not None and known.owner == "closed" else None
    nobodys = known is None or (known.identity_digest is None and (known.last_customer_at is None or ended is not None))
    if customer is not None and is_told and nobodys:
        conversation, known_as = _chat_of(session, customer, place)
        if ended is not None:
            visits.take_along(session, ended, conversation)
    else:
        conversation, known_as = service.open_conversation(
            session, session_id, page=place.page, locale=place.locale, ip_digest=place.ip_digest
        )
        if anew and known_as == session_id:
            conversation, known_as = visits.new_chat(session, conversation.id) or (conversation, known_as)
    if customer is not None and is_told:
        _believe(session, conversation.id, customer)
    lease = presence.customer_arrives(session, conversation.id)
    return Visit(conversation, known_as, lease, conversation.identity_round)


def _read(session: Session, identity: str, known: Conversation | None) -> ShopCustomer | None:
    """Whom the shop means; None when it is not the shop that says so, or the token is used in a second browser."""
    try:
        customer = shop_identity.read(identity)
        customer = replace(customer, email=clean_email(customer.email))
    except NotTaken as refused:
        _note_refused(refused.why)
        return None
    except FieldError:
        _note_refused("faulty")
        return None
    if not customer.is_live:
        measured.IDENTITIES.labels("expired").inc()
        return customer
    people_queries.wait_for_turn(session, customer.token)
    used = session.get(IdentityToken, customer.token)
    if used is not None and (known is None or known.visitor_digest != used.visitor_digest):
        _note_refused("used_elsewhere")
        return None
    return customer


def _note_refused(why: str) -> None:
    measured.IDENTITIES.labels(why).inc()
    log.warning("chat.identity_refused", why=why)


def _let_go(session: Session, conversation_id: UUID) -> None:
    """Somebody else sits there now, or nobody of whom the shop knows: the chat is its person's, under no session id.
    Pages that still show it leave it, too (`sockets`)."""
    conversation = handoff.locked(session, conversation_id)
    conversation.identity_round += 1
    conversation.session_digest = visits.digest_of(secrets.token_urlsafe(32))
    proof = queries.status_request(session, conversation.status_request_id) if conversation.status_request_id else None
    if proof is not None:
        codes.end(proof)
        conversation.status_request_id = None
    hints.conversation_changed(session, conversation_id)


def _chat_of(session: Session, customer: ShopCustomer, place: Place) -> tuple[Conversation, str]:
    """The open chat of that person, under a new session id, or a new one."""
    found = queries.open_of_person(session, customer.person)
    if found is None:
        visits.check_address(session, place.ip_digest)
        found, session_id = visits.begin(session, None, page=place.page, locale=place.locale, ip_digest=place.ip_digest)
        found.identity_digest = customer.person
        return found, session_id
    session_id = secrets.token_urlsafe(32)
    found.session_digest, found.ip_digest = visits.digest_of(session_id), place.ip_digest
    visits.note_place(found, place.page, place.locale)
    return found, session_id


def _believe(session: Session, conversation_id: UUID, customer: ShopCustomer) -> None:
    """Takes the shop's word in that person's own chat: a proof as by a code, and what the assistant need not ask."""
    conversation = handoff.locked(session, conversation_id)
    if conversation.identity_digest != customer.person:
        measured.IDENTITIES.labels("other_chat").inc()
        return
    measured.IDENTITIES.labels("taken").inc()
    visitor = conversation.visitor_digest
    session.merge(IdentityToken(digest=customer.token, visitor_digest=visitor, expires_at=customer.expires_at))
    before = queries.status_request(session, conversation.status_request_id) if conversation.status_request_id else None
    conversation.status_request_id = codes.believe_shop(session, customer.email, conversation_id, before).id
    _introduce(conversation, customer)


def _introduce(conversation: Conversation, customer: ShopCustomer) -> None:
    """What the shop tells and nobody has told here becomes known, and goes to the assistant with its next turn."""
    told = {TOLD: customer.email}
    with suppress(FieldError):  # then it is asked for when it is needed
        told[NAME] = clean_name(customer.name or "")
    news = {name: value for name, value in told.items() if not conversation.facts.get(name)}
    if news:
        at = clock.now().isoformat()
        given = {name: {"value": value, "at": at, "by": "shop"} for name, value in news.items()}
        conversation.facts = conversation.facts | news
        conversation.corrections = conversation.corrections | given
        conversation.facts_version += 1
