"""An agent answers, the customer has closed the page: a mail comes, and the answer to it stands at the desk.

Without the assistant: no turn of it takes part. The jobs are run by hand, as the worker would when their time has come.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import expect

from disputes import database
from disputes.chat import mail_in
from disputes.chat.rasa_client import rasa_client
from disputes.inbound import service as inbound
from disputes.notifications import tasks
from disputes.people import service as people
from disputes.settings import settings
from disputes.web import create_asgi
from disputes.worker import reach_jobs
from tests.cases.factories import queued
from tests.inbound.mails import MIA, mail
from tests.journeys.conftest import NewContext
from tests.journeys.people import Customer
from tests.notifications.mail_server import MailServer
from tests.serving import add_staff
from tests.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.database]


def test_a_reply_reaches_a_customer_who_has_left_and_their_answer_the_agent(
    address: str, server: MailServer, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto(address)
    customer = Customer(page)
    customer.open_chat()
    customer.write("Where is my parcel?")
    customer.chat.get_by_role("button", name="More choices").click()
    customer.chat.get_by_role("button", name="Send me this chat by mail").click()
    customer.chat.get_by_role("textbox", name="Your e-mail address").fill(MIA)
    customer.chat.get_by_role("button", name="Send the copy").click()
    customer.sees("A copy of this chat is on its way to m•••@example.com.")
    page.close()

    desk = new_context().new_page()
    staff = add_staff()
    path = database.run(people.new_sign_in_link, staff)
    desk.goto(address + path)
    desk.get_by_role("button", name="Sign in").click()
    desk.get_by_role("link").filter(has_text="Where is my parcel?").first.click()
    desk.get_by_role("button", name="Step in").first.click()
    talk = desk.locator("disputes-conversation")
    talk.get_by_role("textbox", name="Write to the customer").fill("Which colour was it?")
    desk.keyboard.press("Enter")
    log = talk.get_by_role("log")
    expect(log.get_by_text("Which colour was it?")).to_be_visible()

    run("chat.look_for_unseen", "message_id", reach_jobs.look_for_unseen)
    expect(log.get_by_text("went to m•••@example.com by mail as well")).to_be_visible()
    run("notifications.deliver", "notification_id", tasks.deliver)
    letter = server.received[-1]
    body = letter.get_body(preferencelist=("plain",))
    assert body is not None
    assert "> Which colour was it?" in body.get_content()

    answer = mail("The blue one.", answers=str(letter["Message-ID"]), subject=f"Re: {letter['Subject']}")
    database.run(inbound.receive, answer, via="imap")
    run("chat.take_mail", "mail_id", mail_in.take)
    expect(log.get_by_text("The blue one.")).to_be_visible()
    expect(log.get_by_text("by mail", exact=False).last).to_be_visible()


def run(task: str, argument: str, work: Callable[[str], None]) -> None:
    """Does the jobs of that name that wait."""
    waiting: list[Any] = []

    def some_wait() -> bool:
        with database.transaction() as session:
            waiting[:] = queued(session, task)
        return bool(waiting)

    wait_until(some_wait, 10, f"no {task} was queued")  # the page shows words before they are stored
    for job in waiting:
        work(job[argument])


@pytest.fixture
def server(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server to which the settings point; where the assistant should be, nobody answers."""
    running = MailServer()
    running.start()
    monkeypatch.setenv("SMTP_URL", running.url)
    monkeypatch.setenv("RASA_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    rasa_client.cache_clear()
    yield running
    running.stop()
    rasa_client.cache_clear()


@pytest.fixture
def address(server: MailServer) -> Iterator[str]:
    """The address of the whole web process, with live chat."""
    config = uvicorn.Config(create_asgi(), host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio")
    serving = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    serving.should_exit = True
    thread.join(10)
    listening.close()
