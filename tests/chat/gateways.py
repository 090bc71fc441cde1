"""Socket servers as web processes have them, and a tab of the desk that talks to one."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import UUID

import socketio
import uvicorn
from starlette.applications import Starlette

from disputes.chat.gateway import Gateway
from disputes.people import service as people


@contextmanager
def running_gateway() -> Iterator[str]:
    """The address of a socket server with a hub of its own; several of them are several web processes."""
    started = Event()
    found: dict[str, Any] = {}

    def serve() -> None:
        async def main() -> None:
            gateway = Gateway()
            app = socketio.ASGIApp(gateway.server, Starlette())
            config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, ws="websockets-sansio")
            server = uvicorn.Server(config)
            found["server"] = server
            gateway.start()
            serving = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            found["port"] = server.servers[0].sockets[0].getsockname()[1]
            started.set()
            await serving
            await gateway.stop()

        asyncio.run(main())

    runner = Thread(target=serve)
    runner.start()
    assert started.wait(10)
    yield f"http://127.0.0.1:{found['port']}"
    found["server"].should_exit = True
    runner.join(10)


class DeskTab:
    """A browser tab at the desk that remembers every event in order."""

    def __init__(self, address: str, cookie: str, *, patience: float = 5.0) -> None:
        self.patience = patience
        self.heard: list[tuple[str, Any]] = []
        self._taken = 0
        self._changed = Event()
        self._client = socketio.Client(reconnection=False, websocket_extra_options={"origin": address})
        self._client.on("*", self._remember, namespace="/desk")
        headers = {"Cookie": f"{people.SESSION_COOKIE}={cookie}"}
        self._client.connect(address, headers=headers, namespaces=["/desk"], transports=["websocket"])

    def _remember(self, event: str, data: Any = None) -> None:
        self.heard.append((event, data))
        self._changed.set()

    def open(self, conversation_id: UUID) -> dict[str, Any]:
        """Opens a conversation, and returns the state it is in."""
        self.send("open", {"conversation_id": str(conversation_id), "last_seq": 0})
        state: dict[str, Any] = self.expect("conversation")
        return state

    def send(self, event: str, data: Any) -> None:
        """Sends one frame."""
        self._client.emit(event, data, namespace="/desk")

    def expect(self, event: str, wanted: Callable[[Any], bool] = lambda _data: True) -> Any:
        """The next event of this name that is as wanted and was not taken yet."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            self._changed.clear()
            for index in range(self._taken, len(self.heard)):
                name, data = self.heard[index]
                if name == event and wanted(data):
                    self._taken = index + 1
                    return data
            self._changed.wait(0.1)
        raise AssertionError(f"no such {event!r} in {self.patience} s; heard: {self.heard}")

    def close(self) -> None:
        """Leaves."""
        self._client.disconnect()
