"""Files in a chat: who may send what, where it stands in the thread, and how it goes with a complaint."""

import os
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from disputes import clock, database, policy
from disputes.cases import complainant, filing
from disputes.cases.states import Actor
from disputes.cases.tables import Case
from disputes.chat import file_links, files, files_to_case, handoff, queries, service, uploads
from disputes.chat.lines import line
from disputes.chat.tables import ChatFile, ChatFileView, Message
from disputes.errors import Conflict, DisputesError, Invalid, NotFound, Refused
from disputes.investigation import service as investigation
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.cases.factories import DEFAULTS
from tests.chat.conftest import add_agent
from tests.files.factories import from_phone, heic, jpg, pdf

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url")]


class TestSend:
    def test_a_picture_is_a_message_that_everybody_sees(self, chat: UUID) -> None:
        sent = send(chat, "label.jpg", from_phone())
        assert (sent["from"], sent["text"]) == ("customer", "Sent a file: label.jpg")
        assert sent["attachment"]["type"] == "image"
        payload = sent["attachment"]["payload"]
        assert (payload["title"], payload["kind"]) == ("label.jpg", "jpg")
        assert "src" not in payload
        [shown] = [message for message in thread(chat) if message.attachment]
        assert (str(shown.id), shown.seq) == (sent["id"], sent["seq"])

    def test_what_is_stored_is_drawn_anew_and_hashed(self, chat: UUID) -> None:
        send(chat, "IMG_1.HEIC", heic())
        [file] = rows(chat)
        content = files.content_of(file)
        assert (file.kind, file.size, Image.open(BytesIO(content)).format) == ("jpg", len(content), "JPEG")
        assert b"Phone of Mia" not in content
        [lies] = stored()
        assert lies.name == file.stored_as
        assert "IMG" not in str(lies)

    def test_a_double_click_is_one_file(self, chat: UUID) -> None:
        first = send(chat, "a.jpg", jpg(), client_id="one")
        assert send(chat, "a.jpg", jpg(), client_id="one") == first
        assert (len(rows(chat)), len(stored())) == (1, 1)

    def test_at_the_same_moment_as_well(self, chat: UUID) -> None:
        together(*[lambda: send(chat, "a.jpg", jpg(), client_id="one")] * 4)
        assert (len(rows(chat)), len(stored())) == (1, 1)

    def test_the_same_file_again_is_there_already(self, chat: UUID) -> None:
        send(chat, "label.jpg", jpg())
        with pytest.raises(Conflict, match=r"sent this file already: label\.jpg"):
            send(chat, "copy.jpg", jpg())
        assert len(stored()) == 1

    def test_a_sixth_file_is_refused(self, chat: UUID) -> None:
        for number in range(policy.current().evidence.files):
            send(chat, "a.pdf", pdf(b"%d" % number))
        with pytest.raises(Conflict, match="5 files fit into one chat"):
            send(chat, "a.pdf", pdf(b"one more"))
        assert len(stored()) == 5

    def test_the_limit_holds_for_uploads_at_once(self, chat: UUID) -> None:
        most = policy.current().evidence.files
        faults = together(*[lambda n=n: send(chat, "a.pdf", pdf(b"%d" % n)) for n in range(most + 3)])
        assert [type(fault) for fault in faults] == [Conflict] * 3
        assert (len(rows(chat)), len(stored())) == (most, most)

    def test_eleven_megabytes_are_refused(self, chat: UUID) -> None:
        with pytest.raises(Invalid, match="larger than 10 MB"):
            send(chat, "a.pdf", pdf(b" " * 11_000_000))
        assert (thread(chat)[1:], stored()) == ([], [])

    def test_an_ended_chat_takes_none_and_says_how_to_go_on(self, chat: UUID) -> None:
        database.run(handoff.end_by_customer, chat)
        with pytest.raises(Conflict, match="This chat has ended"):
            send(chat, "a.jpg", jpg())
        assert stored() == []

    def test_a_chat_that_goes_on_has_room_again(self, chat: UUID) -> None:
        for number in range(policy.current().evidence.files):
            send(chat, "a.pdf", pdf(b"%d" % number))
        database.run(handoff.end_by_customer, chat)
        with database.transaction() as session:
            conversation = queries.locked(session, chat)
            assert conversation is not None
            handoff.resume(session, conversation)
        assert send(chat, "a.pdf", pdf(b"0"))

    def test_a_chat_that_is_not_there(self) -> None:
        with pytest.raises(NotFound):
            send(uuid4(), "a.jpg", jpg())

    def test_a_transaction_that_fails_leaves_only_what_the_sweep_takes(
        self, chat: UUID, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_args: Any, **_more: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as broken:
            broken.setattr(files, "keep", fail)
            with pytest.raises(RuntimeError):
                send(chat, "a.jpg", jpg())
        send(chat, "b.jpg", jpg(colour="red"))
        make_old()
        assert database.run(files.sweep) == 1
        assert [file.stored_as for file in rows(chat)] == [place.name for place in stored()]


class TestTheAssistant:
    def test_says_that_it_has_the_file_and_rasa_is_not_asked(self, chat: UUID) -> None:
        sent = send(chat, "a.jpg", jpg())
        with database.transaction() as session:
            message = session.get(Message, UUID(sent["id"]))
            assert message is not None
            assert message.turn is None
            assert session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'chat.answer'")) == 1
        assert said(chat)[-1] == ("bot", line("file_kept"))

    def test_says_it_once_for_several_in_a_row(self, chat: UUID) -> None:
        for number in range(3):
            send(chat, "a.pdf", pdf(b"%d" % number))
        assert [author for author, _ in said(chat)] == ["customer", "bot", "customer", "customer"]
        write(chat, "and this")
        send(chat, "a.pdf", pdf(b"3"))
        assert said(chat)[-1] == ("bot", line("file_kept"))

    def test_is_silent_while_people_have_the_chat(self, chat: UUID) -> None:
        write(chat, handoff.TALK_TO_PERSON)
        send(chat, "a.jpg", jpg())
        assert said(chat)[-1][0] == "customer"


class TestStaff:
    def test_only_whoever_holds_the_chat_sends(self, chat: UUID, anna: Staff, ben: Staff) -> None:
        with pytest.raises(Refused, match="Nobody holds this chat"):
            send(chat, "label.pdf", pdf(), staff=anna)
        database.run(handoff.take_over, chat, anna)
        sent = send(chat, "label.pdf", pdf(), staff=anna)
        assert (sent["from"], sent["name"], sent["attachment"]["type"]) == ("agent", "Anna Berg", "file")
        with pytest.raises(Refused, match="Anna Berg holds this chat"):
            send(chat, "other.pdf", pdf(b"other"), staff=ben)
        assert len(stored()) == 1

    def test_each_side_has_its_limit(self, chat: UUID, anna: Staff) -> None:
        database.run(handoff.take_over, chat, anna)
        for number in range(policy.current().evidence.files):
            send(chat, "a.pdf", pdf(b"%d" % number))
        assert send(chat, "a.pdf", pdf(b"0"), staff=anna)

    def test_a_look_is_noted_once_in_ten_minutes(self, chat: UUID, anna: Staff) -> None:
        send(chat, "a.jpg", jpg())
        [file] = rows(chat)
        for minutes in (0, 5, 11):
            with clock.set_to(clock.now() + timedelta(minutes=minutes)):
                database.run(files.seen_by_staff, chat, file.id, anna)
        with database.transaction() as session:
            assert [view.staff_id for view in session.scalars(select(ChatFileView))] == [anna.id, anna.id]

    def test_a_file_of_another_chat_is_not_there(self, chat: UUID, anna: Staff) -> None:
        send(chat, "a.jpg", jpg())
        [file] = rows(chat)
        other = open_chat()
        with pytest.raises(NotFound):
            database.run(files.found, other, file.id)
        with pytest.raises(NotFound):
            database.run(files.seen_by_staff, other, file.id, anna)

    def test_what_was_changed_on_disk_is_not_given_out(self, chat: UUID) -> None:
        send(chat, "a.jpg", jpg())
        stored()[0].write_bytes(jpg(colour="red"))
        with pytest.raises(NotFound):
            files.content_of(rows(chat)[0])

    def test_a_preview_is_small_and_of_pictures_only(self, chat: UUID) -> None:
        send(chat, "a.jpg", jpg((1800, 900)))
        send(chat, "b.pdf", pdf())
        picture, document = rows(chat)
        assert Image.open(BytesIO(files.preview_of(picture))).size == (640, 320)
        with pytest.raises(NotFound):
            files.preview_of(document)


class TestToCase:
    def test_filing_takes_the_files_along_once(self, chat: UUID) -> None:
        send(chat, "box.jpg", jpg())
        send(chat, "bill.pdf", pdf())
        case = file_in(chat, files_expected=2)
        assert run_jobs() == 1
        assert evidence_of(case) == [("box.jpg", "jpg", None), ("bill.pdf", "pdf", None)]
        assert file_in(chat, files_expected=2).id == case.id
        run_jobs()
        assert len(evidence_of(case)) == 2

    def test_without_a_file_nothing_is_to_do(self, chat: UUID) -> None:
        file_in(chat, files_expected=0)
        assert run_jobs() == 0

    def test_those_of_the_shop_and_of_another_round_stay(self, chat: UUID, anna: Staff) -> None:
        send(chat, "old.pdf", pdf(b"old"))
        database.run(handoff.end_by_customer, chat)
        write(chat, "hello again")
        database.run(handoff.take_over, chat, anna)
        send(chat, "ours.pdf", pdf(b"ours"), staff=anna)
        send(chat, "new.pdf", pdf(b"new"))
        case = file_in(chat, files_expected=1)
        run_jobs()
        assert [name for name, _, _ in evidence_of(case)] == ["new.pdf"]

    def test_a_lost_file_does_not_keep_the_others(self, chat: UUID) -> None:
        send(chat, "a.pdf", pdf(b"a"))
        send(chat, "b.pdf", pdf(b"b"))
        (settings().var_dir / "chat-files" / rows(chat)[0].stored_as[:2] / rows(chat)[0].stored_as).unlink()
        case = file_in(chat, files_expected=2)
        run_jobs()
        assert [name for name, _, _ in evidence_of(case)] == ["b.pdf"]

    def test_evidence_outlives_the_chat_and_the_other_way_round(self, chat: UUID) -> None:
        send(chat, "a.pdf", pdf(b"a"))
        case = file_in(chat, files_expected=1)
        run_jobs()
        database.run(files.forget, chat)
        with database.transaction() as session:
            [kept] = investigation.evidence_of(session, case)
            assert investigation.read_evidence(session, kept.id)[1] == pdf(b"a")


class TestAddLater:
    def test_after_filing_a_button_puts_it_with_the_case(self, chat: UUID) -> None:
        case = file_in(chat, files_expected=0)
        send(chat, "box.jpg", jpg())
        button = last_button(chat)
        assert button["title"] == f"Yes, put it with {case.reference}"
        write(chat, button["payload"])
        assert run_jobs() == 1
        assert [name for name, _, _ in evidence_of(case)] == ["box.jpg"]
        assert said(chat)[-1] == ("bot", line("file_added", reference=case.reference))

    def test_the_job_tells_it_once(self, chat: UUID) -> None:
        case = file_in(chat, files_expected=0)
        send(chat, "box.jpg", jpg())
        write(chat, last_button(chat)["payload"])
        arguments = waiting_jobs()[0]
        for _ in range(2):
            files_to_case.to_case(**arguments)
        assert [words for _, words in said(chat)].count(line("file_added", reference=case.reference)) == 1

    def test_a_payload_that_no_button_had_is_only_text(self, chat: UUID) -> None:
        case = file_in(chat, files_expected=0)
        send_payload = files.add_payload(case)
        write(chat, "hello")
        write(chat, send_payload)
        assert waiting_jobs() == []

    def test_a_complaint_that_ended_meanwhile_is_said(self, chat: UUID) -> None:
        case = file_in(chat, files_expected=0)
        send(chat, "box.jpg", jpg())
        payload = last_button(chat)["payload"]
        with database.transaction() as session:
            complainant.withdraw(session, case, Actor("customer"))
        with pytest.raises(Refused, match=case.reference):
            write(chat, payload)

    def test_it_is_said_when_the_complaint_ends_before_the_job_runs(self, chat: UUID) -> None:
        case = file_in(chat, files_expected=0)
        send(chat, "box.jpg", jpg())
        write(chat, last_button(chat)["payload"])
        with database.transaction() as session:
            complainant.withdraw(session, case, Actor("customer"))
        run_jobs()
        assert evidence_of(case) == []
        assert "has ended" in said(chat)[-1][1]

    def test_after_an_end_somebody_else_may_sit_there(self, chat: UUID) -> None:
        file_in(chat, files_expected=0)
        database.run(handoff.end_by_customer, chat)
        write(chat, "hello")
        send(chat, "box.jpg", jpg())
        assert said(chat)[-1] == ("bot", line("file_kept"))

    def test_staff_put_them_with_a_case_and_a_note_says_so(self, chat: UUID, anna: Staff) -> None:
        case = file_in(chat, files_expected=0)
        with pytest.raises(Conflict, match="sent no file"):
            database.run(files_to_case.ask_by_staff, chat, case, anna)
        send(chat, "box.jpg", jpg())
        database.run(files_to_case.ask_by_staff, chat, case, anna)
        run_jobs()
        assert [name for name, _, _ in evidence_of(case)] == ["box.jpg"]
        assert thread(chat)[-1].text == f"Put the customer's files with {case.reference}."
        assert thread(chat)[-1].audience == "staff"


class TestLinks:
    def test_work_for_an_hour(self, chat: UUID) -> None:
        file_id = uuid4()
        token = file_links.link_to(chat, file_id).rsplit("/", 1)[1]
        assert file_links.read(token) == (chat, file_id)
        with clock.set_to(clock.now() + file_links.LASTS):
            assert file_links.read(token) is None

    def test_only_when_they_were_made_here(self, chat: UUID) -> None:
        token = file_links.link_to(chat, uuid4()).rsplit("/", 1)[1]
        assert file_links.read(f"{token}x") is None
        assert file_links.read("") is None


def send(chat: UUID, name: str, content: bytes, *, client_id: str = "", staff: Staff | None = None) -> dict[str, Any]:
    return uploads.upload(chat, name, content, client_id=client_id or str(uuid4()), staff=staff)


def write(chat: UUID, words: str) -> None:
    database.run(service.receive, chat, words, client_id=str(uuid4()))


def open_chat() -> UUID:
    conversation, _ = database.run(service.open_conversation, None)
    return conversation.id


def thread(chat: UUID) -> list[Message]:
    with database.transaction() as session:
        rows = session.scalars(select(Message).where(Message.conversation_id == chat).order_by(Message.seq))
        return list(rows)


def said(chat: UUID) -> list[tuple[str, str]]:
    """What everybody sees, without the lines of the chat itself."""
    shown = [message for message in thread(chat) if message.audience == "everyone"]
    return [(message.author, message.text) for message in shown if message.author != "system"]


def last_button(chat: UUID) -> dict[str, str]:
    found = [message.quick_replies for message in thread(chat) if message.quick_replies]
    return found[-1][0]


def rows(chat: UUID) -> list[ChatFile]:
    return database.run(files.files_of, chat)


def stored() -> list[Path]:
    return [place for place in (settings().var_dir / "chat-files").rglob("*") if place.is_file()]


def make_old() -> None:
    for place in stored():
        moment = place.stat().st_mtime - timedelta(hours=25).total_seconds()
        os.utime(place, (moment, moment))


def file_in(chat: UUID, *, files_expected: int) -> Case:
    complaint = filing.read_complaint(DEFAULTS | {"source": "chat", "conversation_id": chat})
    case, count = database.run(files_to_case.file_complaint, complaint, filing_key=f"chat:{chat}")
    assert count == files_expected
    return case


def evidence_of(case: Case) -> list[tuple[str, str, UUID | None]]:
    with database.transaction() as session:
        found = investigation.evidence_of(session, case)
        return [(evidence.file_name, evidence.kind, evidence.staff_id) for evidence in found]


def waiting_jobs() -> list[dict[str, Any]]:
    query = text("SELECT args FROM procrastinate_jobs WHERE task_name = :name AND status = 'todo' ORDER BY id")
    with database.transaction() as session:
        return list(session.scalars(query, {"name": files_to_case.TO_CASE}))


def run_jobs() -> int:
    """Does what waits, as the worker would; returns how many there were."""
    found = waiting_jobs()
    for arguments in found:
        files_to_case.to_case(**arguments)
    with database.transaction() as session:
        session.execute(text("DELETE FROM procrastinate_jobs WHERE task_name = :name"), {"name": files_to_case.TO_CASE})
    return len(found)


def together(*calls: Any) -> list[DisputesError]:
    """Runs them at the same moment; returns what they were refused with."""
    start, faults = Barrier(len(calls)), list[DisputesError]()

    def run(call: Any) -> None:
        start.wait()
        try:
            call()
        except DisputesError as fault:
            faults.append(fault)

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return faults


@pytest.fixture
def chat() -> UUID:
    return open_chat()


@pytest.fixture
def anna() -> Iterator[Staff]:
    yield database.run(_agent, "Anna Berg")


@pytest.fixture
def ben() -> Iterator[Staff]:
    yield database.run(_agent, "Ben Okafor")


def _agent(session: Session, name: str) -> Staff:
    return add_agent(session, name)
