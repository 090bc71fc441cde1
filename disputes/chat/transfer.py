"""Passing a chat on: to a colleague, to a manager, or to a team, with a note for them and a line for the customer."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.chat import handoff, presence, queue, staff_queries, thread
from disputes.chat.lines import line
from disputes.chat.reasons import Reason
from disputes.chat.staff_queries import Colleague
from disputes.chat.tables import Conversation
from disputes.errors import Conflict, Invalid, NotFound
from disputes.people.tables import Staff, Team

MANAGER: Final = "manager"
NOTE_LIMIT: Final = 2000


@dataclass(frozen=True)
class TeamHere:
    """A team with how many of its people are there."""

    id: UUID
    name: str
    people: int


@dataclass(frozen=True)
class Choices:
    """To whom a chat can be passed on now: only those who are there."""

    colleagues: list[Colleague]
    managers: list[Colleague]
    teams: list[TeamHere]


def choices(session: Session, staff: Staff) -> Choices:
    """Whom `staff` may pass a chat on to at this moment."""
    others = [colleague for colleague in presence.staffing(session).people if colleague.id != staff.id]
    teams = [
        TeamHere(team.id, team.name, len(presence.staffing(session, team.id).people))
        for team in staff_queries.teams(session)
    ]
    return Choices(
        colleagues=[colleague for colleague in others if colleague.has_room],
        managers=[colleague for colleague in others if colleague.role == MANAGER and colleague.has_room],
        teams=[team for team in teams if team.people],
    )


def pass_on(session: Session, conversation_id: UUID, staff: Staff, to: str, note: str) -> Conversation:
    """The holder passes the chat on. `to` is "manager" (whichever has the fewest chats), "staff:ID" or "team:ID".

    Raises Conflict when nobody is there to take it: a chat never goes to somebody absent.
    """
    note = note.replace("\0", "").strip()
    if len(note) > NOTE_LIMIT:
        raise Invalid(f"Please shorten the note to {NOTE_LIMIT:,} characters.")
    conversation = handoff.held_by(session, conversation_id, staff)
    kind, _, wanted = to.partition(":")
    match kind:
        case "manager":
            _to_person(session, conversation, staff, _a_manager(session, staff), note)
        case "staff":
            _to_person(session, conversation, staff, session.get(Staff, _id(wanted)), note)
        case "team":
            _to_team(session, conversation, staff, session.get(Team, _id(wanted)), note)
        case _:
            raise Invalid("Choose who gets this chat.")
    return conversation


def _to_person(session: Session, conversation: Conversation, staff: Staff, to: Staff | None, note: str) -> None:
    if to is None:
        raise NotFound("There is no such member of staff.")
    if to.id == staff.id:
        raise Invalid("You have this chat already.")
    if to.id not in {colleague.id for colleague in presence.staffing(session).people}:
        raise Conflict(f"{to.name} is not there just now, or takes no chats.")
    words = line("passed_on", name=staff.name, to=to.name)
    reason: Reason = "to_manager" if to.role == MANAGER else "to_colleague"
    handoff.give_to(session, conversation, to, reason, words, by=staff)
    _keep_note(session, conversation, staff, to.name, note)


def _to_team(session: Session, conversation: Conversation, staff: Staff, team: Team | None, note: str) -> None:
    if team is None:
        raise NotFound("There is no such team.")
    if not presence.staffing(session, team.id).anybody:
        raise Conflict(f"Nobody of {team.name} is there just now.")
    conversation.team_id = team.id
    queue.enqueue_again(session, conversation, "to_team", "passed_on_team", by=staff, name=staff.name, team=team.name)
    _keep_note(session, conversation, staff, team.name, note)


def _keep_note(session: Session, conversation: Conversation, staff: Staff, to: str, note: str) -> None:
    if note:
        words = f"Passed on to {to}: {note}"
        thread.append(session, conversation, "agent", words, staff=staff, audience="staff")


def _a_manager(session: Session, staff: Staff) -> Staff:
    managers = choices(session, staff).managers
    if not managers:
        raise Conflict("No manager is there just now who could take this chat.")
    return session.get_one(Staff, managers[0].id)


def _id(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Invalid("Choose who gets this chat.") from None
