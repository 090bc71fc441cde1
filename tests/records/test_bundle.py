"""The bundle: when it may be taken, what is in it for whom, and that anybody can check it."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.cases import engine, queries
from disputes.cases.states import Actor
from disputes.cases.tables import Case, PolicyVersion
from disputes.errors import Refused
from disputes.investigation import service as investigation
from disputes.people.tables import Staff
from disputes.records import service
from tests.cases import factories
from tests.records.conftest import NOW, close, open_zip, png, send_letter

pytestmark = pytest.mark.database

INTERNAL = "The driver has done this before."


@pytest.fixture
def case(session: Session, agent: Staff, manager: Staff) -> Case:
    with clock.set_to(NOW):
        case = queries.locked(session, factories.filed(session, description="It says #delivered, [not] *here*.").id)
        if session.get(PolicyVersion, case.policy_digest) is None:
            row = PolicyVersion(digest=case.policy_digest, text=policy.current().source, first_used_at=NOW)
            session.add(row)
        send_letter(session, case)
        engine.note(session, case, "information_added", Actor("customer"), notice="none: said", text="It rained.")
        staff = Actor("staff", "agent", agent.id)
        engine.note(session, case, "staff_warning", staff, notice="none: x", reason=INTERNAL, for_customer=False)
        investigation.add_evidence(session, case, Actor("customer"), "my door.png", png())
        close(session, case, manager)
        send_letter(session, case)
    return case


class TestWhoMayTakeItWhen:
    def test_not_while_we_work_on_it_and_the_reason_names_the_day(self, session: Session) -> None:
        case = factories.filed(session)
        why = service.may_take_bundle(case)
        assert why is not None
        assert policy.current().say_date(case.hard_cap) in why
        with pytest.raises(Refused, match="final response"):
            service.take_bundle(session, case, Actor("customer"))

    @pytest.mark.parametrize("sign", ["final_sent_at", "deadlock_notice_at"])
    def test_after_the_final_response_and_after_the_letter_at_the_cap(self, session: Session, sign: str) -> None:
        case = factories.filed(session)
        setattr(case, sign, clock.now())
        assert service.may_take_bundle(case) is None

    def test_from_the_moment_of_the_cap(self, session: Session) -> None:
        case = factories.filed(session)
        with clock.set_to(case.hard_cap - timedelta(seconds=1)):
            assert service.may_take_bundle(case) is not None
        with clock.set_to(case.hard_cap):
            assert service.may_take_bundle(case) is None

    def test_not_when_it_was_erased(self, session: Session, case: Case) -> None:
        case.erased_at = NOW
        assert "erased" in (service.may_take_bundle(case) or "")

    def test_that_it_was_taken_is_in_the_history(self, session: Session, case: Case) -> None:
        with service.take_bundle(session, case, Actor("customer")) as file:
            assert "case.pdf" in open_zip(file.read())
        last = queries.events_of(session, [case.id])[-1]
        assert (last.kind, last.audience, last.actor_kind) == ("bundle_made", "staff", "customer")

    def test_staff_take_theirs_at_any_time(self, session: Session, agent: Staff) -> None:
        case = factories.filed(session)
        with service.take_bundle(session, case, Actor("staff", "agent", agent.id)) as file:
            assert open_zip(file.read())


class TestWhatIsInIt:
    def test_the_papers(self, session: Session, case: Case) -> None:
        files = open_zip(service.make_bundle(session, case))
        assert list(files) == [
            "README.txt",
            "case.pdf",
            "case.json",
            "letters/01-N1.txt",
            "letters/02-N20.txt",
            "evidence/01-my-door.png",
            "policy.yml",
            "MANIFEST.sha256",
        ]
        assert files["policy.yml"].decode() == policy.current().source
        letter = files["letters/01-N1.txt"].decode()
        assert "Delivery: sent" in letter
        assert "Handed to mail server at: 2026-05-12T09:00:00+00:00" in letter
        assert "Dear Mia Hughes" in letter

    def test_the_list_of_hashes_holds(self, session: Session, case: Case) -> None:
        files = open_zip(service.make_bundle(session, case))
        lines = [line.split("  ", 1) for line in files.pop("MANIFEST.sha256").decode().splitlines()]
        listed = {name: digest for digest, name in lines}
        assert listed == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}

    def test_the_same_case_gives_the_same_bytes(self, session: Session, case: Case) -> None:
        first = service.make_bundle(session, case)
        with clock.set_to(NOW + timedelta(days=3)):
            assert service.make_bundle(session, case) == first

    def test_other_content_gives_other_bytes(self, session: Session, case: Case) -> None:
        first = service.make_bundle(session, case)
        case = queries.locked(session, case.id)
        engine.note(session, case, "information_added", Actor("customer"), notice="none: said", text="It snowed.")
        assert service.make_bundle(session, case) != first

    def test_the_pdf_can_be_read_and_nothing_in_it_is_taken_for_markup(self, session: Session, case: Case) -> None:
        pages = PdfReader(BytesIO(open_zip(service.make_bundle(session, case))["case.pdf"])).pages
        words = " ".join(" ".join(page.extract_text() for page in pages).split())
        assert case.reference in words
        assert "It says #delivered, [not] *here*." in words
        assert "It rained." in words
        assert "Dear Mia Hughes," in words

    def test_the_history_can_be_recomputed_as_the_readme_says(self, session: Session, case: Case) -> None:
        for for_staff in (False, True):
            written = the_json(session, case, for_staff=for_staff)
            before = ""
            for line in written["history"]:
                assert line["prev"] == before
                before = line["hash"]
                if "left_out" not in line:
                    assert recomputed(line, written["case_id"]) == line["hash"]
                    assert_words_fit(line)
            assert written["head"] == before


class TestWhatIsLeftOut:
    def test_nothing_for_staff_only_is_in_the_customers(self, session: Session, case: Case) -> None:
        files = open_zip(service.make_bundle(session, case))
        del files["evidence/01-my-door.png"]
        for name, content in files.items():
            assert INTERNAL.encode() not in content, name
            assert name == "policy.yml" or b"staff_warning" not in content, name
        assert "left_out" in files["case.json"].decode()
        assert INTERNAL in json.dumps(the_json(session, case, for_staff=True))

    def test_staff_are_named_where_they_signed_a_letter_only(
        self, session: Session, case: Case, agent: Staff, manager: Staff
    ) -> None:
        customers = open_zip(service.make_bundle(session, case))["case.json"].decode()
        assert manager.name in customers
        assert agent.name not in customers

    def test_who_looked_is_for_staff(self, session: Session, case: Case, agent: Staff) -> None:
        investigation.log_view(session, case.id, agent, "case")
        assert "views" not in str(the_json(session, case, for_staff=False))
        assert the_json(session, case, for_staff=True)["views"]

    def test_a_file_of_the_shop_is_named_by_its_hash(self, session: Session, agent: Staff) -> None:
        case = factories.filed(session)
        actor = Actor("staff", "agent", agent.id)
        file = investigation.add_evidence(session, case, actor, "driver.png", png("red"), staff=agent)
        assert not any("evidence/" in name for name in open_zip(service.make_bundle(session, case)))
        listed = the_json(session, case, for_staff=False)["files"]
        assert [(entry["name"], entry["sha256"]) for entry in listed] == [(None, file.sha256)]
        assert "evidence/01-driver.png" in open_zip(service.make_bundle(session, case, for_staff=True))


def the_json(session: Session, case: Case, *, for_staff: bool) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(open_zip(service.make_bundle(session, case, for_staff=for_staff))["case.json"])
    return read


def recomputed(line: dict[str, Any], case_id: str) -> str:
    """The hash of a line, from the words of README.txt and not from our code."""
    names = ("prev", "seq", "kind", "from", "to", "actor", "staff", "audience", "clause", "notice", "data", "text")
    content = {name: line[name] for name in (*names, "due", "at")} | {"case": case_id}
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def assert_words_fit(line: dict[str, Any]) -> None:
    words = line.get("words")
    if words and "salt" in words:
        written = json.dumps([words["salt"], words["text"], words["reason"]])
        assert hashlib.sha256(written.encode()).hexdigest() == line["text"]
