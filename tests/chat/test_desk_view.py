"""The lists of chats at the desk, whose chat is next, and how chats of one person are found."""

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.chat import desk_queries, desk_view, handoff, seen, service
from disputes.chat.desk_view import MOST, MOST_WAITING
from disputes.chat.tables import Conversation
from disputes.errors import Conflict
from disputes.people.tables import Staff, StatusRequest
from tests.cases.factories import filed
from tests.chat.factories import add_agent, add_team, waiting_chat

pytestmark = pytest.mark.database

TIMES = 5


class TestLists:
    def test_urgent_and_vulnerable_go_first_then_the_longest_wait(self, session: Session, anna: Staff) -> None:
        long, short, vulnerable = (waiting_chat(session) for _ in range(3))
        urgent = waiting_chat(session)
        for chat, minutes in ((long, 30), (short, 5), (vulnerable, 1), (urgent, 2)):
            chat.waiting_since = clock.now() - timedelta(minutes=minutes)
        vulnerable.vulnerable, urgent.urgent = True, True
        session.flush()
        rows = desk_view.desk_lists(session, anna).waiting
        assert [row.id for row in rows] == [urgent.id, vulnerable.id, long.id, short.id]
        assert [row.urgent for row in rows] == [True, True, False, False]

    def test_each_chat_is_in_one_list(self, session: Session, anna: Staff, ben: Staff) -> None:
        mine, hers, waits = waiting_chat(session), waiting_chat(session), waiting_chat(session)
        handoff.claim(session, mine.id, anna)
        handoff.claim(session, hers.id, ben)
        with_assistant = spoken(session, "Hello")
        silent, _ = service.open_conversation(session, None)
        lists = desk_view.desk_lists(session, anna)
        shown = {
            name: [row.id for row in getattr(lists, name)] for name in ("waiting", "mine", "colleagues", "assistant")
        }
        assert shown == {
            "waiting": [waits.id],
            "mine": [mine.id],
            "colleagues": [hers.id],
            "assistant": [with_assistant.id],
        }
        assert lists.colleagues[0].agent_name == "Ben Okafor"
        assert all(silent.id not in ids for ids in shown.values())

    def test_the_last_line_is_what_somebody_said_and_no_private_note(self, session: Session, anna: Staff) -> None:
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, anna)
        service.say_as_agent(session, chat.id, anna, "I am here.", client_id="1", note=False)
        service.say_as_agent(session, chat.id, anna, "A difficult one", client_id="2", note=True)
        (row,) = desk_view.desk_lists(session, anna).mine
        assert (row.last_author, row.last_text) == ("agent", "I am here.")

    def test_unread_is_what_the_customer_wrote_since_it_was_read(self, session: Session, anna: Staff) -> None:
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, anna)
        seen.by_staff(session, chat.id, anna.id, chat.last_seq)
        assert desk_view.desk_lists(session, anna).mine[0].unread == 0
        for number in range(2):
            service.receive(session, chat.id, "Are you there?", client_id=f"c{number}")
        assert desk_view.desk_lists(session, anna).mine[0].unread == 2
        assert desk_view.pulse(session, anna)["mine"] == {str(chat.id): 2}

    def test_rows_of_mine_keep_their_places_while_people_write(self, session: Session, anna: Staff) -> None:
        chats = [waiting_chat(session) for _ in range(3)]
        for number, chat in enumerate(chats):
            chat.waiting_since = chat.first_waiting_since = clock.now() - timedelta(minutes=30 - number)
            handoff.claim(session, chat.id, anna)
        before = [row.id for row in desk_view.desk_lists(session, anna).mine]
        service.receive(session, chats[2].id, "News", client_id="1")
        assert [row.id for row in desk_view.desk_lists(session, anna).mine] == before

    def test_who_is_at_the_desk_is_listed_whether_or_not_they_take_chats(self, session: Session) -> None:
        here, away = add_agent(session, "Here Now", here=True), add_agent(session, "Away Now", here=True)
        add_agent(session, "Gone Home")
        away.takes_chats = False
        session.flush()
        team = desk_queries.team(session, clock.now())
        assert [(person.id, person.takes_chats) for person in team] == [(here.id, True), (away.id, False)]


def test_with_ten_thousand_chats_only_what_is_shown_is_read_and_that_in_a_moment(database_url: str) -> None:
    with database.transaction() as session:
        anna = add_agent(session, "Anna Berg")
        fill(session, anna, add_agent(session, "Ben Okafor"))
    with database.engine().begin() as connection:
        connection.execute(text("ANALYZE"))
    took, before = [], rows_read()
    for _ in range(TIMES):
        with database.transaction() as session:
            began = time.perf_counter()
            lists = desk_view.desk_lists(session, anna)
            took.append(time.perf_counter() - began)
    assert len(lists.waiting) == MOST_WAITING
    assert len(lists.assistant) == len(lists.colleagues) == len(lists.mine) == MOST
    assert lists.waiting_count == 3000
    assert lists.more == {"waiting", "mine", "colleagues", "assistant"}
    assert rows_read() - before < TIMES * 20 * (MOST_WAITING + 3 * MOST)
    assert min(took) < 0.1


class TestNext:
    def test_is_what_goes_first_then_whoever_waits_longest(self, session: Session, anna: Staff) -> None:
        long, short, urgent = (waiting_chat(session) for _ in range(3))
        for chat, minutes in ((long, 30), (short, 5), (urgent, 1)):
            chat.waiting_since = clock.now() - timedelta(minutes=minutes)
        urgent.urgent = True
        session.flush()
        taken = [desk_view.claim_next(session, anna) for _ in range(4)]
        assert [chat.id if chat else None for chat in taken] == [urgent.id, long.id, short.id, None]

    def test_is_not_of_another_team_while_there_is_one_of_mine_or_of_nobody_s(
        self, session: Session, anna: Staff, ben: Staff
    ) -> None:
        theirs, anybodys = waiting_chat(session), waiting_chat(session)
        theirs.waiting_since = clock.now() - timedelta(minutes=30)
        theirs.team_id = add_team(session, "Billing", ben).id
        session.flush()
        first = desk_view.claim_next(session, anna)
        second = desk_view.claim_next(session, anna)
        assert [first and first.id, second and second.id] == [anybodys.id, theirs.id]

    def test_is_none_for_whoever_has_no_room(self, session: Session) -> None:
        full = add_agent(session, "Full House", limit=0)
        waiting_chat(session)
        with pytest.raises(Conflict, match="your limit"):
            desk_view.claim_next(session, full)


class TestEarlier:
    def test_chats_of_a_proven_address_are_known_as_such(self, session: Session, conversation: Conversation) -> None:
        other, filed_here = spoken(session, "Before"), spoken(session, "And a complaint")
        for chat in (conversation, other):
            prove(session, chat, "mia@example.com")
        filed(session, email="mia@example.com", conversation_id=filed_here.id)
        links = {chat.id: chat.link for chat in desk_view.earlier_chats(session, conversation.id)}
        assert links == {other.id: "proven", filed_here.id: "proven"}

    def test_an_address_that_was_only_said_proves_nothing(self, session: Session, conversation: Conversation) -> None:
        other = spoken(session, "Before", contact_email="Mia@Example.com")
        service.remember_facts(session, conversation.id, {"contact_email": "mia@example.com"})
        (found,) = desk_view.earlier_chats(session, conversation.id)
        assert (found.id, found.link) == (other.id, "said")
        assert desk_view.person_emails(session, conversation.id) == ([], "mia@example.com")

    def test_the_same_browser_is_told_from_the_same_person(self, session: Session, conversation: Conversation) -> None:
        other = spoken(session, "Before")
        other.owner, other.visitor_digest = "closed", conversation.visitor_digest
        session.flush()
        (found,) = desk_view.earlier_chats(session, conversation.id)
        assert found.link == "browser"

    def test_strangers_and_the_chat_itself_are_not_among_them(
        self, session: Session, conversation: Conversation
    ) -> None:
        service.remember_facts(session, conversation.id, {"contact_email": "mia@example.com"})
        prove(session, conversation, "mia@example.com")
        spoken(session, "Somebody else", contact_email="ben@example.com")
        assert desk_view.earlier_chats(session, conversation.id) == []
        assert desk_view.person_emails(session, conversation.id) == (["mia@example.com"], None)

    def test_a_code_that_was_not_entered_proves_nothing(self, session: Session, conversation: Conversation) -> None:
        other = spoken(session, "Before")
        prove(session, conversation, "mia@example.com")
        prove(session, other, "mia@example.com", entered=False)
        assert desk_view.earlier_chats(session, conversation.id) == []


def spoken(session: Session, words: str, **facts: str) -> Conversation:
    """A chat in which the customer has written, with the assistant."""
    chat, _ = service.open_conversation(session, None)
    service.receive(session, chat.id, words, client_id=str(uuid4()))
    if facts:
        service.remember_facts(session, chat.id, dict(facts))
    return chat


def prove(session: Session, chat: Conversation, email: str, *, entered: bool = True) -> None:
    """A code was asked for in this chat, and entered."""
    now = clock.now()
    asked = StatusRequest(
        lookup="10023",
        email=email,
        conversation_id=chat.id,
        created_at=now,
        verified_at=now if entered else None,
        verified_until=now + timedelta(minutes=30) if entered else None,
    )
    session.add(asked)
    session.flush()


def fill(session: Session, anna: Staff, ben: Staff) -> None:
    """Ten thousand open chats with ten messages each: three thousand wait, a thousand each are Anna's and Ben's."""
    values = {"anna": anna.id, "ben": ben.id, "now": clock.now()}
    session.execute(text(_CHATS), values)
    session.execute(text(_MESSAGES), values)


def rows_read() -> int:
    """How many rows of messages have been read since the statistics began, by whichever way."""
    with database.engine().begin() as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
    with database.engine().begin() as connection:
        counted = connection.scalar(
            text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'messages'")
        )
    return int(counted or 0)


_CHATS = """
    INSERT INTO conversations (id, session_digest, visitor_digest, owner, epoch, agent_id, urgent, vulnerable,
        waiting_since, first_waiting_since, last_customer_at, last_seq, delivered_seq, rasa_round, rasa_turns, facts,
        corrections, facts_version, created_at, updated_at)
    SELECT md5('chat' || n)::uuid, 'd' || n, 'v' || n, owner, 1, agent, n % 97 = 0, false,
        CASE WHEN owner = 'queue' THEN at END, CASE WHEN owner IN ('queue', 'agent') THEN at END, at,
        10, 0, 1, 0, '{"complainant_name": "Somebody"}', '{}', 0, at, at
    FROM (
        SELECT n, CAST(:now AS timestamptz) - n * interval '1 second' AS at,
            CASE WHEN n <= 3000 THEN 'queue' WHEN n <= 5000 THEN 'agent' ELSE 'bot' END AS owner,
            CASE WHEN n <= 3000 OR n > 5000 THEN NULL WHEN n <= 4000 THEN CAST(:anna AS uuid)
                 ELSE CAST(:ben AS uuid) END AS agent
        FROM generate_series(1, 10000) AS n
    ) AS made
"""
_MESSAGES = """
    INSERT INTO messages (id, conversation_id, seq, author, audience, text, created_at)
    SELECT md5('message' || n || '.' || seq)::uuid, md5('chat' || n)::uuid, seq,
        CASE WHEN seq % 2 = 0 THEN 'customer' ELSE 'bot' END, 'everyone', repeat('words ', 30),
        CAST(:now AS timestamptz)
    FROM generate_series(1, 10000) AS n, generate_series(1, 10) AS seq
"""
