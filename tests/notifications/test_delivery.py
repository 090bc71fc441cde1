"""From the event to the mailbox: a real mail server, a real database, and everything that can go wrong between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, text

from disputes import database
from disputes.cases import complainant, progress, service
from disputes.notifications import mailbox, proofs, tasks
from disputes.notifications.senders import MailNotSent
from disputes.notifications.service import DELIVERY_TRIES, NO_ADDRESS
from disputes.notifications.tables import Notification
from disputes.people.tables import StatusRequest
from disputes.settings import settings
from tests.cases.factories import filed, queued, staff
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.database
MAIL = "mia.hughes@example.com"


class TestAcknowledgement:
    def test_reaches_the_mailbox(self, server: MailServer) -> None:
        reference = file_and_run()
        (message,) = server.received
        assert message["To"] == MAIL
        assert message["Subject"] == f"We have your complaint {reference}"
        assert message["Reply-To"] == '"casened.com" <support@casened.com>'
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Message-ID"].endswith("@casened.com>")
        assert message.get_content_type() == "multipart/mixed"
        assert [part.get_filename() for part in message.iter_attachments()] == [f"{reference}.pdf"]
        for kind in ("plain", "html"):
            body = message.get_body(preferencelist=(kind,))
            assert body is not None
            assert reference in body.get_content()
        assert [row.state for row in rows()] == ["sent"]

    def test_is_written_once_however_often_the_job_runs(self, server: MailServer) -> None:
        file_and_run()
        (event_id,) = (job["event_id"] for job in jobs("notifications.tell"))
        for _ in range(3):
            tasks.tell(event_id)
        (row,) = rows()
        for _ in range(3):
            tasks.deliver(str(row.id))
        assert len(server.received) == 1
        assert len(jobs("notifications.deliver")) == 1

    def test_is_written_once_also_by_two_workers_at_the_same_moment(self, server: MailServer) -> None:
        with database.transaction() as session:
            filed(session)
        (event_id,) = (job["event_id"] for job in jobs("notifications.tell"))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(tasks.tell, [event_id] * 4))
        assert len(rows()) == len(jobs("notifications.deliver")) == 1

    def test_goes_nowhere_without_an_address_and_says_why(self, server: MailServer) -> None:
        file_and_run(email=None, phone="+447700900123")
        (row,) = rows()
        assert (row.state, row.recipient, row.last_error) == ("skipped", None, NO_ADDRESS)
        assert "WHAT HAPPENS NEXT" in row.text
        assert server.received == []
        assert jobs("notifications.deliver") == []

    def test_of_an_addition_is_not_written(self, server: MailServer) -> None:
        with database.transaction() as session:
            event = complainant.add_information(session, filed(session), "One thing more.")
        tasks.tell(str(event.id))
        assert rows() == []

    def test_and_the_named_person_are_two_letters(self, server: MailServer) -> None:
        with database.transaction() as session:
            service.take(session, filed(session), staff(session, name="Ann Baker"))
        for job in jobs("notifications.tell"):
            tasks.tell(job["event_id"])
        deliver_all()
        assert [message["Subject"].split(" CD-")[0] for message in server.received] == [
            "We have your complaint",
            "Somebody has taken on complaint",
        ]
        body = server.received[1].get_body(preferencelist=("plain",))
        assert body is not None
        assert "Ann Baker has taken on" in body.get_content()


class TestTrouble:
    def test_a_server_that_is_down_for_a_while_delays_the_letter_only(self, server: MailServer) -> None:
        server.stop()
        with pytest.raises(MailNotSent):
            file_and_run()
        (row,) = rows()
        assert (row.state, row.attempts) == ("pending", 1)
        assert row.last_error == "the mail server does not answer (ConnectionRefusedError)"
        server.start()
        tasks.deliver(str(row.id))
        (row,) = rows()
        assert (row.state, row.attempts, row.last_error) == ("sent", 2, None)
        assert len(server.received) == 1

    def test_after_the_last_try_the_letter_has_visibly_failed(self, server: MailServer) -> None:
        server.answer = "451 come back later"
        with pytest.raises(MailNotSent):
            file_and_run()
        (row,) = rows()
        for _ in range(DELIVERY_TRIES - 2):
            with pytest.raises(MailNotSent):
                tasks.deliver(str(row.id))
        tasks.deliver(str(row.id))
        (row,) = rows()
        assert (row.state, row.attempts) == ("failed", DELIVERY_TRIES)
        assert row.last_error == "the mail server put the message off (451)"
        server.answer = "250 OK"
        tasks.deliver(str(row.id))
        assert server.received == []

    def test_a_mailbox_that_does_not_exist_is_not_tried_again(self, server: MailServer) -> None:
        server.recipient_answer = "550 no such mailbox"
        file_and_run()
        (row,) = rows()
        assert (row.state, row.attempts) == ("failed", 1)
        assert row.last_error == "the mail server refused the recipient (550)"

    def test_a_recipient_that_is_put_off_is_tried_again(self, server: MailServer) -> None:
        server.recipient_answer = "450 greylisted"
        with pytest.raises(MailNotSent):
            file_and_run()
        assert [row.state for row in rows()] == ["pending"]

    def test_the_same_letter_sent_again_has_the_same_id(self, server: MailServer) -> None:
        file_and_run()
        (row,) = rows()
        with database.transaction() as session:  # as if the worker had died before it noted the success
            session.execute(text("UPDATE notifications SET state = 'pending', sent_at = NULL"))
        tasks.deliver(str(row.id))
        assert len({message["Message-ID"] for message in server.received}) == 1


class TestFolder:
    def test_is_where_letters_go_without_a_server(self, database_url: str) -> None:
        reference = file_and_run()
        (mail,) = mailbox.letters()
        assert mail.subject == f"We have your complaint {reference}"
        assert (mail.recipient, mail.sender) == (MAIL, '"casened.com" <support@casened.com>')
        assert reference in mail.text
        assert reference in mail.html
        assert mailbox.letter(mail.id) == mail


class TestStatusCode:
    def test_goes_to_the_address_on_file_and_opens_the_status(self, server: MailServer) -> None:
        reference = file_and_run()
        request_id = ask()
        tasks.send_status_code(str(request_id))
        code = code_in(server.received[-1])
        assert server.received[-1]["To"] == MAIL
        assert database.run(progress.verify_code, request_id, code).ok
        assert [found.reference for found in database.run(progress.progress_of, request_id)] == [reference]

    @pytest.mark.parametrize(
        ("lookup", "email"),
        [("99999", MAIL), ("10023", "stranger@example.com"), ("CD-0000-0000", MAIL), ("nonsense", MAIL)],
    )
    def test_without_a_match_nothing_is_sent(self, server: MailServer, lookup: str, email: str) -> None:
        file_and_run()
        tasks.send_status_code(str(ask(lookup, email)))
        assert len(server.received) == 1

    def test_is_sent_once_however_often_the_job_runs(self, server: MailServer) -> None:
        file_and_run()
        request_id = ask()
        for _ in range(3):
            tasks.send_status_code(str(request_id))
        assert len(server.received) == 2

    def test_is_nowhere_in_the_database(self, server: MailServer) -> None:
        file_and_run()
        tasks.send_status_code(str(ask()))
        code = code_in(server.received[-1])
        (row,) = [row for row in rows() if row.kind == "status_code"]
        for secret in (code, f"{code[:3]} {code[3:]}"):
            assert secret not in row.text + row.html + row.subject
        with database.transaction() as session:
            assert code not in str(session.scalars(select(StatusRequest.code_digest)).all())

    def test_is_sent_when_the_server_is_up_again(self, server: MailServer) -> None:
        file_and_run()
        server.stop()
        request_id = ask()
        with pytest.raises(MailNotSent):
            tasks.send_status_code(str(request_id))
        server.start()
        tasks.send_status_code(str(request_id))
        assert database.run(progress.verify_code, request_id, code_in(server.received[-1])).ok

    def test_is_given_up_when_it_would_be_out_of_date(self, server: MailServer) -> None:
        file_and_run()
        server.stop()
        request_id = ask()
        with pytest.raises(MailNotSent):
            tasks.send_status_code(str(request_id))
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10), tick=False):
            tasks.send_status_code(str(request_id))
        (row,) = [row for row in rows() if row.kind == "status_code"]
        assert row.state == "failed"

    def test_that_was_entered_has_left_although_its_worker_could_not_note_so(
        self, server: MailServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file_and_run()
        request_id = ask()
        with monkeypatch.context() as dying, pytest.raises(ConnectionError):
            dying.setattr(proofs, "note_code_sent", fail)
            tasks.send_status_code(str(request_id))
        assert database.run(progress.verify_code, request_id, code_in(server.received[-1])).ok
        tasks.send_status_code(str(request_id))
        (row,) = [row for row in rows() if row.kind == "status_code"]
        assert (row.state, len(server.received)) == ("sent", 2)

    def test_of_the_fourth_request_in_an_hour_is_silently_not_sent(self, server: MailServer) -> None:
        file_and_run()
        for _ in range(4):
            tasks.send_status_code(str(ask()))
        assert len(server.received) == 1 + 3

    def test_of_a_phone_only_complaint_does_not_exist(self, server: MailServer) -> None:
        file_and_run(email=None, phone="+447700900123")
        tasks.send_status_code(str(ask()))
        assert server.received == []


class TestSignInLink:
    def test_reaches_staff_and_is_not_stored(self, server: MailServer) -> None:
        with database.transaction() as session:
            person = staff(session)
        tasks.send_sign_in_link(str(person.id), "wish-1")
        tasks.send_sign_in_link(str(person.id), "wish-1")
        (message,) = server.received
        body = message.get_body(preferencelist=("plain",))
        assert body is not None
        link = next(line for line in body.get_content().splitlines() if "/desk/sign-in/link/" in line)
        assert link.startswith(settings().base_url)
        (row,) = rows()
        assert row.state == "sent"
        assert link.rpartition("/")[2] not in row.text + row.html

    def test_of_somebody_who_left_is_not_sent(self, server: MailServer) -> None:
        with database.transaction() as session:
            person = staff(session)
            person.active = False
        tasks.send_sign_in_link(str(person.id), "wish-1")
        assert server.received == []


def file_and_run(**changes: Any) -> str:
    """Files a complaint and runs the jobs it queued; returns the reference."""
    with database.transaction() as session:
        case = filed(session, **changes)
    tasks.tell(jobs("notifications.tell")[-1]["event_id"])
    deliver_all()
    return case.reference


def deliver_all() -> None:
    for job in jobs("notifications.deliver"):
        tasks.deliver(job["notification_id"])


def ask(lookup: str = "10023", email: str = MAIL) -> UUID:
    return database.run(progress.request_code, lookup, email)


def jobs(task: str) -> list[dict[str, Any]]:
    with database.transaction() as session:
        return queued(session, task)


def fail(*_arguments: Any) -> None:
    """What a database does that goes away."""
    raise ConnectionError


def rows() -> list[Notification]:
    with database.transaction() as session:
        return list(session.scalars(select(Notification).order_by(Notification.created_at)))


def code_in(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain",))
    assert body is not None
    line = next(line.strip() for line in body.get_content().splitlines() if line.startswith("    "))
    return str(line).replace(" ", "")
