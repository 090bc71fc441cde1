"""The files of `deploy/` make a running server: a journey through it, also when processes of it die."""

import re
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from uuid import uuid4

import pytest
import requests
from sqlalchemy import text

from disputes.chat.rasa_servers import RasaServers
from tests.deploy.server import Server, running_server
from tests.serving import hidden
from tests.socket_client import SocketClient
from tests.stack import wait_until

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

PATIENCE = 60.0
REFERENCE = re.compile(r"CD-[0-9A-Z]{4}-[0-9A-Z]{4}")
CODE = re.compile(r"\b(\d{3}) ?(\d{3})\b")
QUESTION = "how long does a complaint take?"
ANSWER = "lause C6"
"""Whoever asks it again is told less of the clause, and then that there is no more in it; each answer names it."""


def test_a_journey_over_several_processes_of_which_some_die(server: Server) -> None:
    """One journey, because starting the server takes longer than all of it."""
    customer = Customer(server)
    agent = Agent(server, elsewhere_than=customer)
    assert server.web_of(customer.browser) != server.web_of(agent.browser)

    customer.asks(QUESTION, ANSWER)
    customer.asks("I want to talk to a person", "in the queue")
    agent.takes(customer)
    agent.says("Hello, this is Ada.")
    customer.sees("Hello, this is Ada.")
    customer.writes("Good, a person!")
    agent.sees("Good, a person!")
    agent.hands_back()
    customer.sees("handed you back")
    reference = customer.files(email="mia.deploy@example.org")
    letter = letter_to(server, "mia.deploy@example.org", reference)
    assert "Mia Deploy" in body_of(letter)
    customer.asks_how_it_stands("mia.deploy@example.org", reference)

    a_worker_dies_in_a_turn(server, customer)
    redis_dies(server, customer)
    a_rasa_dies(server, customer)
    a_web_process_dies(server, customer)

    agent.says_in_vain("Not mine any more")
    nothing_is_lost_or_doubled(server, customer)
    logs_hold_nothing_secret(server, customer)


def a_worker_dies_in_a_turn(server: Server, customer: "Customer") -> None:
    first, second = server.running["disputes-worker@1"], server.running["disputes-worker@2"]
    second.signal(signal.SIGSTOP)
    customer.writes(QUESTION)
    answers = customer.times_seen(ANSWER)
    wait_until(lambda: jobs_under_way(server) or customer.times_seen(ANSWER) > answers, 10, "nobody took the turn")
    first.kill()
    second.signal(signal.SIGCONT)
    customer.sees_again(ANSWER)
    customer.asks(QUESTION, ANSWER)


def redis_dies(server: Server, customer: "Customer") -> None:
    """The lock is the second wall; without it the assistant goes on."""
    server.running["redis"].kill()
    customer.asks(QUESTION, ANSWER)
    server.start_redis()


def a_rasa_dies(server: Server, customer: "Customer") -> None:
    """The one that this conversation goes to; the turn may have begun there."""
    first = RasaServers(server.rasa_addresses).for_conversation(customer.sender())[0]
    name = f"disputes-rasa@{first.rpartition(':')[2]}"
    customer.writes(QUESTION)
    server.running[name].kill()
    customer.sees_again(ANSWER)
    began = time.monotonic()
    customer.asks(QUESTION, ANSWER)
    assert time.monotonic() - began < 5


def a_web_process_dies(server: Server, customer: "Customer") -> None:
    port = server.web_of(customer.browser)
    customer.writes(QUESTION)
    server.running[f"disputes-web@{port}"].kill()
    customer.comes_back()
    customer.sees_again(ANSWER)
    assert server.web_of(customer.browser) != port
    customer.asks("I want to talk to a person", "in the queue")


def nothing_is_lost_or_doubled(server: Server, customer: "Customer") -> None:
    with server.transaction() as session:
        rows = session.execute(
            text("SELECT author, text, reply_to, turn, seq FROM messages WHERE conversation_id = :id ORDER BY seq"),
            {"id": customer.conversation_id()},
        ).all()
        cases = session.execute(text("SELECT count(*) FROM cases")).scalar_one()
    assert [row.text for row in rows if row.author == "customer"] == customer.said
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert {row.turn for row in rows if row.turn} == {"answered"}
    replies = Counter((row.reply_to, row.text) for row in rows if row.author == "bot")
    assert max(replies.values()) == 1
    assert cases == 1
    letters = Counter(str(letter["Message-ID"]) for letter in server.mail.received)
    assert max(letters.values()) == 1
    assert len([letter for letter in server.mail.received if "mia.deploy" in str(letter["To"])]) == 2


def logs_hold_nothing_secret(server: Server, customer: "Customer") -> None:
    written = "".join(path.read_text(errors="replace") for path in server.folder.glob("*.log"))
    for secret in (customer.session_id, "mia.deploy", *server.environment("disputes.env")["SECRET_KEY"].split()):
        assert secret not in written
    access = (server.folder / "access.log").read_text()
    assert '"/desk/sign-in/link/..."' in access
    assert "127.0.0.1 [" not in access


@dataclass
class Customer:
    """A customer in the chat, through nginx."""

    server: Server
    browser: requests.Session = field(init=False)
    said: list[str] = field(default_factory=list)
    session_id: str = ""

    def __post_init__(self) -> None:
        self.browser = self.server.visitor()
        self._sockets = [self._connect()]
        self._sockets[-1].open()
        self.session_id = self._socket.session_id
        self._socket.be_greeted()

    @property
    def _socket(self) -> SocketClient:
        return self._sockets[-1]

    def _connect(self) -> SocketClient:
        return SocketClient(self.server.url, patience=PATIENCE, browser=self.browser)

    def writes(self, said: str, shown: str = "") -> None:
        self._socket.write(said)
        self._socket.expect("message_stored")
        self.said.append(shown or said)

    def sees(self, part: str) -> None:
        self._socket.expect_text(part)

    def asks(self, said: str, answer: str) -> None:
        """Writes, and waits for an answer that was not there before."""
        before = self.times_seen(answer)
        self.writes(said)
        wait_until(lambda: self.times_seen(answer) > before, PATIENCE, f"no {answer!r} after {said!r}: {self.texts()}")

    def sees_again(self, answer: str) -> None:
        """Waits until there is an answer for each time that the question was asked."""
        wanted = self.said.count(QUESTION)
        wait_until(lambda: self.times_seen(answer) == wanted, PATIENCE, f"not {wanted} answers: {self.texts()}")

    def texts(self) -> list[str]:
        """What was shown, over all connections."""
        return [shown for socket in self._sockets for shown in socket.texts()]

    def times_seen(self, part: str) -> int:
        return sum(part in shown for shown in self.texts())

    def comes_back(self) -> None:
        """The connection is gone; the browser connects again and asks for what it has not seen."""
        seen = max(socket.last_seq() for socket in self._sockets)
        self._sockets.append(self._connect())
        self._socket.open(self.session_id, seen)

    def conversation_id(self) -> str:
        with self.server.transaction() as session:
            return str(session.execute(text("SELECT id FROM conversations")).scalar_one())

    def sender(self) -> str:
        """The name under which Rasa knows this conversation now."""
        with self.server.transaction() as session:
            return str(session.execute(text("SELECT id || ':' || rasa_round FROM conversations")).scalar_one())

    def files(self, email: str) -> str:
        self.asks("my parcel never arrived", "order number")
        self.asks("10024", "Would that settle it")
        self.asks("no", "What is your name")
        self.asks("Mia Deploy", "reach you")
        self.asks(email, "add anything")
        self.asks("It never came, and I waited in for it.", "Is everything right")
        self.writes("/confirm_filing", "Yes, file my complaint")
        wait_until(lambda: REFERENCE.search(" ".join(self.texts())), PATIENCE, "no reference")
        found = REFERENCE.search(" ".join(self.texts()))
        assert found
        return found[0]

    def asks_how_it_stands(self, email: str, reference: str) -> None:
        """Proves who they are with the code that is mailed, and is told."""
        self.asks("Where is my complaint about order 10024?", "6-digit code")
        code = CODE.search(body_of(letter_to(self.server, email, "code")))
        assert code
        before = self.times_seen(reference)
        self.writes("".join(code.groups()), "••••••")
        wait_until(lambda: self.times_seen(reference) > before, PATIENCE, "the status was not told")


class Agent:
    """A member of staff at the desk, whose browser another web process serves."""

    def __init__(self, server: Server, *, elsewhere_than: Customer) -> None:
        self.server = server
        taken = server.web_of(elsewhere_than.browser)
        self.browser = server.visitor()
        link = server.run("staff", "add", "ada@casened.com", "--role", "agent", "--name", "Ada").strip()
        self.browser.get(link, timeout=30).raise_for_status()
        self.browser.post(link, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30).raise_for_status()
        while server.web_of(self.browser) == taken:
            self.browser.cookies.clear(name="disputes_route", domain="127.0.0.1", path="/")
            self.browser.get(f"{server.url}/desk", timeout=30).raise_for_status()
        self._socket = SocketClient(server.url, patience=PATIENCE, browser=self.browser, namespace="/desk")

    def takes(self, customer: Customer) -> None:
        self.chat = customer.conversation_id()
        page = f"{self.server.url}/desk/chats/{self.chat}"
        self.csrf = hidden(self.browser.get(page, timeout=30).text, "csrf_token")
        self._act("claim")
        self._socket.send("open", {"conversation_id": self.chat, "last_seq": 0})
        self._socket.expect("history")

    def says(self, words: str) -> None:
        self._say(words)
        self._socket.expect("message_stored")

    def says_in_vain(self, words: str) -> None:
        """The chat is somebody else's: nothing of it reaches the customer."""
        self._say(words)
        self._socket.expect("message_refused")

    def sees(self, part: str) -> None:
        self._socket.expect_text(part)

    def hands_back(self) -> None:
        self._act("hand-back", note="")

    def _say(self, words: str) -> None:
        self._socket.send("say", {"conversation_id": self.chat, "text": words, "client_id": str(uuid4())})

    def _act(self, verb: str, **fields: str) -> None:
        answer = self.browser.post(
            f"{self.server.url}/desk/chats/{self.chat}/{verb}",
            data={"csrf_token": self.csrf, **fields},
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=30,
        )
        assert answer.ok, (verb, answer.status_code)


def letter_to(server: Server, recipient: str, part: str) -> EmailMessage:
    """The letter to this address with this text in it, once it has arrived."""

    def found() -> list[EmailMessage]:
        return [one for one in server.mail.received if recipient in str(one["To"]) and part in body_of(one)]

    wait_until(found, PATIENCE, f"no letter to {recipient}")
    return found()[0]


def body_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def jobs_under_way(server: Server) -> bool:
    with server.transaction() as session:
        statement = text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'chat.answer'")
        return bool(session.execute(statement).scalar_one())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as started:
        yield started
