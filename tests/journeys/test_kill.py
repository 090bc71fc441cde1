"""`kill -9` of each process in the middle of a turn: the customer is answered once, and nothing is lost."""

import signal
from collections.abc import Iterator

import psutil
import pytest
from sqlalchemy import text

from tests.socket_client import SocketClient
from tests.stack import Stack, running_stack, wait_until

pytestmark = pytest.mark.rasa

PATIENCE = 60.0
QUESTION = "how long does a complaint take?"


@pytest.mark.timeout(600)
class TestKill:
    def test_rasa_in_the_middle_of_a_turn(self, own_stack: Stack) -> None:
        client = opened(own_stack)
        client.write(QUESTION)
        own_stack.rasa().send_signal(signal.SIGKILL)
        own_stack.wait_ready()
        answered_or_told(own_stack, client)
        client.write(QUESTION)
        client.expect_text("30 days")
        client.close()

    def test_the_app_in_the_middle_of_a_turn(self, own_stack: Stack) -> None:
        client = opened(own_stack)
        session_id, seen = client.session_id, client.last_seq()
        client.write(QUESTION)
        client.expect("message_stored")
        own_stack.app().send_signal(signal.SIGKILL)
        client.close()
        own_stack.wait_ready()
        again = SocketClient(own_stack.url, patience=PATIENCE)
        again.open(session_id, seen)
        again.expect_text("30 days")
        assert own_texts(own_stack, QUESTION) >= 1
        no_reply_is_doubled(own_stack)
        again.close()

    def test_postgresql_in_the_middle_of_a_turn(self, own_stack: Stack) -> None:
        client = opened(own_stack)
        session_id, seen = client.session_id, client.last_seq()
        client.write(QUESTION)
        client.expect("message_stored")
        postmaster = int((own_stack.var / "postgres" / "postmaster.pid").read_text().split()[0])
        psutil.Process(postmaster).kill()
        own_stack.wait_ready()
        client.close()
        again = SocketClient(own_stack.url, patience=PATIENCE)
        again.open(session_id, seen)
        answered_or_told(own_stack, again)
        no_reply_is_doubled(own_stack)
        again.close()


def opened(stack: Stack) -> SocketClient:
    """A customer who has been greeted."""
    client = SocketClient(stack.url, patience=PATIENCE)
    client.open()
    client.be_greeted()
    return client


def answered_or_told(stack: Stack, client: SocketClient) -> None:
    """The customer's question has its answer, or the sentence that it could not be answered; never silence."""
    wait_until(
        lambda: any("30 days" in said or "could not answer" in said for said in client.texts()),
        PATIENCE,
        "the customer was left without a word",
    )
    with stack.transaction() as session:
        waiting = session.execute(text("SELECT count(*) FROM messages WHERE turn = 'waiting'")).scalar_one()
    assert waiting == 0


def own_texts(stack: Stack, written: str) -> int:
    """How often the customers' message is stored."""
    with stack.transaction() as session:
        statement = text("SELECT count(*) FROM messages WHERE author = 'customer' AND text = :written")
        return int(session.execute(statement, {"written": written}).scalar_one())


def no_reply_is_doubled(stack: Stack) -> None:
    """No message was answered twice, and no number was given twice."""
    statement = text(
        "SELECT count(*) FROM (SELECT 1 FROM messages WHERE author = 'bot' "
        "GROUP BY conversation_id, reply_to, text HAVING count(*) > 1) AS doubled"
    )
    with stack.transaction() as session:
        assert session.execute(statement).scalar_one() == 0


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A program of this module's own: others must not feel the killing."""
    with running_stack() as started:
        yield started
