"""Where the customer of a chat can be written to when they are not there.

In this order: the address they gave in this chat to be answered at; a mailbox that a code has proved here; the address
of a complaint filed here; the one they told the assistant or left with a message. What was told before the chat last
ended and went on does not count: somebody else may sit in that browser now.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from disputes.cases.progress import mask_email
from disputes.chat import reach_queries
from disputes.chat.tables import Conversation

TOLD: Final = "contact_email"
"""The fact under which an address is kept that was told to the assistant, or left with a message."""


@dataclass(frozen=True)
class Address:
    """An address of the customer. `proved`: a code that was sent there has been entered in this chat."""

    email: str
    proved: bool

    @property
    def masked(self) -> str:
        """Enough of it for whoever it belongs to."""
        return mask_email(self.email)


def address_of(session: Session, conversation: Conversation) -> Address | None:
    """The customer's address; None when none is known."""
    told = conversation.facts.get(TOLD)
    email = (
        conversation.reply_email
        or _proved(session, conversation)
        or reach_queries.filed_email(session, conversation.id, _since(session, conversation))
        or (str(told).lower() if told else None)
    )
    return typed_address(session, conversation, email) if email else None


def typed_address(session: Session, conversation: Conversation, email: str) -> Address:
    """That address, and whether it is proved."""
    return Address(email, proved=email == _proved(session, conversation))


def _proved(session: Session, conversation: Conversation) -> str | None:
    return reach_queries.proved_email(session, conversation.id, _since(session, conversation))


def _since(session: Session, conversation: Conversation) -> datetime:
    return reach_queries.went_on_at(session, conversation.id) or conversation.created_at
