"""A client of the chat's socket protocol, for tests and measurements."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any
from uuid import uuid4

import requests
import socketio

SECONDS = 5.0


class SocketClient:
    """A socket.io client that remembers every event in order.

    `browser`: whose cookies and trust it shares. `namespace`: the desk's for staff.
    """

    def __init__(
        self,
        address: str,
        *,
        patience: float = SECONDS,
        browser: requests.Session | None = None,
        namespace: str = "/",
    ) -> None:
        self.patience = patience
        self.seen: list[tuple[str, Any]] = []
        self.session_id = ""
        self._taken = 0
        self._changed = Event()
        self._namespace = namespace
        self._client = socketio.Client(reconnection=False, http_session=browser)
        self._client.on("*", self._remember, namespace=namespace)
        self._client.connect(address, transports=["websocket"], namespaces=[namespace])

    def _remember(self, event: str, data: Any = None) -> None:
        self.seen.append((event, data))
        self._changed.set()

    def open(self, session_id: str | None = None, last_seq: int = 0) -> None:
        """Opens (or goes on with) a conversation, as our own widget does."""
        self.send("session_request", {"session_id": session_id, "last_seq": last_seq})
        self.session_id = self.expect("session_confirm")
        self.expect("conversation")

    def be_greeted(self) -> None:
        """Waits for the assistant's greeting, live or in the history; what came until then is taken as seen."""
        self.expect_text("automated assistant")
        self._taken = len(self.seen)

    def send(self, event: str, data: Any) -> None:
        """Sends one frame."""
        self._client.emit(event, data, namespace=self._namespace)

    def write(self, text: str, *, client_id: str | None = None, session_id: str | None = None) -> str:
        """The customer writes; returns the client id of the message."""
        client_id = client_id or str(uuid4())
        said = {
            "message": text,
            "session_id": session_id or self.session_id,
            "metadata": {"client_id": client_id},
        }
        self.send("user_uttered", said)
        return client_id

    def expect(self, event: str) -> Any:
        """The next event of this name that was not taken yet."""
        return self._next(lambda name, _data: name == event)

    def expect_state(self, wanted: Callable[[dict[str, Any]], bool]) -> None:
        """Waits for a `conversation` event that is as wanted."""
        self._next(lambda name, data: name == "conversation" and wanted(data))

    def expect_text(self, part: str) -> None:
        """Waits until a message with this text has been seen, live or in the history."""
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            if any(part in text for text in self.texts()):
                return
            self._changed.wait(0.1)
        raise AssertionError(f"{part!r} not seen in {self.patience} s; seen: {self.texts()}")

    def last_seq(self) -> int:
        """The highest number seen."""
        numbers = [data["metadata"]["seq"] for name, data in self.seen if name == "bot_uttered"]
        numbers += [data["last_seq"] for name, data in self.seen if name == "history"]
        numbers += [data["seq"] for name, data in self.seen if name == "message_stored"]
        return max(numbers, default=0)

    def texts(self) -> list[str]:
        """Every text that was shown so far."""
        shown = [data["text"] for name, data in self.seen if name == "bot_uttered"]
        for name, data in self.seen:
            if name == "history":
                shown += [message["text"] for message in data["messages"]]
        return shown

    def _next(self, wanted: Callable[[str, Any], bool]) -> Any:
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            self._changed.clear()
            for index in range(self._taken, len(self.seen)):
                name, data = self.seen[index]
                if wanted(name, data):
                    self._taken = index + 1
                    return data
            self._changed.wait(0.1)
        raise AssertionError(f"not seen in {self.patience} s; seen: {[name for name, _ in self.seen]}")

    def close(self) -> None:
        """Leaves."""
        self._client.disconnect()
