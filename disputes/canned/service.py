"""The verbs of canned replies, and what fills their blanks in a chat."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from disputes import clock, policy
from disputes.canned import queries
from disputes.canned.tables import CODE_SHAPE, CannedReply
from disputes.cases import queries as case_queries
from disputes.cases.states import OPEN
from disputes.chat import desk_view
from disputes.chat.blanks import blanks_in
from disputes.chat.schemas import MESSAGE_LIMIT
from disputes.chat.text import storable
from disputes.errors import Conflict, Invalid, NotFound, Refused
from disputes.people import audit
from disputes.people.tables import Staff
from disputes.settings import settings

EDITORS: Final = frozenset({"manager", "admin"})
"""Roles that change canned replies; whoever is at the desk reads them."""

TITLE_LIMIT: Final = 80

VARIABLES: Final[Mapping[str, str]] = {
    "name": "the customer's name, as they gave it",
    "order": "the order number they named",
    "reference": "the reference of the complaint filed in this chat",
    "date": "the next date of that complaint",
    "agent": "your name, as customers read it",
    "shop": "the shop's name",
    "hours": "when people answer",
    "form": "the address of the complaint form",
    "policy": "the address of the complaints policy",
}
"""Blanks that the chat can fill. Any other is left for whoever writes."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Draft:
    """What somebody typed into the form of a canned reply."""

    code: str
    title: str
    text: str
    team_id: UUID | None = None


def values_for(session: Session, conversation_id: UUID, staff: Staff) -> dict[str, str]:
    """What is known for the blanks in this chat; what is not known is not in it. NotFound."""
    view = desk_view.conversation_view(session, conversation_id)
    shop_policy = policy.current()
    known: dict[str, str | None] = {
        "name": view.facts.get("complainant_name"),
        "order": view.facts.get("order_number"),
        "agent": staff.name,
        "shop": shop_policy.shop.name,
        "hours": shop_policy.say_office_hours(),
        "form": f"{settings().base_url}/complaint",
        "policy": f"{settings().base_url}/policy",
    }
    cases = case_queries.cases_of_conversation(session, conversation_id)
    if len(cases) == 1:  # of several, whoever writes has to say which
        known["reference"] = cases[0].reference
        if cases[0].state in OPEN and cases[0].next_date and cases[0].next_date > clock.now():
            known["date"] = shop_policy.say_date(cases[0].next_date)
    return {name: value for name, value in known.items() if value}


def add(session: Session, staff: Staff, draft: Draft) -> CannedReply:
    """Adds one. Invalid, with the faulty fields; Refused for whoever may only read them."""
    clean = _checked(session, staff, draft)
    at = clock.now()
    reply = CannedReply(
        code=clean.code,
        title=clean.title,
        text=clean.text,
        team_id=clean.team_id,
        created_at=at,
        changed_at=at,
        changed_by_id=staff.id,
    )
    session.add(reply)
    _store(session)
    audit.note(session, "reply.added", by=staff, about=("reply", reply.id), after=_values(clean))
    log.info("canned reply added", reply_id=str(reply.id), code=reply.code, staff_id=str(staff.id))
    return reply


def change(session: Session, staff: Staff, reply_id: UUID, draft: Draft) -> CannedReply:
    """Changes one. Invalid, Refused, NotFound."""
    reply = _found(session, reply_id)
    clean = _checked(session, staff, draft, besides=reply)
    was = _values(Draft(reply.code, reply.title, reply.text, reply.team_id))
    reply.code, reply.title, reply.text, reply.team_id = clean.code, clean.title, clean.text, clean.team_id
    reply.changed_at, reply.changed_by_id = clock.now(), staff.id
    _store(session)
    now = _values(clean)
    changed = [name for name in now if now[name] != was[name]]
    before, after = {name: was[name] for name in changed}, {name: now[name] for name in changed}
    audit.note(session, "reply.changed", by=staff, about=("reply", reply.id), before=before, after=after)
    log.info("canned reply changed", reply_id=str(reply.id), code=reply.code, staff_id=str(staff.id))
    return reply


def remove(session: Session, staff: Staff, reply_id: UUID) -> None:
    """Takes one out of use. Refused, NotFound."""
    _check_editor(staff)
    reply = _found(session, reply_id)
    reply.removed_at = reply.changed_at = clock.now()
    reply.changed_by_id = staff.id
    audit.note(session, "reply.removed", by=staff, about=("reply", reply.id), before={"code": reply.code})
    log.info("canned reply removed", reply_id=str(reply.id), code=reply.code, staff_id=str(staff.id))


def unknown_blanks(text: str) -> list[str]:
    """Blanks that no chat fills: whoever sends the text has to."""
    return [name for name in blanks_in(text) if name not in VARIABLES]


def _values(draft: Draft) -> dict[str, str | None]:
    team = str(draft.team_id) if draft.team_id else None
    return {"code": draft.code, "title": draft.title, "text": draft.text, "team": team}


def _found(session: Session, reply_id: UUID) -> CannedReply:
    reply = queries.locked(session, reply_id)
    if reply is None:
        raise NotFound("This canned reply is not there any more.")
    return reply


def _check_editor(staff: Staff) -> None:
    if staff.role not in EDITORS:
        raise Refused("Canned replies are changed by managers.")


def _checked(session: Session, staff: Staff, draft: Draft, besides: CannedReply | None = None) -> Draft:
    _check_editor(staff)
    clean = Draft(
        code=draft.code.strip().lower().removeprefix("/"),
        title=" ".join(storable(draft.title).split()),
        text=storable(draft.text).replace("\r\n", "\n").strip(),
        team_id=draft.team_id,
    )
    faults: dict[str, str] = {}
    if not re.fullmatch(CODE_SHAPE, clean.code):
        faults["code"] = "Use 2 to 30 small letters, digits and hyphens."
    else:
        same = queries.by_code(session, clean.code)
        if same is not None and same is not besides:
            faults["code"] = "There already is a reply with this code."
    if not clean.title or len(clean.title) > TITLE_LIMIT:
        faults["title"] = f"Give it a title of up to {TITLE_LIMIT} characters."
    if not clean.text or len(clean.text) > MESSAGE_LIMIT:
        faults["text"] = f"Write the text, up to {MESSAGE_LIMIT} characters."
    if clean.team_id is not None and clean.team_id not in {team.id for team in queries.teams(session)}:
        faults["team"] = "Choose one of the teams, or everybody."
    if faults:
        raise Invalid(" ".join(faults.values()), faults)
    return clean


def _store(session: Session) -> None:
    """Two people may have chosen one code in the same moment: the index lets one of them in."""
    try:
        session.flush()
    except IntegrityError as fault:
        raise Conflict("There already is a reply with this code.") from fault
