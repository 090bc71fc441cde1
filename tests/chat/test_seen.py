"""What each side has really read: told by its page, rising only, known to the other side in every process."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import database
from disputes.chat import handoff, queries, seen, service
from disputes.chat.tables import Conversation, ReadMarks
from disputes.people import service as people
from disputes.people.tables import Staff
from tests.chat.conftest import add_agent
from tests.chat.gateways import DeskTab, running_gateway
from tests.socket_client import SocketClient

pytestmark = pytest.mark.database


class TestMarks:
    def test_rise_and_never_fall(self, session: Session, conversation: Conversation) -> None:
        conversation.last_seq = 9
        session.flush()
        for told, kept in ((4, 4), (2, 4), (7, 7), (7, 7)):
            seen.by_customer(session, conversation.id, told)
            assert seen_by_customer(session, conversation.id) == kept

    def test_cannot_be_ahead_of_the_conversation(self, session: Session, conversation: Conversation) -> None:
        seen.by_customer(session, conversation.id, 1000)
        assert seen_by_customer(session, conversation.id) == conversation.last_seq

    def test_of_an_unknown_conversation_are_nothing(self, session: Session) -> None:
        seen.by_customer(session, uuid4(), 3)
        assert session.scalars(select(ReadMarks)).all() == []

    def test_delivered_is_not_seen(self, session: Session, conversation: Conversation) -> None:
        service.mark_delivered(session, conversation.id, 5)
        assert service.updates(session, conversation.id, 0, notes=True).state.seen_seq == 0

    def test_of_staff_count_only_for_whoever_holds_the_chat(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        service.receive(session, conversation.id, "Hello?", client_id="1")
        seen.by_staff(session, conversation.id, anna.id, 2)
        assert told_to_customer(session, conversation.id) == 0
        handoff.take_over(session, conversation.id, anna)
        seen.by_staff(session, conversation.id, ben.id, 2)
        assert told_to_customer(session, conversation.id) == 0
        seen.by_staff(session, conversation.id, anna.id, 2)
        assert told_to_customer(session, conversation.id) == 2

    def test_are_written_while_the_thread_is_locked(self, database_url: str) -> None:
        chat = new_chat()
        database.run(seen.by_customer, chat, 1)
        with database.transaction() as writing:
            conversation = queries.locked(writing, chat)
            assert conversation is not None
            with ThreadPoolExecutor(1) as pool:
                pool.submit(database.run, seen.by_customer, chat, 2).result(timeout=5)
        with database.transaction() as session:
            assert seen_by_customer(session, chat) == 1  # there is only one message

    def test_of_many_pages_at_once_end_with_the_highest(self, database_url: str) -> None:
        chat = new_chat()
        with database.transaction() as session:
            session.get_one(Conversation, chat).last_seq = 40
        together = Barrier(20)

        def tell(seq: int) -> None:
            together.wait(10)
            database.run(seen.by_customer, chat, seq)

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(tell, range(20, 40)))
        with database.transaction() as session:
            assert seen_by_customer(session, chat) == 39


class TestFrames:
    def test_only_what_is_higher_and_not_too_soon_is_news(self) -> None:
        chat, frames = uuid4(), seen.Frames()
        assert frames.news(chat, 3) == 3
        assert frames.news(chat, 4) is None
        frames.at = 0.0
        assert frames.news(chat, 3) is None
        assert frames.news(chat, 4) == 4

    @pytest.mark.parametrize("odd", [None, "7", -1, 0, 2**40, {"a": 1}])
    def test_anything_else_is_not(self, odd: object) -> None:
        assert seen.Frames().news(uuid4(), odd) is None


@pytest.mark.usefixtures("dead_rasa")
class TestTwoProcesses:
    def test_each_side_learns_what_the_other_has_read(self, customer: SocketClient, desk: DeskTab) -> None:
        chat = only_chat()
        assert desk.open(chat)["customer_seen_seq"] == 0
        database.run(handoff.take_over, chat, holder())
        desk.expect("conversation", lambda state: state["mine"])
        last = database.run(lambda session: session.get_one(Conversation, chat).last_seq)
        customer.send("seen", {"seq": last})
        desk.expect("conversation", lambda state: state["customer_seen_seq"] == last)
        customer.expect_state(lambda state: state["agent"] is not None and state["seen_seq"] == 0)
        desk.send("seen", {"conversation_id": str(chat), "seq": last})
        customer.expect_state(lambda state: state["seen_seq"] == last)

    def test_a_page_that_comes_later_is_told_as_well(self, customer: SocketClient, desk: DeskTab) -> None:
        chat = only_chat()
        database.run(seen.by_customer, chat, 1)
        assert desk.open(chat)["customer_seen_seq"] == 1

    def test_what_somebody_else_looks_at_is_not_told(self, customer: SocketClient, desk: DeskTab) -> None:
        chat = only_chat()
        desk.open(chat)
        desk.send("seen", {"conversation_id": str(chat), "seq": 1})
        desk.send("open", {"conversation_id": str(chat), "last_seq": 0})
        desk.expect("conversation")
        with database.transaction() as session:
            assert session.scalars(select(ReadMarks)).all() == []

    @pytest.mark.parametrize("odd", [None, "text", 7, {"seq": "x"}, {"seq": -4}, {"seq": 10**12}])
    def test_odd_frames_break_nothing(self, customer: SocketClient, odd: object) -> None:
        customer.send("seen", odd)
        customer.write("Still here")
        customer.expect("message_stored")


def seen_by_customer(session: Session, chat: UUID) -> int:
    return session.scalars(select(ReadMarks.customer_seen_seq).where(ReadMarks.conversation_id == chat)).one()


def told_to_customer(session: Session, chat: UUID) -> int:
    return service.updates(session, chat, 0).state.seen_seq


def new_chat() -> UUID:
    return database.run(service.open_conversation, None)[0].id


def only_chat() -> UUID:
    with database.transaction() as session:
        return session.scalars(select(Conversation.id)).one()


def holder() -> Staff:
    with database.transaction() as session:
        return session.scalars(select(Staff)).one()


@pytest.fixture
def customer(database_url: str) -> Iterator[SocketClient]:
    """A customer of one web process, with a conversation."""
    with running_gateway() as address:
        browser = SocketClient(address)
        browser.open()
        yield browser
        browser.close()


@pytest.fixture
def desk(database_url: str) -> Iterator[DeskTab]:
    """A tab of the desk that is served by another web process."""
    with database.transaction() as session:
        path = people.new_sign_in_link(session, add_agent(session, "Anna Berg"))
    with database.transaction() as session:
        cookie = people.use_sign_in_link(session, path.rpartition("/")[2]).token
    with running_gateway() as address:
        tab = DeskTab(address, cookie)
        yield tab
        tab.close()
