"""Answering a complaint at the desk: the form, the letter as it will go out, and what was agreed until it is there."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from disputes import clock, database, policy
from disputes.cases import queries
from disputes.cases import service as cases
from disputes.cases.states import NotAllowed
from disputes.cases.tables import Case
from disputes.desk import case_page, done, offer_form, preview
from disputes.desk.access import AtDesk, Desk
from disputes.desk.case_page import Place
from disputes.desk.offers_part import POSITIONS
from disputes.desk.pages import desk_page, is_part
from disputes.desk.preview import MovedOn
from disputes.desk.preview_page import Given, preview_page
from disputes.errors import Conflict, Invalid
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.offers.schemas import OUTCOMES

router = APIRouter(prefix="/cases")

KIND: Final = "answer"
"""The field that says which answer a form is for."""

ACT: Final = "answer"
"""Its name in the panel beside a chat."""

type Reply = Literal["refused", "countered"]
type Words = Annotated[str, Form()]


@router.get("/{reference}/answer")
def answer_form(request: Request, desk: Desk, reference: str, chat: UUID | None = None) -> HTMLResponse:
    """The empty form; for a new answer in the place of another it starts from that one. `chat`: to go back to."""
    place = Place(chat, ACT)
    try:
        with database.transaction() as session:
            case = case_page.found_case(session, reference)
            kind = offer_form.kind_for(case)
            offer_form.check_open(session, case, desk.staff, kind)
            current = offers.current_offer(session, case)
            typed = offer_form.typed_of(current) if kind == "better" and current else {}
            if kind == "final":
                typed["time_limits"] = policy.current().outside_options.time_limits
            values = _form_values(session, case, kind, typed, place)
    except (Conflict, NotAllowed) as fault:
        if not is_part(request):
            raise
        return case_page.show(request, desk, reference, notice=fault.message, place=place, status=fault.status)
    return desk_page(request, desk, "desk/offer_form.html", values)


@router.post("/{reference}/answer")
def preview_or_send(request: Request, desk: Desk, reference: str, given: Given) -> Response:
    """Shows the letter, or sends it as it was shown. What is missing is said beside each field."""
    place = Place(given.chat_id, ACT)
    try:
        return _preview_or_send(request, desk, reference, given, place)
    except (Conflict, MovedOn, NotAllowed) as fault:
        if not is_part(request):
            raise
        return case_page.show(request, desk, reference, notice=fault.message, place=place, status=fault.status)


def _preview_or_send(request: Request, desk: AtDesk, reference: str, given: Given, place: Place) -> Response:
    typed = dict(given.fields)
    kind = offer_form.kind_named(typed.get(KIND, ""))
    with database.transaction() as session:
        case = case_page.found_case(session, reference)
        watched, back = case_page.watched_of(case), f"/desk/cases/{case.reference}"
        if given.wants_change:
            offer_form.check_open(session, case, desk.staff, kind)
            return _shown(request, desk, _form_values(session, case, kind, typed, place))
        try:
            draft = offer_form.draft_of(typed, kind)
            outcome = preview.take(
                session,
                case,
                desk.staff,
                lambda session, case: offer_form.give(session, case, desk.staff, kind, draft),
                given.seen,
            )
            said = done.said_after(session, watched.reference, outcome.sent)
        except (Conflict, Invalid, MovedOn) as fault:
            case = queries.locked(session, case.id)
            if offer_form.KIND_IN.get(case.state) != kind:
                raise
            faults = fault.fields if isinstance(fault, Invalid) else {}
            notice = None if faults else fault.message
            values = _form_values(session, case, kind, typed, place, faults=faults, notice=notice)
            return _shown(request, desk, values, status=fault.status)
    if outcome.preview is not None:
        return preview_page(request, desk, outcome, given, watched.reference, back=back, watched=watched)
    return done.done(request, given, watched.reference, said, back=back)


@router.post("/{reference}/answer/{offer_id}/{reply}")
def write_reply(
    request: Request, desk: Desk, reference: str, offer_id: UUID, *, given: Given, reply: Reply, words: Words = ""
) -> Response:
    """Writes down that the customer does not take an answer, or what they would take instead."""
    verb = offers.refuse if reply == "refused" else offers.counter
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: verb(session, case, cases.acting(desk.staff), offer_id, words),
        given,
        typed={reply: words},
    )


@router.post("/{reference}/remedies/{remedy_id}/delivered")
def deliver(
    request: Request, desk: Desk, reference: str, remedy_id: UUID, *, given: Given, proof: Words = ""
) -> Response:
    """Notes that a remedy was delivered, once the letter that says so has been seen."""
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: offers.deliver(session, case, desk.staff, remedy_id, proof),
        given,
        typed={f"proof-{remedy_id}": proof},
    )


@router.post("/{reference}/remedies/{remedy_id}/failed")
def remedy_failed(
    request: Request, desk: Desk, reference: str, remedy_id: UUID, *, given: Given, words: Words = ""
) -> Response:
    """Notes that a remedy did not come or did not work."""
    return case_page.act_on(
        request,
        desk,
        reference,
        lambda session, case: offers.remedy_failed(session, case, cases.acting(desk.staff), remedy_id, words),
        given,
        typed={f"failed-{remedy_id}": words},
    )


def _shown(request: Request, desk: AtDesk, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    status = HTTPStatus.CONFLICT if is_part(request) and status != HTTPStatus.OK else status
    return desk_page(request, desk, "desk/offer_form.html", values, status=status)


def _form_values(
    session: Session,
    case: Case,
    kind: offer_form.Kind,
    typed: dict[str, str],
    place: Place,
    *,
    faults: dict[str, str] | None = None,
    notice: str | None = None,
) -> dict[str, Any]:
    rules, now = policy.current(), clock.now()
    rows = offer_form.rows_of(typed)
    empty = min(offer_form.EMPTY_ROWS if rows else offer_form.EMPTY_ROWS + 1, offer_form.ROWS - len(rows))
    current = offers.current_offer(session, case)
    return {
        "case": case,
        "act": place.act,
        "chat_id": place.chat_id,
        "watched": case_page.watched_of(case),
        "kind": kind,
        "title": offer_form.TITLES[kind],
        "points": investigation.plan(session, case),
        "rows": rows + [{"kind": "", "amount": "", "conditions": "", "due_days": "7"} for _ in range(empty)],
        "typed": typed,
        "faults": faults or {},
        "notice": notice,
        "positions": POSITIONS,
        "outcomes": OUTCOMES,
        "outside": rules.outside_options_for(case.country or rules.shop.country, now),
        "counter": offers.counter_of(session, current) if current else None,
        "failed": [remedy for remedy in offers.remedies_of(session, case) if remedy.state == "failed"],
    }
