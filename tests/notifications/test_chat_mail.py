"""Through a real mail server: a reply that was not seen arrives, and what is answered to it lands in the chat."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

import pytest
import time_machine

from disputes import database
from disputes.chat import handoff, mail_in, queries, service
from disputes.chat.tables import Conversation
from disputes.inbound import service as inbound
from disputes.notifications import tasks
from disputes.notifications.senders import MailNotSent
from disputes.people.tables import Staff
from disputes.worker import reach_jobs
from tests.cases.factories import queued
from tests.chat.conftest import add_agent, lines_of
from tests.inbound.mails import MIA, mail, report
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.database


def test_there_and_back(server: MailServer) -> None:
    chat = agent_writes("Which colour was it?")
    run_looks()
    deliver()
    (letter,) = server.received
    assert letter["To"] == MIA
    assert letter["In-Reply-To"] == f"<chat.{chat}@casened.com>"
    assert letter["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        assert "Which colour was it?" in words_of(letter, kind)
    quoted = "".join(f"> {line}\n" for line in words_of(letter, "plain").splitlines())
    answer = f"The blue one.\n\nOn Tue, 12 May 2026 at 15:05, casened.com wrote:\n{quoted}"
    raw = mail(answer, answers=str(letter["Message-ID"]), subject=f"Re: {letter['Subject']}")
    assert database.run(inbound.receive, raw, via="imap").outcome == "filed"
    for job in jobs("chat.take_mail"):
        mail_in.take(job["mail_id"])
    assert lines(chat)[-1] == ("customer", "The blue one.")


def test_a_mail_server_that_is_down_delays_it_and_sends_it_once(server: MailServer) -> None:
    chat = agent_writes("Which colour was it?")
    server.stop()
    run_looks()
    with pytest.raises(MailNotSent):
        deliver()
    server.start()
    for _ in range(2):
        run_looks()
        deliver()
    assert len(server.received) == 1
    assert sum("by mail as well" in text for _, text in lines(chat)) == 1


def test_a_mailbox_that_does_not_exist_is_told_at_the_desk(server: MailServer) -> None:
    chat = agent_writes("Which colour was it?")
    run_looks()
    deliver()
    database.run(inbound.receive, report(str(server.received[0]["Message-ID"])), via="imap")
    for job in jobs("chat.letter_failed"):
        reach_jobs.letter_failed(job["notification_id"])
    with database.transaction() as session:
        told = [row.text for row in queries.messages_after(session, chat, 0, notes=True)]
    assert "the mailbox does not exist" in told[-1]


def agent_writes(words: str) -> UUID:
    """A customer leaves an address, and Anna writes to them three minutes ago."""
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=3), tick=False), database.transaction() as session:
        conversation, _ = service.open_conversation(session, None)
        service.receive(session, conversation.id, "Where is my parcel?", client_id="1")
        service.remember_facts(session, conversation.id, {"contact_email": MIA})
        anna: Staff = add_agent(session, "Anna Berg")
        handoff.take_over(session, conversation.id, anna)
        service.say_as_agent(session, conversation.id, anna, words, client_id="a", note=False)
        return conversation.id


def run_looks() -> None:
    for job in jobs("chat.look_for_unseen"):
        reach_jobs.look_for_unseen(job["message_id"])


def deliver() -> None:
    for job in jobs("notifications.deliver"):
        tasks.deliver(job["notification_id"])


def jobs(task: str) -> list[dict[str, str]]:
    with database.transaction() as session:
        return queued(session, task)


def lines(chat: UUID) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return lines_of(session, session.get_one(Conversation, chat))


def words_of(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())
