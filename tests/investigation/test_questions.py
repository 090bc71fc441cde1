"""Questions to the complainant, and their answers on every way and at every moment."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from disputes import database, policy
from disputes.cases import engine, queries, states, tasks
from disputes.cases.complainant import withdraw
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.investigation import service
from disputes.investigation.questions import LONGEST_QUESTION, MOST_QUESTIONS
from disputes.people.tables import Staff
from tests.cases.factories import filed, queued, staff
from tests.investigation.factories import ASSISTANT, CUSTOMER, reviewed, taken

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
TWO = ["Where did the driver leave the parcel?", "Did a neighbour take it?"]


class TestAsk:
    def test_t6_waits_for_the_customer_and_writes_the_letter(self, session: Session, case: Case, ann: Staff) -> None:
        asked = service.ask(session, case, ann, TWO)
        event = last(session, case)
        assert case.state == "awaiting_customer"
        assert (event.kind, event.notice, event.staff_id) == ("asked", "N5", ann.id)
        assert event.data["question_ids"] == [str(question.id) for question in asked]
        assert "driver" not in str(event.data)
        assert service.questions_of_event(session, event) == TWO
        assert {"event_id": str(event.id)} in queued(session, "notifications.tell")

    def test_t6_says_until_when_as_the_clock_does(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MONDAY, tick=False):
            case = taken(session, ann)
            service.ask(session, case, ann, TWO)
        due = policy.current().calendar.due_after_days(MONDAY, 14)
        assert service.answer_by(session, case) == due == case.next_date

    def test_t6_asks_in_the_review_too(self, session: Session, case: Case, boss: Staff, ann: Staff) -> None:
        case = reviewed(session, case, boss)
        with pytest.raises(NotAllowed):
            service.ask(session, case, ann, TWO)
        service.ask(session, case, boss, TWO)
        assert (case.state, case.prior_state) == ("awaiting_customer", "escalated")

    def test_t6_others_may_not(self, session: Session, case: Case, bo: Staff) -> None:
        for person in (
            bo,
            staff(session, role="manager"),
            staff(session, role="admin"),
            staff(session, role="mediator"),
        ):
            with pytest.raises(NotAllowed):
                service.ask(session, case, person, TWO)
        assert case.state == "investigating"
        assert service.open_questions(session, case) == []

    def test_t6_not_before_somebody_has_the_case(self, session: Session, ann: Staff) -> None:
        with pytest.raises(NotAllowed):
            service.ask(session, filed(session), ann, TWO)

    def test_a_double_click_asks_once(self, session: Session, case: Case, ann: Staff) -> None:
        first = service.ask(session, case, ann, TWO)
        again = service.ask(session, case, ann, [*TWO, "  "])
        assert [question.id for question in again] == [question.id for question in first]
        assert kinds(session, case).count("asked") == 1

    def test_one_list_at_a_time(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        with pytest.raises(Conflict, match="asked something already"):
            service.ask(session, case, ann, ["What is the number on the label?"])
        assert [question.text for question in service.open_questions(session, case)] == TWO

    def test_a_second_list_follows_on_the_answer(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        answered(session, case, "At the door.")
        service.ask(session, case, ann, ["What is the number on the label?"])
        assert [question.text for question in service.open_questions(session, case)] == [
            "What is the number on the label?"
        ]

    @pytest.mark.parametrize(
        ("questions", "field"),
        [
            ([], "question1"),
            (["", "  "], "question1"),
            ([TWO[0], "x" * 401], "question2"),
            (["Why?"], "question1"),
            (["0123456789 ??"], "question1"),
            ([f"What about part number {number}?" for number in range(6)], "questions"),
        ],
    )
    def test_questions_that_cannot_be_sent(
        self, session: Session, case: Case, ann: Staff, questions: list[str], field: str
    ) -> None:
        with pytest.raises(Invalid) as wrong:
            service.ask(session, case, ann, questions)
        assert field in wrong.value.fields
        assert case.state == "investigating"

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(typed=st.lists(st.text(max_size=450), max_size=8))
    def test_whatever_is_typed_either_fits_the_limits_or_is_refused(
        self, session: Session, ann: Staff, typed: list[str]
    ) -> None:
        case = taken(session, ann)
        try:
            asked = service.ask(session, case, ann, typed)
        except Invalid as wrong:
            assert wrong.fields
            assert case.state == "investigating"
            return
        texts = [question.text for question in asked]
        assert 1 <= len(texts) == len(set(texts)) <= MOST_QUESTIONS
        assert all(10 <= len(text) <= LONGEST_QUESTION and text == " ".join(text.split()) for text in texts)


class TestAnswer:
    @pytest.mark.parametrize(("actor", "channel"), [(CUSTOMER, "page"), (CUSTOMER, "mail"), (ASSISTANT, "chat")])
    def test_t7_takes_the_case_back(
        self, session: Session, case: Case, ann: Staff, actor: Actor, channel: service.Channel
    ) -> None:
        service.ask(session, case, ann, TWO)
        given = service.answer(session, case, actor, " At the door. ", key="k1", channel=channel)
        event = last(session, case)
        assert case.state == "investigating"
        assert (event.kind, event.notice, event.actor_kind) == ("answered", "N6", actor.kind)
        assert (given.text, given.channel, given.late, given.event_id) == ("At the door.", channel, False, event.id)
        assert event.data["answer_id"] == str(given.id)
        assert "door" not in str(event.data)
        assert tasks.is_open(session, case, "new_information")
        assert service.open_questions(session, case) == []
        assert service.answer_by(session, case) is None

    def test_t7_goes_back_to_the_review(self, session: Session, case: Case, boss: Staff) -> None:
        case = reviewed(session, case, boss)
        service.ask(session, case, boss, TWO)
        answered(session, case, "At the door.")
        assert case.state == "escalated"

    def test_t7_staff_write_down_what_they_were_told(self, session: Session, case: Case, ann: Staff, bo: Staff) -> None:
        service.ask(session, case, ann, TWO)
        given = service.answer(
            session, case, Actor("staff", "agent", bo.id), "She said: at the door.", key="k1", channel="staff"
        )
        assert (given.staff_id, last(session, case).staff_id, case.state) == (bo.id, bo.id, "investigating")

    @pytest.mark.parametrize("role", ["admin", "mediator"])
    def test_t7_other_roles_may_not(self, session: Session, case: Case, ann: Staff, role: str) -> None:
        service.ask(session, case, ann, TWO)
        other = Actor("staff", role, staff(session, role=role).id)
        with pytest.raises(NotAllowed):
            service.answer(session, case, other, "At the door.", key="k1", channel="staff")

    @pytest.mark.parametrize("kind", ["clock", "system"])
    def test_t7_only_people_answer_with_words(
        self, session: Session, case: Case, ann: Staff, kind: states.ActorKind
    ) -> None:
        service.ask(session, case, ann, TWO)
        with pytest.raises(NotAllowed):
            service.answer(session, case, Actor(kind), "At the door.", key="k1", channel="page")

    def test_t7_nobody_answers_as_somebody_else(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        with pytest.raises(Invalid):
            service.answer(session, case, CUSTOMER, "At the door.", key="k1", channel="staff")
        with pytest.raises(Invalid):
            service.answer(session, case, Actor("staff", "agent", ann.id), "At the door.", key="k1", channel="page")

    def test_the_same_key_answers_once(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        first = answered(session, case, "At the door.", key="mail:1")
        assert answered(session, case, "At the door.", key="mail:1").id == first.id
        assert kinds(session, case).count("answered") == 1
        assert "information_added" not in kinds(session, case)

    def test_keys_are_of_one_case(self, session: Session, case: Case, ann: Staff) -> None:
        other = taken(session, ann)
        for asked in (case, other):
            service.ask(session, asked, ann, TWO)
            answered(session, asked, "At the door.", key="mail:1")
        assert (case.state, other.state) == ("investigating", "investigating")

    def test_a_second_answer_is_information(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        answered(session, case, "At the door.")
        second = answered(session, case, "And no neighbour has it.", key="k2")
        event = last(session, case)
        assert second.late
        assert (event.kind, event.notice, event.from_state) == (
            "information_added",
            "none: the customer has just said it",
            None,
        )
        assert case.state == "investigating"

    def test_silence_goes_on_and_what_comes_later_is_kept(self, session: Session, ann: Staff) -> None:
        with time_machine.travel(MONDAY, tick=False):
            case = taken(session, ann)
            asked = service.ask(session, case, ann, TWO)
            due = service.answer_by(session, case)
        assert due is not None
        with time_machine.travel(due + timedelta(minutes=5), tick=False):
            engine.move(session, queries.locked(session, case.id), states.ANSWERED, Actor("clock"), start=due)
            tasks.finish(session, case, "new_information")
            assert service.open_questions(session, case) == []
            late = answered(session, case, "Sorry, I was away.")
        assert late.late
        assert late.asked_event_id == asked[0].event_id
        assert case.state == "investigating"
        assert tasks.is_open(session, case, "new_information")

    def test_a_withdrawn_complaint_keeps_the_words_and_makes_no_work(
        self, session: Session, case: Case, ann: Staff
    ) -> None:
        service.ask(session, case, ann, TWO)
        withdraw(session, case, CUSTOMER)
        assert answered(session, case, "At the door.").late
        assert case.state == "withdrawn"
        assert not tasks.is_open(session, case, "new_information")

    def test_without_a_question_there_is_no_answer(self, session: Session, case: Case) -> None:
        with pytest.raises(Conflict, match="no question"):
            answered(session, case, "At the door.")

    @pytest.mark.parametrize("text", ["", " \n", "x" * 20_001])
    def test_needs_words_but_not_a_book(self, session: Session, case: Case, ann: Staff, text: str) -> None:
        service.ask(session, case, ann, TWO)
        with pytest.raises(Invalid) as wrong:
            answered(session, case, text)
        assert list(wrong.value.fields) == ["text"]
        assert case.state == "awaiting_customer"

    def test_a_reminder_repeats_the_questions(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        event = engine.note(session, case, "question_reminder", Actor("clock"), notice="N5r")
        assert service.questions_of_event(session, event) == TWO

    def test_other_events_have_no_questions(self, session: Session, case: Case) -> None:
        assert service.questions_of_event(session, last(session, case)) == []


class TestAtOnce:
    def test_two_answers_at_once_are_one_step_and_one_line(self, database_url: str) -> None:
        case = waiting_case()

        def reply(number: int) -> Callable[[], object]:
            return lambda: database.run(
                service.answer, case, CUSTOMER, f"Answer {number}", key=f"k{number}", channel="page"
            )

        assert at_once(reply(1), reply(2)) == []
        with database.transaction() as session:
            assert kinds(session, case).count("answered") == 1
            assert kinds(session, case).count("information_added") == 1
            assert {question.late for question in answers(session, case)} == {True, False}

    def test_one_answer_sent_twice_at_once_is_one(self, database_url: str) -> None:
        case = waiting_case()

        def reply() -> object:
            return database.run(service.answer, case, CUSTOMER, "At the door.", key="same", channel="page")

        assert at_once(reply, reply, reply) == []
        with database.transaction() as session:
            assert kinds(session, case).count("answered") == 1
            assert len(answers(session, case)) == 1

    def test_asking_twice_at_once_asks_once(self, database_url: str) -> None:
        with database.transaction() as session:
            ann = staff(session)
            case = taken(session, ann)
        assert at_once(*[lambda: database.run(service.ask, case, ann, TWO)] * 3) == []
        with database.transaction() as session:
            assert kinds(session, case).count("asked") == 1

    def test_the_plan_is_made_once(self, database_url: str) -> None:
        with database.transaction() as session:
            case = taken(session, staff(session))
        assert at_once(*[lambda: database.run(service.plan, case)] * 3) == []
        with database.transaction() as session:
            assert len(service.plan(session, case)) == len(policy.current().points_for("lost"))


def waiting_case() -> Case:
    with database.transaction() as session:
        ann = staff(session)
        case = taken(session, ann)
        service.ask(session, case, ann, TWO)
        return case


def at_once(*calls: Callable[[], object]) -> list[BaseException]:
    """Runs the calls at the same moment and returns what went wrong."""
    ready, failures = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        ready.wait(10)
        try:
            call()
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


def answered(session: Session, case: Case, text: str, *, key: str = "k1") -> service.Answer:
    return service.answer(session, case, CUSTOMER, text, key=key, channel="page")


def answers(session: Session, case: Case) -> list[service.Answer]:
    return service.answers_of(session, case)


def last(session: Session, case: Case) -> CaseEvent:
    return queries.events_of(session, [case.id])[-1]


def kinds(session: Session, case: Case) -> list[str]:
    return [event.kind for event in queries.events_of(session, [case.id])]
