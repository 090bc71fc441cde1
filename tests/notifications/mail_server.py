"""A mail server that can be stopped and started, and keeps what it gets."""

from email import message_from_bytes
from email import policy as wire
from email.message import EmailMessage
from socket import create_server
from typing import Any

from aiosmtpd.controller import Controller


class MailServer:
    """A mail server on a port of its own that can be stopped and started, and keeps what it gets."""

    def __init__(self, **options: Any) -> None:
        with create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.received: list[EmailMessage] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"
        self._options = options
        self._running: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running = Controller(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._running.start()

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.received.append(message_from_bytes(envelope.content, policy=wire.default))
        return self.answer
