"""People at the desk, and chats that wait for them."""

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from disputes import clock
from disputes.chat import handoff, presence, service
from disputes.chat.tables import Conversation, WebProcess
from disputes.people.tables import Staff, Team, TeamMember


def add_agent(session: Session, name: str, *, role: str = "agent", here: bool = False, limit: int = 5) -> Staff:
    """A member of staff who may hold so many chats; `here`: at the desk."""
    staff = Staff(
        email=f"{name.replace(' ', '.').lower()}@casened.com",
        name=name,
        role=role,
        password_hash=None,
        active=True,
        chat_limit=limit,
        created_at=clock.now(),
    )
    session.add(staff)
    session.flush()
    if here:
        presence.staff_arrive(session, staff)
    return staff


def somebody_here(session: Session) -> Staff:
    """Somebody whom customers can be promised; always the same."""
    staff = session.scalar(select(Staff).where(Staff.email == "sam.there@casened.com"))
    staff = staff or add_agent(session, "Sam There")
    presence.staff_act(session, staff)
    return staff


def waiting_chat(session: Session, *, urgent: bool = False) -> Conversation:
    """A chat in the queue, in which the customer has written."""
    somebody_here(session)
    conversation, _ = service.open_conversation(session, None)
    service.receive(session, conversation.id, "The plug is on fire!" if urgent else "Hello", client_id=str(uuid4()))
    handoff.request_person(session, conversation, "asked", None)
    assert conversation.owner == "queue"
    return conversation


def waiting_chats(session: Session, count: int) -> list[UUID]:
    """So many of them."""
    return [waiting_chat(session).id for _ in range(count)]


def queued_rows(session: Session, count: int) -> list[UUID]:
    """So many chats in the queue, written as rows: for tests that need very many of them."""
    now = clock.now()
    chats = [
        Conversation(
            session_digest=uuid4().hex,
            visitor_digest=uuid4().hex,
            owner="queue",
            epoch=1,
            facts={},
            waiting_since=now + timedelta(milliseconds=number),
            first_waiting_since=now,
            created_at=now,
            updated_at=now,
        )
        for number in range(count)
    ]
    session.add_all(chats)
    session.flush()
    return [chat.id for chat in chats]


def add_team(session: Session, name: str, *members: Staff, assignment: str | None = None) -> Team:
    """A team of these people."""
    team = Team(name=name, is_default=False, assignment=assignment, created_at=clock.now())
    session.add(team)
    session.flush()
    session.add_all([TeamMember(team_id=team.id, staff_id=member.id) for member in members])
    session.flush()
    return team


def desk_is_up(session: Session, *, since: timedelta = timedelta(hours=1)) -> None:
    """A web process that has been up for so long: who is not at the desk could have been."""
    now = clock.now()
    session.add(WebProcess(id=uuid4(), started_at=now - since, seen_at=now))
    session.flush()
