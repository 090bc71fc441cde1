"""Passing a chat on: only to somebody who is there, with a note for them and a line for the customer."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes.chat import handoff, presence, queue_queries, transfer
from disputes.chat.tables import Conversation, Ownership, StaffPresence
from disputes.errors import Conflict, Invalid, NotFound
from disputes.people.tables import Staff, Team
from tests.chat.conftest import all_rows, lines_of
from tests.chat.factories import add_agent, add_team, waiting_chat

pytestmark = pytest.mark.database


class TestToAColleague:
    def test_who_is_there(self, session: Session, held: Conversation, anna: Staff, ben: Staff) -> None:
        presence.staff_arrive(session, ben)
        transfer.pass_on(session, held.id, anna, f"staff:{ben.id}", "She has the photos.")
        assert (held.owner, held.agent_id) == ("agent", ben.id)
        assert "Anna Berg has passed you on to Ben Okafor" in lines_of(session, held)[-1][1]
        note = all_rows(session, held)[-1]
        assert (note.text, note.audience) == ("Passed on to Ben Okafor: She has the photos.", "staff")
        change = last_change(session, held)
        assert (change.reason, change.agent_id, change.by_staff_id) == ("to_colleague", ben.id, anna.id)

    def test_never_to_an_absent_one(self, session: Session, held: Conversation, anna: Staff, ben: Staff) -> None:
        with pytest.raises(Conflict, match="Ben Okafor is not there"):
            transfer.pass_on(session, held.id, anna, f"staff:{ben.id}", "")
        presence.staff_arrive(session, ben)
        presence.choose(session, ben, takes_chats=False)
        with pytest.raises(Conflict, match="takes no chats"):
            transfer.pass_on(session, held.id, anna, f"staff:{ben.id}", "")
        assert held.agent_id == anna.id

    def test_nor_to_one_without_room(self, session: Session, held: Conversation, anna: Staff) -> None:
        full = add_agent(session, "Faye Full", here=True, limit=1)
        handoff.claim(session, waiting_chat(session).id, full)
        with pytest.raises(Conflict, match="Faye Full holds 1 chats, as many as they may"):
            transfer.pass_on(session, held.id, anna, f"staff:{full.id}", "")
        assert full.id not in [colleague.id for colleague in transfer.choices(session, anna).colleagues]

    def test_only_by_whoever_holds_it(self, session: Session, held: Conversation, anna: Staff, ben: Staff) -> None:
        with pytest.raises(Conflict, match="Anna Berg has this chat"):
            transfer.pass_on(session, held.id, ben, f"staff:{ben.id}", "")

    @pytest.mark.parametrize("to", ["", "staff", "staff:me", "nobody", "team:x"])
    def test_what_is_no_choice_is_said_so(self, session: Session, held: Conversation, anna: Staff, to: str) -> None:
        with pytest.raises(Invalid, match="Choose who gets this chat"):
            transfer.pass_on(session, held.id, anna, to, "")

    def test_somebody_who_was_never_here(self, session: Session, held: Conversation, anna: Staff) -> None:
        with pytest.raises(NotFound):
            transfer.pass_on(session, held.id, anna, f"staff:{held.id}", "")
        with pytest.raises(Invalid, match="You have this chat already"):
            transfer.pass_on(session, held.id, anna, f"staff:{anna.id}", "")


class TestToAManager:
    def test_whoever_has_the_fewest(self, session: Session, held: Conversation, anna: Staff) -> None:
        busy = add_agent(session, "Ann Manager", role="manager", here=True)
        free = add_agent(session, "Zoe Manager", role="manager", here=True)
        handoff.claim(session, waiting_chat(session).id, busy)
        transfer.pass_on(session, held.id, anna, "manager", "")
        assert held.agent_id == free.id

    def test_not_when_none_is_there(self, session: Session, held: Conversation, anna: Staff) -> None:
        add_agent(session, "Ann Manager", role="manager")
        with pytest.raises(Conflict, match="No manager is there"):
            transfer.pass_on(session, held.id, anna, "manager", "")


class TestToATeam:
    def test_into_its_queue_with_the_time_waited_already(
        self, session: Session, held: Conversation, anna: Staff, payments: Team
    ) -> None:
        waited_since = held.first_waiting_since
        transfer.pass_on(session, held.id, anna, f"team:{payments.id}", "A refund is stuck.")
        assert (held.owner, held.team_id, held.waiting_since) == ("queue", payments.id, waited_since)
        assert held.claim_by is not None
        assert queue_queries.position(session, held) == 1
        assert "passed you on to Payments. You are number 1" in lines_of(session, held)[-1][1]
        assert last_change(session, held).team_id == payments.id

    def test_not_when_nobody_of_it_is_there(
        self, session: Session, held: Conversation, anna: Staff, payments: Team
    ) -> None:
        session.query(StaffPresence).delete()
        with pytest.raises(Conflict, match="Nobody of Payments is there"):
            transfer.pass_on(session, held.id, anna, f"team:{payments.id}", "")


def last_change(session: Session, conversation: Conversation) -> Ownership:
    """The newest row of the log."""
    rows = select(Ownership).where(Ownership.conversation_id == conversation.id).order_by(Ownership.epoch.desc())
    return session.scalars(rows).first()  # type: ignore[return-value]


@pytest.fixture
def held(session: Session, anna: Staff) -> Conversation:
    """A chat that Anna has claimed."""
    chat = waiting_chat(session)
    handoff.claim(session, chat.id, anna)
    return chat


@pytest.fixture
def payments(session: Session) -> Team:
    return add_team(session, "Payments", add_agent(session, "Pia Pay", here=True))
