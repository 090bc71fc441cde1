"""A copy of the chat by mail, for its customer: what they could see of it, and nothing else."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases.fields import FieldError, clean_email
from disputes.chat import queries, reach_queries, thread
from disputes.chat.address import Address, address_of, typed_address
from disputes.chat.lines import line
from disputes.chat.tables import Conversation, Message
from disputes.errors import Invalid, NotFound, TooMany
from disputes.notifications import letters, service
from disputes.notifications.letters import Said
from disputes.people.tables import Staff
from disputes.people.tokens import keyed_digest
from disputes.settings import settings

TRANSCRIPT: Final = reach_queries.TRANSCRIPT
MOST_MESSAGES: Final = 1_000
PER_CHAT: Final = (3, timedelta(hours=1))
PER_ADDRESS: Final = (5, timedelta(days=1))
DOUBLE_CLICK: Final = timedelta(seconds=30)
_DOT_IN_NAME: Final = re.compile(r"(?<=[^\W_])\.(?=[^\W\d_]{2})")


class AddressNeeded(Invalid):
    """No address of the customer is known: they have to give one."""

    code = "address_needed"


@dataclass(frozen=True)
class OnItsWay:
    """Where the copy goes, as much of it as tells its owner, and nobody else, which address that is."""

    masked: str


def send(session: Session, conversation_id: UUID, typed: str | None = None, *, staff: Staff | None = None) -> OnItsWay:
    """Mails the customer a copy of the chat: to the address that is typed, else to the one that is known.

    What a customer types is also where they are answered from now on. `staff`: who sends it for them. Raises
    AddressNeeded, Invalid, TooMany.
    """
    conversation = queries.locked(session, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    typed = typed.strip() if typed else None
    address = _read(session, conversation, typed) if typed else address_of(session, conversation)
    if address is None:
        raise AddressNeeded(line("transcript_address_needed"))
    if _was_just_sent(session, conversation, address):
        return OnItsWay(address.masked)
    _check_limits(session, conversation, address)
    if staff is None and typed:
        conversation.reply_email = address.email
    words = line("transcript_by_staff", name=staff.name, address=address.masked) if staff else None
    found = reach_queries.shown_messages(session, conversation_id, MOST_MESSAGES + 1)
    last_seq = conversation.last_seq
    letter = letters.chat_transcript(
        [_said(message, proved=address.proved) for message in found[-MOST_MESSAGES:]],
        policy.current(),
        settings().base_url,
        is_cut=len(found) > MOST_MESSAGES,
        asks=_is_open(session, conversation),
    )
    mailbox = keyed_digest("mailbox", address.email)[:16]
    service.add(
        session,
        letter,
        kind=TRANSCRIPT,
        dedupe_key=f"{TRANSCRIPT}:{conversation.id}:{last_seq}:{mailbox}",
        recipient=address.email,
        about={"conversation_id": conversation.id},
        queue=True,
    )
    thread.append(session, conversation, "system", words or line("transcript_sent", address=address.masked), lists=True)
    return OnItsWay(address.masked)


def without_links(text: str) -> str:
    """The text with every address of a web page broken, so that no mail program makes a link of it."""
    return _DOT_IN_NAME.sub("[.]", text.replace("://", "[:]//"))


def _read(session: Session, conversation: Conversation, typed: str) -> Address:
    try:
        return typed_address(session, conversation, clean_email(typed))
    except FieldError as fault:
        raise Invalid(str(fault), {"email": str(fault)}) from fault


def _said(message: Message, *, proved: bool) -> Said:
    """One message. Whoever gets mail at an address that nobody has proved may not have written any of it: what was
    typed in the chat must not carry a link there in our name."""
    is_customer = message.author == "customer"
    name = line("you") if is_customer else thread.author_name(message) or policy.current().shop.name
    card = message.card or {}
    rows = [(str(row.get("label", "")), str(row.get("value", ""))) for row in card.get("rows", [])]
    text = message.text
    if not proved:
        rows = [(label, without_links(value)) for label, value in rows]
        text = without_links(text) if is_customer else text
    return Said(name, message.created_at, text, rows)


def _is_open(session: Session, conversation: Conversation) -> bool:
    asked = next(iter(reach_queries.satisfactions_of(session, conversation.id)), None)
    return asked is not None and asked.answered_at is None


def _was_just_sent(session: Session, conversation: Conversation, address: Address) -> bool:
    lately = reach_queries.letters_since(session, conversation.id, TRANSCRIPT, clock.now() - DOUBLE_CLICK)
    return any(letter.recipient == address.email for letter in lately)


def _check_limits(session: Session, conversation: Conversation, address: Address) -> None:
    now = clock.now()
    most, period = PER_CHAT
    if len(reach_queries.letters_since(session, conversation.id, TRANSCRIPT, now - period)) >= most:
        raise TooMany(line("transcript_too_many"))
    most, period = PER_ADDRESS
    if reach_queries.count_letters_to(session, address.email, TRANSCRIPT, now - period) >= most:
        raise TooMany(line("transcript_too_many"))
