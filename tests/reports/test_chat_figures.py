"""Figures of chats against small worlds that were counted by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from disputes.chat.tables import Conversation, Ownership, UnmetRequest
from disputes.people.tables import Team, TeamMember
from disputes.reports.figures import FIGURES
from disputes.reports.queries import By
from tests.reports.world import MONDAY, World, keyed, narrowed_to

pytestmark = pytest.mark.database
OF_CHATS = [name for name, figure in FIGURES.items() if figure.subject == "chat"]
GROUPS: tuple[By, ...] = ("category", "cause", "agent", "what", "kind")


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


class TestFirstReply:
    def test_is_from_asking_to_the_first_message_of_an_agent(self, world: World) -> None:
        chat = asked(world)
        world.owner(chat, "agent", "claimed", MONDAY + minutes(4), world.ann)
        world.say(chat, world.ann, MONDAY + minutes(6))
        world.say(chat, world.ann, MONDAY + minutes(9))
        total = world.count("first_reply").total
        assert (total.n, total.p50) == (1, 6 * 60)

    def test_what_the_assistant_says_never_stops_the_clock(self, world: World) -> None:
        chat = asked(world)
        world.say(chat, "bot", MONDAY + minutes(1))
        assert world.count("first_reply").total.n == 0
        world.owner(chat, "agent", "claimed", MONDAY + minutes(4), world.ann)
        world.say(chat, "bot", MONDAY + minutes(5))
        world.say(chat, world.ann, MONDAY + minutes(20))
        assert world.count("first_reply").total.p50 == 20 * 60

    def test_nor_does_a_private_note(self, world: World) -> None:
        chat = asked(world)
        world.say(chat, world.bo, MONDAY + minutes(1), note=True)
        world.owner(chat, "agent", "claimed", MONDAY + minutes(4), world.ann)
        world.say(chat, world.ann, MONDAY + minutes(8))
        assert world.count("first_reply").total.p50 == 8 * 60

    def test_a_chat_that_comes_back_to_the_queue_goes_on_with_its_first_clock(self, world: World) -> None:
        chat = asked(world)
        world.owner(chat, "agent", "claimed", MONDAY + minutes(2), world.ann)
        world.owner(chat, "queue", "agent_gone", MONDAY + minutes(5))
        assert chat.waiting_since == MONDAY
        world.owner(chat, "agent", "claimed", MONDAY + minutes(10), world.bo)
        world.say(chat, world.bo, MONDAY + minutes(12))
        found = world.count("first_reply", by="agent")
        assert (found.total.n, found.total.p50) == (1, 12 * 60)
        assert keyed(found) == {str(world.bo.id): 1}

    def test_each_time_with_people_has_its_own(self, world: World) -> None:
        chat = answered(world, after=3)
        world.owner(chat, "bot", "returned_by_agent", MONDAY + minutes(30))
        world.owner(chat, "queue", "asked", MONDAY + minutes(60))
        world.owner(chat, "agent", "claimed", MONDAY + minutes(65), world.bo)
        world.say(chat, world.bo, MONDAY + minutes(69))
        total = world.count("first_reply").total
        assert (total.n, total.p50, total.longest) == (2, 6 * 60, 9 * 60)

    def test_messages_left_when_nobody_was_there_are_a_figure_of_their_own(self, world: World) -> None:
        chat = world.chat(MONDAY - minutes(1))
        world.owner(chat, "queue", "message_left", MONDAY)
        world.owner(chat, "agent", "claimed", MONDAY + minutes(600), world.ann)
        world.say(chat, world.ann, MONDAY + minutes(610))
        assert world.count("first_reply").total.n == 0
        assert world.count("left_reply").total.p50 == 610 * 60
        assert world.count("waited").total.n == 0

    def test_an_agent_who_joins_unasked_answers_nobody_s_wish(self, world: World) -> None:
        chat = world.chat(MONDAY)
        world.owner(chat, "agent", "taken_over", MONDAY + minutes(1), world.ann)
        world.say(chat, world.ann, MONDAY + minutes(2))
        assert world.count("first_reply").total.n == 0
        assert keyed(world.count("handoffs", by="kind")) == {"taken_over": 1}


class TestHandoffs:
    def test_tells_what_became_of_each(self, world: World) -> None:
        answered(world, after=3)
        unclaimed = asked(world)
        world.owner(unclaimed, "bot", "nobody_claimed", MONDAY + minutes(10))
        left = asked(world)
        world.owner(left, "closed", "ended_by_customer", MONDAY + minutes(2))
        back = asked(world)
        world.owner(back, "bot", "returned_by_customer", MONDAY + minutes(2))
        silent = asked(world)
        world.owner(silent, "agent", "claimed", MONDAY + minutes(2), world.ann)
        world.owner(silent, "closed", "closed_by_agent", MONDAY + minutes(3), None)
        asked(world)
        assert world.count("handoffs").total.whats == {
            "answered": 1,
            "unclaimed": 1,
            "left": 2,
            "unanswered": 1,
            "waiting": 1,
        }

    def test_measures_the_first_wait(self, world: World) -> None:
        chat = asked(world)
        world.owner(chat, "agent", "claimed", MONDAY + minutes(2), world.ann)
        world.owner(chat, "queue", "agent_gone", MONDAY + minutes(5))
        world.owner(chat, "agent", "claimed", MONDAY + minutes(30), world.bo)
        found = world.count("waited", by="agent")
        assert (found.total.n, found.total.p50) == (1, 120)
        assert keyed(found) == {str(world.ann.id): 1}

    def test_an_answer_after_the_end_is_none(self, world: World) -> None:
        chat = asked(world)
        world.owner(chat, "bot", "nobody_claimed", MONDAY + minutes(10))
        world.owner(chat, "agent", "taken_over", MONDAY + minutes(20), world.ann)
        world.say(chat, world.ann, MONDAY + minutes(21))
        assert world.count("handoffs", kind="asked").total.whats == {"unclaimed": 1}

    def test_a_chat_from_before_the_log_has_no_beginning(self, world: World) -> None:
        chat = asked(world)
        gone = delete(Ownership).where(Ownership.conversation_id == chat.id, Ownership.owner == "bot")
        world.session.execute(gone)
        assert world.count("handoffs").total.n == 0


class TestNobodyThere:
    def test_each_wish_counts_with_why_and_whether_somebody_should_have_been_there(self, world: World) -> None:
        chat, other = world.chat(MONDAY, category="lost"), world.chat(MONDAY)
        for at, where, why, is_open in (
            (MONDAY, chat, "asked", True),
            (MONDAY + minutes(5), chat, "urgent", False),
            (MONDAY, other, "asked", False),
            (MONDAY - timedelta(days=30), other, "asked", False),
        ):
            world.session.add(UnmetRequest(conversation_id=where.id, reason=why, office_open=is_open, at=at))
        world.session.flush()
        found = world.count("unmet", by="kind")
        assert (found.total.n, found.total.whats) == (3, {"open": 1, "closed": 2})
        assert keyed(found) == {"asked": 2, "urgent": 1}
        assert keyed(world.count("unmet", by="category")) == {"lost": 2, None: 1}
        assert [line.subject_id for line in world.behind("unmet", what="open")] == [chat.id]


class TestTeams:
    def test_narrow_a_figure_to_whoever_belongs_to_one(self, world: World) -> None:
        for who in (world.ann, world.ann, world.bo):
            chat = asked(world)
            world.owner(chat, "agent", "claimed", MONDAY + minutes(2), who)
            world.say(chat, who, MONDAY + minutes(3))
        asked(world)
        team = Team(name="Returns", created_at=MONDAY)
        world.session.add(team)
        world.session.flush()
        assert world.count("handoffs", team=team.id).total.n == 0
        world.session.add(TeamMember(team_id=team.id, staff_id=world.ann.id))
        world.session.flush()
        assert world.count("handoffs", team=team.id).total.n == 2
        assert {line.agent for line in world.behind("handoffs", team=team.id)} == {world.ann.id}
        assert world.count("first_reply", team=team.id, agent=world.bo.id).total.n == 0


class TestEnds:
    def test_measures_from_asking_to_the_end_by_whoever_had_it_last(self, world: World) -> None:
        chat = answered(world, after=3)
        world.owner(chat, "agent", "to_colleague", MONDAY + minutes(20), world.bo)
        world.say(chat, world.bo, MONDAY + minutes(25))
        assert world.count("chat_end").total.n == 0
        world.owner(chat, "closed", "closed_by_agent", MONDAY + minutes(45))
        found = world.count("chat_end", by="agent")
        assert (found.total.n, found.total.p50, found.total.whats) == (1, 45 * 60, {"closed_by_agent": 1})
        assert keyed(found) == {str(world.bo.id): 1}


class TestTalks:
    def test_tells_the_assistant_s_chats_from_those_with_a_person(self, world: World) -> None:
        world.chat(MONDAY, category="late")
        answered(world, after=1)
        found = world.count("talks", by="category")
        assert found.total.whats == {"assistant": 1, "person": 1}
        assert keyed(found) == {"late": 1, None: 1}

    def test_the_complaint_that_came_of_it_says_what_it_was_about(self, world: World) -> None:
        chat = world.chat(MONDAY, category="late")
        case = world.file(MONDAY + minutes(5), category="damaged", conversation_id=chat.id)
        case.cause = "carrier"
        world.session.flush()
        assert keyed(world.count("talks", by="category")) == {"damaged": 1}
        assert keyed(world.count("talks", by="cause")) == {"carrier": 1}


class TestSatisfaction:
    def test_counts_answers_and_silence(self, world: World) -> None:
        for score in (5, 4, 3, 2, 1, None):
            world.helped(world.chat(MONDAY), MONDAY + minutes(30), score)
        whats = world.count("satisfaction").total.whats
        assert whats == {"content": 2, "middle": 1, "unhappy": 2, "silent": 1}

    def test_says_whether_a_person_had_it_and_who_was_the_last(self, world: World) -> None:
        world.helped(world.chat(MONDAY), MONDAY, 2)
        chat = answered(world, after=3)
        world.owner(chat, "closed", "closed_by_agent", MONDAY + minutes(45))
        world.helped(chat, MONDAY + minutes(46), 5)
        assert keyed(world.count("satisfaction", by="kind")) == {"assistant": 1, "person": 1}
        assert keyed(world.count("satisfaction", by="agent")) == {None: 1, str(world.ann.id): 1}


class TestNow:
    def test_waiting_counts_from_the_first_time_somebody_asked(self, world: World) -> None:
        chat = asked(world)
        world.owner(chat, "agent", "claimed", MONDAY + minutes(2), world.ann)
        assert keyed(world.count("held", by="agent", now=MONDAY + minutes(3))) == {str(world.ann.id): 1}
        world.owner(chat, "queue", "agent_gone", MONDAY + minutes(5))
        total = world.count("waiting", now=MONDAY + minutes(9)).total
        assert (total.n, total.longest, total.whats) == (1, 9 * 60, {"usual": 1})


class TestEveryFigure:
    @pytest.mark.parametrize("name", OF_CHATS)
    def test_behind_each_figure_are_as_many_as_it_counts(self, busy: World, name: str) -> None:
        now = MONDAY + timedelta(days=3)
        for by in GROUPS if FIGURES[name].now else (*GROUPS, "week"):
            found = busy.count(name, by=by, now=now)
            assert sum(group.n for group in found.groups) == found.total.n == len(busy.behind(name, now=now)) > 0
            for group in found.groups:
                narrowed = narrowed_to(by, group.key)
                assert len(busy.behind(name, now=now, **narrowed)) == group.n, (by, group.key)
                for what, n in group.whats.items():
                    assert len(busy.behind(name, now=now, **{**narrowed, "what": what})) == n, (by, group.key, what)


def asked(world: World) -> Conversation:
    """A chat whose customer asked for a person, and who waits."""
    chat = world.chat(MONDAY - minutes(5))
    world.owner(chat, "queue", "asked", MONDAY)
    return chat


def answered(world: World, *, after: float) -> Conversation:
    """One that Ann has answered after so many minutes."""
    chat = asked(world)
    world.owner(chat, "agent", "claimed", MONDAY + minutes(after / 2), world.ann)
    world.say(chat, world.ann, MONDAY + minutes(after))
    return chat


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@pytest.fixture
def busy(world: World) -> World:
    """Something of everything."""
    for number in range(3):
        chat = answered(world, after=3 + number)
        world.owner(chat, "closed", ("closed_by_agent", "ended_by_customer", "idle")[number], MONDAY + minutes(60))
        world.helped(chat, MONDAY + minutes(61), (5, None, 1)[number])
    answered(world, after=7)
    asked(world)
    unclaimed = asked(world)
    world.owner(unclaimed, "bot", "nobody_claimed", MONDAY + minutes(10))
    message = world.chat(MONDAY)
    world.owner(message, "queue", "message_left", MONDAY + minutes(1))
    world.owner(message, "agent", "claimed", MONDAY + minutes(90), world.bo)
    world.say(message, world.bo, MONDAY + minutes(95))
    world.helped(world.chat(MONDAY, category="lost"), MONDAY, 3)
    wish = UnmetRequest(conversation_id=message.id, reason="asked", office_open=True, at=MONDAY)
    world.session.add(wish)
    world.session.flush()
    return world
