"""What becomes of letters that cannot leave, of two workers at once, of loops; and the letters to staff."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text

from disputes import clock, database
from disputes.cases import engine, queries
from disputes.cases import tasks as work
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent, CaseTask
from disputes.notifications import queries as letter_queries
from disputes.notifications import service, tasks
from disputes.notifications.senders import MailNotSent
from disputes.notifications.service import CLAIM, LETTERS_A_DAY, TOO_MANY
from disputes.notifications.tables import Notification
from disputes.people import case_links
from disputes.settings import settings
from tests.cases.factories import filed, queued, staff
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.database


def file_and_tell(**changes: Any) -> Case:
    with database.transaction() as session:
        case = filed(session, **changes)
    tell_all()
    return case


def tell_all() -> None:
    with database.transaction() as session:
        jobs = queued(session, "notifications.tell")
    for job in jobs:
        tasks.tell(job["event_id"])


def rows(kind: str = "N1") -> list[Notification]:
    with database.transaction() as session:
        found = select(Notification).where(Notification.kind == kind).order_by(Notification.created_at)
        return list(session.scalars(found))


def undelivered(case: Case) -> bool:
    return database.run(letter_queries.undelivered, case.id)


class TestFailure:
    def test_is_a_line_in_the_history_work_for_staff_and_told_on_the_status_page(self, server: MailServer) -> None:
        server.recipient_answer = "550 no such mailbox"
        case = file_and_tell()
        assert not undelivered(case)
        tasks.deliver(str(rows()[0].id))
        assert undelivered(case)
        with database.transaction() as session:
            event = queries.last_event(session, case.id, "letter_failed")
            assert event is not None
            assert (event.audience, event.data["letter"]) == ("staff", "N1")
            found = session.scalars(select(CaseTask).where(CaseTask.kind == "letter_failed")).one()
            assert found.subject_id == rows()[0].id

    def test_is_over_with_the_next_letter_that_arrives(self, server: MailServer) -> None:
        server.recipient_answer = "550 no such mailbox"
        case = file_and_tell()
        tasks.deliver(str(rows()[0].id))
        server.recipient_answer = "250 OK"
        with database.transaction() as session:
            locked = queries.locked(session, case.id)
            engine.note(session, locked, "progress_note", Actor("clock"), notice="NP")
        tell_all()
        tasks.deliver(str(rows("NP")[0].id))
        assert not undelivered(case)


class TestTwoWorkers:
    def test_only_one_sends(self, server: MailServer) -> None:
        file_and_tell()
        (row,) = rows()
        database.run(service.begin_try, row.id)
        with pytest.raises(MailNotSent):
            tasks.deliver(str(row.id))
        assert (server.received, rows()[0].attempts) == ([], 1)

    def test_another_takes_over_from_one_that_died(self, server: MailServer) -> None:
        file_and_tell()
        (row,) = rows()
        database.run(service.begin_try, row.id)
        with time_machine.travel(clock.now() + CLAIM + timedelta(seconds=1), tick=False):
            tasks.deliver(str(row.id))
        assert len(server.received) == 1
        assert (rows()[0].state, rows()[0].claimed_until) == ("sent", None)


class TestLoop:
    def test_too_many_letters_in_a_day_stay_here_and_staff_see_it(self, server: MailServer) -> None:
        with database.transaction() as session:
            case = filed(session)
            for _ in range(LETTERS_A_DAY):
                locked = queries.locked(session, case.id)
                engine.note(session, locked, "progress_note", Actor("clock"), notice="NP")
        tell_all()
        last = rows("NP")[-1]
        assert (last.state, last.last_error) == ("failed", TOO_MANY)
        assert {row.state for row in rows("NP")[:-1]} == {"pending"}
        with database.transaction() as session:
            assert session.scalar(select(CaseEvent.kind).where(CaseEvent.kind == "letter_failed"))
        tell_all()
        assert len(rows("NP")) == LETTERS_A_DAY

    def test_the_next_day_is_another_day(self, server: MailServer) -> None:
        with database.transaction() as session:
            case = filed(session)
            for _ in range(LETTERS_A_DAY - 1):
                locked = queries.locked(session, case.id)
                engine.note(session, locked, "progress_note", Actor("clock"), notice="NP")
        tell_all()
        with time_machine.travel(clock.now() + timedelta(days=1, minutes=1), tick=False):
            with database.transaction() as session:
                locked = queries.locked(session, case.id)
                engine.note(session, locked, "progress_note", Actor("clock"), notice="NP")
            tell_all()
        assert rows("NP")[-1].state == "pending"


class TestThread:
    def test_all_letters_about_a_case_name_one_thread_and_their_own_id(self, server: MailServer) -> None:
        case = file_and_tell()
        with database.transaction() as session:
            locked = queries.locked(session, case.id)
            engine.note(session, locked, "progress_note", Actor("clock"), notice="NP")
        tell_all()
        for row in rows() + rows("NP"):
            tasks.deliver(str(row.id))
        first, second = server.received
        assert first["References"] == second["References"] == second["In-Reply-To"] == f"<case.{case.id}@casened.com>"
        assert first["Message-ID"] != second["Message-ID"]
        assert first["Message-ID"] == rows()[0].message_id


class TestLink:
    def test_gets_its_secret_only_on_the_way_out(self, server: MailServer) -> None:
        case = file_and_tell()
        (row,) = rows()
        assert f"{settings().base_url}/case/•••" in row.text
        tasks.deliver(str(row.id))
        (message,) = server.received
        for kind in ("plain", "html"):
            body = message.get_body(preferencelist=(kind,))
            assert body is not None
            assert "•••" not in body.get_content()
            token = body.get_content().partition("/case/")[2].split()[0].partition('"')[0]
            link = case_links.read(token)
            assert link is not None
            assert (link.case_id, link.notification_id) == (case.id, row.id)
        with database.transaction() as session:
            assert token not in session.get_one(Notification, row.id).text

    def test_is_not_given_to_an_address_that_is_not_the_customers_any_more(self, server: MailServer) -> None:
        file_and_tell()
        (row,) = rows()
        with database.transaction() as session:
            session.execute(text("UPDATE customers SET email = 'new@example.com'"))
        tasks.deliver(str(row.id))
        body = server.received[0].get_body(preferencelist=("plain",))
        assert body is not None
        assert "/case/" not in body.get_content()


class TestStaffLetters:
    def test_go_to_whose_task_it_is_without_the_customers_data(self, server: MailServer) -> None:
        with database.transaction() as session:
            ann, _ = staff(session), staff(session, name="Kim Lee")
            case = queries.locked(session, filed(session).id)
            case.investigator_id = ann.id
            event = engine.note(session, case, "staff_warning", Actor("clock"), notice="none: for staff only")
            work.open_task(session, case, "due_soon", due_at=case.first_answer_by, event=event)
        for _ in range(2):
            tasks.tell_staff(str(case.id), "due_soon", str(event.id))
        (row,) = rows("staff_task")
        assert row.recipient == ann.email
        assert case.reference in row.text
        assert f"{settings().base_url}/desk/cases/{case.reference}" in row.text
        for secret in ("Mia", "10023", "mia.hughes", "parcel never"):
            assert secret not in row.text + row.subject + row.html

    def test_go_to_everybody_of_the_role_when_nobody_has_it(self, server: MailServer) -> None:
        with database.transaction() as session:
            staff(session), staff(session, name="Kim Lee")
            staff(session, role="manager")
            gone = staff(session)
            gone.active = False
            case = queries.locked(session, filed(session).id)
            event = engine.note(session, case, "named_person_late", Actor("clock"), notice="none: for staff only")
        tasks.tell_staff(str(case.id), "unowned", str(event.id))
        assert len(rows("staff_task")) == 2

    def test_are_not_written_once_the_work_is_done(self, server: MailServer) -> None:
        with database.transaction() as session:
            staff(session)
            case = queries.locked(session, filed(session).id)
            event = engine.note(session, case, "named_person_late", Actor("clock"), notice="none: for staff only")
            work.finish(session, case, "unowned")
        tasks.tell_staff(str(case.id), "unowned", str(event.id))
        assert rows("staff_task") == []
