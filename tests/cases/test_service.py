"""Filing, taking and adding to complaints, on the real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from disputes import database, policy
from disputes.cases import complainant, filing, queries, service
from disputes.cases.references import normalise
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.people.tables import Customer
from tests.cases.factories import DEFAULTS, complaint, filed, queued, staff

TUESDAY = datetime(2026, 5, 12, 14, 5, tzinfo=UTC)
pytestmark = pytest.mark.database


class TestReadComplaint:
    def test_cleans_what_was_typed(self) -> None:
        read = complaint(
            name="  Zoë\u202e  O'Neill ", email=" Zoe@Example.COM ", phone="020 7946 0018", order_number="# 10 023"
        )
        assert (read.name, read.email, read.phone) == ("Zoë O'Neill", "zoe@example.com", "+442079460018")
        assert read.order_number == "10023"

    def test_one_contact_is_enough_and_the_order_is_optional(self) -> None:
        read = complaint(email="", phone="+44 7700 900123", order_number="  ")
        assert (read.email, read.phone, read.order_number) == (None, "+447700900123", None)

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"name": "  "}, "name", "your name"),
            ({"name": "😀😀"}, "name", "your name"),
            ({"name": "x" * 201}, "name", "shorten"),
            ({"email": "+44 7700 900123"}, "email", "e-mail address"),
            ({"email": "mia@"}, "email", "e-mail address"),
            ({"email": "mia@example.com\nBcc: all@example.com"}, "email", "e-mail address"),
            ({"phone": "12345"}, "phone", "phone number"),
            ({"phone": "mia@example.com"}, "phone", "phone number"),
            ({"email": None, "phone": ""}, "contact", "so that we can answer"),
            ({"description": "too short"}, "description", "a sentence or two"),
            ({"description": "😀" * 50}, "description", "a sentence or two"),
            ({"description": "x" * 20_001}, "description", "shorten"),
            ({"desired_outcome": "x" * 2_001}, "desired_outcome", "shorten"),
            ({"source": "staff"}, "contact", "named"),
        ],
    )
    def test_says_what_is_wrong_with_which_field(self, changes: dict[str, Any], field: str, sentence: str) -> None:
        with pytest.raises(Invalid) as caught:
            complaint(**changes)
        assert sentence in caught.value.fields[field]
        assert caught.value.__cause__ is None

    def test_names_every_wrong_field_at_once(self) -> None:
        with pytest.raises(Invalid) as caught:
            complaint(name="", email="x", description="")
        assert set(caught.value.fields) == {"name", "email", "description"}

    @pytest.mark.parametrize("number", ["???", "I lost it", "x" * 500])
    def test_a_strange_order_number_never_stops_a_complaint(self, number: str) -> None:
        assert complaint(order_number=number).order_number == number[:64]

    def test_an_unknown_category_is_other(self) -> None:
        assert complaint(category="nonsense").category == "other"
        assert complaint(category=None).category == "other"

    def test_signs_the_database_cannot_hold_are_dropped(self) -> None:
        read = complaint(description="It broke\x00 on day one \ud83d and\r\nstinks.")
        assert read.description == "It broke on day one  and\nstinks."


class TestFile:
    def test_gives_a_case_with_reference_dates_and_history(self, session: Session) -> None:
        with time_machine.travel(TUESDAY, tick=False):
            case = filed(session)
            dates = policy.dates_for_filed(TUESDAY, policy.current())
        assert normalise(case.reference) == case.reference
        assert (case.state, case.filed_at, case.order_number) == ("filed", TUESDAY, "10023")
        assert (case.next_date, case.first_answer_by) == (dates.named_person_by, dates.first_answer_by)
        assert (case.expected_end, case.hard_cap) == (dates.expected_end, dates.hard_cap)
        assert (case.customer.name, case.customer.email) == ("Mia Hughes", "mia.hughes@example.com")
        (event,) = queries.events_of(session, [case.id])
        assert (event.seq, event.kind, event.from_state, event.to_state) == (1, "filed", None, "filed")
        assert (event.actor_kind, event.clause_id, event.notice) == ("customer", "C3", "N1")

    def test_queues_the_letter_in_the_same_transaction(self, session: Session) -> None:
        case = filed(session)
        (event,) = queries.events_of(session, [case.id])
        assert {"event_id": str(event.id)} in queued(session, "notifications.tell")

    def test_twice_with_one_key_is_one_case(self, session: Session) -> None:
        first = filing.file_complaint(session, complaint(), filing_key="chat:1")
        again = filing.file_complaint(session, complaint(name="Somebody Else"), filing_key="chat:1")
        assert again.id == first.id
        assert len(queries.events_of(session, [first.id])) == 1
        assert session.scalar(select(func.count()).select_from(Customer).where(Customer.name == "Somebody Else")) == 0

    def test_knows_a_customer_again_by_name_and_contact(self, session: Session) -> None:
        first, second = filed(session), filed(session)
        other = filed(session, name="Max Hughes")
        assert first.customer_id == second.customer_id != other.customer_id

    def test_a_rollback_takes_everything_back(self, session: Session) -> None:
        with session.begin_nested() as savepoint:
            filed(session)
            savepoint.rollback()
        assert session.scalar(select(func.count()).select_from(Case)) == 0
        assert queued(session, "notifications.tell") == []

    def test_a_taken_reference_is_drawn_again(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        taken = filed(session).reference
        drawn = iter([taken, taken, "CD-0000-0000"])
        monkeypatch.setattr(filing, "new_reference", lambda: next(drawn))
        assert filed(session).reference == "CD-0000-0000"

    def test_by_staff_names_them(self, session: Session) -> None:
        agent = staff(session)
        case = filed(session, source="staff", filed_by_staff_id=agent.id)
        (event,) = queries.events_of(session, [case.id])
        assert (event.actor_kind, event.staff_id) == ("staff", agent.id)

    def test_by_a_mediator_is_refused(self, session: Session) -> None:
        mediator = staff(session, role="mediator")
        with pytest.raises(NotAllowed):
            filed(session, source="staff", filed_by_staff_id=mediator.id)

    def test_keeps_html_as_it_was_typed(self, session: Session) -> None:
        words = "<script>alert(1)</script> & it's <b>broken</b>"
        assert filed(session, description=words).description == words


class TestFileAtTheSameMoment:
    def test_ten_clicks_make_one_case_one_customer_and_one_letter(self, database_url: str) -> None:
        together = Barrier(10)

        def click(_: int) -> str:
            together.wait()
            return database.run(filing.file_complaint, complaint(), filing_key="form:double").reference

        with ThreadPoolExecutor(10) as pool:
            references = set(pool.map(click, range(10)))
        assert len(references) == 1
        with database.transaction() as session:
            for table in (Case, CaseEvent, Customer):
                assert session.scalar(select(func.count()).select_from(table)) == 1
            assert len(queued(session, "notifications.tell")) == 1


class TestHistory:
    @pytest.mark.parametrize("change", ["UPDATE case_events SET kind = 'x'", "DELETE FROM case_events"])
    def test_cannot_be_changed(self, session: Session, change: str) -> None:
        filed(session)
        with pytest.raises(DBAPIError):
            session.execute(text(change))


class TestTake:
    def test_names_the_person_and_promises_the_first_answer(self, session: Session) -> None:
        case, agent = filed(session), staff(session)
        service.take(session, case, agent)
        assert (case.state, case.investigator_id, case.next_date) == ("investigating", agent.id, case.first_answer_by)
        event = queries.events_of(session, [case.id])[-1]
        assert (event.seq, event.kind, event.from_state, event.to_state) == (2, "taken", "filed", "investigating")
        assert (event.staff_id, event.clause_id, event.notice) == (agent.id, "C4", "N4")
        assert queued(session, "notifications.tell")[-1] == {"event_id": str(event.id)}

    def test_twice_by_the_same_person_is_once(self, session: Session) -> None:
        case, agent = filed(session), staff(session)
        service.take(session, case, agent)
        service.take(session, case, agent)
        assert len(queries.events_of(session, [case.id])) == 2

    def test_by_a_second_person_names_the_first(self, session: Session) -> None:
        case = filed(session)
        service.take(session, case, staff(session, name="Ann Baker"))
        with pytest.raises(Conflict, match="Ann Baker has already taken"):
            service.take(session, case, staff(session, name="Bob Carter"))

    @pytest.mark.parametrize("role", ["mediator", "admin"])
    def test_by_other_roles_is_refused_and_leaves_no_event(self, session: Session, role: str) -> None:
        case = filed(session)
        with pytest.raises(NotAllowed):
            service.take(session, case, staff(session, role=role))
        assert len(queries.events_of(session, [case.id])) == 1

    def test_by_two_at_the_same_moment_has_one_winner(self, database_url: str) -> None:
        with database.transaction() as session:
            case = filed(session)
            people = [staff(session, name=name) for name in ("Ann Baker", "Bob Carter")]
        together = Barrier(2)

        def grab(number: int) -> str:
            together.wait()
            try:
                return database.run(service.take, case, people[number]).state
            except Conflict as refused:
                return refused.code

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(grab, range(2))) == ["conflict", "investigating"]


class TestAddInformation:
    def test_keeps_the_complaint_as_it_was(self, session: Session) -> None:
        case = filed(session)
        event = complainant.add_information(session, case, "  The neighbour has not got it either. ")
        assert event.words and event.words.text == "The neighbour has not got it either."
        assert case.description == DEFAULTS["description"]
        assert event.notice is not None
        assert event.notice.startswith("none: ")

    def test_twice_with_one_key_is_once(self, session: Session) -> None:
        case, key = filed(session), str(uuid4())
        first = complainant.add_information(session, case, "More.", key=key)
        assert complainant.add_information(session, case, "More.", key=key).id == first.id

    @pytest.mark.parametrize("words", ["", " \n ", "x" * 2_001])
    def test_nothing_or_too_much_is_refused(self, session: Session, words: str) -> None:
        with pytest.raises(Invalid):
            complainant.add_information(session, filed(session), words)


class TestOpenCases:
    def test_of_a_stranger_are_none(self, session: Session) -> None:
        filed(session)
        assert filing.open_cases_for(session, email="else@example.com", order_number="10023") == []
        assert filing.open_cases_for(session, order_number="10023") == []

    def test_are_found_by_either_contact_for_that_order(self, session: Session) -> None:
        case = filed(session, phone="+447700900123")
        filed(session, order_number="10099")
        for contact in ({"email": "MIA.Hughes@example.com"}, {"phone": "07700 900123"}):
            assert [found.id for found in filing.open_cases_for(session, order_number="#10023", **contact)] == [case.id]

    def test_that_have_ended_are_not_shown(self, session: Session) -> None:
        filed(session).state = "withdrawn"
        session.flush()
        assert filing.open_cases_for(session, email="mia.hughes@example.com") == []
