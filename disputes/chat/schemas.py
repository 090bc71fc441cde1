"""Plain values that pass between the chat's parts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from disputes.chat.tables import ChatFile

type Json = dict[str, Any]

MESSAGE_LIMIT = 10_000
"""Characters in one message of a customer; the description of a complaint may be several messages."""


@dataclass(frozen=True)
class Turn:
    """A customer's message on its way to the assistant, with the state of the chat it was read in."""

    message_id: UUID
    conversation_id: UUID
    sender: str
    text: str
    epoch: int
    note: Json
    asked_at: datetime
    is_opening: bool
    is_return: bool
    others_wait: bool
    turns_before: int


@dataclass(frozen=True)
class Part:
    """One piece of the assistant's reply, as it will be stored."""

    text: str = ""
    quick_replies: list[Json] | None = None
    attachment: Json | None = None
    card: Json | None = None
    trace: str | None = None
    handoff: Json | None = None
    asks_if_helped: bool = False
    reading: Json | None = None


@dataclass(frozen=True)
class Received:
    """What became of a message that a customer or an agent sent. `wants_new_chat`: the button that asks for one."""

    id: UUID
    seq: int
    at: datetime
    text: str
    is_new: bool
    wants_new_chat: bool = False

    def as_json(self, client_id: str) -> Json:
        """The `message_stored` event for whoever sent it under `client_id`, with the text as it was stored."""
        return {
            "client_id": client_id,
            "seq": self.seq,
            "id": str(self.id),
            "at": self.at.isoformat(),
            "text": self.text,
        }


@dataclass(frozen=True)
class Claim:
    """A chat that somebody took from the queue: since when it was there, and when it was taken."""

    queued_at: datetime
    taken_at: datetime


@dataclass(frozen=True)
class ConversationState:
    """Who may speak now, for the people in the chat. `seen_seq`: up to where the other side has read.

    `wait` says how long it is likely to take until somebody comes, in words; None: not known, or nobody is waited for.
    `message_left`: the chat waits until people are back. `customer_online` is known to staff only. `identity_round`:
    a page of the customer that came in an earlier one shows the chat no longer.
    """

    conversation_id: UUID
    owner: str
    epoch: int
    agent_id: UUID | None
    agent_name: str | None
    queue_position: int | None
    seen_seq: int = 0
    facts_version: int = 0
    wait: str | None = None
    message_left: bool = False
    customer_online: bool | None = None
    identity_round: int = 0


@dataclass(frozen=True)
class Updates:
    """What a listener has not seen yet."""

    state: ConversationState
    messages: list[Json]
    last_seq: int


@dataclass(frozen=True)
class ConversationLine:
    """A conversation as one row of the desk's lists. `unread` counts what the customer wrote since it was read.

    `call_back`: the message that was left has a telephone number; `late`: it was to be answered before now.
    """

    id: UUID
    who: str
    summary: str
    owner: str
    agent_name: str | None
    waiting_since: datetime | None
    last_author: str
    last_text: str
    last_at: datetime
    unread: int
    urgent: bool
    message_left: bool
    call_back: bool
    late: bool


@dataclass(frozen=True)
class DeskLists:
    """The desk's lists: who waits (longest first), what I hold, what colleagues and the assistant hold.

    Each is cut off; `waiting_count` is how many wait in truth, `more` names the lists of which there is more.
    """

    waiting: list[ConversationLine]
    mine: list[ConversationLine]
    colleagues: list[ConversationLine]
    assistant: list[ConversationLine]
    waiting_count: int
    more: frozenset[str]


@dataclass(frozen=True)
class EarlierChat:
    """Another chat of the same person. `link` says how that is known: "proven", "browser" or "said"."""

    id: UUID
    began: datetime
    owner: str
    agent_name: str | None
    summary: str
    link: str


@dataclass(frozen=True)
class StaffRow:
    """One line of the card at the desk. `corrected`: the customer changed it on the card."""

    label: str
    value: str
    corrected: bool = False
    is_long: bool = False


@dataclass(frozen=True)
class StaffCard:
    """The card as the colleague has it beside the chat. `by_shop`: verified without a code, by the shop's word."""

    reason: str | None
    rows: list[StaffRow]
    tried: str | None
    mood: str | None
    verified: bool
    by_shop: bool
    language: str | None
    page: str | None


@dataclass(frozen=True)
class Waiting:
    """A message that was left and waits for an answer until `promised_by`; `phone`: call back, tried so often."""

    since: datetime
    promised_by: datetime
    is_late: bool
    phone: str | None
    calls: int
    called_at: datetime | None


@dataclass(frozen=True)
class ConversationView:
    """A conversation with what is known of it, for the agent's side panel."""

    id: UUID
    owner: str
    epoch: int
    agent_id: UUID | None
    agent_name: str | None
    waiting_since: datetime | None
    facts: dict[str, str]
    handoff_reason: str | None
    handoff_summary: str | None
    verified: bool
    card: StaffCard
    files: list[ChatFile]
    page: str | None
    locale: str | None
    created_at: datetime
    urgent: bool
    vulnerable: bool
    care_words: str | None
    message_left: bool
    left: Waiting | None
