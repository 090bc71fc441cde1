"""Chats that are given to people: to whoever holds the fewest of those who are there, in the order of the queue."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, local
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.chat import endings, handoff, presence, routing, service, timers, work
from disputes.chat.staff_queries import Colleague
from disputes.chat.tables import Conversation, Ownership, StaffPresence
from disputes.people.tables import Staff
from tests.chat.conftest import lines_of
from tests.chat.factories import add_agent, add_team, desk_is_up, queued_rows, waiting_chat

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("least_loaded")]


class TestAssign:
    def test_to_the_one_with_the_fewest(self, session: Session) -> None:
        busy, free = add_agent(session, "Ann Busy", here=True), add_agent(session, "Zoe Free", here=True)
        chat = waiting_chat(session)
        session.query(Staff).filter(Staff.name == "Sam There").update({"takes_chats": False})
        handoff.claim(session, chat.id, busy)
        given = waiting_chat(session)
        assert routing.assign(session, given)
        assert (given.owner, given.agent_id) == ("agent", free.id)
        assert "Zoe Free has joined the chat." in [words for _, words in lines_of(session, given)]
        assert given.answer_by is not None

    def test_to_nobody_who_is_away_absent_or_full(self, session: Session) -> None:
        chat = waiting_chat(session)
        session.query(StaffPresence).delete()
        add_agent(session, "Absent")
        presence.choose(session, add_agent(session, "Away", here=True), takes_chats=False)
        add_agent(session, "Full", here=True, limit=0)
        add_agent(session, "Neutral", role="mediator", here=True)
        assert not routing.assign(session, chat)
        assert chat.owner == "queue"

    def test_only_to_the_team_it_waits_for(self, session: Session, anna: Staff) -> None:
        add_agent(session, "Aaron", here=True)
        team = add_team(session, "Payments", anna)
        presence.staff_arrive(session, anna)
        chat = service.open_conversation(session, None)[0]
        handoff.request_person(session, chat, "asked", None, team="Payments")
        assert chat.team_id == team.id
        assert routing.assign(session, chat)
        assert chat.agent_id == anna.id


class TestRunsAtOnce:
    def test_that_look_at_full_people_in_another_order_do_not_wait_for_each_other(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with database.transaction() as session:
            people = [add_agent(session, name, here=True, limit=0) for name in ("Ann Full", "Ben Full")]
            chats = [waiting_chat(session).id for _ in people]
            session.execute(update(Staff).where(Staff.name == "Sam There").values(takes_chats=False))
        free = [Colleague(person.id, person.name, "agent", held=0, limit=5) for person in people]
        orders = {chats[0]: free, chats[1]: free[::-1]}
        look, both_hold_one, looked = handoff.has_room, Barrier(2), local()

        def has_room(session: Session, staff: Staff) -> bool:
            fits = look(session, staff)
            if not hasattr(looked, "once"):
                looked.once = True
                both_hold_one.wait(10)
            return fits

        monkeypatch.setattr(handoff, "has_room", has_room)
        monkeypatch.setattr(presence, "staffing", lambda _session, _team: presence.Staffing(looked.people, None))

        def assign(chat: UUID) -> bool:
            looked.people = tuple(orders[chat])
            with database.transaction() as session:
                return routing.assign(session, handoff.locked(session, chat))

        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(assign, chats)) == [False, False]


class TestNotAnswered:
    def test_it_goes_back_to_the_front_and_the_silent_one_gets_no_more(self, session: Session, anna: Staff) -> None:
        desk_is_up(session)
        chat = waiting_chat(session)
        since = chat.waiting_since
        session.query(StaffPresence).delete()
        presence.staff_arrive(session, anna)
        routing.assign(session, chat)
        chat.answer_by = clock.now() - timedelta(seconds=1)
        session.flush()
        assert timers.act(session, chat.id) == "not_answered"
        assert (chat.owner, chat.waiting_since) == ("queue", since)
        assert "Anna Berg could not answer in time" in lines_of(session, chat)[-1][1]
        assert session.get_one(Staff, anna.id, populate_existing=True).takes_chats is False
        assert not routing.assign(session, chat)


class TestWhenSomebodyIsLookedFor:
    def test_when_a_chat_comes_when_somebody_arrives_and_when_somebody_has_room_again(
        self, session: Session, anna: Staff
    ) -> None:
        chat = waiting_chat(session)
        for happens in (
            lambda: waiting_chat(session),
            lambda: presence.staff_arrive(session, anna),
            lambda: presence.choose(session, anna, takes_chats=True),
            lambda: handoff.claim(session, chat.id, anna) and endings.close(session, chat.id, anna),
        ):
            session.execute(text("DELETE FROM procrastinate_jobs"))
            happens()
            assert jobs_named(session, work.ASSIGN) == 1

    def test_looking_twice_is_one_look(self, session: Session) -> None:
        session.execute(text("DELETE FROM procrastinate_jobs"))
        for _ in range(3):
            work.look_for_somebody(session)
        assert jobs_named(session, work.ASSIGN) == 1

    def test_where_agents_choose_for_themselves_nobody_is_looked_for(self, session: Session) -> None:
        policy.current().chat = policy.current().chat.model_copy(update={"assignment": "manual"})
        session.execute(text("DELETE FROM procrastinate_jobs"))
        chat = waiting_chat(session)
        assert jobs_named(session, work.ASSIGN) == 0
        add_team(session, "Payments", assignment="least_loaded")
        work.look_for_somebody(session)
        assert jobs_named(session, work.ASSIGN) == 1
        assert chat.owner == "queue"


class TestAssignWaiting:
    def test_spreads_what_waits_evenly_within_everybodys_limit_also_when_run_twice_at_once(
        self, database_url: str
    ) -> None:
        with database.transaction() as session:
            agents = [add_agent(session, f"Agent {number}", here=True, limit=4) for number in range(5)]
            queued_rows(session, 23)
        with ThreadPoolExecutor(3) as pool:
            given = sum(pool.map(lambda _: routing.assign_waiting(), range(3)))
        with database.transaction() as session:
            held = Counter(session.scalars(select(Conversation.agent_id).where(Conversation.owner == "agent")))
            reasons = set(session.scalars(select(Ownership.reason).where(Ownership.owner == "agent")))
        assert given == 20
        assert held == {agent.id: 4 for agent in agents}
        assert reasons == {"assigned"}

    def test_a_team_that_is_full_holds_up_nobody_else(self, database_url: str) -> None:
        with database.transaction() as session:
            team = add_team(session, "Payments", add_agent(session, "Full", here=True, limit=0))
            anna = add_agent(session, "Anna Berg", here=True)
            first, second = queued_rows(session, 2)
            session.get_one(Conversation, first).team_id = team.id
        assert routing.assign_waiting() == 1
        with database.transaction() as session:
            assert session.get_one(Conversation, first).owner == "queue"
            assert session.get_one(Conversation, second).agent_id == anna.id

    def test_a_team_that_chooses_for_itself_is_left_alone(self, database_url: str) -> None:
        with database.transaction() as session:
            team = add_team(session, "Payments", add_agent(session, "Pia", here=True), assignment="manual")
            [chat] = queued_rows(session, 1)
            session.get_one(Conversation, chat).team_id = team.id
        assert routing.assign_waiting() == 0


def jobs_named(session: Session, name: str) -> int:
    """How many jobs of that name wait."""
    return session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :name"), {"name": name}) or 0


@pytest.fixture
def least_loaded() -> Iterator[None]:
    """A policy under which the program gives chats to people."""
    as_before = policy.current().chat
    policy.current().chat = as_before.model_copy(update={"assignment": "least_loaded"})
    yield
    policy.current().chat = as_before
