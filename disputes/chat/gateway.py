"""The socket server: both namespaces, the hub behind them, and the watch on the assistant."""

import asyncio
from collections.abc import Callable
from typing import Any

import socketio

from disputes.chat.assistant_state import AssistantState
from disputes.chat.desk_sockets import DeskNamespace
from disputes.chat.hub import Hub
from disputes.chat.leases import Leases
from disputes.chat.sockets import CustomerNamespace
from disputes.settings import settings

PING_SECONDS = 15
PING_TIMEOUT_SECONDS = 20
MAX_FRAME_BYTES = 200_000


class Gateway:
    """What one web process needs for live chat; `start` and `stop` belong to the app's lifespan.

    `address_digest` tells where a request (an ASGI scope) comes from, as a digest; None: it is not counted.
    """

    def __init__(self, address_digest: Callable[[Any], str | None] = lambda _scope: None) -> None:
        origins = settings().origins
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins=[settings().base_url, *origins] if origins else None,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_TIMEOUT_SECONDS,
            max_http_buffer_size=MAX_FRAME_BYTES,
        )
        self.hub = Hub()
        self.assistant = AssistantState()
        self.leases = Leases()
        self._customers = CustomerNamespace(self.hub, self.assistant, self.leases, address_digest)
        self._desk = DeskNamespace(self.hub, self.leases)
        self.server.register_namespace(self._customers)
        self.server.register_namespace(self._desk)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to listen to the database, to watch the assistant and to renew leases; needs a running event loop."""
        self.hub.start()
        self._tasks = [
            asyncio.create_task(self.assistant.watch(self._customers.assistant_changed)),
            asyncio.create_task(self.leases.renew_for_ever(self._desk.check_all)),
        ]

    async def stop(self) -> None:
        """Ends all three. Leases are left to end by themselves: the same people may come back to another process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.stop()
