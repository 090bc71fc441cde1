"""What one socket may send how often, beside its messages."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from disputes import clock, database
from disputes.chat import desk_sockets, hints, rate, sockets, viewers
from disputes.chat.assistant_state import AssistantState
from disputes.chat.hub import Hub
from disputes.chat.leases import Leases
from disputes.chat.schemas import Received
from disputes.people.tables import Staff


def test_a_socket_that_says_without_end_that_it_types_reaches_the_database_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[bool] = []

    def run(verb: object, conversation_id: UUID, who: str, on: bool) -> None:
        assert (verb, who) == (hints.typing, "customer")
        told.append(on)

    monkeypatch.setattr(database, "run", run)

    async def flood() -> None:
        namespace: Any = sockets.CustomerNamespace(Hub(), AssistantState(), Leases(), lambda _scope: None)
        namespace._sockets["a"] = sockets.CustomerSocket("a", True, uuid4(), "", uuid4())
        for number in range(200):
            await namespace.on_typing("a", {"on": number % 2 == 0})

    asyncio.run(flood())
    assert len(told) == rate.BURST


def test_so_does_a_tab_of_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []

    def run(verb: object, _conversation_id: UUID, _staff: Staff, *, on: bool, note: bool) -> None:
        assert (verb, note) == (viewers.types, False)
        told.append(on)

    monkeypatch.setattr(database, "run", run)

    async def flood() -> None:
        namespace = desk_with_a_tab()
        for number in range(200):
            await namespace.on_typing("a", {"conversation_id": str(uuid4()), "on": number % 2 == 0})

    asyncio.run(flood())
    assert len(told) == rate.BURST


def test_a_tab_of_the_desk_that_says_too_much_at_once_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    stored: list[str] = []
    emitted: list[str] = []

    def say(_self: object, _socket: object, _conversation_id: UUID, _data: object, client_id: str) -> Received:
        stored.append(client_id)
        return Received(uuid4(), 1, clock.now(), "Hi", is_new=True)

    async def emit(_self: object, event: str, told: dict[str, Any], **_to: str) -> None:
        emitted.append(told.get("code", event))

    monkeypatch.setattr(desk_sockets.DeskNamespace, "_say", say)
    monkeypatch.setattr(desk_sockets.DeskNamespace, "emit", emit)

    async def flood() -> None:
        namespace = desk_with_a_tab()
        for number in range(rate.BURST + 5):
            await namespace.on_say("a", {"conversation_id": str(uuid4()), "text": "Hi", "client_id": str(number)})

    asyncio.run(flood())
    assert len(stored) == rate.BURST
    assert emitted == ["message_stored"] * rate.BURST + ["too_many"] * 5


def desk_with_a_tab() -> Any:
    """The desk's namespace with one tab in it."""
    namespace: Any = desk_sockets.DeskNamespace(Hub(), Leases())
    namespace._sockets["a"] = desk_sockets.DeskSocket("a", "", Staff(id=uuid4()), uuid4())
    return namespace
