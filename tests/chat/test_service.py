"""A customer opens a conversation, writes in it, and reads on in it."""

import json
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.chat import desk_view, endings, handoff, queries, service, thread
from disputes.chat.schemas import MESSAGE_LIMIT
from disputes.chat.tables import Conversation, Message
from disputes.errors import Invalid, NotFound, Refused
from disputes.people import codes
from disputes.people.tables import Staff, StatusRequest
from tests.chat.conftest import Say, all_rows, lines_of

pytestmark = pytest.mark.database


class TestOpenConversation:
    def test_an_unknown_session_id_is_never_adopted(self, session: Session) -> None:
        forged = "forged-by-a-stranger"
        _opened, session_id = service.open_conversation(session, forged)
        assert session_id != forged
        assert len(session_id) >= 43

    def test_the_same_browser_finds_its_conversation_again(self, session: Session) -> None:
        opened, session_id = service.open_conversation(session, None)
        again, same_id = service.open_conversation(session, session_id)
        assert (again.id, same_id) == (opened.id, session_id)

    def test_the_session_id_itself_is_not_stored(self, session: Session) -> None:
        opened, session_id = service.open_conversation(session, None)
        assert session_id not in opened.session_digest

    def test_the_assistant_speaks_first(self, session: Session, conversation: Conversation) -> None:
        opening = all_rows(session, conversation)[0]
        assert (opening.payload, opening.turn) == ("/session_opened", "waiting")
        assert jobs_for(session, str(opening.id)) == [f"conversation:{conversation.id}"]
        assert lines_of(session, conversation) == []


class TestReceive:
    def test_message_and_turn_are_stored_together(self, session: Session, say: Say) -> None:
        message = say("My parcel never came")
        assert message.turn == "waiting"
        assert len(jobs_for(session, str(message.id))) == 1

    def test_the_same_client_id_is_the_same_message(self, session: Session, conversation: Conversation) -> None:
        client_id = str(uuid4())
        first = service.receive(session, conversation.id, "hello", client_id=client_id)
        second = service.receive(session, conversation.id, "hello", client_id=client_id)
        assert first is not None
        assert second is not None
        assert (first.seq, first.is_new, second.seq, second.is_new) == (first.seq, True, first.seq, False)
        assert lines_of(session, conversation) == [("customer", "hello")]

    def test_an_old_widget_that_repeats_itself_after_a_reconnect_is_one_message(
        self, session: Session, conversation: Conversation
    ) -> None:
        service.receive(session, conversation.id, "hello", client_id=None)
        service.receive(session, conversation.id, "hello", client_id=None, just_reconnected=True)
        service.receive(session, conversation.id, "hello", client_id=None, just_reconnected=False)
        assert lines_of(session, conversation) == [("customer", "hello"), ("customer", "hello")]

    @pytest.mark.parametrize("empty", ["", "   ", "\n\t"])
    def test_nothing_is_refused_with_a_question(self, say: Say, empty: str) -> None:
        with pytest.raises(Invalid, match="nothing in this message"):
            say(empty)

    def test_the_longest_message_fits_and_one_more_character_does_not(self, say: Say) -> None:
        assert len(say("x" * MESSAGE_LIMIT).text) == MESSAGE_LIMIT
        with pytest.raises(Invalid, match=f"{MESSAGE_LIMIT + 1} characters"):
            say("x" * (MESSAGE_LIMIT + 1))

    def test_emoji_and_markup_are_kept_to_the_letter(self, session: Session, conversation: Conversation) -> None:
        for words in ("😡😡😡", "<script>alert(1)</script> & <b>bold</b>"):
            service.receive(session, conversation.id, words, client_id=None)
        assert [words for _, words in lines_of(session, conversation)] == [
            "😡😡😡",
            "<script>alert(1)</script> & <b>bold</b>",
        ]

    def test_what_the_database_cannot_hold_is_left_out(self, say: Say) -> None:
        assert say("a\0b \ud83d c").text == "ab  c"

    def test_a_typed_slash_is_no_button(self, session: Session, say: Say) -> None:
        say("hello")
        message = say("/file_complaint")
        assert (message.text, message.payload) == ("/file_complaint", None)

    def test_a_button_that_was_shown_is_stored_with_its_title(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("hello")
        buttons = [{"content_type": "text", "title": "Yes, file it", "payload": "/confirm_filing"}]
        thread.append(session, conversation, "bot", "Shall I?", quick_replies=buttons)
        message = say("/confirm_filing")
        assert (message.text, message.payload) == ("Yes, file it", "/confirm_filing")

    def test_the_opening_payload_of_an_old_widget_is_no_message(
        self, session: Session, conversation: Conversation
    ) -> None:
        assert service.receive(session, conversation.id, "/get_started", client_id=None) is None
        assert lines_of(session, conversation) == []

    def test_a_button_may_be_the_first_thing_an_old_widget_sends(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        buttons = [{"content_type": "text", "title": "How does it work?", "payload": "/ask_process"}]
        thread.append(session, conversation, "bot", "Hello!", quick_replies=buttons)
        assert say("/ask_process").text == "How does it work?"

    @pytest.mark.usefixtures("sam")
    def test_talk_to_a_person_works_without_the_assistant(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        say("hello")
        message = say("/talk_to_person")
        assert (message.text, message.turn) == ("Talk to a person", None)
        assert conversation.owner == "queue"

    @pytest.mark.usefixtures("sam")
    def test_while_a_person_holds_the_chat_the_assistant_is_not_asked(
        self, session: Session, conversation: Conversation, say: Say, anna: Staff
    ) -> None:
        say("hello")
        say("/talk_to_person")
        handoff.claim(session, conversation.id, anna)
        message = say("my card number is 4111")
        assert message.turn is None
        assert jobs_for(session, str(message.id)) == []


class TestSayAsAgent:
    def test_a_stranger_to_the_chat_is_refused_with_the_owners_name(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        with pytest.raises(Refused, match="Anna Berg holds this chat"):
            service.say_as_agent(session, conversation.id, ben, "Hi", client_id="1", note=False)

    def test_the_owner_reaches_the_customer_once(
        self, session: Session, conversation: Conversation, anna: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        for _ in range(2):
            service.say_as_agent(session, conversation.id, anna, "Hello, I am Anna", client_id="1", note=False)
        assert [said for said in lines_of(session, conversation) if said[0] == "agent"] == [
            ("agent", "Hello, I am Anna")
        ]

    def test_a_note_never_reaches_the_customer(
        self, session: Session, conversation: Conversation, anna: Staff, ben: Staff
    ) -> None:
        handoff.take_over(session, conversation.id, anna)
        service.say_as_agent(session, conversation.id, ben, "Careful, angry", client_id="2", note=True)
        assert all("Careful" not in words for _, words in lines_of(session, conversation))
        assert "Careful, angry" in [row.text for row in all_rows(session, conversation)]


class TestUpdates:
    def test_only_what_is_new_and_in_order(self, session: Session, conversation: Conversation, say: Say) -> None:
        first = say("one")
        say("two")
        say("three")
        news = service.updates(session, conversation.id, first.seq)
        assert [message["text"] for message in news.messages] == ["two", "three"]
        assert news.last_seq == conversation.last_seq

    def test_a_stranger_to_the_database_is_not_found(self, session: Session) -> None:
        with pytest.raises(NotFound):
            service.updates(session, uuid4(), 0)

    def test_a_long_thread_comes_in_pages_without_a_gap(self, session: Session, conversation: Conversation) -> None:
        for number in range(520):
            thread.append(session, conversation, "bot", str(number))
        seen, texts = 0, []
        while news := service.updates(session, conversation.id, seen):
            if not news.messages:
                break
            texts += [message["text"] for message in news.messages]
            seen = news.last_seq
        assert texts == [str(number) for number in range(520)]


class TestStatusCode:
    def test_the_code_is_tried_and_masked_before_anything_is_stored(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        code_awaited(session, conversation, "123456")
        wrong = say("is it 654 321?")
        assert (wrong.text, wrong.payload, wrong.note) == (
            "is it ••••••?",
            "/status_code_entered",
            {"code_result": "wrong"},
        )
        right = say("123456")
        assert (right.text, right.note) == ("••••••", {"code_result": "verified"})
        stored = " ".join(str(row.__dict__) for row in all_rows(session, conversation))
        assert "654 321" not in stored
        assert "123456" not in stored
        assert desk_view.conversation_view(session, conversation.id).verified

    def test_without_a_request_six_digits_are_just_digits(self, say: Say) -> None:
        assert say("123456").text == "123456"

    @pytest.mark.parametrize(
        "typed", ["123456", "123 456", "12 34 56", "123.456", "my code is 123\u00a0456", "it's 123-456!"]
    )
    def test_however_it_is_spelled(self, session: Session, conversation: Conversation, say: Say, typed: str) -> None:
        code_awaited(session, conversation, "123456")
        message = say(typed)
        assert message.note == {"code_result": "verified"}
        assert not any(digit in message.text for digit in "123456")

    @pytest.mark.parametrize(
        "told",
        [
            "Please call me on +44 770 090 0123, the lamp of order 100234 broke when I unpacked it",
            "my number is 07700900123",
            "It was ordered with number 100234 and has never arrived at my door",
        ],
    )
    def test_other_numbers_are_left_alone(
        self, session: Session, conversation: Conversation, say: Say, told: str
    ) -> None:
        service.request_status_code(session, conversation.id, "10023", "ada@example.org")
        message = say(told)
        assert (message.text, message.payload) == (told, None)

    def test_the_proof_ends_with_the_chat(self, session: Session, conversation: Conversation, say: Say) -> None:
        service.request_status_code(session, conversation.id, "10023", "ada@example.org")
        endings.end_by_customer(session, conversation.id)
        say("hello again")
        with pytest.raises(Refused):
            service.progress_for_conversation(session, conversation.id)

    def test_after_the_proof_digits_are_digits_again(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        code_awaited(session, conversation, "123456")
        say("123456")
        assert say("200300").text == "200300"

    def test_the_same_code_once_more_is_the_same_proof(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        request = code_awaited(session, conversation, "123456")
        say("123456")
        until = request.verified_until
        again = say("it is 123 456")
        assert (again.text, again.note) == ("it is ••••••", {"code_result": "verified"})
        assert request.verified_until == until
        with clock.set_to(clock.now() + codes.VERIFIED_FOR):
            assert say("123456").text == "123456"

    def test_the_same_asked_again_at_once_leaves_the_code_valid_that_is_on_its_way(
        self, session: Session, conversation: Conversation
    ) -> None:
        def asked(lookup: str, email: str) -> object:
            service.request_status_code(session, conversation.id, lookup, email)
            return conversation.status_request_id

        with clock.set_to(clock.now()):
            first = asked("10023", "ada@example.org")
            assert asked("#10 023", "Ada@example.org ") == first
            assert asked("10024", "ada@example.org") != first
            second = asked("10023", "ada@example.org")
            service.request_status_code(session, conversation.id, "10023", "ada@example.org", another=True)
            assert conversation.status_request_id != second
            second = conversation.status_request_id
        with clock.set_to(clock.now() + service.ASKED_AT_ONCE):
            assert asked("10023", "ada@example.org") != second

    def test_nothing_is_told_without_proof(self, session: Session, conversation: Conversation) -> None:
        with pytest.raises(Refused):
            service.progress_for_conversation(session, conversation.id)
        service.request_status_code(session, conversation.id, "10023", "ada@example.org")
        with pytest.raises(Refused):
            service.progress_for_conversation(session, conversation.id)


class TestUpdatesWhileSomebodyWrites:
    def test_a_message_stored_between_the_two_reads_counts_as_seen(
        self, database_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with database.transaction() as session:
            chat = service.open_conversation(session, None)[0].id
        read = queries.messages_after

        def read_after_somebody_wrote(*args: Any, **kwargs: Any) -> list[Message]:
            monkeypatch.setattr(queries, "messages_after", read)
            database.run(service.receive, chat, "in between", client_id="1")
            return read(*args, **kwargs)

        monkeypatch.setattr(queries, "messages_after", read_after_somebody_wrote)
        news = database.run(service.updates, chat, 0)
        assert [message["text"] for message in news.messages] == ["in between"]
        assert database.run(service.updates, chat, news.last_seq).messages == []


class TestFacts:
    def test_facts_are_kept_for_the_agent(self, session: Session, conversation: Conversation) -> None:
        service.remember_facts(session, conversation.id, {"order_number": "10023", "category": None})
        assert desk_view.conversation_view(session, conversation.id).facts == {"order_number": "10023"}


def code_awaited(session: Session, conversation: Conversation, code: str) -> StatusRequest:
    """The request of a customer who has asked how order 10023 stands, and was sent this code."""
    service.request_status_code(session, conversation.id, "10023", "ada@example.org")
    request = session.get_one(StatusRequest, conversation.status_request_id)
    request.code_digest = codes.digest_of(request.id, code)
    return request


def jobs_for(session: Session, message_id: str) -> list[str]:
    """The locks of the jobs that wait for a message's turn."""
    rows = session.execute(
        text("SELECT lock, args FROM procrastinate_jobs WHERE task_name = 'chat.answer' AND status = 'todo'")
    )
    return [
        lock
        for lock, args in rows
        if (args if isinstance(args, dict) else json.loads(args))["message_id"] == message_id
    ]
