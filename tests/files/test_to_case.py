"""What a customer sends in a chat goes with the complaint that is filed there, or that they choose."""

from uuid import UUID

import pytest

from disputes import database
from disputes.cases import complainant
from disputes.cases.states import Actor
from disputes.chat import endings, files, files_to_case, handoff
from disputes.chat.lines import line
from disputes.errors import Conflict, Refused
from disputes.investigation import service as investigation
from disputes.people.tables import Staff
from disputes.settings import settings
from tests.files.chats import evidence_of, file_in, last_button, rows, run_jobs, said, send, thread, waiting_jobs, write
from tests.files.factories import jpg, pdf

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database_url")]


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
        database.run(endings.end_by_customer, chat)
        write(chat, endings.GO_ON)
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
        database.run(endings.end_by_customer, chat)
        write(chat, endings.GO_ON)
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
