"""Canned replies: who changes them, what fills their blanks, and that no blank reaches a customer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.canned import queries, service
from disputes.canned.service import Draft
from disputes.chat import handoff
from disputes.chat import service as chat
from disputes.chat.tables import Conversation
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import service as people
from disputes.people.tables import Staff, Team, TeamMember
from tests.cases.factories import filed

pytestmark = pytest.mark.database

HELLO = Draft("hi", "Greeting", "Hello {name}, this is {agent}.")


class TestChanging:
    def test_managers_add_change_and_remove_and_it_is_seen_who(self, session: Session, grace: Staff) -> None:
        reply = service.add(session, grace, HELLO)
        assert (reply.code, reply.changed_by_id) == ("hi", grace.id)
        later = clock.now() + timedelta(hours=1)
        zoe = people.add_staff(session, "zoe@casened.com", "Zoe", "manager")
        with clock.set_to(later):
            service.change(session, zoe, reply.id, replace(HELLO, text="Good day {name}."))
        assert (reply.text, reply.changed_by_id, reply.changed_at) == ("Good day {name}.", zoe.id, later)
        service.remove(session, grace, reply.id)
        assert queries.all_replies(session) == []
        with pytest.raises(NotFound):
            service.change(session, grace, reply.id, HELLO)

    @pytest.mark.parametrize("role", ["agent", "mediator"])
    def test_others_read_only(self, session: Session, grace: Staff, role: str) -> None:
        ann = people.add_staff(session, "ann@casened.com", "Ann", role)
        reply = service.add(session, grace, HELLO)
        with pytest.raises(Refused):
            service.add(session, ann, replace(HELLO, code="other"))
        with pytest.raises(Refused):
            service.change(session, ann, reply.id, HELLO)
        with pytest.raises(Refused):
            service.remove(session, ann, reply.id)

    def test_a_code_is_one_reply_s_alone_until_it_is_removed(self, session: Session, grace: Staff) -> None:
        reply = service.add(session, grace, HELLO)
        with pytest.raises(Invalid, match="already"):
            service.add(session, grace, replace(HELLO, title="Other"))
        service.change(session, grace, reply.id, replace(HELLO, title="Its own code may stay"))
        service.remove(session, grace, reply.id)
        assert service.add(session, grace, HELLO).id != reply.id

    @pytest.mark.parametrize(
        ("draft", "field"),
        [
            (replace(HELLO, code="x"), "code"),
            (replace(HELLO, code="two words"), "code"),
            (replace(HELLO, code="{name}"), "code"),
            (replace(HELLO, title="  "), "title"),
            (replace(HELLO, title="x" * 81), "title"),
            (replace(HELLO, text=" \n "), "text"),
            (replace(HELLO, text="x" * 10_001), "text"),
            (replace(HELLO, team_id=UUID(int=7)), "team"),
        ],
    )
    def test_what_cannot_be_is_said_beside_its_field(
        self, session: Session, grace: Staff, draft: Draft, field: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            service.add(session, grace, draft)
        assert set(refusal.value.fields) == {field}

    def test_a_code_may_be_typed_as_agents_type_it(self, session: Session, grace: Staff) -> None:
        assert service.add(session, grace, replace(HELLO, code=" /Hi ")).code == "hi"

    def test_of_two_who_choose_a_code_in_the_same_moment_one_is_told(self, database_url: str) -> None:
        with database.transaction() as session:
            grace = people.add_staff(session, "grace@casened.com", "Grace", "manager")
        barrier = Barrier(2)

        def add(title: str) -> bool:
            barrier.wait()
            try:
                database.run(service.add, grace, replace(HELLO, title=title))
            except (Conflict, Invalid):
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(add, ("One", "Other"))) == [False, True]


class TestTeams:
    def test_one_writes_with_everybody_s_and_those_of_one_s_teams(
        self, session: Session, grace: Staff, ann: Staff
    ) -> None:
        returns, billing = team(session, "Returns", ann), team(session, "Billing")
        service.add(session, grace, HELLO)
        service.add(session, grace, replace(HELLO, code="ret", team_id=returns.id))
        service.add(session, grace, replace(HELLO, code="bill", team_id=billing.id))
        assert [reply.code for reply in queries.replies_for(session, ann)] == ["hi", "ret"]
        assert [reply.code for reply in queries.all_replies(session)] == ["bill", "hi", "ret"]


class TestBlanks:
    def test_what_the_chat_knows_fills_them(self, session: Session, ann: Staff, chat_id: UUID) -> None:
        chat.remember_facts(session, chat_id, {"complainant_name": "Mia Hughes", "order_number": "10023"})
        case = filed(session, conversation_id=chat_id)
        values = service.values_for(session, chat_id, ann)
        assert values["name"] == "Mia Hughes"
        assert values["order"] == "10023"
        assert values["agent"] == "Ann Baker"
        assert values["reference"] == case.reference
        assert set(values) <= set(service.VARIABLES)

    def test_what_it_does_not_know_is_left_out(self, session: Session, ann: Staff, chat_id: UUID) -> None:
        values = service.values_for(session, chat_id, ann)
        assert not {"name", "order", "reference", "date"} & set(values)

    def test_of_several_complaints_the_writer_has_to_say_which(
        self, session: Session, ann: Staff, chat_id: UUID
    ) -> None:
        for _ in range(2):
            filed(session, conversation_id=chat_id)
        assert "reference" not in service.values_for(session, chat_id, ann)

    def test_a_date_that_is_over_is_no_next_date(self, session: Session, ann: Staff, chat_id: UUID) -> None:
        case = filed(session, conversation_id=chat_id)
        assert "date" in service.values_for(session, chat_id, ann)
        assert case.next_date is not None
        with clock.set_to(case.next_date + timedelta(days=1)):
            assert "date" not in service.values_for(session, chat_id, ann)

    def test_a_text_with_one_left_never_reaches_the_customer(self, session: Session, ann: Staff, chat_id: UUID) -> None:
        handoff.take_over(session, chat_id, ann)
        with pytest.raises(Invalid, match=r"Fill in \{name\}, \{what\} before"):
            say(session, chat_id, ann, "Hello {name}, a photo of {what}, {name}?")
        say(session, chat_id, ann, "Hello {name}", note=True)
        say(session, chat_id, ann, "Use {} or { name } or {Name1} as you like.")

    def test_those_that_no_chat_fills_are_known(self) -> None:
        assert service.unknown_blanks("{name} {what} {agent} {when}") == ["what", "when"]


def say(session: Session, chat_id: UUID, staff: Staff, text: str, *, note: bool = False) -> None:
    chat.say_as_agent(session, chat_id, staff, text, client_id=str(uuid4()), note=note)


def team(session: Session, name: str, *members: Staff) -> Team:
    made = Team(name=name, is_default=False, assignment=None, created_at=clock.now())
    session.add(made)
    session.flush()
    for member in members:
        session.add(TeamMember(team_id=made.id, staff_id=member.id))
    session.flush()
    return made


@pytest.fixture
def grace(session: Session) -> Staff:
    return people.add_staff(session, "grace@casened.com", "Grace Mbeki", "manager")


@pytest.fixture
def ann(session: Session) -> Staff:
    return people.add_staff(session, "ann@casened.com", "Ann Baker", "agent")


@pytest.fixture
def chat_id(session: Session) -> UUID:
    conversation: Conversation = chat.open_conversation(session, None)[0]
    return conversation.id
