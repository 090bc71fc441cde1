"""Plays a transcript through the whole program: socket to socket, with the real assistant, actions and database."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any, Final
from uuid import UUID

import psycopg
import requests
from PIL import Image
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import service as cases
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.chat import endings, handoff, presence, timers
from disputes.chat import service as chat
from disputes.chat.tables import Conversation as Chat
from disputes.chat.tables import Message, StaffPresence
from disputes.database import psycopg_dsn
from disputes.investigation import service as investigation
from disputes.local.postgres import EmbeddedPostgres
from disputes.mediation import service as mediation
from disputes.offers import service as offers
from disputes.people import service as people
from disputes.people.tables import Staff
from tests.offers.factories import draft, examine, final_draft
from tests.socket_client import SocketClient
from tests.stack import Stack, wait_until
from tests.transcripts.script import Conversation, Line, Step, steady

AGENT: Final = "agent@example.com"
MANAGER: Final = "manager@example.com"
TIMES: Final = (
    *("created_at", "updated_at", "last_customer_at", "last_agent_at"),
    *("waiting_since", "first_waiting_since", "claim_by"),
)
STAYS: Final = timedelta(hours=1)
AT_ONCE: Final = 4
TURN_SECONDS: Final = 30
HANDS_BACK: Final[dict[str, handoff.Outcome]] = {"hands": "go_on", "files": "file", "settles": "settled"}
WHO: Final = {"bot": "bot", "agent": "team", "system": "chat"}
_CODE = re.compile(r"(?<![\w-])(\d{3}) ?(\d{3})(?![\w-])")


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
        self._refused = ""

    def close(self) -> None:
        """The customer leaves, and nothing of the conversation stays in a queue or at the desk."""
        self._client.close()
        with self._stack.transaction() as session:
            endings.end_by_customer(session, self._conversation_id())
            self._nobody_is_here(session)

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
                if letter.id in self._letters_read or address not in letter.recipient or "code" not in letter.subject:
                    continue
                self._letters_read.add(letter.id)
                found.extend("".join(code) for code in _CODE.findall(letter.text)[:1])
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
        with self._stack.transaction() as session:
            timers.act(session, self._conversation_id())  # now, and not when the sweep comes by
        self._until_answered()

    def _file(self, what: str) -> None:
        picture = BytesIO()
        Image.new("RGB", (40, 30), "gray").save(picture, "PNG")
        sent = requests.post(
            f"{self._stack.url}/api/chat/files",
            files={"file": (what, picture.getvalue())},
            data={"client_id": f"file-{self._seen}"},
            headers={"Authorization": f"Bearer {self._client.session_id}"},
            timeout=TURN_SECONDS,
        )
        assert sent.status_code == 201, sent.text
        self._until_answered()

    def _long(self, what: str) -> None:
        client_id = self._client.write("a" * int(what))
        wait_until(lambda: client_id in self._refusals(), TURN_SECONDS, "so long a message was taken")
        self._refused = self._refusals()[client_id]

    def _refusals(self) -> dict[str, str]:
        """The sentences for messages that were not taken, by the message."""
        return {data["client_id"]: data["message"] for name, data in self._client.seen if name == "message_refused"}

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
            elif does in HANDS_BACK:
                note = words.removeprefix("back").strip()
                handoff.hand_back(session, conversation_id, staff, note, outcome=HANDS_BACK[does])
            elif does == "ends":
                endings.close(session, conversation_id, staff)
            else:
                raise AssertionError(f"an agent does not do this: {what}")
        self._until_answered()

    def _desk(self, what: str) -> None:
        does, _, words = what.partition(" ")
        with self._stack.transaction() as session:
            staff = people.staff_with_email(session, AGENT)
            if does == "arrives":
                presence.staff_arrive(session, staff)
                session.execute(update(StaffPresence).values(expires_at=clock.now() + STAYS))
                return
            manager = people.staff_with_email(session, MANAGER)
            filed_here = select(Case).where(Case.conversation_id == self._conversation_id())
            case = session.scalars(filed_here.order_by(Case.filed_at.desc())).first()
            assert case is not None, "no complaint was filed in this chat"
            if what == "takes the case":
                cases.take(session, case, staff)
            elif does == "asks":
                investigation.ask(session, case, staff, [words])
            elif what == "suggests mediation":
                mediation.propose(session, case, Actor("staff", staff.role, staff.id))
            elif what == "answers":
                examine(session, case, staff)
                offers.make_offer(session, case, staff, draft())
            elif what == "answers finally":
                cases.take_review(session, case, manager)
                offers.final_response(session, case, manager, final_draft())
            else:
                raise AssertionError(f"nobody at the desk does this: {what}")

    def _nobody_is_here(self, session: Session) -> None:
        """Whoever acted counts as there for a while; in the next conversation nobody is."""
        session.execute(delete(StaffPresence))

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
        refused = self._refusals()
        assert not self._sent & refused.keys(), refused
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
        if self._refused:
            yield Line("chat", self._refused)
            self._refused = ""
        cards = {data["id"]: data["card"] for name, data in self._client.seen if name == "card"}
        messages = [data for name, data in self._client.seen if name == "bot_uttered"]
        for message in sorted(messages, key=lambda each: each["metadata"]["seq"]):
            meta = message["metadata"]
            if meta["seq"] > self._seen:
                yield Line(WHO[meta["from"]], steady(_as_words(message, cards.get(meta["id"]))))
        self._seen = self._client.last_seq()


@dataclass(frozen=True)
class Outcome:
    """A conversation as it was really played; `fault` when it could not be played to its end."""

    steps: list[Step]
    fault: str = ""


def play_all(stack: Stack, found: Sequence[Conversation]) -> dict[str, Outcome]:
    """Plays conversations, several at once; those in which somebody is at the desk one by one, after the others."""
    alone = [each for each in found if each.needs_somebody]
    together = [each for each in found if not each.needs_somebody]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(lambda each: play(stack, each), together))
    outcomes += [play(stack, each) for each in alone]
    return {each.name: outcome for each, outcome in zip([*together, *alone], outcomes, strict=True)}


def play(stack: Stack, conversation: Conversation) -> Outcome:
    """Plays one conversation as far as it goes."""
    player, steps = Player(stack), list[Step]()
    try:
        steps.extend(player.steps(conversation))
    except AssertionError as fault:
        return Outcome(steps, str(fault))
    finally:
        player.close()
    return Outcome(steps)


def put_back(stack: Stack, conversation_id: UUID, gone: timedelta) -> None:
    """Makes everything in a conversation so much older, ours and Rasa's: for the customer that time has gone by."""
    with stack.transaction() as session:
        change = ", ".join(f"{column} = {column} - CAST(:gone AS interval)" for column in TIMES)
        session.execute(
            text(f"UPDATE conversations SET {change} WHERE id = :id"), {"gone": gone, "id": conversation_id}
        )
        session.execute(
            text("UPDATE messages SET created_at = created_at - CAST(:gone AS interval) WHERE conversation_id = :id"),
            {"gone": gone, "id": conversation_id},
        )
        session.execute(
            text(
                "UPDATE status_requests SET created_at = created_at - CAST(:gone AS interval), code_expires_at ="
                " code_expires_at - CAST(:gone AS interval), verified_until = verified_until - CAST(:gone AS interval)"
                " WHERE conversation_id = :id"
            ),
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
