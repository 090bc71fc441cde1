"""Every change of a chat's owner says why, by a code; and each code is one that something really writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes import policy
from disputes.chat import endings, handoff, leaving, mail_in, queue, reasons, routing, service, timers, transfer, turns
from disputes.chat.reasons import Reason, Why
from disputes.chat.schemas import Part
from disputes.chat.tables import Conversation, Message, Ownership, UnmetRequest
from disputes.inbound.tables import InboundMail
from disputes.people.tables import Staff
from tests.chat.factories import add_agent, add_team, desk_is_up, somebody_here

pytestmark = pytest.mark.database

NOON: Final = datetime(2026, 3, 2, 11, tzinfo=UTC)
MIDNIGHT: Final = datetime(2026, 3, 3, 1, tzinfo=UTC)
LONG: Final = timedelta(days=3)
NO_PLAY: Final = {"earlier"}
"""Written by a migration, for chats that are older than the log."""


@dataclass
class Stage:
    """A chat, the people around it and the hands of the clock."""

    session: Session
    chat: Conversation
    moment: time_machine.Traveller
    said: int = 0

    def say(self, words: str) -> Message:
        """The customer writes, or presses a button."""
        self.said += 1
        received = service.receive(self.session, self.chat.id, words, client_id=str(self.said))
        assert received is not None
        return self.session.get_one(Message, received.id)

    def answers(self, message: Message, *parts: Part) -> None:
        """The assistant replies."""
        turn = turns.begin(self.session, message.id)
        assert turn is not None
        assert turns.store_reply(self.session, turn, list(parts))
        turns.note_reading(self.session, turn, list(parts))

    def anna(self) -> Staff:
        """Somebody who holds the chat."""
        anna = add_agent(self.session, "Anna Berg", here=True)
        handoff.take_over(self.session, self.chat.id, anna)
        return anna

    def pass_(self, time: timedelta) -> None:
        """So much time passes, while the desk is up."""
        self.moment.shift(time)
        desk_is_up(self.session)
        timers.act(self.session, self.chat.id)


type Play = Callable[[Stage], object]


def asks(stage: Stage) -> None:
    somebody_here(stage.session)
    stage.say(queue.TALK_TO_PERSON)


def not_understood(stage: Stage) -> None:
    reading = {"intent": "nlu_fallback", "confidence": 0.3, "others": [], "form": None}
    stage.answers(stage.say("blorp"), Part("I did not understand."), Part(reading=reading))
    asks(stage)


def remedy_accepted(stage: Stage) -> None:
    service.remember_facts(stage.session, stage.chat.id, {"informal_outcome": "accepted: A new parcel."})
    asks(stage)


def legal(stage: Stage) -> None:
    stage.say("My lawyer will write to you.")
    asks(stage)


def abuse(stage: Stage) -> None:
    somebody_here(stage.session)
    stage.answers(stage.say("you idiot"), Part(handoff={"reason": "abuse", "summary": "late"}))


def urgent(stage: Stage) -> None:
    stage.say("The toaster caught fire")
    asks(stage)


def vulnerable(stage: Stage) -> None:
    stage.say("I was in hospital.")
    asks(stage)


def marked(stage: Stage) -> None:
    anna = stage.anna()
    handoff.mark(stage.session, stage.chat.id, anna, urgent=False, vulnerable=True)
    handoff.hand_back(stage.session, stage.chat.id, anna, "")
    asks(stage)


def left(stage: Stage) -> None:
    stage.moment.move_to(MIDNIGHT)
    stage.say(queue.TALK_TO_PERSON)
    stage.say(queue.LEAVE_MESSAGE)


def mailed(stage: Stage) -> None:
    mail = InboundMail(
        key="m1", via="imap", received_at=NOON, state="filed", conversation_id=stage.chat.id, sender="kim@example.com",
        text="My vase is broken.", why="chat",
    )  # fmt: skip
    stage.session.add(mail)
    stage.session.flush()
    mail_in.land(stage.session, mail.id)


def claimed(stage: Stage) -> None:
    asks(stage)
    handoff.claim(stage.session, stage.chat.id, add_agent(stage.session, "Anna Berg", here=True))


def assigned(stage: Stage) -> None:
    asks(stage)
    assert routing.assign(stage.session, stage.chat)


def not_answered(stage: Stage) -> None:
    assigned(stage)
    for _ in range(8):
        stage.moment.shift(timedelta(seconds=25))
        somebody_here(stage.session)
    stage.pass_(timedelta(0))


def to_colleague(stage: Stage) -> None:
    anna, ben = stage.anna(), add_agent(stage.session, "Ben Holm", here=True)
    transfer.pass_on(stage.session, stage.chat.id, anna, f"staff:{ben.id}", "")


def to_manager(stage: Stage) -> None:
    add_agent(stage.session, "Mia Boss", role="manager", here=True)
    transfer.pass_on(stage.session, stage.chat.id, stage.anna(), "manager", "")


def to_team(stage: Stage) -> None:
    team = add_team(stage.session, "Payments", somebody_here(stage.session))
    transfer.pass_on(stage.session, stage.chat.id, stage.anna(), f"team:{team.id}", "")


def gone(stage: Stage) -> None:
    stage.anna()
    stage.pass_(timedelta(minutes=3))


def left_for_good(stage: Stage) -> None:
    anna = stage.anna()
    leaving.free_chats(stage.session, anna, somebody_here(stage.session))


def nobody_claimed(stage: Stage) -> None:
    asks(stage)
    stage.pass_(timedelta(minutes=policy.current().chat.unclaimed_minutes + 1))


def returned_by_customer(stage: Stage) -> None:
    asks(stage)
    stage.say(queue.BACK_TO_ASSISTANT)


def idle(stage: Stage) -> None:
    stage.say("hello")
    stage.pass_(LONG)


def went_on(stage: Stage) -> None:
    endings.end_by_customer(stage.session, stage.chat.id)
    stage.say(endings.GO_ON)


def assistant_fails(stage: Stage) -> None:
    somebody_here(stage.session)
    handoff.hand_back(stage.session, stage.chat.id, stage.anna(), "")
    returned = select(Message).where(Message.payload == handoff.AGENT_RETURNED)
    turn = turns.begin(stage.session, stage.session.scalars(returned).one().id)
    assert turn is not None
    turns.give_up(stage.session, turn)


PLAYS: Final[dict[Reason, Play]] = {
    "opened": lambda stage: None,
    "asked": asks,
    "not_understood": not_understood,
    "remedy_accepted": remedy_accepted,
    "legal": legal,
    "urgent": urgent,
    "vulnerable": vulnerable,
    "abuse": abuse,
    "message_left": left,
    "by_mail": mailed,
    "claimed": claimed,
    "assigned": assigned,
    "taken_over": lambda stage: stage.anna(),
    "to_colleague": to_colleague,
    "to_manager": to_manager,
    "to_team": to_team,
    "agent_gone": gone,
    "agent_left": left_for_good,
    "not_answered": not_answered,
    "nobody_claimed": nobody_claimed,
    "returned_by_customer": returned_by_customer,
    "returned_by_agent": lambda stage: handoff.hand_back(stage.session, stage.chat.id, stage.anna(), ""),
    "ended_by_customer": lambda stage: endings.end_by_customer(stage.session, stage.chat.id),
    "closed_by_agent": lambda stage: endings.close(stage.session, stage.chat.id, stage.anna()),
    "idle": idle,
    "went_on": went_on,
    "internal_error": assistant_fails,
}


def test_every_code_has_a_play() -> None:
    assert set(PLAYS) == set(Reason.__value__.__args__) - NO_PLAY


@pytest.mark.parametrize("reason", PLAYS)
def test_the_last_change_says_why(session: Session, conversation: Conversation, reason: Reason) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        PLAYS[reason](Stage(session, conversation, moment))
    log = session.scalars(
        select(Ownership).where(Ownership.conversation_id == conversation.id).order_by(Ownership.epoch)
    ).all()
    assert log[-1].reason == reason
    assert [row.epoch for row in log] == list(range(conversation.epoch + 1))


def test_a_customer_whom_staff_marked_is_counted_as_such(session: Session, conversation: Conversation) -> None:
    with time_machine.travel(NOON, tick=False) as moment:
        marked(Stage(session, conversation, moment))
    assert conversation.handoff_reason == "vulnerable"


def test_no_change_is_without_one(session: Session, conversation: Conversation) -> None:
    for wrong in ("NULL", "'because'"):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(f"UPDATE ownerships SET reason = {wrong}"))


@pytest.mark.parametrize("why", Why.__value__.__args__)
def test_staff_read_it_in_words(why: Why) -> None:
    assert reasons.BEGINNINGS[why]


class TestWhatWeighsMost:
    def test_danger_comes_before_all(self) -> None:
        assert why(urgent=True, vulnerable=True, legal=True, not_understood=True) == "urgent"
        assert why(told="danger", vulnerable=True) == "urgent"

    def test_then_care_then_the_law_then_what_we_did_not_understand(self) -> None:
        assert why(told="abuse", vulnerable=True) == "vulnerable"
        assert why(told="abuse", legal=True) == "abuse"
        assert why(legal=True, not_understood=True) == "legal"
        assert why(not_understood=True, remedy_accepted=True) == "not_understood"

    @pytest.mark.parametrize("told", [None, "asked", "message_left", "because"])
    def test_what_the_assistant_cannot_know_is_a_plain_wish(self, told: str | None) -> None:
        assert why(told=told) == "asked"


class TestNobodyWasThere:
    def test_is_written_down_with_the_hour_it_was(self, session: Session, conversation: Conversation) -> None:
        with time_machine.travel(NOON, tick=False) as moment:
            stage = Stage(session, conversation, moment)
            stage.say(queue.TALK_TO_PERSON)
            moment.move_to(MIDNIGHT)
            stage.say("The toaster caught fire")
            stage.say(queue.TALK_TO_PERSON)
        unmet = session.scalars(select(UnmetRequest).order_by(UnmetRequest.at)).all()
        assert [(row.conversation_id, row.at, row.office_open, row.reason) for row in unmet] == [
            (conversation.id, NOON, True, "asked"),
            (conversation.id, MIDNIGHT, False, "urgent"),
        ]
        assert conversation.owner == "bot"

    def test_is_not_said_of_a_wish_that_was_met(self, session: Session, conversation: Conversation) -> None:
        with time_machine.travel(NOON, tick=False) as moment:
            asks(Stage(session, conversation, moment))
        assert session.scalars(select(UnmetRequest)).all() == []


def why(
    *,
    told: str | None = None,
    urgent: bool = False,
    vulnerable: bool = False,
    legal: bool = False,
    not_understood: bool = False,
    remedy_accepted: bool = False,
) -> Why:
    """Why somebody is counted who asks for a person like that."""
    return reasons.why_asked(
        told,
        urgent=urgent,
        vulnerable=vulnerable,
        legal=legal,
        not_understood=not_understood,
        remedy_accepted=remedy_accepted,
    )
