"""What one socket may send how often, beside its messages."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from disputes import database
from disputes.chat import hints, sockets
from disputes.chat.assistant_state import AssistantState
from disputes.chat.hub import Hub
from disputes.chat.leases import Leases


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
    assert len(told) == sockets.BURST
