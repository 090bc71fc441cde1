"""How long turns take: through the whole system, and straight to Rasa."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.bench.default_rasa import ask, work_of
from tests.bench.rows import Row, p50, p95
from tests.socket_client import SocketClient
from tests.stack import Stack

ASKED = "how long does a complaint take?"
TURNS_PER_SOCKET = 15
"""A customer who sends more at once is stopped; a new socket of the same customer is not."""

PATIENCE = 30.0


class Customer:
    """Somebody in the chat who asks the same thing again and again."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._socket = SocketClient(stack.url, patience=PATIENCE)
        self._socket.open()
        self._socket.be_greeted()
        self._turns = 0

    def ask(self) -> float:
        """One turn; returns the seconds from sending to the reply."""
        if self._turns % TURNS_PER_SOCKET == TURNS_PER_SOCKET - 1:
            session_id, seen = self._socket.session_id, self._socket.last_seq()
            self._socket.close()
            self._socket = SocketClient(self._stack.url, patience=PATIENCE)
            self._socket.open(session_id, seen)
        self._turns += 1
        began = time.perf_counter()
        self._socket.write(ASKED)
        self._socket.expect("bot_uttered")
        return time.perf_counter() - began

    def leave(self) -> None:
        """Closes the socket."""
        self._socket.close()


def whole_turn_against_straight(stack: Stack, turns: int = 60) -> list[Row]:
    """The same question in turn through the system and straight to the same Rasa, one after the other."""
    url = stack.rasa_url()
    whole: list[float] = []
    straight: list[float] = []
    customer, sender = Customer(stack), uuid4().hex
    before = work_of(stack.app())
    for number in range(turns):
        if number % 20 == 0:
            customer.leave()
            customer, sender = Customer(stack), uuid4().hex
        whole.append(customer.ask())
        straight.append(ask(url, sender, ASKED))
    work = work_of(stack.app()) - before
    customer.leave()
    return [
        Row("turn straight to Rasa, p50", p50(straight) * 1000, "ms"),
        Row("turn through the system, p50", p50(whole) * 1000, "ms"),
        Row("whole turn / straight to Rasa, p50", p50(whole) / p50(straight), "x", 1.5),
        Row("whole turn / straight to Rasa, p95", p95(whole) / p95(straight), "x", 1.8),
        Row("processor time of the app for one turn of each kind", work / turns * 1000, "ms"),
    ]


def long_conversation(stack: Stack, turns: int = 210) -> list[Row]:
    """Turn 200 of one conversation against turn 10; the median of eleven turns around each."""
    customer = Customer(stack)
    took = [customer.ask() for _ in range(turns)]
    customer.leave()
    return [Row("turn 200 / turn 10", p50(took[194:205]) / p50(took[4:15]), "x", 1.3)]


def system_throughput(stack: Stack, senders: int = 16, turns: int = 12) -> list[Row]:
    """Turns per second through the whole system, many customers at once."""
    customers = [Customer(stack) for _ in range(senders)]
    began = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(lambda customer: [customer.ask() for _ in range(turns)], customers))
    took = time.perf_counter() - began
    for customer in customers:
        customer.leave()
    return [Row(f"turns per second through the system, {senders} customers", senders * turns / took, "1/s")]


def rasa_throughput(url: str, senders: int = 16, turns: int = 12) -> float:
    """Turns per second straight to a Rasa, many senders at once."""

    def converse(sender: str) -> None:
        for _ in range(turns):
            ask(url, sender, ASKED)

    began = time.perf_counter()
    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(converse, [uuid4().hex for _ in range(senders)]))
    return senders * turns / (time.perf_counter() - began)
