"""The rules of waiting, each as a test: nobody is promised who is not there, and what is told of the wait is true."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.chat import desk_queries, handoff, presence, queue, queue_queries, service, timers, visits
from disputes.chat.tables import Conversation, Message
from disputes.errors import TooMany
from disputes.people.tables import Staff
from disputes.policy.models import Chat
from tests.chat.conftest import Say, all_rows, lines_of
from tests.chat.factories import add_agent, add_team, somebody_here, waiting_chat

pytestmark = pytest.mark.database

MONDAY_NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 3, 1, 23, tzinfo=UTC)
GOOD_FRIDAY_NOON = datetime(2026, 4, 3, 11, tzinfo=UTC)


class TestNoAgentOrOutOfHours:
    def test_with_somebody_there_in_office_hours_a_place_is_promised(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(MONDAY_NOON):
            somebody_here(session)
            say("/talk_to_person")
        assert conversation.owner == "queue"

    def test_with_nobody_there_the_customer_stays_with_the_assistant_and_is_told_what_works(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(MONDAY_NOON):
            add_agent(session, "Anna Berg")
            say("/talk_to_person")
        last = all_rows(session, conversation)[-1]
        assert (conversation.owner, conversation.epoch, conversation.waiting_since) == ("bot", 0, None)
        assert "Nobody from our team is free to chat just now" in last.text
        assert payloads(last) == ["/make_complaint", "/leave_message"]

    def test_somebody_who_has_gone_away_is_not_promised(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(MONDAY_NOON):
            presence.choose(session, somebody_here(session), takes_chats=False)
            say("/talk_to_person")
        assert conversation.owner == "bot"

    def test_a_lease_that_has_ended_promises_nobody(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            somebody_here(session)
            moment.shift(presence.LEASE)
            say("/talk_to_person")
        assert conversation.owner == "bot"

    def test_just_before_its_end_it_does(self, session: Session, conversation: Conversation, say: Say) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            somebody_here(session)
            moment.shift(presence.LEASE - timedelta(seconds=1))
            say("/talk_to_person")
        assert conversation.owner == "queue"

    @pytest.mark.parametrize("moment", [SUNDAY_NIGHT, GOOD_FRIDAY_NOON])
    def test_at_night_and_on_holidays_the_next_opening_is_told(
        self, session: Session, conversation: Conversation, say: Say, moment: datetime
    ) -> None:
        with time_machine.travel(moment):
            say("/talk_to_person")
        words = lines_of(session, conversation)[-1][1]
        assert conversation.owner == "bot"
        assert "Monday to Thursday 9:00 to 17:30" in words
        opening = {SUNDAY_NIGHT: "Monday 2 March 2026, 09:00", GOOD_FRIDAY_NOON: "Tuesday 7 April 2026, 09:00"}
        assert opening[moment] in words

    def test_a_desk_left_open_overnight_promises_nobody(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(SUNDAY_NIGHT, tick=False) as moment:
            anna = add_agent(session, "Anna Berg")
            lease = presence.staff_arrive(session, anna)
            moment.shift(presence.ACTIVE)
            presence.renew(session, lease, [lease], [])
            say("/talk_to_person")
            assert conversation.owner == "bot"
            presence.staff_act(session, anna)
            say("/talk_to_person")
        assert conversation.owner == "queue"

    def test_a_shop_may_have_nobody_at_all_outside_its_hours(
        self, session: Session, conversation: Conversation, say: Say, rules: Chat
    ) -> None:
        change(rules, outside_hours="nobody")
        with time_machine.travel(SUNDAY_NIGHT):
            somebody_here(session)
            say("/talk_to_person")
        assert conversation.owner == "bot"

    def test_what_the_assistant_asks_for_is_decided_in_the_same_way(
        self, session: Session, conversation: Conversation
    ) -> None:
        handoff.request_person(session, conversation, "asked", "late parcel")
        assert (conversation.owner, conversation.handoff_summary) == ("bot", "late parcel")

    def test_nobody_of_the_team_but_somebody_else(self, session: Session, conversation: Conversation) -> None:
        add_team(session, "Payments", add_agent(session, "Away"))
        somebody_here(session)
        handoff.request_person(session, conversation, "asked", None, team="Payments")
        assert (conversation.owner, conversation.team_id) == ("queue", None)

    def test_chats_that_ask_for_no_team_go_to_the_default_one(
        self, session: Session, conversation: Conversation
    ) -> None:
        team = add_team(session, "First line", somebody_here(session))
        team.is_default = True
        session.flush()
        handoff.request_person(session, conversation, "asked", None)
        assert conversation.team_id == team.id


class TestLeftMessage:
    def test_it_waits_in_the_queue_without_a_limit_and_is_claimed_like_any_other(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(SUNDAY_NIGHT, tick=False) as moment:
            say("/talk_to_person")
            say("/leave_message")
            say("My vase came broken.")
            assert (conversation.owner, conversation.claim_by) == ("queue", None)
            assert conversation.left_message_at == SUNDAY_NIGHT
            moment.shift(timedelta(days=2))
            assert timers.act(session, conversation.id) == "message_late"
            assert (conversation.owner, conversation.left_message_at) == ("queue", SUNDAY_NIGHT)
            anna = add_agent(session, "Anna Berg", here=True)
            handoff.claim(session, conversation.id, anna)
        assert conversation.agent_id == anna.id
        assert conversation.left_message_at is None

    def test_how_to_reach_them_is_asked_once_taken_from_what_they_write_and_said_back_masked(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(SUNDAY_NIGHT):
            say("/talk_to_person")
            say("/leave_message")
            say("My vase came broken. mia@example.org, please.")
            say("It was a present.")
        words = [words for author, words in lines_of(session, conversation) if author == "system"]
        assert len([each for each in words if "Add your e-mail address" in each]) == 1
        assert words[-1] == "Thank you. We can reach you at m•••@example.org when you are not here."
        assert conversation.reply_email == "mia@example.org"
        assert conversation.facts["contact_email"] == "mia@example.org"

    def test_a_number_does_as_well(self, session: Session, conversation: Conversation, say: Say) -> None:
        with time_machine.travel(SUNDAY_NIGHT):
            say("/talk_to_person")
            say("/leave_message")
            say("Call me: 020 7946 0018, it is about order 10023")
        assert conversation.facts["contact_phone"] == "+442079460018"
        assert "•••018" in lines_of(session, conversation)[-1][1]

    def test_who_gave_an_address_before_is_told_which_one_and_asked_for_none(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        service.remember_facts(session, conversation.id, {"contact_email": "mia@example.org"})
        with time_machine.travel(SUNDAY_NIGHT):
            say("/talk_to_person")
            say("/leave_message")
        words = lines_of(session, conversation)[-1][1]
        assert "m•••@example.org" in words
        assert "Add your e-mail" not in words

    def test_if_somebody_has_come_meanwhile_it_is_a_chat_like_any_other(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(MONDAY_NOON):
            say("/talk_to_person")
            somebody_here(session)
            say("/leave_message")
        assert (conversation.owner, conversation.left_message_at) == ("queue", None)
        assert conversation.claim_by is not None

    def test_going_back_to_the_assistant_takes_it_back_and_says_so(
        self, session: Session, conversation: Conversation, say: Say
    ) -> None:
        with time_machine.travel(SUNDAY_NIGHT):
            say("/talk_to_person")
            say("/leave_message")
            say("/back_to_assistant")
        assert conversation.owner == "bot"
        assert "not waiting for a person any more" in all_rows(session, conversation)[-1].text


class TestNobodyClaims:
    def test_in_time_nothing_happens_and_then_the_assistant_has_it_with_a_text_and_a_way_to_file(
        self, session: Session, rules: Chat
    ) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = waiting_chat(session)
            moment.shift(timedelta(minutes=rules.unclaimed_minutes))
            assert timers.act(session, chat.id) is None
            moment.shift(timedelta(seconds=1))
            assert timers.act(session, chat.id) == "nobody_claimed"
        back = all_rows(session, chat)[-1]
        assert (chat.owner, chat.end_reason, back.turn) == ("bot", "nobody_claimed", "waiting")
        assert "nobody could take your chat within 10 minutes" in back.text
        assert payloads(back) == ["/make_complaint", "/leave_message"]

    def test_the_time_runs_only_while_nobody_has_claimed(self, session: Session, anna: Staff) -> None:
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, anna)
        assert chat.claim_by is None

    def test_the_first_word_of_an_agent_who_was_given_the_chat_stops_it(self, session: Session, anna: Staff) -> None:
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, anna)
        chat.answer_by = clock.now() - timedelta(seconds=1)
        service.say_as_agent(session, chat.id, anna, "a note", client_id="1", note=True)
        assert chat.answer_by is not None
        service.say_as_agent(session, chat.id, anna, "Hello!", client_id="2", note=False)
        assert chat.answer_by is None

    def test_whoever_comes_back_to_the_queue_has_the_whole_time_again(self, session: Session, anna: Staff) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            chat = waiting_chat(session)
            handoff.claim(session, chat.id, anna)
            moment.shift(timedelta(minutes=30))
            queue.enqueue_again(session, chat, "agent_gone", "agent_gone", name="Anna Berg")
            assert timers.act(session, chat.id) is None
            assert (chat.waiting_since, chat.owner) == (MONDAY_NOON, "queue")


class TestPlaceInTheQueue:
    def test_oldest_first(self, session: Session) -> None:
        chats = [waiting_chat(session) for _ in range(3)]
        assert [queue_queries.position(session, chat) for chat in chats] == [1, 2, 3]

    def test_urgent_words_and_a_vulnerable_customer_go_first_oldest_of_them_first(
        self, session: Session, anna: Staff
    ) -> None:
        chats = [waiting_chat(session) for _ in range(3)]
        burning = waiting_chat(session, urgent=True)
        handoff.mark(session, chats[2].id, anna, urgent=False, vulnerable=True)
        assert [queue_queries.position(session, chat) for chat in (*chats, burning)] == [3, 4, 1, 2]
        assert [row.id for row in desk_queries.waiting(session, 2)] == [chats[2].id, burning.id]

    def test_words_of_danger_count_whenever_they_are_written(self, session: Session, anna: Staff) -> None:
        first, second = waiting_chat(session), waiting_chat(session)
        service.receive(session, second.id, "The plug is on fire, my hand is burnt", client_id="1")
        assert second.urgent
        assert queue_queries.position(session, first) == 2
        handoff.mark(session, second.id, anna, urgent=False, vulnerable=False)
        assert queue_queries.position(session, first) == 1

    def test_marks_are_noted_for_staff_only(self, session: Session, anna: Staff) -> None:
        chat = waiting_chat(session)
        handoff.mark(session, chat.id, anna, urgent=True, vulnerable=False)
        handoff.mark(session, chat.id, anna, urgent=True, vulnerable=False)
        notes = [row.text for row in all_rows(session, chat) if row.author == "agent"]
        assert notes == ["Marked: urgent."]
        assert "Marked: urgent." not in [words for _, words in lines_of(session, chat)]

    def test_each_team_has_a_queue_of_its_own(self, session: Session, anna: Staff) -> None:
        team = add_team(session, "Payments", anna)
        presence.staff_arrive(session, anna)
        waiting_chat(session)
        other = service.open_conversation(session, None)[0]
        handoff.request_person(session, other, "asked", None, team="Payments")
        assert (other.team_id, queue_queries.position(session, other)) == (team.id, 1)


class TestHonestWait:
    def test_with_too_little_to_go_by_it_is_said_to_be_unknown(self, session: Session) -> None:
        chat = waiting_chat(session)
        assert queue.wait_in_words(session, chat) is None
        assert "We cannot say yet how long it takes." in lines_of(session, chat)[-1][1]

    def test_it_is_measured_from_recent_claims_and_grows_with_the_place(self, session: Session) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            for number in range(4):
                chat = waiting_chat(session)
                moment.shift(timedelta(minutes=2))
                handoff.claim(session, chat.id, add_agent(session, f"Agent {number}"))
            somebody_here(session)
            first = waiting_chat(session)
            moment.shift(timedelta(seconds=1))
            second = waiting_chat(session)
            assert queue.wait_in_words(session, first) == "about 2 minutes"
            assert queue.wait_in_words(session, second) == "about 4 minutes"
            assert "The wait is about 4 minutes." in lines_of(session, second)[-1][1]

    def test_a_wait_longer_than_the_limit_is_not_told_as_a_figure(self, session: Session) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            for number in range(3):
                chat = waiting_chat(session)
                moment.shift(timedelta(minutes=9))
                handoff.claim(session, chat.id, add_agent(session, f"Agent {number}"))
            somebody_here(session)
            waiting_chat(session)
            moment.shift(timedelta(seconds=1))
            assert queue.wait_in_words(session, waiting_chat(session)) == "more than 10 minutes"

    def test_while_nobody_is_there_none_is_told(self, session: Session) -> None:
        with time_machine.travel(MONDAY_NOON, tick=False) as moment:
            for number in range(3):
                chat = waiting_chat(session)
                handoff.claim(session, chat.id, add_agent(session, f"Agent {number}"))
            chat = waiting_chat(session)
            assert queue.wait_in_words(session, chat) == "about 1 minute"
            moment.shift(presence.LEASE)
            assert queue.wait_in_words(session, chat) is None

    def test_messages_left_overnight_do_not_count(self, session: Session, anna: Staff) -> None:
        with time_machine.travel(SUNDAY_NIGHT, tick=False) as moment:
            left = service.open_conversation(session, None)[0]
            handoff.leave_message(session, left)
            moment.move_to(MONDAY_NOON)
            handoff.claim(session, left.id, anna)
            assert queue_queries.claims_since(session, None, MONDAY_NOON - timedelta(hours=1)) == []

    def test_the_customers_state_has_place_and_wait(self, session: Session) -> None:
        chat = waiting_chat(session)
        state = service.updates(session, chat.id, 0).state
        assert (state.owner, state.queue_position, state.wait, state.message_left) == ("queue", 1, None, False)


class TestTooMany:
    def test_new_chats_from_one_address(self, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("disputes.chat.visits.settings", Limits)
        for _ in range(2):
            opened, session_id = service.open_conversation(session, None, ip_digest="here")
        with pytest.raises(TooMany, match="Many chats were begun"):
            service.open_conversation(session, None, ip_digest="here")
        service.open_conversation(session, None, ip_digest="elsewhere")
        again, _ = service.open_conversation(session, session_id, ip_digest="here")
        assert again.id == opened.id

    def test_orders_that_one_visitor_asks_about(self, session: Session, conversation: Conversation) -> None:
        for _ in range(policy.current().chat.order_lookups):
            visits.note_order_lookup(session, conversation.id)
        with pytest.raises(TooMany):
            visits.note_order_lookup(session, conversation.id)
        visits.note_order_lookup(session, service.open_conversation(session, None)[0].id)

    def test_orders_asked_about_from_one_address_in_ever_new_chats(self, session: Session) -> None:
        most = policy.current().chat.order_lookups * visits.VISITORS
        for _ in range(most):
            visits.note_order_lookup(session, service.open_conversation(session, None, ip_digest="here")[0].id)
        one_more = service.open_conversation(session, None, ip_digest="here")[0]
        with pytest.raises(TooMany):
            visits.note_order_lookup(session, one_more.id)

    def test_codes_asked_for_from_one_address(self, session: Session) -> None:
        for _ in range(5):
            chat = service.open_conversation(session, None, ip_digest="here")[0]
            service.request_status_code(session, chat.id, "10023", "mia@example.org")
        with pytest.raises(TooMany):
            service.request_status_code(session, chat.id, "10024", "mia@example.org")


class Limits:
    """Settings with a low limit."""

    chats_per_address = 2
    base_url = "http://shop.test"


def payloads(message: Message) -> list[str]:
    """What the buttons of a message send."""
    return [reply["payload"] for reply in message.quick_replies or []]


def change(rules: Chat, **values: object) -> None:
    """Another figure in the policy that is in force."""
    policy.current().chat = rules.model_copy(update=values)


@pytest.fixture
def rules() -> Iterator[Chat]:
    """The policy's rules of chats, put back at the end."""
    as_before = policy.current().chat
    yield as_before
    policy.current().chat = as_before
