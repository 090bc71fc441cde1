"""What each day forgets: just before its time nothing, just after it all of it, and nothing twice."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.cases import progress, queries
from disputes.cases.tables import Case
from disputes.chat import endings, handoff
from disputes.chat import files as chat_files
from disputes.chat import service as chat
from disputes.chat.tables import Conversation
from disputes.errors import NotFound
from disputes.notifications.tables import Notification
from disputes.people import audit
from disputes.people.tables import AuditEntry, Customer, StatusRequest
from disputes.records import service, tracker
from disputes.records.terms import add_months
from disputes.worker.records_jobs import forget_all_due
from tests.cases import factories
from tests.files.chats import put_into
from tests.files.factories import pdf
from tests.records.conftest import NOW, close

pytestmark = pytest.mark.database

A_MOMENT = timedelta(microseconds=1)


def end_of(months: int) -> datetime:
    """The end of the day so many months after NOW, where the shop is."""
    calendar = policy.current().calendar
    return calendar.end_of_day(add_months(calendar.day_of(NOW), months))


class TestAudit:
    def test_goes_after_its_months_and_never_before_half_a_year(self, session: Session) -> None:
        now = clock.now()
        calendar = policy.current().calendar
        over = calendar.end_of_day(add_months(calendar.day_of(now), -policy.current().retention.audit_months))
        for at in (over - A_MOMENT, over, now - timedelta(days=181), now):
            with clock.set_to(at):
                audit.note(session, "policy.changed")
        assert service.run_retention(session, now) == {"audit": 1}
        assert service.run_retention(session, now) == {}
        assert session.scalars(select(AuditEntry.at).order_by(AuditEntry.at)).first() == over
        assert service.run_retention(session, now + timedelta(days=3650))["audit"] == 1
        assert session.scalars(select(AuditEntry.at)).all() == [now]


class TestCases:
    def test_contact_goes_after_its_months_and_the_body_after_its_own(
        self, session: Session, ended: Callable[..., Case]
    ) -> None:
        case = ended()
        assert service.run_retention(session, end_of(12) - A_MOMENT) == {}
        assert service.run_retention(session, end_of(12)) == {"contact": 1}
        assert service.run_retention(session, end_of(36) - A_MOMENT) == {}
        assert service.run_retention(session, end_of(36)) == {"case": 1}
        assert service.run_retention(session, end_of(37)) == {}
        case = queries.locked(session, case.id)
        assert case.contact_erased_at == end_of(12)
        assert case.erased_at == end_of(36)
        assert service.verify(session) == []

    def test_withdrawn_ones_go_whole_after_theirs(self, session: Session, ended: Callable[..., Case]) -> None:
        ended(withdrawn=True)
        assert service.run_retention(session, end_of(12) - A_MOMENT) == {}
        assert service.run_retention(session, end_of(12))["case"] == 1

    def test_open_ones_never_go(self, session: Session) -> None:
        with clock.set_to(NOW):
            case = factories.filed(session)
        assert service.run_retention(session, end_of(120)) == {}
        assert queries.locked(session, case.id).customer.email is not None

    def test_resolved_ones_stay_until_they_are_closed(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended()
        case.state = "resolved"
        session.flush()
        assert service.run_retention(session, end_of(60)) == {}

    def test_a_customer_with_another_case_keeps_their_row(self, session: Session, ended: Callable[..., Case]) -> None:
        ended()
        with clock.set_to(end_of(11)):
            factories.filed(session)
        service.run_retention(session, end_of(36))
        assert session.scalars(select(Customer.name)).all() == ["Mia Hughes"]

    def test_what_is_left_can_still_be_counted(self, session: Session, ended: Callable[..., Case]) -> None:
        ended()
        service.run_retention(session, end_of(36))
        counted = select(Case.state, Case.category, Case.filed_at, Case.ended_at)
        assert session.execute(counted).all() == [("closed", "lost", NOW - timedelta(days=2), NOW)]


class TestChats:
    def test_without_a_complaint_lose_the_draft_first_and_then_go(self, session: Session) -> None:
        with clock.set_to(NOW):
            conversation, _ = chat.open_conversation(session, None)
            chat.remember_facts(session, conversation.id, {"complainant_name": "Mia"})
        draft, whole = NOW + timedelta(days=30), NOW + timedelta(days=90)
        assert service.run_retention(session, draft) == {}
        assert service.run_retention(session, draft + A_MOMENT) == {"draft": 1}
        assert service.run_retention(session, draft + A_MOMENT) == {}
        assert service.run_retention(session, whole) == {}
        assert service.run_retention(session, whole + A_MOMENT) == {"chat": 1}
        assert session.scalars(select(Conversation)).all() == []
        assert len(factories.queued(session, tracker.FORGET_TRACKER)) == 2

    def test_that_wait_for_an_answer_keep_the_way_to_give_it(self, session: Session) -> None:
        with clock.set_to(NOW):
            conversation, _ = chat.open_conversation(session, None)
            handoff.leave_message(session, conversation)
            chat.receive(session, conversation.id, "I am at mia@example.org", client_id="1")
        month = NOW + timedelta(days=30) + A_MOMENT
        assert service.run_retention(session, month) == {}
        session.refresh(conversation)
        assert conversation.reply_email == "mia@example.org"
        with clock.set_to(NOW):
            endings.end_by_customer(session, conversation.id)
        assert service.run_retention(session, month) == {"draft": 1}

    def test_their_files_go_with_them(self, session: Session) -> None:
        with clock.set_to(NOW):
            conversation, _ = chat.open_conversation(session, None)
            put_into(session, conversation.id, pdf(), "bill.pdf")
        [file] = chat_files.files_of(session, conversation.id)
        service.run_retention(session, NOW + timedelta(days=91))
        assert chat_files.files_of(session, conversation.id) == []
        with pytest.raises(NotFound):
            chat_files.content_of(file)

    def test_of_a_complaint_stay(self, session: Session) -> None:
        with clock.set_to(NOW):
            conversation, _ = chat.open_conversation(session, None)
            chat.remember_facts(session, conversation.id, {"complainant_name": "Mia"})
            factories.filed(session, conversation_id=conversation.id)
        assert service.run_retention(session, NOW + timedelta(days=1000)) == {}


class TestProofs:
    def test_go_after_their_days_with_their_letters(self, session: Session) -> None:
        with clock.set_to(NOW):
            request_id = progress.request_code(session, "10023", "mia.hughes@example.com")
            letter = Notification(
                dedupe_key=f"status_code:{request_id}", kind="status_code", recipient="mia.hughes@example.com",
                subject="s", text="t", html="h", message_id="m", created_at=NOW,
            )  # fmt: skip
            session.add(letter)
            session.flush()
        assert service.run_retention(session, NOW + timedelta(days=7)) == {}
        assert service.run_retention(session, NOW + timedelta(days=7) + A_MOMENT) == {"status_requests": 1}
        assert session.scalars(select(StatusRequest)).all() == []
        assert session.scalars(select(Notification)).all() == []


class TestPeopleWithoutAComplaint:
    def test_go_after_a_day(self, session: Session) -> None:
        session.add(Customer(name="Old address", email="old@example.com", created_at=NOW))
        session.flush()
        assert service.run_retention(session, NOW + timedelta(days=1)) == {}
        assert service.run_retention(session, NOW + timedelta(days=1) + A_MOMENT) == {"customer": 1}
        assert session.scalars(select(Customer)).all() == []


class TestTheDailyJob:
    def test_does_each_thing_in_its_own_transaction(self, database_url: str) -> None:
        with clock.set_to(NOW), database.transaction() as session:
            manager = factories.staff(session, role="manager")
            for number in range(3):
                close(session, factories.filed(session, email=f"m{number}@example.com"), manager)
        with clock.set_to(end_of(36)):
            assert forget_all_due() == {"contact": 3, "case": 3}
            assert forget_all_due() == {}

    def test_one_that_fails_does_not_keep_the_others(self, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        from disputes.errors import Conflict  # noqa: PLC0415
        from disputes.records import retention  # noqa: PLC0415

        def refuse(session: Session, case: Case) -> None:
            session.execute(text("SELECT 1"))
            raise Conflict("no")

        with clock.set_to(NOW), database.transaction() as session:
            manager = factories.staff(session, role="manager")
            close(session, factories.filed(session), manager)
        monkeypatch.setattr(retention, "erase_contact", refuse)
        with clock.set_to(end_of(36)):
            assert forget_all_due() == {"case": 1}
