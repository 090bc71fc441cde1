"""An agent leaves for good: their customers are told and come first, whatever happens at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from disputes import clock, database
from disputes.administration import leaving as administration
from disputes.chat import handoff, leaving, service
from disputes.chat.tables import Conversation, Message
from disputes.errors import Conflict, DisputesError
from disputes.people.tables import Staff
from tests.chat.factories import add_agent, waiting_chat, waiting_chats

pytestmark = pytest.mark.database


class TestFreeChats:
    def test_go_back_with_the_time_that_was_waited_already(self, session: Session) -> None:
        root, ada = add_agent(session, "Root", role="admin"), add_agent(session, "Ada Lindqvist", here=True)
        with clock.set_to(clock.now() - timedelta(minutes=7)):
            chat = waiting_chat(session)
        since = chat.waiting_since
        handoff.claim(session, chat.id, ada)
        ada.active = False
        assert leaving.free_chats(session, ada, root) == 1
        session.refresh(chat)
        assert (chat.owner, chat.agent_id, chat.waiting_since) == ("queue", None, since)
        said = session.scalars(select(Message.text).where(Message.conversation_id == chat.id)).all()
        assert any("Ada Lindqvist cannot go on with this chat" in text for text in said)

    def test_of_others_are_left_alone(self, session: Session) -> None:
        root, ada, bo = (add_agent(session, name, here=True) for name in ("Root", "Ada", "Bo"))
        chat = waiting_chat(session)
        handoff.claim(session, chat.id, bo)
        assert leaving.free_chats(session, ada, root) == 0
        assert chat.agent_id == bo.id

    def test_nobody_who_left_is_given_one(self, session: Session) -> None:
        ada = add_agent(session, "Ada", here=True)
        chat = waiting_chat(session)
        ada.active = False
        session.flush()
        with pytest.raises(Conflict, match="does not work at the desk"):
            handoff.claim(session, chat.id, ada)


def test_while_the_agent_claims_and_writes_nothing_hangs_and_no_chat_is_left_with_them(database_url: str) -> None:
    for number in range(8):
        with database.transaction() as session:
            root = add_agent(session, f"Root {number}", role="admin")
            ada = add_agent(session, f"Ada {number}", here=True, limit=50)
            chats = waiting_chats(session, 6)
            for chat in chats[:3]:
                handoff.claim(session, chat, ada)
        acts: list[Callable[[Session], object]] = [partial(off, by=root, who=ada)]
        acts += [partial(claim, chat=chat, who=ada) for chat in chats[3:]]
        acts += [partial(say, chat=chat, who=ada) for chat in chats[:3]]
        assert [fault for fault in at_once(acts) if isinstance(fault, DBAPIError)] == []
        with database.transaction() as session:
            held = session.scalars(select(Conversation).where(Conversation.agent_id == ada.id)).all()
            assert held == [], "a chat is with somebody who has left"


def off(session: Session, by: Staff, who: Staff) -> None:
    administration.deactivate(session, by, who.id, 1)


def claim(session: Session, chat: UUID, who: Staff) -> None:
    handoff.claim(session, chat, who)


def say(session: Session, chat: UUID, who: Staff) -> None:
    service.say_as_agent(session, chat, who, "Hello", client_id=str(chat), note=False)


def at_once(acts: list[Callable[[Session], object]]) -> list[Exception | None]:
    """Runs them at the same moment, each on a connection of its own; what each failed with."""
    together = Barrier(len(acts))

    def run(act: Callable[[Session], object]) -> Exception | None:
        together.wait(10)
        try:
            database.run(act)
        except (DisputesError, DBAPIError) as fault:
            return fault
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
