"""The page of one case, and what happens on it: shown again with a sentence when something is refused."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Literal, NamedTuple
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from disputes import clock, database, policy
from disputes.cases import progress, queries, references, states, tasks, timeline
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case
from disputes.desk import case_steps, investigation_part, mediation_part, offers_part, preview
from disputes.desk.access import AtDesk
from disputes.desk.pages import desk_page
from disputes.desk.preview import Change, MovedOn
from disputes.desk.preview_page import Given, preview_page
from disputes.errors import Conflict, Invalid, NotFound
from disputes.investigation import service as investigation
from disputes.notifications import queries as letters
from disputes.people import queries as people


class Clock(NamedTuple):
    """A date that was promised, and how far the way to it has been walked (0 to 100)."""

    label: str
    due: datetime
    walked: int
    state: Literal["running", "late", "over"]


def act_on(
    request: Request,
    desk: AtDesk,
    reference: str,
    change: Change,
    given: Given,
    *,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Changes a case and shows its page, or first the letters that this sends.

    What is refused is said on the page, with what was typed still in its form.
    """
    if given.wants_change:
        return show(request, desk, reference, typed=typed, chat_id=given.chat_id)
    try:
        with database.transaction() as session:
            found = found_case(session, reference)
            reference, back = found.reference, f"/desk/cases/{found.reference}"
            outcome = preview.take(session, found, desk.staff, change, given.seen)
    except (Conflict, Invalid, NotAllowed, MovedOn) as fault:
        said = " ".join(fault.fields.values()) or fault.message if isinstance(fault, Invalid) else fault.message
        return show(request, desk, reference, notice=said, typed=typed, chat_id=given.chat_id, status=fault.status)
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, reference, back=back)
    return RedirectResponse(given.return_to or back, HTTPStatus.SEE_OTHER)


def show(
    request: Request,
    desk: AtDesk,
    reference: str,
    *,
    notice: str | None = None,
    typed: Mapping[str, str] | None = None,
    chat_id: UUID | None = None,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """The page; whoever looks at it is noted. `typed` is put back into the form it came from.

    `chat_id`: the chat somebody came from, to go back to once a step is taken.
    """
    with database.transaction() as session:
        found = found_case(session, reference)
        investigation.log_view(session, found, desk.staff, "case")
        values = {
            "case": found,
            "stands": progress.progress_of_cases(session, [found])[0],
            "history": timeline.lines_for_staff(queries.events_of(session, [found.id]), policy.current()),
            "letters": letters.notifications_of_case(session, found.id),
            "undelivered": letters.undelivered(session, found.id),
            "clocks": _clocks(found, clock.now()),
            "forms": case_steps.forms_for(session, found, desk.staff),
            "closed_forms": case_steps.closed_to(session, found),
            "colleagues": people.case_workers(session),
            "tasks": queries.open_tasks_of(session, found.id),
            "dismissable": {kind for kind in tasks.DISMISSABLE if tasks.may_dismiss(kind, desk.staff.role)},
            "promises": queries.promises_of(session, found.id),
            "linked": queries.linked_references(session, found),
            "notice": notice,
            "chat_id": chat_id,
            "typed": typed or {},
            **investigation_part.values_for(session, found, desk.staff),
            **offers_part.values_for(session, found, desk.staff),
            **mediation_part.values_for(session, found, desk.staff),
        }
    return desk_page(request, desk, "desk/case.html", values, status=status)


def news(request: Request, desk: AtDesk, reference: str, since: int) -> HTMLResponse:
    """The lines of history after number `since`; nothing at all when there are none."""
    with database.transaction() as session:
        found = found_case(session, reference)
        later = [event for event in queries.events_of(session, [found.id]) if event.seq > since]
        lines = timeline.lines_for_staff(later, policy.current())
    return desk_page(request, desk, "desk/case_news.html", {"lines": lines, "reference": found.reference})


def found_case(session: Session, reference: str) -> Case:
    """The case of a reference as somebody wrote it. Raises `NotFound`."""
    written = references.normalise(reference)
    found = queries.case_by_reference(session, written) if written else None
    if found is None:
        raise NotFound("There is no case with this reference.")
    return found


def _clocks(found: Case, now: datetime) -> list[Clock]:
    """The dates that were promised when the case was filed, and the one that is next."""
    is_over = found.state in states.ENDED
    promised = [
        ("First answer", found.first_answer_by),
        ("Final response", found.expected_end),
        ("Outside options open", found.hard_cap),
    ]
    if found.state == "filed" and found.next_date:
        promised.insert(0, ("A named person", found.next_date))
    return [
        Clock(label, due, _walked(found.filed_at, due, now), "over" if is_over else "late" if due < now else "running")
        for label, due in promised
    ]


def _walked(start: datetime, due: datetime, now: datetime) -> int:
    whole = (due - start).total_seconds()
    return 100 if whole <= 0 else max(0, min(100, round(100 * (now - start).total_seconds() / whole)))
