"""A customer who talks to a real Rasa over its REST channel, as the gateway does."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import select

from disputes.cases.tables import Case
from disputes.chat import service as chat
from tests.stack import Stack

TURN_SECONDS = 60
REFERENCE = re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}")

type Filed = Callable[[str], Case]


@dataclass(frozen=True)
class Reply:
    """What the assistant said to one message."""

    parts: list[dict[str, Any]]

    @property
    def text(self) -> str:
        """All of it in one piece."""
        return "\n".join(part["text"] for part in self.parts if part.get("text"))

    @property
    def buttons(self) -> dict[str, str]:
        """Titles of the buttons, with their payloads."""
        return {each["title"]: each["payload"] for part in self.parts for each in part.get("buttons") or ()}

    @property
    def card(self) -> dict[str, Any] | None:
        """The last card."""
        cards = [part["custom"]["card"] for part in self.parts if "card" in (part.get("custom") or {})]
        return cards[-1] if cards else None

    @property
    def handoff(self) -> dict[str, str] | None:
        """The request for a person."""
        found = [part["custom"]["handoff"] for part in self.parts if "handoff" in (part.get("custom") or {})]
        return found[0] if found else None

    def row(self, label: str) -> str:
        """The value in a line of the card."""
        assert self.card is not None, self.text
        return str(next(row["value"] for row in self.card["rows"] if row["label"] == label))


@dataclass
class Bot:
    """One conversation. It has a row in the program's database, so that facts, cases and codes find it."""

    url: str
    conversation_id: UUID
    sender: str = field(default_factory=lambda: f"test:{uuid4()}")
    transcript: list[tuple[str, str]] = field(default_factory=list)

    def say(self, text: str, *, message_id: str | None = None, **metadata: Any) -> Reply:
        """Sends one message and waits for the reply; a silent assistant fails the test."""
        body = {
            "sender": self.sender,
            "message": text,
            "metadata": {
                "message_id": message_id or str(uuid4()),
                "conversation_id": str(self.conversation_id),
                "epoch": 0,
                **metadata,
            },
        }
        answer = requests.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=TURN_SECONDS)
        reply = Reply(answer.json())
        self.transcript.append((text, reply.text))
        assert reply.parts, f"no answer to {text!r} after {self.transcript}"
        return reply

    def tell(self, *texts: str) -> Reply:
        """Sends several messages; the reply to the last one."""
        for text in texts[:-1]:
            self.say(text)
        return self.say(texts[-1])


@pytest.fixture
def bot(rasa_url: str, stack: Stack) -> Bot:
    """A new conversation with the assistant."""
    with stack.transaction() as session:
        conversation, _ = chat.open_conversation(session, None)
    return Bot(rasa_url, conversation.id)


@pytest.fixture
def filed(stack: Stack) -> Filed:
    """Finds a complaint by its reference."""

    def find(reference: str) -> Case:
        assert REFERENCE.fullmatch(reference)
        with stack.transaction() as session:
            return session.scalars(select(Case).where(Case.reference == reference)).one()

    return find
