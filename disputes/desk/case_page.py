"""The page of one case, and what happens on it: shown again with a sentence when something is refused."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal, NamedTuple
from uuid import UUID

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from disputes import clock, database, policy
from disputes.cases import progress, queries, references, states, tasks, timeline
from disputes.cases.sensitive import reader_of
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case
from disputes.cases.told import of_case
from disputes.desk import case_panel, case_steps, done, investigation_part, mediation_part, offers_part, preview
from disputes.desk.access import AtDesk
from disputes.desk.pages import desk_page, is_part
from disputes.desk.preview import Change, MovedOn
from disputes.desk.preview_page import Given, Watched, preview_page
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


class Place(NamedTuple):
    """Where somebody works on a case: the chat they came from, to go back to, and what they do in its panel."""

    chat_id: UUID | None = None
    act: str = ""


NOWHERE: Final = Place()


def act_on(
    request: Request,
    desk: AtDesk,
    reference: str,
    change: Change,
    given: Given,
    *,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Changes a case and shows its page, or first the letters that this sends; beside a chat, in its panel.

    What is refused is said there, with what was typed still in its form.
    """
    place = Place(given.chat_id, given.act)
    if given.wants_change:
        return show(request, desk, reference, typed=typed, place=place)
    try:
        with database.transaction() as session:
            found = found_case(session, reference)
            watched = watched_of(found)
            outcome = preview.take(session, found, desk.staff, change, given.seen)
            said = done.said_after(session, watched.reference, outcome.sent)
    except (Conflict, Invalid, NotAllowed, MovedOn) as fault:
        said = " ".join(fault.fields.values()) or fault.message if isinstance(fault, Invalid) else fault.message
        return show(request, desk, reference, notice=said, typed=typed, place=place, status=fault.status)
    back = f"/desk/cases/{watched.reference}"
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, watched.reference, back=back, watched=watched)
    if is_part(request) and given.act in case_panel.STAYS:
        stays = show(request, desk, reference, place=place)
        stays.headers["HX-Trigger"] = done.heard(watched.reference, said, stays=True)
        return stays
    return done.done(request, given, watched.reference, said, back=back)


def show(
    request: Request,
    desk: AtDesk,
    reference: str,
    *,
    notice: str | None = None,
    typed: Mapping[str, str] | None = None,
    place: Place = NOWHERE,
    status: int = HTTPStatus.OK,
) -> HTMLResponse:
    """The page, or for the panel beside a chat what it works on; whoever looks is noted. `typed` is put back into the
    form it came from."""
    as_part = is_part(request)
    with database.transaction() as session:
        found = found_case(session, reference)
        investigation.log_view(session, found, desk.staff, "case")
        values = {
            "case": found,
            "told": of_case(found),
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
            "linked": queries.linked_references(session, found, reader_of(desk.staff)),
            "notice": notice,
            "chat_id": place.chat_id,
            "typed": {**(case_panel.OPENS.get(place.act, {}) if as_part else {}), **(typed or {})},
            **investigation_part.values_for(session, found, desk.staff),
            **offers_part.values_for(session, found, desk.staff),
            **mediation_part.values_for(session, found, desk.staff),
        }
        if as_part:
            values |= case_panel.values_for(session, found, desk.staff, place.act) | {"watched": watched_of(found)}
    if as_part:
        # htmx puts only these into the page; anything else is a fault of the whole page to it.
        status = HTTPStatus.OK if status == HTTPStatus.OK else HTTPStatus.CONFLICT
    return desk_page(request, desk, "desk/case_act.html" if as_part else "desk/case.html", values, status=status)


def news(request: Request, desk: AtDesk, reference: str, since: int, place: Place = NOWHERE) -> HTMLResponse:
    """The lines of history after number `since`; nothing at all when there are none."""
    with database.transaction() as session:
        found = found_case(session, reference)
        later = [event for event in queries.events_of(session, [found.id]) if event.seq > since]
        lines = timeline.lines_for_staff(later, policy.current())
    values = {"lines": lines, "reference": found.reference, "place": place}
    return desk_page(request, desk, "desk/case_news.html", values)


def watched_of(case: Case) -> Watched:
    """A case as a page knows it that hears of what happens in it."""
    return Watched(case.id, case.reference, case.last_event_seq)


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
