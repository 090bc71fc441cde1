"""The form of an answer: who may fill it in when, and what was typed, as an answer."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from disputes.cases import engine, service, states
from disputes.cases.tables import Case, CaseEvent
from disputes.errors import Conflict, Invalid
from disputes.investigation import service as investigation
from disputes.offers import service as offers
from disputes.people.tables import Staff

type Kind = Literal["first", "better", "final"]
type Typed = Mapping[str, str]

KIND_IN: Final[Mapping[str, Kind]] = {
    "filed": "first",
    "investigating": "first",
    "awaiting_customer": "first",
    "outcome_offered": "better",
    "escalated": "final",
}
"""Which answer can come next, by the state of the case."""

TITLES: Final[Mapping[Kind, str]] = {
    "first": "Our answer",
    "better": "A new answer",
    "final": "The final response",
}
LABELS: Final[Mapping[Kind, str]] = {
    "first": "Write our answer",
    "better": "Give a new answer",
    "final": "Write the final response",
}
ROWS: Final = 10
EMPTY_ROWS: Final = 2
_PARTS: Final = ("kind", "amount", "conditions", "due_days")
_POINT: Final = "point_reasons."
_CLAUSE: Final = "clauses."


def kind_for(case: Case) -> Kind:
    """Which answer this case can get. Raises `Conflict` at a stage where there is none."""
    kind = KIND_IN.get(case.state)
    if kind is None:
        raise Conflict("There is nothing to answer at the stage the complaint is in.")
    return kind


def why_not(session: Session, case: Case, staff: Staff) -> str | None:
    """Why this person may not give the next answer now; None when they may."""
    kind = KIND_IN.get(case.state)
    if kind == "better":
        return offers.why_not_better(case, staff)
    step = states.FINAL_RESPONSE if kind == "final" else states.OFFERED
    refusal = states.why_not(step, engine.standing_of(session, case), service.acting(staff))
    if refusal is None and kind == "first" and investigation.points_without_finding(session, case):
        return "Note what you found on every point first."
    return refusal


def kind_named(written: str) -> Kind:
    """The kind of answer that a form says it is for. Raises `Invalid` for what is none."""
    for kind in TITLES:
        if kind == written:
            return kind
    raise Invalid("This form is not for an answer.")


def check_open(session: Session, case: Case, staff: Staff, kind: Kind) -> None:
    """Raises unless this person may give this answer now; `kind` is what their form was for."""
    if kind != kind_for(case):
        raise Conflict("The complaint has moved on since this form was opened. Please look at it again.")
    refusal = why_not(session, case, staff)
    if refusal is not None:
        raise states.NotAllowed(refusal)


def draft_of(typed: Typed, kind: Kind) -> offers.OfferDraft:
    """What was typed, as an answer; raises `Invalid` for what cannot be read. Rows without a remedy are left out."""
    given: dict[str, Any] = {
        "position": typed.get("position", ""),
        "findings": typed.get("findings", ""),
        "reasons": typed.get("reasons", ""),
        "outcome_code": typed.get("outcome_code", ""),
        "cause": typed.get("cause") or None,
        "grants_all": "grants_all" in typed,
        "clauses": [name.removeprefix(_CLAUSE) for name in typed if name.startswith(_CLAUSE)],
        "point_reasons": {name.removeprefix(_POINT): said for name, said in typed.items() if name.startswith(_POINT)},
        "remedies": [{name: said.strip() for name, said in row.items()} for row in rows_of(typed)],
    }
    if kind == "final":
        given |= {name: typed.get(name, "") for name in ("takes_part", "time_limits")}
        return offers.read_final(given)
    return offers.read_offer(given)


def rows_of(typed: Typed) -> list[dict[str, str]]:
    """The rows of remedies in which something was chosen."""
    rows = [{part: typed.get(f"remedies.{number}.{part}", "") for part in _PARTS} for number in range(ROWS)]
    return [row for row in rows if row["kind"]]


def typed_of(offer: offers.Offer) -> dict[str, str]:
    """An answer as it would have been typed, to change it."""
    typed = {
        "position": offer.position,
        "findings": offer.findings,
        "reasons": offer.reasons,
        "outcome_code": offer.outcome_code,
        "cause": offer.cause or "",
        **{f"{_CLAUSE}{clause}": "on" for clause in offer.clauses},
        **{f"{_POINT}{point}": reason for point, reason in offer.point_reasons.items()},
    }
    if offer.grants_all:
        typed["grants_all"] = "on"
    for number, remedy in enumerate(offer.remedies):
        row = (remedy.kind, str(remedy.amount or ""), remedy.conditions or "", str(remedy.due_days))
        typed |= {f"remedies.{number}.{part}": said for part, said in zip(_PARTS, row, strict=True)}
    return typed


def give(session: Session, case: Case, staff: Staff, kind: Kind, draft: offers.OfferDraft) -> CaseEvent:
    """Gives that answer, if it is the next one of this case and this person may give it."""
    check_open(session, case, staff, kind)
    if isinstance(draft, offers.FinalDraft):
        return offers.final_response(session, case, staff, draft)
    verb = offers.better if kind == "better" else offers.make_offer
    return verb(session, case, staff, draft)
