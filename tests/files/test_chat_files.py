"""Files in a chat: who may send what, where it stands in the thread, and how it goes with a complaint."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import select, text

from disputes import clock, database, policy
from disputes.chat import endings, file_links, files, handoff, queries, queue
from disputes.chat.lines import line
from disputes.chat.tables import ChatFileView, Message
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people.tables import Staff
from tests.chat.factories import somebody_here
from tests.files.chats import (
    make_old,
    open_chat,
    rows,
    said,
    send,
    stored,
    thread,
    together,
    write,
)
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
        with pytest.raises(Conflict, match="You have sent 5 files"):
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
        database.run(endings.end_by_customer, chat)
        with pytest.raises(Conflict, match="This chat has ended"):
            send(chat, "a.jpg", jpg())
        assert stored() == []

    def test_a_chat_that_goes_on_has_room_again(self, chat: UUID) -> None:
        for number in range(policy.current().evidence.files):
            send(chat, "a.pdf", pdf(b"%d" % number))
        database.run(endings.end_by_customer, chat)
        with database.transaction() as session:
            conversation = queries.locked(session, chat)
            assert conversation is not None
            endings.go_on(session, conversation)
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
        database.run(somebody_here)
        write(chat, queue.TALK_TO_PERSON)
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
