"""Erasing on request: what goes at once, what is kept until when, and what nobody may erase."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import queries
from disputes.cases.tables import Case, CaseTimer
from disputes.chat import service as chat
from disputes.chat.tables import Conversation, Message
from disputes.errors import Conflict
from disputes.notifications.tables import Notification
from disputes.people.tables import Customer, Staff, StatusRequest
from disputes.records import service, tracker
from tests.cases import factories
from tests.records.conftest import NOW, close, months_after, prove

pytestmark = pytest.mark.database

MIA = factories.DEFAULTS["email"]


class TestAnOpenComplaint:
    def test_keeps_what_it_needs_and_says_why(self, session: Session) -> None:
        case = factories.filed(session)
        result = service.erase_person(session, email=MIA)
        case = queries.locked(session, case.id)
        assert result.erased == []
        assert [(kept.reference, kept.until) for kept in result.kept] == [(case.reference, None)]
        assert result.kept_until is None
        assert result.why == ["The complaint is still open, and we need it to answer you."]
        assert case.customer.email == MIA
        assert case.erasure_asked_at is not None

    def test_loses_its_contact_on_the_day_it_is_over(self, session: Session, manager: Staff) -> None:
        with clock.set_to(NOW):
            case = factories.filed(session)
            service.erase_person(session, email=MIA)
            close(session, case, manager)
        service.run_retention(session, NOW + timedelta(hours=1))
        case = queries.locked(session, case.id)
        assert case.contact_erased_at is not None
        assert case.erased_at is None
        assert case.customer.name == "Erased person"


class TestAnEndedComplaint:
    def test_is_kept_without_name_and_contact_and_the_day_is_told(
        self, session: Session, ended: Callable[..., Case]
    ) -> None:
        case = ended(description="Mia Hughes wrote: mia.hughes@example.com, call me.")
        with clock.set_to(NOW + timedelta(days=3)):
            result = service.erase_person(session, email=MIA)
        case = queries.locked(session, case.id)
        letter = session.scalars(select(Notification).where(Notification.case_id == case.id)).one()
        assert result.erased == []
        assert result.kept_until == policy.current().calendar.end_of_day((NOW.replace(year=2029)).date())
        assert "legal claims" in result.why[0]
        assert case.description == "Erased person wrote: Erased person, call me."
        assert (case.customer.name, case.customer.email, case.customer.phone) == ("Erased person", None, None)
        assert (letter.recipient, letter.text[:21]) == (None, "Dear Erased person,\n\n")
        assert "Mia" not in letter.html
        assert service.verify(session) == []

    def test_the_last_day_counts_in_full(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended()
        until = policy.current().calendar.end_of_day((NOW.replace(year=2029)).date())
        with clock.set_to(until - timedelta(microseconds=1)):
            assert service.erase_person(session, customer_id=case.customer_id).erased == []
        with clock.set_to(until):
            assert service.erase_person(session, customer_id=case.customer_id).erased == [case.reference]

    def test_is_erased_whole_after_its_time_but_that_it_was(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended()
        with clock.set_to(months_after(NOW, 36)):
            service.erase_person(session, email=MIA)
        case = queries.locked(session, case.id)
        letter = session.scalars(select(Notification).where(Notification.case_id == case.id)).one()
        assert (case.description, case.desired_outcome, case.order_number) == ("Erased.", None, None)
        assert (letter.subject, letter.text, letter.html, letter.recipient) == ("", "", "", None)
        assert (case.state, case.category) == ("closed", "lost")
        assert session.scalars(select(CaseTimer)).all() == []
        assert session.scalar(text("SELECT count(*) FROM case_event_texts")) == 0

    def test_a_withdrawn_one_goes_sooner(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended(withdrawn=True)
        with clock.set_to(months_after(NOW, 12)):
            assert service.erase_person(session, email=MIA).erased == [case.reference]

    def test_asking_again_changes_nothing(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended()
        with clock.set_to(months_after(NOW, 36)):
            service.erase_person(session, email=MIA)
            seq = queries.locked(session, case.id).last_event_seq
            again = service.erase_person(session, customer_id=case.customer_id)
        assert (again.erased, again.kept) == ([], [])
        assert queries.locked(session, case.id).last_event_seq == seq

    def test_a_letter_on_its_way_is_not_sent_any_more(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended()
        session.execute(text("UPDATE notifications SET state = 'pending', sent_at = NULL"))
        service.erase_contact(session, queries.locked(session, case.id))
        assert session.scalars(select(Notification.state)).all() == ["skipped"]


class TestOthers:
    def test_are_not_touched(self, session: Session, ended: Callable[..., Case]) -> None:
        ended()
        tom = ended(name="Tom O'Neill", email="tom@example.com")
        with clock.set_to(months_after(NOW, 36)):
            service.erase_person(session, email=MIA)
        tom = queries.locked(session, tom.id)
        assert tom.customer.email == "tom@example.com"
        assert tom.description != "Erased."

    def test_one_address_with_two_names_is_one_person(self, session: Session, ended: Callable[..., Case]) -> None:
        ended()
        ended(name="M. Hughes")
        with clock.set_to(months_after(NOW, 36)):
            assert len(service.erase_person(session, email=MIA.upper()).erased) == 2

    def test_a_person_known_by_phone_alone(self, session: Session, ended: Callable[..., Case]) -> None:
        case = ended(email=None, phone="+447700900123")
        with clock.set_to(months_after(NOW, 36)):
            assert service.erase_person(session, customer_id=case.customer_id).erased == [case.reference]
        assert queries.locked(session, case.id).customer.phone is None

    def test_an_address_of_nobody_is_fine(self, session: Session) -> None:
        assert service.erase_person(session, email="nobody@example.com").kept == []

    def test_rows_of_an_earlier_address_go_too(self, session: Session, ended: Callable[..., Case]) -> None:
        ended()
        session.add(Customer(name="Mia Hughes", email="old@example.com", created_at=NOW))
        session.flush()
        with clock.set_to(months_after(NOW, 36)):
            service.erase_person(session, email=MIA)
        assert session.scalars(select(Customer.email)).all() == [None, None]


class TestChats:
    def test_one_without_a_complaint_goes_at_once_with_its_proofs(self, session: Session) -> None:
        conversation, _ = chat.open_conversation(session, None)
        chat.remember_facts(session, conversation.id, {"contact_email": MIA})
        prove(session, conversation.id, MIA)
        service.erase_person(session, email=MIA)
        assert session.scalars(select(Conversation)).all() == []
        assert session.scalars(select(Message)).all() == []
        assert session.scalars(select(StatusRequest)).all() == []
        assert forgotten(session) == {str(conversation.id)}

    def test_that_of_an_open_complaint_stays(self, session: Session) -> None:
        conversation, _ = chat.open_conversation(session, None)
        factories.filed(session, conversation_id=conversation.id)
        service.erase_person(session, email=MIA)
        assert session.scalars(select(Conversation.id)).all() == [conversation.id]

    def test_one_that_two_complaints_share_goes_with_the_last(
        self, session: Session, ended: Callable[..., Case]
    ) -> None:
        conversation, _ = chat.open_conversation(session, None)
        first, second = (ended(conversation_id=conversation.id, category=kind) for kind in ("lost", "late"))
        service.erase_case(session, queries.locked(session, first.id))
        assert len(session.scalars(select(Conversation)).all()) == 1
        service.erase_case(session, queries.locked(session, second.id))
        assert session.scalars(select(Conversation)).all() == []

    def test_one_kept_with_its_complaint_loses_name_and_contact(
        self, session: Session, ended: Callable[..., Case]
    ) -> None:
        conversation, _ = chat.open_conversation(session, None)
        chat.receive(session, conversation.id, "I am mia hughes, mia.hughes@example.com", client_id="1")
        chat.remember_facts(session, conversation.id, {"complainant_name": "Mia Hughes"})
        case = ended(conversation_id=conversation.id)
        service.erase_contact(session, queries.locked(session, case.id))
        session.expire_all()
        said = session.scalars(select(Message.text).where(Message.author == "customer")).all()
        assert said == ["I am Erased person, Erased person"]
        assert session.get_one(Conversation, conversation.id).facts == {}
        assert str(conversation.id) in forgotten(session)


class TestWhatNobodyMayErase:
    def test_an_open_complaint(self, session: Session) -> None:
        case = queries.locked(session, factories.filed(session).id)
        for verb in (service.erase_case, service.erase_contact):
            with pytest.raises(Conflict, match="not over"):
                verb(session, case)

    def test_one_that_is_held(self, session: Session, ended: Callable[..., Case], manager: Staff) -> None:
        case = ended()
        later = months_after(NOW, 35)
        with clock.set_to(later):
            service.hold(session, case, manager, "A claim.")
        with clock.set_to(months_after(NOW, 36)):
            case = queries.locked(session, case.id)
            for verb in (service.erase_case, service.erase_contact):
                with pytest.raises(Conflict, match="held"):
                    verb(session, case)
            result = service.erase_person(session, email=MIA)
        assert result.erased == []
        assert result.kept[0].until == service.longest_hold(later)
        assert "legal claim" in result.why[0]
        assert queries.locked(session, case.id).customer.email == MIA


def forgotten(session: Session) -> set[str]:
    """The chats that Rasa was asked to forget; the arguments are ids and nothing else."""
    jobs = factories.queued(session, tracker.FORGET_TRACKER)
    assert all(set(args) == {"conversation_id"} for args in jobs)
    return {str(args["conversation_id"]) for args in jobs}
