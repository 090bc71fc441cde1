"""What holds when many act at the same moment, on real connections: one owner, one limit, one order, one message."""

import contextlib
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import endings, handoff, queries, service, transfer, turns, visits
from disputes.chat.schemas import Part
from disputes.chat.tables import Conversation, Message, Ownership
from disputes.errors import Conflict, DisputesError
from disputes.people.tables import Staff
from tests.chat.factories import add_agent, queued_rows, somebody_here, waiting_chats

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url")]

ROUNDS = 8
"""How often each race is run: what happens once in a while must happen here."""


class TestTwoAgentsClaim:
    def test_fifty_agents_and_two_hundred_chats_give_each_chat_exactly_one_owner(self) -> None:
        """Every agent tries for every chat, in an order of their own, until they hold their limit of four."""
        chats = database.run(queued_rows, 200)
        agents = database.run(agents_of, 50, limit=4)

        def claim_what_one_can(agent: Staff) -> int:
            won = 0
            for chat in random.Random(agent.name).sample(chats, len(chats)):
                try:
                    database.run(handoff.claim, chat, agent)
                    won += 1
                except Conflict as lost:
                    if "your limit" in lost.message:
                        break
            return won

        won = at_once(claim_what_one_can, agents)
        assert won == [4] * 50
        with database.transaction() as session:
            owners = session.scalars(select(Conversation)).all()
            assert all(chat.owner == "agent" and chat.epoch == 2 for chat in owners)
            rows = select(Ownership.conversation_id).where(Ownership.owner == "agent")
            assert sorted(session.scalars(rows)) == sorted(chats)
            joined = select(func.count()).where(Message.text.like("%has joined the chat."))
            assert session.scalar(joined) == 200

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_of_ten_for_one_chat_one_wins_and_the_others_read_who(self, round_: int) -> None:
        [chat] = database.run(waiting_chats, 1)
        agents = database.run(agents_of, 10)

        def claim(agent: Staff) -> str:
            try:
                database.run(handoff.claim, chat, agent)
            except Conflict as lost:
                return lost.message
            return "won"

        told = at_once(claim, agents)
        with database.transaction() as session:
            winner = session.get_one(Conversation, chat).agent_id
        names = [agent.name for agent in agents if agent.id == winner]
        assert sorted(told) == sorted(["won", *[f"{names[0]} has this chat."] * 9])

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_a_claim_and_the_customer_who_goes_back_are_one_after_the_other(self, round_: int) -> None:
        [chat] = database.run(waiting_chats, 1)
        [agent] = database.run(agents_of, 1)

        def claim() -> None:
            database.run(handoff.claim, chat, agent)

        def go_back() -> None:
            database.run(service.receive, chat, "/back_to_assistant", client_id=None)

        both_at_once(claim, go_back)
        with database.transaction() as session:
            chat_now = session.get_one(Conversation, chat)
            log = owners_of(session, chat)
            assert log[:2] == ["bot", "queue"]
            assert log[2:] in (["bot"], ["agent"])
            assert (chat_now.owner, chat_now.epoch) == (log[-1], len(log) - 1)


class TestAgentLimit:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_it_holds_when_one_agent_claims_in_ten_tabs(self, round_: int) -> None:
        chats, (agent,) = database.run(waiting_chats, 10), database.run(agents_of, 1, limit=3)

        def claim(chat: UUID) -> bool:
            try:
                database.run(handoff.claim, chat, agent)
            except Conflict:
                return False
            return True

        assert sum(at_once(claim, chats)) == 3
        with database.transaction() as session:
            assert queries.chats_held_by(session, agent.id) == 3

    def test_it_holds_when_chats_come_from_everywhere(self) -> None:
        """Claimed, and passed on by colleagues: all at once, to one agent with room for two."""
        with database.transaction() as session:
            full = add_agent(session, "Faye Full", here=True, limit=2)
            givers = [add_agent(session, f"Giver {number}", here=True) for number in range(4)]
            waiting = waiting_chats(session, 4)
            held = waiting_chats(session, 4)
            for giver, chat in zip(givers, held, strict=True):
                handoff.claim(session, chat, giver)

        def move(number: int) -> bool:
            try:
                if number < 4:
                    database.run(handoff.claim, waiting[number], full)
                else:
                    giver = givers[number - 4]
                    database.run(transfer.pass_on, held[number - 4], giver, f"staff:{full.id}", "")
            except Conflict:
                return False
            return True

        assert sum(at_once(move, range(8))) == 2
        with database.transaction() as session:
            assert queries.chats_held_by(session, full.id) == 2


class TestBotAnswersAfterHandOff:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_a_reply_and_a_take_over_at_once_never_leave_a_bot_after_a_person(self, round_: int) -> None:
        with database.transaction() as session:
            agent = add_agent(session, "Anna Berg")
            chat = service.open_conversation(session, None)[0].id
            received = service.receive(session, chat, "hello", client_id=None)
            assert received is not None
            turn = turns.begin(session, received.id)
            assert turn is not None

        def reply() -> None:
            database.run(turns.store_reply, turn, [Part("Hello from the assistant")])

        def take_over() -> None:
            database.run(handoff.take_over, chat, agent)

        both_at_once(reply, take_over)
        with database.transaction() as session:
            [taken_at] = session.scalars(select(Ownership.seq).where(Ownership.owner == "agent")).all()
            spoken = session.scalars(select(Message.seq).where(Message.author == "bot")).all()
            assert all(seq <= taken_at for seq in spoken)
            [message] = session.scalars(select(Message).where(Message.text == "hello")).all()
            assert message.turn == ("answered" if spoken else "dropped")


class TestOrderAndDuplicates:
    def test_twenty_writers_at_once_get_places_without_gap_or_double(self) -> None:
        with database.transaction() as session:
            chat = service.open_conversation(session, None)[0].id

        def write(number: int) -> None:
            database.run(service.receive, chat, f"message {number}", client_id=str(number))

        at_once(write, range(20))
        with database.transaction() as session:
            seqs = session.scalars(select(Message.seq).order_by(Message.seq)).all()
            assert list(seqs) == list(range(1, 22))
            assert session.get_one(Conversation, chat).last_seq == 21

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_the_same_message_ten_times_at_once_is_one(self, round_: int) -> None:
        with database.transaction() as session:
            chat = service.open_conversation(session, None)[0].id
        same = str(uuid4())

        def write(_number: int) -> tuple[int, bool]:
            received = database.run(service.receive, chat, "hello", client_id=same)
            assert received is not None
            return received.seq, received.is_new

        told = at_once(write, range(10))
        assert len({seq for seq, _ in told}) == 1
        assert sum(is_new for _, is_new in told) == 1


class TestOneOpenChatForAVisitor:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_however_many_tabs_begin_a_new_one(self, round_: int) -> None:
        with database.transaction() as session:
            ended = service.open_conversation(session, None)[0].id
            endings.end_by_customer(session, ended)

        def begin(number: int) -> None:
            with contextlib.suppress(DisputesError):
                if number % 2:
                    database.run(visits.new_chat, ended)
                else:
                    database.run(service.receive, ended, endings.GO_ON, client_id=str(number))

        at_once(begin, range(8))
        with database.transaction() as session:
            open_ones = select(func.count()).where(Conversation.owner != "closed")
            assert session.scalar(open_ones) == 1


def at_once[Given, Told](act: Callable[[Given], Told], all_given: Sequence[Given]) -> list[Told]:
    """Does it for each in a thread of its own, all from the same moment on; what each came to."""
    barrier = Barrier(len(all_given))

    def wait_and_act(given: Given) -> Told:
        barrier.wait()
        return act(given)

    with ThreadPoolExecutor(len(all_given)) as pool:
        return list(pool.map(wait_and_act, all_given))


def both_at_once(*acts: Callable[[], None]) -> None:
    """The same for different acts; one that came too late is refused, and that is all."""

    def attempt(act: Callable[[], None]) -> None:
        with contextlib.suppress(Conflict):
            act()

    at_once(attempt, acts)


def owners_of(session: Session, chat: UUID) -> list[str]:
    """Who has had a chat, in order."""
    rows = select(Ownership.owner).where(Ownership.conversation_id == chat).order_by(Ownership.epoch)
    return list(session.scalars(rows))


def agents_of(session: Session, count: int, *, limit: int = 5) -> list[Staff]:
    """Agents with names of their own."""
    somebody_here(session)
    return [add_agent(session, f"Agent {uuid4().hex[:8]}", limit=limit) for _ in range(count)]
