"""Conversations, their messages, who owned them when, and who is there."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from disputes.database import Base
from disputes.people.tables import TIME, Staff

_OWNERS = "owner IN ('bot', 'queue', 'agent', 'closed')"
_WHYS = (
    "'asked', 'not_understood', 'remedy_accepted', 'legal', 'urgent', 'vulnerable', 'abuse', 'message_left', 'by_mail'"
)


class Conversation(Base):
    """A chat with one customer. `owner` says who may speak; `epoch` goes up by one at each change of owner.

    `waiting_since` orders the queue. `first_waiting_since` is when the customer first waited for a person, kept while
    people have the chat, so that it comes back to the front. `claim_by`: nobody took it in time after that moment;
    `answer_by`: whoever was given it has not written in time after that. `last_agent_at` is when whoever has it last
    wrote to the customer. `left_message_at`: a message for when people are back, which waits without a limit.
    `handoff_reason` is why it came to people last, `end_reason` why the last time with people, or the chat itself,
    ended. One visitor (a browser) has one open chat; chats that ended stay theirs.
    `vulnerable` is what staff have said; `care_seq` is the message for which the program asks them, until they answer,
    and `care_dismissed_at` when they said that it is nothing: then they are not asked again in this chat.
    `identity_digest` names the person whom the shop said it is with: the chat is theirs alone (`arrivals`);
    `identity_round` goes up when they have gone from a browser that had it.
    `reply_email` is where the customer asked to be written to in this chat, whatever else is known of them.
    `facts` is what is known; `corrections` says what of it the customer changed on the hand-over card and the assistant
    does not know yet (field: {"value", "at"}); `facts_version` goes up with each change of either, and with each file.
    """

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint(_OWNERS, name="owner"),
        CheckConstraint("(owner = 'agent') = (agent_id IS NOT NULL)", name="agent_owns"),
        CheckConstraint("(owner = 'queue') = (waiting_since IS NOT NULL)", name="queue_waits"),
        CheckConstraint("(owner IN ('queue', 'agent')) = (first_waiting_since IS NOT NULL)", name="people_since"),
        CheckConstraint(
            "end_reason IN ('ended_by_customer', 'nobody_claimed', 'closed_by_agent', 'returned_to_assistant', 'idle',"
            " 'internal_error')",
            name="end_reason",
        ),
        CheckConstraint(f"handoff_reason IN ({_WHYS})", name="handoff_reason"),
        Index(
            "uq_conversations_visitor_digest", "visitor_digest", unique=True, postgresql_where=text("owner <> 'closed'")
        ),
        Index("ix_conversations_waiting", "urgent", "waiting_since", postgresql_where=text("owner = 'queue'")),
        Index("ix_conversations_agent_id", "agent_id", postgresql_where=text("owner = 'agent'")),
        Index("ix_conversations_bot_idle", "last_customer_at", postgresql_where=text("owner = 'bot'")),
        Index("ix_conversations_updated_at", "updated_at"),
        Index("ix_conversations_contact_email", text("lower(facts ->> 'contact_email')")),
        Index("ix_conversations_created_at", "created_at"),
        Index(
            "ix_conversations_identity_digest", "identity_digest", postgresql_where=text("identity_digest IS NOT NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    session_digest: Mapped[str] = mapped_column(unique=True)
    visitor_digest: Mapped[str]
    ip_digest: Mapped[str | None]
    identity_digest: Mapped[str | None]
    identity_round: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(default="bot")
    epoch: Mapped[int] = mapped_column(default=0)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    urgent: Mapped[bool] = mapped_column(default=False)
    vulnerable: Mapped[bool] = mapped_column(default=False)
    care_seq: Mapped[int | None]
    care_dismissed_at: Mapped[datetime | None] = mapped_column(TIME)
    waiting_since: Mapped[datetime | None] = mapped_column(TIME)
    first_waiting_since: Mapped[datetime | None] = mapped_column(TIME)
    claim_by: Mapped[datetime | None] = mapped_column(TIME)
    answer_by: Mapped[datetime | None] = mapped_column(TIME)
    left_message_at: Mapped[datetime | None] = mapped_column(TIME)
    end_reason: Mapped[str | None]
    last_customer_at: Mapped[datetime | None] = mapped_column(TIME)
    last_agent_at: Mapped[datetime | None] = mapped_column(TIME)
    handoff_reason: Mapped[str | None]
    handoff_summary: Mapped[str | None]
    last_seq: Mapped[int] = mapped_column(default=0)
    delivered_seq: Mapped[int] = mapped_column(default=0)
    rasa_round: Mapped[int] = mapped_column(default=1)
    rasa_turns: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    facts_version: Mapped[int] = mapped_column(default=0)
    corrections: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status_request_id: Mapped[UUID | None] = mapped_column(ForeignKey("status_requests.id"))
    page: Mapped[str | None]
    locale: Mapped[str | None]
    reply_email: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)
    updated_at: Mapped[datetime] = mapped_column(TIME)
    agent: Mapped[Staff | None] = relationship(lazy="raise")
    marks: Mapped["ReadMarks | None"] = relationship(lazy="raise", viewonly=True)

    @property
    def goes_first(self) -> bool:
        """Whether it is taken before other chats. `queue_queries.goes_first` is the same in SQL."""
        return self.urgent or self.vulnerable or self.care_seq is not None


class Message(Base):
    """One message. `seq` is given under the lock of the conversation's row: order never depends on a clock.

    `reply_to` and `reply_index` make the reply to a message unique, so that a turn run twice is stored once.
    `trace` names the clause that an answer about the process rests on, and the version of the policy.
    `turn` tells how far the assistant's turn for a customer's message has come.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("reply_to", "reply_index"),
        Index(
            "uq_messages_conversation_id_client_id",
            "conversation_id",
            "client_id",
            unique=True,
            postgresql_where=text("client_id IS NOT NULL"),
        ),
        CheckConstraint("author IN ('customer', 'bot', 'agent', 'system')", name="author"),
        CheckConstraint("audience IN ('everyone', 'staff')", name="audience"),
        CheckConstraint("turn IN ('waiting', 'answered', 'dropped', 'failed')", name="turn"),
        CheckConstraint("(author = 'agent') = (staff_id IS NOT NULL)", name="agent_named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    author: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    author_name: Mapped[str | None]
    audience: Mapped[str] = mapped_column(default="everyone")
    text: Mapped[str]
    payload: Mapped[str | None]
    note: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    quick_replies: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    attachment: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    trace: Mapped[str | None]
    client_id: Mapped[str | None]
    reply_to: Mapped[UUID | None] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    reply_index: Mapped[int | None]
    turn: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(TIME)


class ChatFile(Base):
    """A file that somebody sent in a chat: `message_id` is its place in the thread. `stored_as` is its random name in
    the file store, `sha256` is of what is stored there. `round` is the conversation's when it came: a chat that ended
    and goes on is another round, and what was sent before belongs to no complaint of it."""

    __tablename__ = "chat_files"
    __table_args__ = (
        UniqueConstraint("message_id"),
        UniqueConstraint("stored_as"),
        UniqueConstraint("conversation_id", "round", "author", "sha256"),
        CheckConstraint("author IN ('customer', 'agent')", name="author"),
        CheckConstraint("kind IN ('jpg', 'png', 'pdf')", name="kind"),
        CheckConstraint("size > 0", name="size"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    round: Mapped[int]
    author: Mapped[str]
    file_name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    stored_as: Mapped[str]
    at: Mapped[datetime] = mapped_column(TIME)


class ChatFileView(Base):
    """Who of the staff looked at a file of a chat, when."""

    __tablename__ = "chat_file_views"
    __table_args__ = (Index("ix_chat_file_views_file_id", "file_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("chat_files.id", ondelete="CASCADE"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(TIME)


class Ownership(Base):
    """One change of a conversation's owner, written with the change. `seq` is the last message before it.

    `reason`: see `chat.reasons`.
    """

    __tablename__ = "ownerships"
    __table_args__ = (
        UniqueConstraint("conversation_id", "epoch"),
        CheckConstraint(_OWNERS, name="owner"),
        CheckConstraint("(owner = 'agent') = (agent_id IS NOT NULL)", name="agent_owns"),
        CheckConstraint(
            f"reason IN ({_WHYS}, 'opened', 'earlier', 'claimed', 'assigned', 'taken_over', 'to_colleague',"
            " 'to_manager', 'to_team', 'agent_gone', 'agent_left', 'not_answered', 'nobody_claimed',"
            " 'returned_by_customer', 'returned_by_agent', 'ended_by_customer', 'closed_by_agent', 'idle', 'went_on',"
            " 'internal_error')",
            name="reason",
        ),
        Index("ix_ownerships_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    epoch: Mapped[int]
    owner: Mapped[str]
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    reason: Mapped[str]
    by_staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(TIME)


class UnmetRequest(Base):
    """A customer asked for a person, and nobody was there; `office_open`: although it was time for somebody to be."""

    __tablename__ = "unmet_requests"
    __table_args__ = (
        CheckConstraint(f"reason IN ({_WHYS})", name="reason"),
        Index("ix_unmet_requests_at", "at"),
        Index("ix_unmet_requests_conversation_id", "conversation_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    reason: Mapped[str]
    office_open: Mapped[bool]
    at: Mapped[datetime] = mapped_column(TIME)


class LeftMessage(Base):
    """A message that a customer left for people, who answer it by `promised_by`: the customer was told that day.

    `late_at`: when it was seen to be late. `calls`: how often somebody called back. One at a time waits in a chat.
    """

    __tablename__ = "left_messages"
    __table_args__ = (
        CheckConstraint("ended_how IN ('answered', 'reached', 'over')", name="ended_how"),
        CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name="ended"),
        Index(
            "uq_left_messages_conversation_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_left_messages_promised_by", "promised_by", postgresql_where=text("ended_at IS NULL")),
        Index("ix_left_messages_chat", "conversation_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(TIME)
    promised_by: Mapped[datetime] = mapped_column(TIME)
    late_at: Mapped[datetime | None] = mapped_column(TIME)
    calls: Mapped[int] = mapped_column(default=0)
    called_at: Mapped[datetime | None] = mapped_column(TIME)
    ended_at: Mapped[datetime | None] = mapped_column(TIME)
    ended_how: Mapped[str | None]


class StaffPresence(Base):
    """A lease: a browser tab of a member of staff is at the desk until `expires_at`, unless it is renewed.

    `active_at`: when they last did something there. What they do without a socket (a page without scripts) has a lease
    of its own, under their own id.
    """

    __tablename__ = "staff_presence"
    __table_args__ = (Index("ix_staff_presence_staff_id_expires_at", "staff_id", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(TIME)
    active_at: Mapped[datetime] = mapped_column(TIME)


class CustomerPresence(Base):
    """A lease: a browser tab of the customer follows the conversation until `expires_at`, unless it is renewed."""

    __tablename__ = "customer_presence"
    __table_args__ = (Index("ix_customer_presence_conversation_id_expires_at", "conversation_id", "expires_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime] = mapped_column(TIME)


class ConversationViewer(Base):
    """A tab of the desk shows a conversation, for as long as its lease holds: so that nobody answers twice."""

    __tablename__ = "conversation_viewers"

    lease_id: Mapped[UUID] = mapped_column(ForeignKey("staff_presence.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ReadMarks(Base):
    """How far each side of a conversation has read, as seqs that only rise; in a row of its own.

    Whoever reads must not hold up whoever writes: the thread locks the row of the conversation, never this one.
    `mailed_seq`: up to here, replies that nobody had seen have left by mail, or it was noted that they could not.
    """

    __tablename__ = "read_marks"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True)
    customer_seen_seq: Mapped[int] = mapped_column(default=0)
    customer_seen_at: Mapped[datetime | None] = mapped_column(TIME)
    staff_seen_seq: Mapped[int] = mapped_column(default=0)
    mailed_seq: Mapped[int] = mapped_column(default=0)


class Satisfaction(Base):
    """One question whether a chat has helped, asked when it came to an end, and the answer if there is one.

    `epoch` is that of the closing, or of the conversation when the assistant's solution was taken. `score`: 1 to 5.
    """

    __tablename__ = "satisfactions"
    __table_args__ = (
        UniqueConstraint("conversation_id", "epoch"),
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        CheckConstraint("(score IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_satisfactions_asked_at", "asked_at"),
        Index("ix_satisfactions_answered_at", "answered_at", postgresql_where=text("answered_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    epoch: Mapped[int]
    score: Mapped[int | None]
    words: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(TIME)
    answered_at: Mapped[datetime | None] = mapped_column(TIME)


class WebProcess(Base):
    """A web process since it was started: while none is up, nobody can be at the desk, and nobody has left it."""

    __tablename__ = "web_processes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(TIME)
    seen_at: Mapped[datetime] = mapped_column(TIME)


class TurnReading(Base):
    """What the assistant understood of a typed message, as far as an intent decided what it did.

    `sign` says why somebody should look: nothing was understood ("fallback"), it was not sure ("unsure"), the customer
    then pressed a button for something else ("button", with it in `hint`), or wanted a person right after ("person").
    `state`: to be looked at, taught with `chosen` as the intent and `example` as its text, or nothing to learn.
    """

    __tablename__ = "turn_readings"
    __table_args__ = (
        CheckConstraint("sign IN ('fallback', 'unsure', 'button', 'person')", name="sign"),
        CheckConstraint("state IN ('open', 'taught', 'nothing')", name="state"),
        CheckConstraint("(state = 'taught') = (chosen IS NOT NULL AND example IS NOT NULL)", name="taught"),
        Index("ix_turn_readings_conversation_id", "conversation_id", "at"),
        Index("ix_turn_readings_open", "at", postgresql_where=text("state = 'open' AND sign IS NOT NULL")),
        Index("ix_turn_readings_taught", "decided_at", postgresql_where=text("state = 'taught'")),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    intent: Mapped[str]
    confidence: Mapped[float]
    others: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    form: Mapped[str | None]
    sign: Mapped[str | None]
    hint: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="open")
    chosen: Mapped[str | None]
    example: Mapped[str | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(TIME)
    exported_at: Mapped[datetime | None] = mapped_column(TIME)
    at: Mapped[datetime] = mapped_column(TIME)
