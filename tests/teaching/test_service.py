"""Messages that were read wrongly: looked at, taught or let go, and taken for the training, each once."""

import subprocess
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml
from sqlalchemy.orm import Session

from disputes.cases import service as cases
from disputes.chat import service as chat
from disputes.chat.tables import TurnReading
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people.tables import AuditEntry, Staff
from disputes.records import chats
from disputes.records.swap import Swap
from disputes.teaching import intents, service
from tests.cases.factories import filed, staff
from tests.conftest import ROOT

pytestmark = pytest.mark.database

SAID = "where is my lamp, order 20417, I am Mia"


class TestDoubts:
    def test_newest_first_with_what_was_understood_and_a_masked_example(self, session: Session) -> None:
        doubted(session, "older one")
        newest = doubted(session, SAID, name="Mia Hughes")
        found, count = service.doubts(session)
        assert count == 2
        assert found[0].message.id == newest
        assert found[0].understood == "nothing"
        assert found[0].example == "where is my lamp, order 12345, I am Alex"
        assert found[0].likely == [("problem_lost", intents.meanings()["problem_lost"])]

    def test_what_a_button_said_comes_first(self, session: Session) -> None:
        doubted(session, SAID, hint="problem_late")
        assert [name for name, _ in service.doubts(session)[0][0].likely] == ["problem_late", "problem_lost"]

    def test_not_what_was_understood_and_kept(self, session: Session) -> None:
        doubted(session, SAID, sign=None)
        assert service.doubts(session) == ([], 0)

    def test_not_of_a_sensitive_complaint(self, session: Session, ann: Staff) -> None:
        message_id = doubted(session, SAID)
        reading = session.get_one(TurnReading, message_id)
        case = filed(session, conversation_id=reading.conversation_id)
        cases.mark_restricted(session, case, ann, restricted=True)
        assert service.doubts(session) == ([], 0)
        with pytest.raises(NotFound):
            service.teach(session, ann, message_id, "ask_status", "where is it")

    def test_page_by_page(self, session: Session) -> None:
        for number in range(service.PAGE + 3):
            doubted(session, f"message {number}")
        assert [len(service.doubts(session, page)[0]) for page in (1, 2, 3)] == [service.PAGE, 3, 0]


class TestTeach:
    def test_keeps_the_intent_and_the_text_masked_once_more(self, session: Session, ann: Staff) -> None:
        message_id = doubted(session, SAID, name="Mia Hughes")
        service.teach(session, ann, message_id, "ask_status", "Where is order 20417, says Mia?")
        assert [(each.intent, each.text, each.by) for each in service.taught(session)] == [
            ("ask_status", "Where is order 12345, says Alex?", ann.name)
        ]
        assert service.doubts(session)[1] == 0

    @pytest.mark.parametrize(
        ("intent", "example"), [("", "x y"), ("made_up", "x y"), ("greet", ""), ("greet", "- / 12")]
    )
    def test_not_what_cannot_be_learned(self, session: Session, ann: Staff, intent: str, example: str) -> None:
        message_id = doubted(session, SAID)
        with pytest.raises(Invalid):
            service.teach(session, ann, message_id, intent, example)

    def test_the_second_person_is_told(self, session: Session, ann: Staff) -> None:
        message_id = doubted(session, SAID)
        service.nothing_to_learn(session, ann, message_id)
        with pytest.raises(Conflict):
            service.teach(session, ann, message_id, "ask_status", "where is it")

    def test_one_that_is_gone(self, session: Session, ann: Staff) -> None:
        with pytest.raises(NotFound):
            service.nothing_to_learn(session, ann, uuid4())

    @pytest.mark.parametrize("role", ["admin", "mediator"])
    def test_others_do_not_teach(self, session: Session, role: str) -> None:
        message_id = doubted(session, SAID)
        with pytest.raises(Refused):
            service.teach(session, staff(session, role=role), message_id, "ask_status", "where is it")


class TestExport:
    def test_each_example_once_and_noted_in_the_audit(self, session: Session, ann: Staff, max_: Staff) -> None:
        for said, intent in ((SAID, "ask_status"), ("hi there", "greet"), ("where", "ask_status")):
            service.teach(session, ann, doubted(session, said), intent, said)
        written = service.export(session, max_)
        found = {part["intent"]: part["examples"] for part in yaml.safe_load(written)["nlu"]}
        assert found == {"ask_status": "- where\n- where is my lamp, order 12345, I am Mia\n", "greet": "- hi there\n"}
        entry = session.query(AuditEntry).filter(AuditEntry.act == "examples.exported").one()
        assert entry.staff_id == max_.id
        with pytest.raises(Conflict):
            service.export(session, max_)

    def test_agents_do_not_take_them(self, session: Session, ann: Staff) -> None:
        service.teach(session, ann, doubted(session, SAID), "ask_status", SAID)
        with pytest.raises(Refused):
            service.export(session, ann)

    def test_before_it_one_can_be_changed_or_left_out(self, session: Session, ann: Staff, max_: Staff) -> None:
        first, second = doubted(session, SAID), doubted(session, "hi there")
        service.teach(session, ann, first, "ask_status", SAID)
        service.teach(session, ann, second, "greet", "hi there")
        service.correct(session, max_, first, "where is my lamp")
        service.correct(session, max_, second, " ")
        assert [each.text for each in service.taught(session)] == ["where is my lamp"]
        service.export(session, max_)
        with pytest.raises(Conflict):
            service.correct(session, max_, first, "too late")

    @pytest.mark.rasa
    def test_rasa_reads_it(self, tmp_path: Path) -> None:
        odd = ['it\'s "late": really?', "# 1, my & your * order", "yes: no", "100 % sure", "ünï ☎"]
        file = tmp_path / "taught.yml"
        file.write_text(service.as_yaml(("problem_late", text) for text in odd))
        program = (
            "import sys, json; from rasa.shared.nlu.training_data.loading import load_data;"
            "read = load_data(sys.argv[1]).intent_examples;"
            "print(json.dumps(sorted((e.get('intent'), e.get('text')) for e in read)))"
        )
        python = ROOT / ".venv-rasa" / "bin" / "python"
        run = subprocess.run([python, "-c", program, file], capture_output=True, text=True, check=True, timeout=120)
        read = yaml.safe_load(run.stdout.strip().splitlines()[-1])
        assert read == sorted(["problem_late", text] for text in odd)


class TestErasure:
    def test_a_name_in_an_example_goes_with_the_contact(self, session: Session, ann: Staff) -> None:
        message_id = doubted(session, "the quillfeather lamp")
        service.teach(session, ann, message_id, "ask_status", "the quillfeather lamp")
        reading = session.get_one(TurnReading, message_id)
        chats.swap_in_chat(session, reading.conversation_id, Swap(["Quillfeather"]))
        assert reading.example == "the Erased person lamp"


def test_every_intent_is_described_once() -> None:
    described = [intent for group in intents.groups() for intent in group.intents]
    assert len(described) == len(set(described))
    assert all(words and not words.endswith(".") for group in intents.groups() for words in group.intents.values())


def doubted(
    session: Session, said: str, *, name: str | None = None, sign: str | None = "fallback", hint: str | None = None
) -> UUID:
    """A message that was probably read wrongly."""
    talk, _ = chat.open_conversation(session, None)
    received = chat.receive(session, talk.id, said, client_id=None)
    assert received is not None
    if name:
        chat.remember_facts(session, talk.id, {"complainant_name": name})
    reading = TurnReading(
        message_id=received.id,
        conversation_id=talk.id,
        intent="nlu_fallback",
        confidence=0.2,
        others=[["problem_lost", 0.2]],
        sign=sign,
        hint=hint,
        state="open",
        at=received.at,
    )
    session.add(reading)
    session.flush()
    return received.id


@pytest.fixture
def ann(session: Session) -> Staff:
    return staff(session)


@pytest.fixture
def max_(session: Session) -> Staff:
    return staff(session, role="manager", name="Max")
