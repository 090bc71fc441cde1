"""Several Rasa servers: a conversation keeps to one, and goes on with another when that cannot be reached."""

from collections import Counter
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from disputes import clock
from disputes.chat.rasa_client import RasaUnavailable, rasa_client
from disputes.chat.rasa_servers import SET_ASIDE_SECONDS, RasaServers
from disputes.chat.schemas import Turn
from disputes.settings import Settings, settings
from tests.chat.conftest import RasaStandIn
from tests.stack import free_port

SERVERS = ["http://127.0.0.1:5005", "http://127.0.0.1:5006", "http://10.0.0.7:5005"]


class TestChoice:
    def test_is_the_same_for_all_who_know_the_same_addresses(self) -> None:
        one, other = RasaServers(SERVERS), RasaServers(SERVERS[::-1])
        for number in range(50):
            assert one.for_conversation(f"c{number}:1") == other.for_conversation(f"c{number}:1")

    def test_spreads_conversations_evenly(self) -> None:
        servers = RasaServers(SERVERS)
        first = Counter(servers.for_conversation(f"c{number}:1")[0] for number in range(900))
        assert min(first.values()) > 240

    def test_only_the_conversations_of_a_server_that_failed_move(self) -> None:
        servers = RasaServers(SERVERS)
        before = {name: servers.for_conversation(name)[0] for name in (f"c{number}:1" for number in range(100))}
        servers.set_aside(SERVERS[0])
        for name, first in before.items():
            now = servers.for_conversation(name)
            assert now[-1] == SERVERS[0]
            assert first == SERVERS[0] or now[0] == first

    def test_comes_back_after_a_while(self) -> None:
        now = 100.0
        servers = RasaServers(SERVERS, lambda: now)
        (first, *_rest) = servers.for_conversation("c:1")
        servers.set_aside(first)
        now += SET_ASIDE_SECONDS - 0.1
        assert servers.for_conversation("c:1")[0] != first
        now += 0.2
        assert servers.for_conversation("c:1")[0] == first

    def test_addresses_are_comma_separated(self) -> None:
        assert Settings(rasa_url="http://a:1/, http://b:2").rasa_urls == ["http://a:1", "http://b:2"]


class TestGoingOn:
    def test_a_server_that_cannot_be_reached_costs_no_turn(self, rasa: RasaStandIn, with_a_dead_one: None) -> None:
        for turn in turns(8):
            assert [part.text for part in rasa_client().ask(turn)] == ["Hello!"]
        assert len(rasa.asked) == 8

    def test_a_turn_that_a_server_may_have_had_is_sent_to_no_other(
        self, rasa: RasaStandIn, with_itself_twice: None
    ) -> None:
        rasa.replies = [500]
        (turn,) = turns(1)
        with pytest.raises(RasaUnavailable):
            rasa_client().ask(turn)
        assert len(rasa.asked) == 1

    def test_after_an_empty_answer_the_next_try_goes_elsewhere(
        self, rasa: RasaStandIn, with_itself_twice: None
    ) -> None:
        rasa.replies = [[]]
        (turn,) = turns(1)
        first = rasa_client().servers.for_conversation(turn.sender)[0]
        with pytest.raises(RasaUnavailable):
            rasa_client().ask(turn)
        assert rasa_client().servers.for_conversation(turn.sender)[0] != first

    def test_one_that_answers_is_enough_to_be_ready(self, rasa: RasaStandIn, with_a_dead_one: None) -> None:
        assert rasa_client().is_ready()


def turns(number: int) -> list[Turn]:
    return [turn_of(uuid4()) for _ in range(number)]


def turn_of(conversation_id: UUID) -> Turn:
    return Turn(
        message_id=uuid4(),
        conversation_id=conversation_id,
        sender=f"{conversation_id}:1",
        text="hello",
        epoch=0,
        note={},
        asked_at=clock.now(),
        is_opening=False,
        is_return=False,
        others_wait=False,
        turns_before=0,
    )


@pytest.fixture
def with_a_dead_one(rasa: RasaStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from known_as(f"http://127.0.0.1:{free_port()},{settings().rasa_url}", monkeypatch)


@pytest.fixture
def with_itself_twice(rasa: RasaStandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two addresses of one server."""
    address = settings().rasa_url
    yield from known_as(f"{address},{address.replace('127.0.0.1', 'localhost')}", monkeypatch)


def known_as(addresses: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RASA_URL", addresses)
    settings.cache_clear()
    rasa_client.cache_clear()
    yield
    rasa_client().http.close()
    rasa_client.cache_clear()
