"""What a mail of the complainant does in its case, by the state the case is in. Never more than a page would do."""

from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from disputes import clock
from disputes.cases import engine, tasks
from disputes.cases import queries as case_queries
from disputes.cases.complainant import SAID_JUST_NOW
from disputes.cases.states import Actor
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, DisputesError
from disputes.inbound import queries, wishes
from disputes.inbound.message import Attachment, IncomingMail
from disputes.inbound.tables import InboundMail
from disputes.investigation import service as investigation
from disputes.offers import queries as offer_queries
from disputes.people.tables import Staff

MOST_A_DAY: Final = 20
"""Mails of one case in a day that may cause letters; more are only kept, in case two programs write to each other."""

DAY: Final = timedelta(days=1)
LATE_PAUSE: Final = timedelta(days=7)
"""How long after one answer to late mail there is no other."""

MOST_FILES: Final = 20
TOO_MANY_FILES: Final = "There were more files in this mail than we take from one mail."
BY_HAND: Final = "none: a person of the staff has filed it"
MANY: Final = "none: many mails about this came today"
ANSWERED_LATELY: Final = "none: a late mail was answered a few days ago"

log = structlog.get_logger(__name__)


def file_into(
    session: Session, row: InboundMail, case: Case, mail: IncomingMail, *, staff: Staff | None = None
) -> None:
    """Files a mail into a case: its words, then its files; `staff` when a person decided that it belongs there.

    An empty mail, and one of which files were refused, becomes work for staff.
    """
    case = case_queries.locked(session, case.id)
    row.case_id, row.state, row.why = case.id, "filed", None
    actor = Actor("staff", staff.role, staff.id) if staff else Actor("customer")
    is_quiet = queries.count_filed_since(session, case.id, clock.now() - DAY) >= MOST_A_DAY
    event = _say(session, case, row, mail.text, actor, is_quiet=is_quiet) if mail.text else None
    row.event_id = event.id if event else None
    row.refused = _add_files(session, case, mail.attachments)
    if not mail.text and not mail.attachments:
        row.state, row.why = "to_read", "empty"
    elif row.refused:
        row.why = "refused_files"
    if row.why is None:
        row.done_at, row.raw = clock.now(), None
    else:
        tasks.open_task(session, case, "mail_to_read", event=event)


def _say(session: Session, case: Case, row: InboundMail, text: str, actor: Actor, *, is_quiet: bool) -> CaseEvent:
    if is_quiet:
        return _inform(session, case, row, text, actor, notice=MANY)
    if case.state == "closed":
        return _late(session, case, row, text, actor)
    if case.state == "awaiting_customer":
        try:
            return _answer(session, case, row, text, actor)
        except Conflict:  # nothing was asked: it is information
            log.info("inbound.answer_without_question", case_id=str(case.id), mail_id=str(row.id))
    event = _inform(session, case, row, text, actor, notice=SAID_JUST_NOW if actor.kind == "customer" else BY_HAND)
    if actor.kind == "customer" and wishes.wish_in(text) in ("accept", "refuse"):
        _show_the_buttons(session, case)
    return event


def _answer(session: Session, case: Case, row: InboundMail, text: str, actor: Actor) -> CaseEvent:
    given = investigation.answer(
        session, case, actor, text, key=f"mail:{row.id}", channel="staff" if actor.kind == "staff" else "mail"
    )
    return given.event


def _inform(session: Session, case: Case, row: InboundMail, text: str, actor: Actor, *, notice: str) -> CaseEvent:
    wish = wishes.wish_in(text)
    data = {"channel": "mail", "key": f"mail:{row.id}"} | ({"wish": wish} if wish else {})
    event = engine.note(session, case, "information_added", actor, notice=notice, data=data, text=text)
    tasks.open_task(session, case, "new_information", event=event)
    return event


def _late(session: Session, case: Case, row: InboundMail, text: str, actor: Actor) -> CaseEvent:
    """A mail after the end is kept and answered once: the same matter, a new one, or only thanks? The next is work."""
    lately = queries.was_told_since(session, case.id, "late_mail", "NL", clock.now() - LATE_PAUSE)
    notice = BY_HAND if actor.kind == "staff" else ANSWERED_LATELY if lately else "NL"
    data = {"channel": "mail", "key": f"mail:{row.id}"}
    event = engine.note(session, case, "late_mail", actor, notice=notice, data=data, text=text)
    if notice != "NL":
        tasks.open_task(session, case, "new_information", event=event)
    return event


def _show_the_buttons(session: Session, case: Case) -> None:
    """Sends the offer's reminder with its buttons to somebody who wrote that they accept or refuse; once a week."""
    offer = offer_queries.newest_offer(session, case.id) if case.state == "outcome_offered" else None
    if offer is None or queries.was_told_since(session, case.id, "offer_reminder", "N7r", clock.now() - LATE_PAUSE):
        return
    data = {"offer_id": str(offer.id), "because": "mail"}
    engine.note(session, case, "offer_reminder", Actor("system"), notice="N7r", data=data)


def _add_files(session: Session, case: Case, attachments: tuple[Attachment, ...]) -> list[dict[str, str]]:
    """Adds what came with the mail as the complainant's evidence; returns what was refused, each with the reason."""
    refused = [{"name": file.filename, "reason": TOO_MANY_FILES} for file in attachments[MOST_FILES:]]
    for file in attachments[:MOST_FILES]:
        try:
            with session.begin_nested():
                investigation.add_evidence(session, case, Actor("customer"), file.filename, file.content)
        except DisputesError as fault:
            refused.append({"name": file.filename, "reason": fault.message})
    return refused
