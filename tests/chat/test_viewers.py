"""Who else looks at a chat and types in it: told to colleagues in every web process, and to no customer but replies."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.chat import handoff, presence, service, viewers
from disputes.chat.tables import Conversation
from disputes.people import service as people
from disputes.people.tables import Staff
from tests.chat.factories import add_agent
from tests.chat.gateways import DeskTab, running_gateway
from tests.socket_client import SocketClient

pytestmark = pytest.mark.database


class TestLooks:
    def test_name_colleagues_and_not_oneself(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        for staff in (anna, ben):
            viewers.arrive(session, presence.staff_arrive(session, staff), conversation.id)
        assert viewers.others(session, conversation.id, anna.id) == ["Ben Okafor"]
        assert viewers.others(session, conversation.id, ben.id) == ["Anna Berg"]

    def test_in_two_tabs_are_one_person_until_both_are_gone(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        one, other = presence.staff_arrive(session, ben), presence.staff_arrive(session, ben)
        for lease in (one, other, other):
            viewers.arrive(session, lease, conversation.id)
        viewers.leave(session, one, conversation.id)
        assert viewers.others(session, conversation.id, anna.id) == ["Ben Okafor"]
        viewers.leave(session, other)
        assert viewers.others(session, conversation.id, anna.id) == []

    def test_end_with_the_lease_of_their_tab_whatever_became_of_its_process(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        viewers.arrive(session, presence.staff_arrive(session, ben), conversation.id)
        with clock.set_to(clock.now() + presence.LEASE + timedelta(seconds=1)):
            assert viewers.others(session, conversation.id, anna.id) == []

    def test_at_an_unknown_chat_are_none(self, session: Session, anna: Staff) -> None:
        viewers.arrive(session, presence.staff_arrive(session, anna), uuid4())


@pytest.mark.usefixtures("dead_rasa")
class TestTwoProcesses:
    def test_colleagues_see_each_other_come_and_go(self, chat: UUID, anna_tab: DeskTab, ben_tab: DeskTab) -> None:
        anna_tab.open(chat)
        ben_tab.open(chat)
        anna_tab.expect("viewers", lambda seen: seen["names"] == ["Ben Okafor"])
        ben_tab.expect("viewers", lambda seen: seen["names"] == ["Anna Berg"])
        ben_tab.send("leave", {"conversation_id": str(chat)})
        anna_tab.expect("viewers", lambda seen: seen["names"] == [])

    def test_a_closed_tab_looks_no_more(self, chat: UUID, anna_tab: DeskTab, ben_tab: DeskTab) -> None:
        anna_tab.open(chat)
        ben_tab.open(chat)
        anna_tab.expect("viewers", lambda seen: seen["names"] == ["Ben Okafor"])
        ben_tab.close()
        anna_tab.expect("viewers", lambda seen: seen["names"] == [])

    def test_whoever_left_a_chat_hears_no_more_of_it(self, chat: UUID, anna_tab: DeskTab, ben_tab: DeskTab) -> None:
        other = new_chat()
        ben_tab.open(chat)
        ben_tab.send("leave", {"conversation_id": str(chat)})
        ben_tab.open(other)
        before = len(ben_tab.heard)
        database.run(service.receive, chat, "Hello?", client_id="1")
        database.run(service.receive, other, "Hello there?", client_id="2")
        ben_tab.expect("history", lambda sent: sent["conversation_id"] == str(other))
        later = [data for name, data in ben_tab.heard[before:] if name == "history"]
        assert all(sent["conversation_id"] == str(other) for sent in later)

    def test_a_note_is_told_to_colleagues_as_a_note_and_to_nobody_else(
        self, customer: SocketClient, anna_tab: DeskTab, ben_tab: DeskTab
    ) -> None:
        chat = only_chat()
        database.run(handoff.take_over, chat, member("Anna Berg"))
        for tab in (anna_tab, ben_tab):
            tab.open(chat)
        anna_tab.send("typing", {"conversation_id": str(chat), "on": True, "note": True})
        told = ben_tab.expect("colleague")
        assert (told["name"], told["note"], told["on"]) == ("Anna Berg", True, True)
        anna_tab.send("typing", {"conversation_id": str(chat), "on": True, "note": False})
        assert ben_tab.expect("colleague")["note"] is False
        assert customer.expect("typing") == {"from": "agent", "on": True}
        assert [name for name, _ in customer.seen].count("typing") == 1
        assert "colleague" not in [name for name, _ in anna_tab.heard]

    def test_a_reply_of_whoever_does_not_hold_the_chat_is_no_news_for_the_customer(
        self, customer: SocketClient, anna_tab: DeskTab, ben_tab: DeskTab
    ) -> None:
        chat = only_chat()
        database.run(handoff.take_over, chat, member("Anna Berg"))
        for tab in (anna_tab, ben_tab):
            tab.open(chat)
        ben_tab.send("typing", {"conversation_id": str(chat), "on": True, "note": False})
        assert anna_tab.expect("colleague")["name"] == "Ben Okafor"
        anna_tab.send("typing", {"conversation_id": str(chat), "on": True, "note": False})
        customer.expect("typing")
        assert [name for name, _ in customer.seen].count("typing") == 1

    def test_customers_never_hear_who_looks(self, customer: SocketClient, anna_tab: DeskTab, ben_tab: DeskTab) -> None:
        chat = only_chat()
        anna_tab.open(chat)
        ben_tab.open(chat)
        anna_tab.expect("viewers")
        assert not {name for name, _ in customer.seen} & {"viewers", "colleague"}


def new_chat() -> UUID:
    return database.run(service.open_conversation, None)[0].id


def only_chat() -> UUID:
    with database.transaction() as session:
        return session.query(Conversation).one().id


def member(name: str) -> Staff:
    with database.transaction() as session:
        return session.query(Staff).filter(Staff.name == name).one()


def tab_of(address: str, name: str) -> DeskTab:
    """A tab of a new member of staff."""
    with database.transaction() as session:
        path = people.new_sign_in_link(session, add_agent(session, name))
    with database.transaction() as session:
        cookie = people.use_sign_in_link(session, path.rpartition("/")[2]).token
    return DeskTab(address, cookie)


@pytest.fixture
def two_processes(database_url: str) -> Iterator[tuple[str, str]]:
    with running_gateway() as one, running_gateway() as other:
        yield one, other


@pytest.fixture
def anna_tab(two_processes: tuple[str, str]) -> Iterator[DeskTab]:
    tab = tab_of(two_processes[0], "Anna Berg")
    yield tab
    tab.close()


@pytest.fixture
def ben_tab(two_processes: tuple[str, str]) -> Iterator[DeskTab]:
    tab = tab_of(two_processes[1], "Ben Okafor")
    yield tab
    tab.close()


@pytest.fixture
def customer(two_processes: tuple[str, str]) -> Iterator[SocketClient]:
    browser = SocketClient(two_processes[1])
    browser.open()
    yield browser
    browser.close()


@pytest.fixture
def chat(two_processes: tuple[str, str]) -> UUID:
    return new_chat()
