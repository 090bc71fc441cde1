"""The chats as the desk shows them: the lists, and what is known of one."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases.sensitive import Reader
from disputes.chat import calls, care, desk_queries, files, handoff, handover_card, left_queries, queries
from disputes.chat.desk_queries import LastLine
from disputes.chat.schemas import ConversationLine, ConversationView, DeskLists, EarlierChat, Json
from disputes.chat.summary import summary_of
from disputes.chat.tables import Conversation
from disputes.errors import NotFound
from disputes.people.tables import Staff

SEEN_RECENTLY: Final = timedelta(days=2)
MOST_WAITING: Final = 100
MOST: Final = 50
"""Rows of a list. More than that nobody reads; the search finds the rest."""

EARLIER: Final = 8
LINE_LENGTH: Final = 160
NAMELESS: Final = "Customer"


def desk_lists(session: Session, staff: Staff) -> DeskLists:
    """The desk's lists as this member of staff sees them."""
    found = {
        "waiting": desk_queries.waiting(session, MOST_WAITING + 1),
        "mine": desk_queries.held_by(session, staff.id, MOST + 1),
        "colleagues": desk_queries.held_by_others(session, staff.id, MOST + 1),
        "assistant": desk_queries.with_assistant(session, clock.now() - SEEN_RECENTLY, MOST + 1),
    }
    most = {name: MOST_WAITING if name == "waiting" else MOST for name in found}
    more = frozenset(name for name, chats in found.items() if len(chats) > most[name])
    shown = {name: chats[: most[name]] for name, chats in found.items()}
    ids = [chat.id for chats in shown.values() for chat in chats]
    last, late = desk_queries.last_lines(session, ids), left_queries.late_of(session, ids)
    rows = {
        name: [_line(chat, last, late, named=name == "colleagues") for chat in chats] for name, chats in shown.items()
    }
    count = desk_queries.count_waiting(session) if "waiting" in more else len(shown["waiting"])
    return DeskLists(**rows, waiting_count=count, more=more)


def pulse(session: Session, staff: Staff) -> Json:
    """Who waits, and what is unread in the chats of this member of staff: enough to ring a bell by."""
    mine = [chat.id for chat in desk_queries.held_by(session, staff.id, MOST)]
    last = desk_queries.last_lines(session, mine)
    waiting = desk_queries.waiting(session, MOST_WAITING)
    return {
        "available": staff.takes_chats,
        "waiting": [{"id": str(chat.id), "urgent": chat.goes_first} for chat in waiting],
        "mine": {str(chat_id): line.unread for chat_id, line in last.items()},
    }


def claim_next(session: Session, staff: Staff) -> Conversation | None:
    """An agent takes whichever chat is theirs to take next; None when nobody waits. Conflict when they have no room."""
    found = desk_queries.next_for(session, staff.id)
    return handoff.claim(session, found.id, staff) if found else None


def conversation_view(session: Session, conversation_id: UUID) -> ConversationView:
    """What is known of a conversation, for the side panel. Raises NotFound."""
    conversation = _found(session, conversation_id)
    verified = handover_card.is_proved(session, conversation)
    return ConversationView(
        id=conversation.id,
        owner=conversation.owner,
        epoch=conversation.epoch,
        agent_id=conversation.agent_id,
        agent_name=conversation.agent.name if conversation.agent else None,
        waiting_since=conversation.waiting_since,
        facts=conversation.facts,
        handoff_reason=conversation.handoff_reason,
        handoff_summary=conversation.handoff_summary,
        verified=verified,
        card=handover_card.card_for_staff(session, conversation, verified=verified),
        files=files.files_of(session, conversation.id),
        page=conversation.page,
        locale=conversation.locale,
        created_at=conversation.created_at,
        urgent=conversation.urgent,
        vulnerable=conversation.vulnerable,
        care_words=care.words_said(session, conversation),
        message_left=conversation.left_message_at is not None,
        left=calls.waiting_of(session, conversation),
    )


def earlier_chats(session: Session, conversation_id: UUID, reader: Reader | None = None) -> list[EarlierChat]:
    """Other chats of the same person, the newest first, each with how it is known that they are theirs.

    Proven: the same address was proved with a code, or a complaint filed under it. Browser: the same one, which may
    be shared. Said: somebody gave the same address, which anybody can.
    """
    conversation = _found(session, conversation_id)
    proved = desk_queries.chats_with_proof(session, desk_queries.proven_emails(session, conversation_id))
    email = conversation.facts.get("contact_email")
    found = desk_queries.earlier_chats(session, conversation, proved, email, limit=EARLIER, reader=reader)
    return [
        EarlierChat(
            id=chat.id,
            began=chat.created_at,
            owner=chat.owner,
            agent_name=chat.agent.name if chat.agent else None,
            summary=_summary(chat),
            link="proven"
            if chat.id in proved
            else ("browser" if chat.visitor_digest == conversation.visitor_digest else "said"),
        )
        for chat in found
    ]


def person_emails(session: Session, conversation_id: UUID) -> tuple[list[str], str | None]:
    """The addresses proved in this chat, and the one that was only given, if it is another."""
    proven = desk_queries.proven_emails(session, conversation_id)
    said = (_found(session, conversation_id).facts.get("contact_email") or "").strip().lower()
    return proven, said if said and said not in proven else None


def _found(session: Session, conversation_id: UUID) -> Conversation:
    conversation = queries.with_agent(session, conversation_id)
    if conversation is None:
        raise NotFound("There is no such chat.")
    return conversation


def _line(chat: Conversation, last: dict[UUID, LastLine], late: set[UUID], *, named: bool) -> ConversationLine:
    line = last.get(chat.id) or LastLine("system", "", chat.updated_at, 0)
    return ConversationLine(
        id=chat.id,
        who=chat.facts.get("complainant_name") or NAMELESS,
        summary=_summary(chat),
        owner=chat.owner,
        agent_name=chat.agent.name if named and chat.agent else None,
        waiting_since=chat.waiting_since,
        last_author=line.author,
        last_text=line.text[:LINE_LENGTH],
        last_at=line.at,
        unread=line.unread,
        urgent=chat.goes_first,
        message_left=chat.left_message_at is not None,
        call_back=chat.left_message_at is not None and bool(chat.facts.get(calls.PHONE)),
        late=chat.id in late,
    )


def _summary(chat: Conversation) -> str:
    return chat.handoff_summary or summary_of(chat.facts)
