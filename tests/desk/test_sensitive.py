"""A sensitive complaint is in no list and no file of whoever may not read of it, and in all of the others'."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from disputes import clock, database
from disputes.cases import queries, service, tasks
from disputes.cases.tables import Case
from disputes.chat.tables import Conversation
from disputes.inbound.tables import InboundMail
from disputes.notifications import staff_mail
from disputes.notifications.tables import Notification
from disputes.people.tables import Staff
from tests.cases.factories import filed
from tests.reports.world import World
from tests.serving import Visitor, add_staff, hidden, signed_in

NAME = "Zebedee Quillfeather"
PATIENT = "zebedee@quillfeather.example"


@dataclass(frozen=True)
class Filed:
    """The complaint, and the chat that it came from."""

    reference: str
    case_id: UUID
    chat_id: UUID


@dataclass(frozen=True)
class People:
    """Two agents and a manager."""

    ada: Staff
    ben: Staff
    max: Staff


class TestLists:
    @pytest.mark.parametrize("show", ["overdue", "unowned", "open"])
    def test_of_cases(self, sensitive: Filed, ada: Visitor, max_: Visitor, show: str) -> None:
        for path in (f"/desk/cases?show={show}", f"/desk/cases/list?show={show}"):
            assert names(max_, path, sensitive) == {"reference", "name"}
            assert names(ada, path, sensitive) == set()
        assert f'data-count="{show}">0<' in ada.open(f"/desk/cases?show={show}")

    def test_of_ended_cases(self, sensitive: Filed, ada: Visitor, max_: Visitor) -> None:
        with database.transaction() as session:
            session.execute(text("UPDATE cases SET state = 'closed', ended_at = now()"))
        path = "/desk/cases?show=ended"
        assert (names(max_, path, sensitive), names(ada, path, sensitive)) == ({"reference", "name"}, set())

    def test_of_tasks(self, sensitive: Filed, ada: Visitor, max_: Visitor) -> None:
        for path in ("/desk/tasks", "/desk/tasks/list"):
            assert names(max_, path, sensitive) == {"reference", "name"}
            assert names(ada, path, sensitive) == set()

    def test_a_task_of_mine_is_there_all_the_same(self, sensitive: Filed, ada: Visitor, people: People) -> None:
        with database.transaction() as session:
            session.execute(text("UPDATE case_tasks SET staff_id = :ada"), {"ada": people.ada.id})
        assert names(ada, "/desk/tasks", sensitive) == {"reference", "name"}

    def test_of_mail(self, sensitive: Filed, ada: Visitor, max_: Visitor) -> None:
        with database.transaction() as session:
            for number, where in enumerate(({"case_id": sensitive.case_id}, {"conversation_id": sensitive.chat_id})):
                row = {"key": str(number), "via": "imap", "state": "to_read", "why": "refused_files", "refused": []}
                session.add(InboundMail(**row, **where, subject=NAME, sender=PATIENT, received_at=clock.now()))
        assert max_.open("/desk/mails").count(PATIENT) >= 2
        assert names(ada, "/desk/mails", sensitive) == set()
        assert PATIENT not in ada.open("/desk/mails")

    def test_beside_a_chat(self, sensitive: Filed, ada: Visitor, max_: Visitor) -> None:
        with database.transaction() as session:
            other = World(session).chat(clock.now(), contact_email=PATIENT)
            path = f"/desk/chats/{other.id}"
        for where in (path, f"{path}/context"):
            assert sensitive.reference in max_.open(where)
            assert str(sensitive.chat_id) in max_.open(where)
            assert sensitive.reference not in ada.open(where)
            assert str(sensitive.chat_id) not in ada.open(where)
            assert "1 that few people may read" in ada.open(where)

    def test_but_whoever_holds_the_chat_it_came_from_has_it(
        self, sensitive: Filed, ada: Visitor, people: People
    ) -> None:
        path = f"/desk/chats/{sensitive.chat_id}"
        assert sensitive.reference not in ada.open(path)
        with database.transaction() as session:
            chat = session.get_one(Conversation, sensitive.chat_id)
            World(session).owner(chat, "agent", "taken_over", clock.now(), session.get_one(Staff, people.ada.id))
        assert sensitive.reference in ada.open(path)

    def test_of_linked_complaints(self, sensitive: Filed, ada: Visitor, max_: Visitor) -> None:
        with database.transaction() as session:
            other = filed(session)
            other.linked_to_id, path = sensitive.case_id, f"/desk/cases/{other.reference}"
        assert sensitive.reference in max_.open(path)
        assert sensitive.reference not in ada.open(path)

    def test_of_complaints_that_may_be_the_same(self, sensitive: Filed, ada: Visitor, max_: Visitor) -> None:
        told = {"name": NAME, "email": PATIENT, "order_number": "10023", "category": "lost"}
        told |= {"description": "The parcel never came to me.", "who": "customer"}
        for visitor, is_named in ((max_, True), (ada, False)):
            token = hidden(visitor.open("/desk/cases/new"), "csrf_token")
            page = visitor.post("/desk/cases/new", data={**told, "csrf_token": token}).text
            assert "File it all the same" in page
            assert (sensitive.reference in page) is is_named

    def test_of_what_somebody_leaves_behind(self, sensitive: Filed, root: Visitor, people: People) -> None:
        with database.transaction() as session:
            service.take(session, queries.locked(session, sensitive.case_id), session.get_one(Staff, people.ben.id))
        page = root.open(f"/desk/admin/staff/{people.ben.id}")
        assert sensitive.reference not in page
        assert "1 sensitive" in page


class TestTheBoard:
    def test_lists_it_for_managers_and_counts_it_for_administrators(
        self, sensitive: Filed, root: Visitor, max_: Visitor
    ) -> None:
        for figure in ("filed", "open", "due", "alarms"):
            path = f"/desk/board/behind/{figure}"
            assert names(max_, path, sensitive) == {"reference"}, figure
            assert names(root, path, sensitive) == set(), figure
            assert "counted and not listed" in root.open(path)
            assert "counted and not listed" not in max_.open(path)

    def test_nor_is_it_in_the_files(self, sensitive: Filed, root: Visitor, max_: Visitor) -> None:
        path = "/desk/board/behind/filed/csv"
        assert names(max_, path, sensitive) == {"reference"}
        assert names(root, path, sensitive) == set()

    def test_nor_among_the_promises_that_end_first(self, sensitive: Filed, root: Visitor, max_: Visitor) -> None:
        assert names(max_, "/desk/board", sensitive) == {"reference"}
        assert names(root, "/desk/board", sensitive) == set()

    def test_nor_is_the_chat_it_came_from(self, sensitive: Filed, root: Visitor, max_: Visitor) -> None:
        for path in ("/desk/board/behind/talks", "/desk/board/behind/talks/csv"):
            assert str(sensitive.chat_id) in max_.open(path)
            assert str(sensitive.chat_id) not in root.open(path)

    def test_an_agent_has_their_own_and_not_what_they_once_did(
        self, sensitive: Filed, ada: Visitor, people: People
    ) -> None:
        with database.transaction() as session:
            service.take(session, queries.locked(session, sensitive.case_id), session.get_one(Staff, people.ada.id))
        assert names(ada, "/desk/board/behind/named", sensitive) == {"reference"}
        with database.transaction() as session:
            session.get_one(Case, sensitive.case_id).investigator_id = people.ben.id
        assert names(ada, "/desk/board/behind/named", sensitive) == set()


class TestMailToStaff:
    def test_names_it_to_managers_where_nobody_has_it(self, sensitive: Filed, people: People) -> None:
        with database.transaction() as session:
            event = queries.events_of(session, [sensitive.case_id])[-1]
            staff_mail.write_for_task(session, sensitive.case_id, "unowned", event.id)
            told = session.scalars(select(Notification.recipient).where(Notification.kind == "staff_task")).all()
        assert told == [people.max.email]


@pytest.fixture
def people(visitor: Visitor) -> People:
    return People(
        add_staff(), add_staff("ben@casened.com", "Ben Ash"), add_staff("max@casened.com", "Max Boss", "manager")
    )


@pytest.fixture
def sensitive(people: People) -> Filed:
    """A complaint that nobody has yet, from a chat; its dates are over."""
    with database.transaction() as session:
        world = World(session)
        session.delete(world.ann)
        session.delete(world.bo)
        session.delete(world.max)
        chat = world.chat(clock.now() - timedelta(days=9), contact_email=PATIENT)
        case = world.file(
            clock.now() - timedelta(days=9), name=NAME, email=PATIENT, conversation_id=chat.id, source="chat"
        )
        tasks.open_task(session, case, "unowned", due_at=case.next_date, event=queries.events_of(session, [case.id])[0])
        max_ = session.get_one(Staff, people.max.id)
        service.mark_restricted(session, case, max_, restricted=True)
        return Filed(case.reference, case.id, chat.id)


@pytest.fixture
def ada(people: People, served: str) -> Iterator[Visitor]:
    with signed_in(served, people.ada) as opened:
        yield opened


@pytest.fixture
def max_(people: People, served: str) -> Iterator[Visitor]:
    with signed_in(served, people.max) as opened:
        yield opened


@pytest.fixture
def root(people: People, served: str) -> Iterator[Visitor]:
    with signed_in(served, add_staff("root@casened.com", "Root", "admin")) as opened:
        yield opened


def names(visitor: Visitor, path: str, complaint: Filed) -> set[str]:
    """What a page tells of the complaint."""
    page = visitor.open(path)
    told = {"reference": complaint.reference, "name": NAME}
    return {what for what, words in told.items() if words in page}
