"""Files in a case: who may add them, how many, and where they are kept."""

import os
import stat
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from PIL import Image
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.cases import complainant, queries, tasks
from disputes.cases.states import Actor, NotAllowed
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid, NotFound
from disputes.files import store
from disputes.investigation import service
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.cases.factories import filed, staff
from tests.files.factories import from_phone, jpg, pdf, png
from tests.investigation.factories import CUSTOMER, taken
from tests.investigation.test_questions import TWO, at_once

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


class TestAdd:
    def test_the_customers_file_is_kept_and_the_handler_hears_of_it(self, session: Session, case: Case) -> None:
        with time_machine.travel(MONDAY, tick=False):
            added = service.add_evidence(session, case, CUSTOMER, "label.jpg", from_phone())
        event = last(session, case)
        assert (event.kind, event.audience, event.actor_kind) == ("information_added", "everyone", "customer")
        assert event.data["evidence_id"] == str(added.id)
        assert event.data["sha256"] == added.sha256
        assert "label" not in str(event.data)
        assert (added.kind, added.staff_id, added.at) == ("jpg", None, MONDAY)
        assert tasks.is_open(session, case, "new_information")

    def test_what_is_stored_is_the_picture_without_its_place(self, session: Session, case: Case) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "label.jpg", from_phone())
        _, content = service.read_evidence(session, added.id)
        assert content != from_phone()
        assert not Image.open(BytesIO(content)).getexif()
        assert (sha256(content).hexdigest(), len(content)) == (added.sha256, added.size)

    def test_it_lies_under_a_random_name_that_only_we_may_read(self, session: Session, case: Case) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "label.jpg", jpg())
        [stored] = stored_files()
        assert stored.name == added.stored_as
        assert stat.S_IMODE(stored.stat().st_mode) == 0o600
        assert "label" not in str(stored)
        assert added.sha256 not in str(stored)
        assert str(case.id) not in str(stored)

    def test_staff_add_papers_that_the_customers_history_does_not_show(
        self, session: Session, case: Case, bo: Staff
    ) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "carrier.pdf", pdf(), staff=bo)
        event = last(session, case)
        assert (added.staff_id, event.staff_id, event.audience) == (bo.id, bo.id, "staff")
        assert not tasks.is_open(session, case, "new_information")

    @pytest.mark.parametrize("role", ["admin", "mediator"])
    def test_other_roles_may_not(self, session: Session, case: Case, role: str) -> None:
        with pytest.raises(NotAllowed):
            service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf(), staff=staff(session, role=role))
        with pytest.raises(NotAllowed):
            service.add_evidence(session, case, Actor("clock"), "a.pdf", pdf())
        assert stored_files() == []

    def test_t7_a_file_is_an_answer(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        added = service.add_evidence(session, case, CUSTOMER, "label.jpg", jpg())
        event = last(session, case)
        assert (event.kind, event.notice, event.data["evidence_id"]) == ("answered", "N6", str(added.id))
        assert case.state == "investigating"
        service.add_evidence(session, case, CUSTOMER, "box.jpg", jpg(colour="red"))
        assert last(session, case).kind == "information_added"

    def test_t7_also_one_that_we_have(self, session: Session, case: Case, ann: Staff) -> None:
        first = service.add_evidence(session, case, CUSTOMER, "label.jpg", jpg())
        service.ask(session, case, ann, TWO)
        assert service.add_evidence(session, case, CUSTOMER, "label.jpg", jpg()).id == first.id
        assert case.state == "investigating"

    def test_staff_do_not_answer_by_adding_a_paper(self, session: Session, case: Case, ann: Staff) -> None:
        service.ask(session, case, ann, TWO)
        service.add_evidence(session, case, CUSTOMER, "carrier.pdf", pdf(), staff=ann)
        assert case.state == "awaiting_customer"

    def test_a_double_click_adds_one(self, session: Session, case: Case) -> None:
        first = service.add_evidence(session, case, CUSTOMER, "label.jpg", from_phone())
        again = service.add_evidence(session, case, CUSTOMER, "copy of label.jpg", from_phone())
        assert again.id == first.id
        assert len(stored_files()) == 1
        assert [event.kind for event in queries.events_of(session, [case.id])].count("information_added") == 1

    def test_each_side_has_its_limit(self, session: Session, case: Case, ann: Staff) -> None:
        most = policy.current().evidence.files
        for number in range(most):
            service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf(b"%d" % number))
        with pytest.raises(Conflict, match=f"You have added {most} files"):
            service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf(b"more"))
        service.add_evidence(session, case, CUSTOMER, "ours.pdf", pdf(b"ours"), staff=ann)
        assert len(service.evidence_of(session, case)) == most + 1 == len(stored_files())

    def test_also_while_nobody_has_the_case(self, session: Session) -> None:
        case = filed(session)
        service.add_evidence(session, case, CUSTOMER, "label.jpg", jpg())
        assert not tasks.is_open(session, case, "new_information")

    def test_not_after_the_end(self, session: Session, case: Case) -> None:
        complainant.withdraw(session, case, CUSTOMER)
        with pytest.raises(Conflict, match="has ended"):
            service.add_evidence(session, case, CUSTOMER, "label.jpg", jpg())
        assert stored_files() == []

    def test_what_cannot_be_kept_leaves_nothing(self, session: Session, case: Case) -> None:
        with pytest.raises(Invalid):
            service.add_evidence(session, case, CUSTOMER, "label.jpg", b"MZ" + b"\0" * 100)
        assert stored_files() == []
        assert service.evidence_of(session, case) == []

    def test_the_limit_holds_for_uploads_at_once(self, database_url: str) -> None:
        with database.transaction() as session:
            case = taken(session, staff(session))
        most = policy.current().evidence.files
        uploads = [
            lambda number=number: database.run(service.add_evidence, case, CUSTOMER, "a.pdf", pdf(b"%d" % number))
            for number in range(most + 3)
        ]
        refused = at_once(*uploads)
        assert [type(failure) for failure in refused] == [Conflict] * 3
        with database.transaction() as session:
            assert len(service.evidence_of(session, case)) == most

    def test_staff_who_were_read_elsewhere(self, database_url: str) -> None:
        with database.transaction() as session:
            ann = staff(session)
            case = taken(session, ann)
        with database.transaction() as session:
            again = queries.case_by_reference(session, case.reference)
            assert again is not None
            added = service.add_evidence(session, again, CUSTOMER, "a.pdf", pdf(), staff=ann)
            assert added.staff is not None
            assert added.staff is not ann
            assert added.staff.name == ann.name

    def test_the_same_file_twice_at_once_is_one(self, database_url: str) -> None:
        with database.transaction() as session:
            case = taken(session, staff(session))
        assert at_once(*[lambda: database.run(service.add_evidence, case, CUSTOMER, "a.png", png())] * 3) == []
        with database.transaction() as session:
            assert len(service.evidence_of(session, case)) == 1
        assert len(stored_files()) == 1


class TestShelved:
    """Stored before the transaction that mentions it."""

    def test_it_is_there_while_nothing_is_locked_and_stays_once_taken(self, database_url: str) -> None:
        case = a_case()
        with service.shelved(service.checked("label.jpg", jpg())) as stored:
            assert [file.name for file in stored_files()] == [stored.name]
            kept = database.run(service.keep_evidence, case, CUSTOMER, stored)
        assert [file.name for file in stored_files()] == [kept.stored_as]

    def test_what_is_known_already_is_not_stored_twice(self, database_url: str) -> None:
        case = a_case()
        for _ in range(2):
            with service.shelved(service.checked("label.jpg", jpg())) as stored:
                kept = database.run(service.keep_evidence, case, CUSTOMER, stored)
        assert [file.name for file in stored_files()] == [kept.stored_as]

    def test_what_is_refused_is_removed(self, database_url: str) -> None:
        case = a_case()
        with (
            pytest.raises(NotAllowed),
            service.shelved(service.checked("label.jpg", jpg())) as stored,
        ):
            database.run(service.keep_evidence, case, Actor("clock"), stored)
        assert stored_files() == []

    def test_where_nobody_knows_whether_it_was_taken_it_stays_for_the_sweep(self, database_url: str) -> None:
        with pytest.raises(ConnectionError), service.shelved(service.checked("label.jpg", jpg())):
            raise ConnectionError
        assert len(stored_files()) == 1


class TestRead:
    def test_what_was_changed_on_disk_is_not_shown(self, session: Session, case: Case) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf())
        stored_files()[0].write_bytes(pdf(b"something else"))
        with pytest.raises(NotFound):
            service.read_evidence(session, added.id)

    def test_what_is_gone_is_not_there(self, session: Session, case: Case) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf())
        stored_files()[0].unlink()
        with pytest.raises(NotFound):
            service.read_evidence(session, added.id)

    def test_a_look_of_staff_is_noted(self, session: Session, case: Case, bo: Staff) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf())
        service.read_evidence(session, added.id)
        assert service.views_of(session, case) == []
        service.read_evidence(session, added.id, staff=bo)
        assert [(view.name, view.what) for view in service.views_of(session, case)] == [
            ("Bo Ek", f"evidence:{added.id}")
        ]


class TestErase:
    def test_files_and_names_are_gone_and_digests_stay(self, session: Session, case: Case) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "Mia at home.jpg", jpg())
        assert service.erase_evidence(session, case) == 1
        assert stored_files() == []
        assert (added.file_name, bool(added.erased_at), bool(added.sha256)) == ("", True, True)
        assert service.evidence_of(session, case) == []
        with pytest.raises(NotFound):
            service.read_evidence(session, added.id)

    def test_twice_is_once(self, session: Session, case: Case) -> None:
        service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf())
        assert (service.erase_evidence(session, case), service.erase_evidence(session, case)) == (1, 0)

    def test_other_cases_keep_theirs(self, session: Session, case: Case, ann: Staff) -> None:
        other = taken(session, ann)
        for each in (case, other):
            service.add_evidence(session, each, CUSTOMER, "a.pdf", pdf())
        service.erase_evidence(session, case)
        assert service.read_evidence(session, service.evidence_of(session, other)[0].id)[1] == pdf()


class TestSweep:
    def test_removes_what_no_case_knows_of_after_a_day(self, session: Session, case: Case) -> None:
        added = service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf())
        orphan, fresh = store.new_name(), store.new_name()
        store.store_of("evidence").put(orphan, b"left behind")
        store.store_of("evidence").put(fresh, b"its transaction still runs")
        half = stored(orphan).with_name(f"{orphan}.12345678.part")
        half.write_bytes(b"half")
        for place in (stored(orphan), stored(added.stored_as), half):
            age(place, timedelta(hours=25))
        age(stored(fresh), timedelta(hours=23))
        assert service.sweep_files(session) == 2
        assert {place.name for place in stored_files()} == {added.stored_as, fresh}
        assert service.sweep_files(session) == 0

    def test_a_failed_transaction_leaves_only_an_orphan(self, database_url: str) -> None:
        with database.transaction() as session:
            case = taken(session, staff(session))
        with pytest.raises(RuntimeError), database.transaction() as session:
            service.add_evidence(session, case, CUSTOMER, "a.pdf", pdf())
            raise RuntimeError
        [left] = stored_files()
        age(left, timedelta(hours=25))
        assert database.run(service.sweep_files) == 1
        with database.transaction() as session:
            assert service.evidence_of(session, case) == []

    def test_time_travel_of_commands_does_not_make_files_old(self, session: Session) -> None:
        store.store_of("evidence").put(store.new_name(), b"x")
        with clock.set_to(datetime(2040, 1, 1, tzinfo=UTC)):
            assert service.sweep_files(session) == 0


def stored(name: str) -> Path:
    return settings().var_dir / "evidence" / name[:2] / name


def a_case() -> Case:
    with database.transaction() as session:
        return filed(session)


def stored_files() -> list[Path]:
    return [place for place in (settings().var_dir / "evidence").rglob("*") if place.is_file()]


def age(place: Path, by: timedelta) -> None:
    moment = place.stat().st_mtime - by.total_seconds()
    os.utime(place, (moment, moment))


def last(session: Session, case: Case) -> CaseEvent:
    return queries.events_of(session, [case.id])[-1]
