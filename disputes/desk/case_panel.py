"""What can be done about the complaints of a customer, in the panel beside their chat.

Each act is a part of the page of the case, with the same forms; there it is always seen, here when it is chosen. An act
that is not open to this person, or not at this stage, is not offered.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from disputes.cases import engine, service, states
from disputes.cases.tables import Case
from disputes.desk import case_steps, offer_form
from disputes.errors import NotFound
from disputes.investigation import service as investigation
from disputes.mediation import service as mediation
from disputes.offers import service as offers
from disputes.people.tables import Staff

ACTS: Final[Mapping[str, str]] = {
    "answer": "Write our answer",
    "questions": "Ask the customer",
    "answers": "Write down their answer",
    "replies": "Write down what they say to our answer",
    "remedies": "Note what was delivered, or failed",
    "points": "Note what was found",
    "mediation": "Mediation",
    "files": "Add a file",
}
"""What is no step of `case_steps`, by name."""

OPENS: Final[Mapping[str, Mapping[str, str]]] = {
    "questions": {"question1": ""},
    "answers": {"answer": ""},
    "files": {"file": ""},
    "mediation": {"mediation-act": "propose"},
}
"""Which form of its part is open when an act is chosen: as if it had been typed into."""

STAYS: Final = frozenset({"points", "files"})
"""What is mostly done several times in a row, so that the panel stays open."""

_FIRST: Final = (
    "take",
    "take-on",
    "take-review",
    "answer",
    "points",
    "questions",
    "answers",
    "replies",
    "remedies",
    "mediation",
)
_LAST: Final = ("restrict", "unrestrict", "override")
_MAIN: Final = frozenset({"take", "take-on", "take-review", "answer"})


class Act(NamedTuple):
    """Something that this person may do in a case now. `main`: what the case waits for."""

    name: str
    label: str
    main: bool


def acts_of(session: Session, cases: Iterable[Case], staff: Staff) -> Mapping[UUID, Sequence[Act]]:
    """What is open to this person in each case, by its id: what leads on is first, what ends it last."""
    return {case.id: sorted(_open(session, case, staff), key=_place) for case in cases}


def values_for(session: Session, case: Case, staff: Staff, name: str) -> dict[str, Any]:
    """What "desk/case_act.html" needs besides the page of the case. Raises `NotFound` for what is no act."""
    if name not in ACTS and name not in case_steps.STEPS:
        raise NotFound("There is no such step.")
    is_open = name in {act.name for act in _open(session, case, staff)}
    label = offer_form.TITLES[offer_form.KIND_IN[case.state]] if name == "answer" and is_open else _label(name)
    why_closed = None if is_open else _why_closed(session, case, staff, name)
    return {"act": name, "label": label, "is_open": is_open, "why_closed": why_closed}


def _open(session: Session, case: Case, staff: Staff) -> Iterator[Act]:
    standing, actor = engine.standing_of(session, case), service.acting(staff)
    for form in case_steps.forms_for(session, case, staff):
        if form.why_not is None:
            yield Act(form.name, form.label, form.name in _MAIN)
    if staff.role not in states.CASE_WORKERS:
        return
    kind = offer_form.KIND_IN.get(case.state)
    if kind and offer_form.why_not(session, case, staff) is None:
        yield Act("answer", offer_form.LABELS[kind], kind != "better")
    open_now = {
        "questions": states.why_not(states.ASKED, standing, actor) is None,
        "answers": case.state == "awaiting_customer",
        "replies": case.state in ("outcome_offered", "final_response"),
        "remedies": bool(offers.remedies_of(session, case)),
        "points": investigation.why_not_examine(case, staff) is None,
        "mediation": _may_mediate(session, case, actor),
        "files": case.state in investigation.TAKES_FILES,
    }
    for name, is_open in open_now.items():
        if is_open:
            yield Act(name, _label(name), main=False)


def _may_mediate(session: Session, case: Case, actor: states.Actor) -> bool:
    if case.state in states.MEDIATION_OFFERED.sources and mediation.why_not_propose(session, case, actor) is None:
        return True
    runs = case.state in ("mediation_offered", "in_mediation") or mediation.asks_for_it(session, case)
    return runs and mediation.why_not_speak_for(session, case, "shop", actor) is None


def _label(name: str) -> str:
    return ACTS.get(name) or case_steps.STEPS[name].label


def _why_closed(session: Session, case: Case, staff: Staff, name: str) -> str:
    refusals = {form.name: form.why_not for form in case_steps.forms_for(session, case, staff)}
    return refusals.get(name) or "This is not open to you at the stage the complaint is in now."


def _place(act: Act) -> int:
    if act.name in _FIRST:
        return _FIRST.index(act.name)
    return len(_FIRST) + (act.name in _LAST) + (act.name == "override")
