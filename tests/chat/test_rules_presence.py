"""The rules of presence, each as a test: a lease in the database says who is there, whichever process holds the socket,
and an agent who vanishes costs the customer their place in no queue."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.chat import handoff, presence, queue_queries, service, staff_queries, timers
from disputes.chat.tables import Conversation, CustomerPresence, StaffPresence, WebProcess
from disputes.people import service as people
from disputes.people.tables import Staff
from disputes.policy.models import Chat
from tests.chat.conftest import lines_of
from tests.chat.factories import add_agent, desk_is_up, somebody_here, waiting_chat
from tests.chat.gateways import DeskTab, running_gateway
from tests.socket_client import SocketClient
from tests.stack import wait_until

pytestmark = pytest.mark.database

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
GRACE = timedelta(seconds=60)


class TestAgentDisconnects:
    def test_within_the_grace_the_chat_stays_and_then_it_is_in_front_of_the_queue_with_its_first_wait(
        self, session: Session, anna: Staff
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            desk_is_up(session)
            chat = waiting_chat(session)
            lease = presence.staff_arrive(session, anna)
            moment.shift(timedelta(minutes=5))
            later = waiting_chat(session)
            handoff.claim(session, chat.id, anna)
            moment.shift(timedelta(minutes=5))
            desk_is_up(session)
            presence.renew(session, uuid4(), [lease], [])
            presence.staff_leave(session, lease)
            moment.shift(presence.TURNING + GRACE - timedelta(seconds=1))
            desk_is_up(session)
            assert timers.act(session, chat.id) is None
            moment.shift(timedelta(seconds=1))
            somebody_here(session)
            assert timers.act(session, chat.id) == "agent_gone"
        assert (chat.owner, chat.waiting_since) == ("queue", MONDAY_NOON)
        assert queue_queries.position(session, chat) == 1
        assert queue_queries.position(session, later) == 2
        words = lines_of(session, chat)[-1][1]
        assert "The connection to Anna Berg is lost. You are number 1" in words

    def test_a_page_that_is_opened_anew_is_nobody_leaving(self, session: Session, anna: Staff) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            lease = presence.staff_arrive(session, anna)
            presence.staff_leave(session, lease)
            moment.shift(presence.TURNING - timedelta(seconds=1))
            assert presence.is_at_desk(session, anna)
            presence.staff_arrive(session, anna)
            moment.shift(timedelta(seconds=20))
            assert presence.is_at_desk(session, anna)

    def test_one_of_two_tabs_is_enough(self, session: Session, anna: Staff) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            closed, still_open = presence.staff_arrive(session, anna), presence.staff_arrive(session, anna)
            presence.staff_leave(session, closed)
            moment.shift(timedelta(seconds=20))
            presence.renew(session, uuid4(), [still_open], [])
            moment.shift(timedelta(seconds=20))
            assert presence.is_at_desk(session, anna)

    def test_whoever_works_here_no_more_is_gone_at_once(self, session: Session, anna: Staff) -> None:
        desk_is_up(session)
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, anna)
        assert timers.act(session, chat.id) is None
        anna.active = False
        session.flush()
        assert timers.act(session, chat.id) == "agent_gone"

    def test_an_outage_of_ours_is_nobodys_leaving(self, session: Session, anna: Staff) -> None:
        """All web processes were down for five minutes: who held a chat has the whole grace to come back."""
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            desk_is_up(session)
            chat = waiting_chat(session)
            handoff.claim(session, chat.id, anna)
            moment.shift(timedelta(minutes=5))
            assert timers.act(session, chat.id) is None
            presence.renew(session, uuid4(), [], [])
            moment.shift(GRACE - timedelta(seconds=1))
            assert timers.act(session, chat.id) is None
            session.query(WebProcess).update({"seen_at": clock.now()})
            moment.shift(timedelta(seconds=1))
            assert timers.act(session, chat.id) == "agent_gone"

    def test_when_nobody_else_is_there_that_is_said_too(self, session: Session, anna: Staff) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            desk_is_up(session)
            chat = waiting_chat(session)
            handoff.claim(session, chat.id, anna)
            moment.shift(timedelta(minutes=2))
            desk_is_up(session)
            timers.act(session, chat.id)
        assert "Nobody else is here just now." in lines_of(session, chat)[-1][1]

    def test_the_sweep_finds_exactly_the_chats_whose_job_acts(self, session: Session) -> None:
        """The rule stands twice: in SQL, to find chats, and in Python, to act on one. They agree on each of these."""
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chats = [waiting_chat(session) for _ in range(6)]
            here, gone = add_agent(session, "Here"), add_agent(session, "Gone")
            for number, holder in ((1, here), (2, gone), (3, here), (4, here)):
                handoff.claim(session, chats[number].id, holder)
            chats[3].answer_by = clock.now() + timedelta(minutes=3)
            moment.shift(timedelta(seconds=5))
            service.say_as_agent(session, chats[4].id, here, "Hello?", client_id="1", note=False)
            handoff.back_to_assistant(session, chats[5])
            for minutes in (0, 1, 4, 11, 31, 1441, 2000):
                moment.move_to(MONDAY_NOON + timedelta(minutes=minutes, seconds=10))
                desk_is_up(session)
                presence.staff_act(session, here)
                found = {chat.id for chat in chats if timers.what_is_over(*standing(session, chat)) is not None}
                assert set(timers.chats_due(session)) == found, minutes


class TestCustomerLeaves:
    def test_a_lost_socket_is_not_leaving_the_desk_sees_them_away_and_the_chat_is_kept(
        self, session: Session, anna: Staff
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = waiting_chat(session)
            handoff.claim(session, chat.id, anna)
            lease = presence.customer_arrives(session, chat.id)
            assert service.updates(session, chat.id, 0, notes=True).state.customer_online is True
            presence.customer_leaves(session, lease, chat.id)
            moment.shift(presence.TURNING)
            assert service.updates(session, chat.id, 0, notes=True).state.customer_online is False
            assert (chat.owner, chat.agent_id) == ("agent", anna.id)

    def test_a_process_that_died_says_nothing_and_its_leases_end_by_themselves(self, session: Session) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = service.open_conversation(session, None)[0]
            presence.customer_arrives(session, chat.id)
            moment.shift(presence.LEASE)
            assert not staff_queries.customer_is_here(session, chat.id, clock.now())

    def test_the_customer_is_not_told_whether_they_are_there(self, session: Session) -> None:
        chat = service.open_conversation(session, None)[0]
        assert service.updates(session, chat.id, 0).state.customer_online is None


class TestHousekeeping:
    def test_leases_of_yesterday_and_addresses_of_chats_that_rest_are_forgotten(
        self, session: Session, anna: Staff
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = service.open_conversation(session, None, ip_digest="somewhere")[0]
            presence.staff_arrive(session, anna)
            presence.customer_arrives(session, chat.id)
            desk_is_up(session)
            moment.shift(timedelta(days=1))
            presence.forget_old(session)
            assert session.get_one(Conversation, chat.id).ip_digest == "somewhere"
            moment.shift(timedelta(minutes=1))
            presence.forget_old(session)
        for leases in (StaffPresence, CustomerPresence, WebProcess):
            assert session.scalars(select(leases)).all() == []
        session.refresh(chat)
        assert chat.ip_digest is None


class TestTwoWebProcesses:
    @pytest.fixture
    def processes(self, database_url: str, dead_rasa: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
        monkeypatch.setattr("disputes.chat.presence.RENEW_SECONDS", 0.2)
        monkeypatch.setattr("disputes.chat.desk_sockets.CHECK_AGAIN_SECONDS", 0.2)
        with running_gateway() as first, running_gateway() as second:
            yield [first, second]

    @pytest.fixture
    def customer(self, processes: list[str]) -> Iterator[SocketClient]:
        browser = SocketClient(processes[0])
        browser.open()
        yield browser
        browser.close()

    def test_a_customer_on_one_and_an_agent_on_the_other_see_each_other_come_and_go(
        self, processes: list[str], customer: SocketClient
    ) -> None:
        cookie = cookie_of("Anna Berg")
        tab = DeskTab(processes[1], cookie, patience=20)
        chat = chat_of(customer.session_id)
        assert tab.open(chat)["customer_online"] is True
        customer.write("/talk_to_person")
        customer.expect_state(lambda state: state["owner"] == "queue" and state["queue_position"] == 1)
        anna = staff_named("Anna Berg")
        database.run(handoff.claim, chat, anna)
        customer.expect_state(lambda state: state["owner"] == "agent")
        customer.close()
        tab.expect("conversation", lambda state: state["customer_online"] is False)
        tab.close()

    def test_the_heartbeat_of_each_process_renews_its_own_leases_only(
        self, processes: list[str], customer: SocketClient
    ) -> None:
        assert customer.session_id
        tab = DeskTab(processes[1], cookie_of("Anna Berg"))
        ends = eventually(leases_end, lambda found: len(found) == 2)
        later = eventually(leases_end, lambda found: all(found[lease] > ends[lease] for lease in ends))
        assert later.keys() == ends.keys()
        with database.transaction() as session:
            assert len(session.scalars(select(WebProcess)).all()) == 2
        tab.close()

    def test_a_signed_out_agent_is_not_there_although_the_tab_is_open(self, processes: list[str]) -> None:
        cookie = cookie_of("Anna Berg")
        tab = DeskTab(processes[0], cookie)
        database.run(people.sign_out, cookie)
        anna = staff_named("Anna Berg")
        gone = eventually(lambda: last_lease(anna) - clock.now(), lambda left: left <= presence.TURNING, seconds=20)
        assert gone <= presence.TURNING
        tab.close()


def standing(session: Session, chat: Conversation) -> tuple[timers.Standing, Chat]:
    """What a chat's clocks look at, and the rules they go by."""
    session.refresh(chat)
    return timers.standing_of(session, chat), policy.current().chat


def cookie_of(name: str) -> str:
    """The session cookie of a new agent."""
    with database.transaction() as session:
        path = people.new_sign_in_link(session, add_agent(session, name))
        return people.use_sign_in_link(session, path.rpartition("/")[2]).token


def staff_named(name: str) -> Staff:
    with database.transaction() as session:
        return session.scalars(select(Staff).where(Staff.name == name)).one()


def chat_of(session_id: str) -> UUID:
    with database.transaction() as session:
        return service.open_conversation(session, session_id)[0].id


def last_lease(staff: Staff) -> datetime:
    """When the member of staff's last lease ends."""
    with database.transaction() as session:
        found = staff_queries.last_lease(session, staff.id)
        assert found is not None
        return found


def leases_end() -> dict[UUID, datetime]:
    """Every lease there is, with its end."""
    with database.transaction() as session:
        leases = [*session.scalars(select(StaffPresence)), *session.scalars(select(CustomerPresence))]
        return {lease.id: lease.expires_at for lease in leases}


def eventually[T](look: Callable[[], T], wanted: Callable[[T], bool], *, seconds: float = 25) -> T:
    """What is seen as soon as it is as wanted."""
    found: list[T] = []

    def is_there() -> bool:
        found.append(look())
        return wanted(found[-1])

    wait_until(is_there, seconds, "never as wanted")
    return found[-1]
