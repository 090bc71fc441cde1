"""Plays a transcript through the whole program: socket to socket, with the real assistant, actions and database."""

import re
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy import select, text

from disputes.chat import endings, handoff
from disputes.chat import service as chat
from disputes.chat.tables import Conversation as Chat
from disputes.chat.tables import Message
from disputes.database import psycopg_dsn
from disputes.local.postgres import EmbeddedPostgres
from disputes.people import service as people
from disputes.people.tables import Staff
from tests.socket_client import SocketClient
from tests.stack import Stack, wait_until
from tests.transcripts.script import Conversation, Line, Step, steady

AGENT: Final = "agent@example.com"
TURN_SECONDS: Final = 30
WHO: Final = {"bot": "bot", "agent": "team", "system": "chat"}
_CODE = re.compile(r"\b\d{6}\b")


class Player:
    """One customer with a chat of their own, and an agent who joins when the transcript says so."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client = SocketClient(stack.url, patience=TURN_SECONDS)
        self._client.open()
        self._client.be_greeted()
        self._seen = self._client.last_seq()
        self._sent: set[str] = set()
        self._letters_read: set[str] = set()

    def close(self) -> None:
        """The customer leaves."""
        self._client.close()

    def steps(self, conversation: Conversation) -> Iterator[Step]:
        """Does one step after the other; gives each with what was really shown."""
        for step in conversation.steps:
            yield Step(step.does, step.what, self.do(step))

    def do(self, step: Step) -> list[Line]:
        """Does one step; what was shown because of it."""
        getattr(self, f"_{step.does}")(step.what)
        return list(self._shown())

    def _say(self, what: str) -> None:
        self._sent.add(self._client.write(what))
        self._until_answered()

    def _press(self, title: str) -> None:
        payloads = [payload for name, payload in self._buttons() if name == title]
        assert payloads, f"there is no button {title!r}; there are {[name for name, _ in self._buttons()]}"
        self._say(payloads[-1])

    def _code(self, address: str) -> None:
        found: list[str] = []

        def arrived() -> bool:
            for letter in self._stack.letters():
                if letter.id not in self._letters_read and address in letter.recipient:
                    codes = _CODE.findall(letter.text)
                    if codes:
                        self._letters_read.add(letter.id)
                        found.append(codes[0])
            return bool(found)

        wait_until(arrived, TURN_SECONDS, f"no code was mailed to {address}")
        self._say(found[0])

    def come_back(self, after: timedelta) -> None:
        """The customer closes the page and opens it again so much later."""
        self._client.close()
        put_back(self._stack, self._conversation_id(), after)
        again = SocketClient(self._stack.url, patience=TURN_SECONDS)
        again.seen = self._client.seen
        again.open(self._client.session_id, self._seen)
        self._client = again

    def buttons(self) -> list[str]:
        """The titles of the buttons that are on the screen, oldest first."""
        return [title for title, _ in self._buttons()]

    def _later(self, what: str) -> None:
        number, unit = what.split()
        gone = timedelta(**{f"{unit.rstrip('s')}s": int(number)})
        put_back(self._stack, self._conversation_id(), gone)

    def _end(self, _what: str) -> None:
        self._client.send("end_chat", {})
        self._client.expect_state(lambda state: state["owner"] == "closed")

    def _agent(self, what: str) -> None:
        does, _, words = what.partition(" ")
        with self._stack.transaction() as session:
            staff = people.staff_with_email(session, AGENT)
            conversation_id = self._conversation_id()
            if does == "takes":
                handoff.take_over(session, conversation_id, staff)
            elif does == "says":
                self._agent_says(session, conversation_id, staff, words)
            elif does == "hands":
                handoff.hand_back(session, conversation_id, staff, words.removeprefix("back").strip())
            elif does == "ends":
                endings.close(session, conversation_id, staff)
            else:
                raise AssertionError(f"an agent does not do this: {what}")
        self._until_answered()

    def _agent_says(self, session: Any, conversation_id: UUID, staff: Staff, words: str) -> None:
        chat.say_as_agent(session, conversation_id, staff, words, client_id=f"agent-{self._seen}", note=False)

    def _buttons(self) -> Iterator[tuple[str, str]]:
        """Title and payload of every button that was shown, in order."""
        for name, data in self._client.seen:
            if name == "bot_uttered":
                yield from ((each["title"], each["payload"]) for each in data.get("quick_replies") or ())
            elif name == "card":
                for row in data["card"].get("rows", ()):
                    if row.get("edit"):
                        yield f"Change {row['label']}", row["edit"]

    def _until_answered(self) -> None:
        """Waits until no turn is under way and everything there is to see was seen."""
        wait_until(self._is_quiet, TURN_SECONDS, "the turn did not end")
        with self._stack.transaction() as session:
            visible = select(Message.seq).where(
                Message.conversation_id == self._conversation_id(), Message.audience == "everyone"
            )
            last = max(session.scalars(visible), default=0)
        wait_until(lambda: self._client.last_seq() >= last, TURN_SECONDS, f"message {last} was not delivered")

    def _is_quiet(self) -> bool:
        answers = [data for name, data in self._client.seen if name in ("message_stored", "message_refused")]
        if not self._sent <= {data["client_id"] for data in answers}:
            return False
        with self._stack.transaction() as session:
            waiting = select(Message.id).where(
                Message.conversation_id == self._conversation_id(), Message.turn == "waiting"
            )
            return session.scalar(waiting.limit(1)) is None

    def _conversation_id(self) -> UUID:
        with self._stack.transaction() as session:
            digest = sha256(self._client.session_id.encode()).hexdigest()
            return session.execute(select(Chat.id).where(Chat.session_digest == digest)).scalar_one()

    def _shown(self) -> Iterator[Line]:
        """What was shown since the last step."""
        cards = {data["id"]: data["card"] for name, data in self._client.seen if name == "card"}
        messages = [data for name, data in self._client.seen if name == "bot_uttered"]
        for message in sorted(messages, key=lambda each: each["metadata"]["seq"]):
            meta = message["metadata"]
            if meta["seq"] > self._seen:
                yield Line(WHO[meta["from"]], steady(_as_words(message, cards.get(meta["id"]))))
        self._seen = self._client.last_seq()


def put_back(stack: Stack, conversation_id: UUID, gone: timedelta) -> None:
    """Makes everything in a conversation so much older, ours and Rasa's: for the customer that time has gone by."""
    columns = "created_at", "updated_at", "last_customer_at", "last_agent_at", "waiting_since", "first_waiting_since"
    with stack.transaction() as session:
        change = ", ".join(f"{column} = {column} - CAST(:gone AS interval)" for column in columns)
        session.execute(
            text(f"UPDATE conversations SET {change} WHERE id = :id"), {"gone": gone, "id": conversation_id}
        )
        session.execute(
            text("UPDATE messages SET created_at = created_at - CAST(:gone AS interval) WHERE conversation_id = :id"),
            {"gone": gone, "id": conversation_id},
        )
    tracker = psycopg_dsn(EmbeddedPostgres(stack.var / "postgres").url("rasa"))
    with psycopg.connect(tracker) as connection:
        connection.execute(
            "UPDATE events SET timestamp = timestamp - %(gone)s, data = jsonb_set(data::jsonb, '{timestamp}',"
            " to_jsonb((data::jsonb ->> 'timestamp')::float8 - %(gone)s))::text WHERE sender_id LIKE %(sender)s",
            {"gone": gone.total_seconds(), "sender": f"{conversation_id}:%"},
        )


def _as_words(message: dict[str, Any], card: dict[str, Any] | None) -> str:
    """A message as one text: its words, its card a line a row, its buttons in brackets."""
    lines = [message["text"]] if message.get("text") else []
    if card:
        lines.append(f"= {card['title']}")
        lines += [f"  {row['label']}: {row['value']}" for row in card.get("rows", ())]
        if card.get("link"):
            lines.append(f"  -> {card['link']['label']}: {card['link']['href']}")
    titles = [each["title"] for each in message.get("quick_replies") or ()]
    if titles:
        lines.append(f"[{' | '.join(titles)}]")
    if message.get("attachment"):
        lines.append("(a file)")
    return "\n".join(lines)
