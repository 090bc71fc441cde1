"""Teams: people who take the same chats."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes import clock
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import audit, queries
from disputes.people.roles import AT_THE_DESK, MANAGING
from disputes.people.tables import Staff, Team, TeamMember

LONGEST_NAME: Final = 60
ASSIGNMENTS: Final = ("manual", "least_loaded")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class TeamDetails:
    """What is set of a team. `assignment` None: as the policy says."""

    name: str
    is_default: bool = False
    assignment: str | None = None


def add(session: Session, by: Staff, given: TeamDetails) -> Team:
    """Adds a team without members. Invalid, Refused; Conflict when there is one of that name."""
    _check_managing(by)
    clean = _checked(given)
    if clean.is_default:
        _no_other_default(session, None)
    team = Team(name=clean.name, is_default=clean.is_default, assignment=clean.assignment, created_at=clock.now())
    session.add(team)
    _store(session)
    audit.note(session, "team.added", by=by, about=("team", team.id), after=_values(clean))
    return team


def change(session: Session, by: Staff, team_id: UUID, shown: TeamDetails, given: TeamDetails) -> Team:
    """Sets what the form that showed `shown` was sent with. Conflict when somebody else has changed it meanwhile."""
    _check_managing(by)
    clean = _checked(given)
    team = _locked(session, team_id)
    was = TeamDetails(team.name, team.is_default, team.assignment)
    if was == clean:
        return team
    if was != shown:
        raise Conflict("Somebody else has changed this team meanwhile. Look at how it is now, and try again.")
    if clean.is_default:
        _no_other_default(session, team_id)
    team.name, team.is_default, team.assignment = clean.name, clean.is_default, clean.assignment
    _store(session)
    audit.note(session, "team.changed", by=by, about=("team", team.id), before=_values(was), after=_values(clean))
    return team


def change_members(
    session: Session, by: Staff, team_id: UUID, *, joining: Collection[UUID], leaving: Collection[UUID]
) -> None:
    """Lets people join and leave a team; what a colleague changed about others at the same time stays."""
    _check_managing(by)
    _locked(session, team_id)
    for staff_id in sorted({*joining, *leaving}):
        _set(session, by, staff_id, team_id, belongs=staff_id in joining)


def set_teams(session: Session, by: Staff, staff: Staff, team_ids: Collection[UUID]) -> None:
    """Makes somebody a member of just these teams. The caller holds the lock on their row."""
    known = {team.id for team in queries.teams(session)}
    if not known.issuperset(team_ids):
        raise NotFound("There is no such team.")
    for team_id in sorted(known):
        _set(session, by, staff.id, team_id, belongs=team_id in team_ids)


def remove(session: Session, by: Staff, team_id: UUID) -> None:
    """Takes a team away; its waiting chats are everybody's then."""
    _check_managing(by)
    team = _locked(session, team_id)
    before = _values(TeamDetails(team.name, team.is_default, team.assignment))
    session.delete(team)
    session.flush()
    audit.note(session, "team.removed", by=by, about=("team", team_id), before=before)


def _set(session: Session, by: Staff, staff_id: UUID, team_id: UUID, *, belongs: bool) -> None:
    """Both pages on which this can be changed hold the row of the person; its version tells the other one."""
    staff = queries.locked_staff(session, staff_id)
    if staff is None:
        raise NotFound("There is no such member of staff.")
    belonged = queries.is_member(session, team_id, staff_id)
    if belongs == belonged:
        return
    if belongs:
        if not staff.active or staff.role not in AT_THE_DESK:
            raise Invalid(f"{staff.name} does not take chats.", {"members": f"{staff.name} does not take chats."})
        session.add(TeamMember(team_id=team_id, staff_id=staff_id))
    else:
        gone = delete(TeamMember).where(TeamMember.team_id == team_id, TeamMember.staff_id == staff_id)
        session.execute(gone)
    staff.version += 1
    session.flush()
    member = str(staff_id)
    before, after = ({"member": None}, {"member": member}) if belongs else ({"member": member}, {"member": None})
    audit.note(session, "team.changed", by=by, about=("team", team_id), before=before, after=after)
    log.info("team changed", team_id=str(team_id), staff_id=str(staff_id), belongs=belongs)


def _locked(session: Session, team_id: UUID) -> Team:
    team = queries.locked_team(session, team_id)
    if team is None:
        raise NotFound("There is no such team.")
    return team


def _no_other_default(session: Session, team_id: UUID | None) -> None:
    """One team at most is the default one: the new one takes the place of the old one."""
    for team in queries.teams(session):
        if team.is_default and team.id != team_id:
            _locked(session, team.id).is_default = False
    session.flush()


def _store(session: Session) -> None:
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError as fault:
        if "is_default" in str(fault.orig):
            raise Conflict("Somebody else has just made another team the default one.") from fault
        sentence = "There is a team of this name already."
        raise Invalid(sentence, {"name": sentence}) from fault


def _checked(given: TeamDetails) -> TeamDetails:
    name = " ".join(given.name.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        sentence = f"Enter a name of at most {LONGEST_NAME} characters."
        raise Invalid(sentence, {"name": sentence})
    assignment = given.assignment if given.assignment in ASSIGNMENTS else None
    return TeamDetails(name, given.is_default, assignment)


def _values(details: TeamDetails) -> dict[str, str | bool | None]:
    return {"name": details.name, "is_default": details.is_default, "assignment": details.assignment}


def _check_managing(by: Staff) -> None:
    if by.role not in MANAGING:
        raise Refused("Teams are arranged by managers and administrators.")
