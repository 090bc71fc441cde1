"""How the customer of a chat can be reached and was, for whoever looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.chat import reach_queries
from disputes.chat.address import Address, address_of
from disputes.chat.lines import line
from disputes.chat.tables import Conversation, Satisfaction
from disputes.errors import NotFound
from disputes.inbound.tables import InboundMail
from disputes.notifications.tables import Notification


@dataclass(frozen=True)
class Reach:
    """Where the customer can be written to, when their page last showed something, mail both ways, and whether the
    chat has helped; newest first."""

    address: Address | None
    seen_at: datetime | None
    letters: Sequence[Notification]
    mails: Sequence[InboundMail]
    satisfactions: Sequence[Satisfaction]


def reach_of(session: Session, conversation_id: UUID) -> Reach:
    """All of it. Raises NotFound."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFound(line("no_such_chat"))
    marks = reach_queries.marks_of(session, conversation_id)
    return Reach(
        address=address_of(session, conversation),
        seen_at=marks.customer_seen_at if marks else None,
        letters=reach_queries.letters_of(session, conversation_id),
        mails=reach_queries.mails_of(session, conversation_id),
        satisfactions=reach_queries.satisfactions_of(session, conversation_id),
    )
