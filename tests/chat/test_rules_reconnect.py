"""The rules of coming back: by place in the thread and never by time, nothing twice, the state after the messages."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes.chat import endings, service, thread
from disputes.chat.tables import Conversation
from tests.chat.conftest import Say

pytestmark = pytest.mark.database

NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


class TestReconnectMissedMessages:
    def test_all_after_the_last_one_seen_however_long_ago_and_the_state_as_it_is(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(NOON, tick=False) as moment:
            seen = say("hello").seq
            for text in ("one", "two"):
                thread.append(session, conversation, "bot", text)
            moment.shift(timedelta(days=20))
            endings.end_by_customer(session, conversation.id)
        news = service.updates(session, conversation.id, seen)
        assert [message["text"] for message in news.messages][:2] == ["one", "two"]
        assert [message["seq"] for message in news.messages] == list(range(seen + 1, conversation.last_seq + 1))
        assert (news.state.owner, news.last_seq) == ("closed", conversation.last_seq)

    def test_nothing_when_nothing_was_missed(self, session: Session, conversation: Conversation, say: Say) -> None:
        assert service.updates(session, conversation.id, say("hello").seq).messages == []


class TestOrdering:
    def test_is_by_place_when_the_clock_stands_still_or_goes_back(
        self, session: Session, conversation: Conversation
    ) -> None:
        with time_machine.travel(NOON, tick=False) as moment:
            for number in range(3):
                thread.append(session, conversation, "bot", f"same time {number}")
            moment.move_to(NOON - timedelta(hours=1))
            thread.append(session, conversation, "bot", "an hour before")
        said = [message["text"] for message in service.updates(session, conversation.id, 0).messages]
        assert said[-4:] == ["same time 0", "same time 1", "same time 2", "an hour before"]


class TestReplayDoublesTheLog:
    def test_an_old_widget_is_served_from_where_it_was_and_the_mark_never_falls(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        seen = say("hello").seq
        service.mark_delivered(session, conversation.id, seen)
        service.mark_delivered(session, conversation.id, seen - 1)
        thread.append(session, conversation, "bot", "missed")
        news = service.updates(session, conversation.id, service.delivered_seq(session, conversation.id))
        assert [message["text"] for message in news.messages] == ["missed"]


class TestDuplicatesFromTheClient:
    def test_the_same_id_is_the_same_message_however_often_it_comes(
        self, session: Session, conversation: Conversation
    ) -> None:
        sent = [service.receive(session, conversation.id, "hello", client_id="a") for _ in range(3)]
        assert len({received.id for received in sent if received}) == 1

    def test_without_ids_the_same_text_right_after_coming_back_is_one_and_later_is_another(
        self, session: Session, conversation: Conversation
    ) -> None:
        first = service.receive(session, conversation.id, "hello", client_id=None)
        again = service.receive(session, conversation.id, "hello", client_id=None, just_reconnected=True)
        later = service.receive(session, conversation.id, "hello", client_id=None)
        assert first is not None
        assert again is not None
        assert later is not None
        assert (first.id == again.id, first.id == later.id) == (True, False)
