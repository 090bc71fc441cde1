"""The socket server: both namespaces, the hub behind them, and the watch on the assistant."""

import asyncio

import socketio

from disputes.chat.assistant_state import AssistantState
from disputes.chat.desk_sockets import DeskNamespace
from disputes.chat.hub import Hub
from disputes.chat.sockets import CustomerNamespace
from disputes.settings import settings

PING_SECONDS = 15
PING_TIMEOUT_SECONDS = 20
MAX_FRAME_BYTES = 200_000


class Gateway:
    """What one web process needs for live chat; `start` and `stop` belong to the app's lifespan."""

    def __init__(self) -> None:
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
        self._customers = CustomerNamespace(self.hub, self.assistant)
        self.server.register_namespace(self._customers)
        self.server.register_namespace(DeskNamespace(self.hub))
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to listen to the database and to look at the assistant; needs a running event loop."""
        self.hub.start()
        self._watch = asyncio.create_task(self.assistant.watch(self._customers.assistant_changed))

    async def stop(self) -> None:
        """Ends both."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self.hub.stop()
