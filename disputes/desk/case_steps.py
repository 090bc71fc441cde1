"""The steps of a case that staff take from its page: each is one form, and one that is refused says why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from disputes.cases import complainant, engine, service, states, tasks
from disputes.cases.states import NotAllowed, Standing, Transition
from disputes.cases.tables import Case
from disputes.desk.stages import STAGES
from disputes.errors import Invalid
from disputes.people import service as people
from disputes.people.tables import Staff

type Typed = Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """A form on the page of a case. `told` is what the customer gets because of it; `step` the row of the table.

    `sends`: there is a letter, which is shown before it goes.
    """

    label: str
    told: str
    run: Callable[[Session, Case, Staff, Typed], object]
    step: Transition | None = None
    where: frozenset[str] = frozenset()
    roles: frozenset[str] = states.CASE_WORKERS
    sends: bool = True


@dataclass(frozen=True)
class Form:
    """A step as the page shows it: `why_not` says why this person may not take it now."""

    name: str
    label: str
    told: str
    sends: bool
    why_not: str | None


@dataclass(frozen=True)
class Closed:
    """A step that does not lead on from where the case is, or that staff never take, and why."""

    label: str
    why: str


def _assign(session: Session, case: Case, staff: Staff, typed: Typed) -> object:
    to = people.staff_with_email(session, typed.get("staff", ""))
    return service.assign(session, case, staff, to)


def _extend(session: Session, case: Case, staff: Staff, typed: Typed) -> object:
    try:
        new_date = date.fromisoformat(typed.get("new_date", ""))
    except ValueError as fault:
        raise Invalid("Please choose a date.", {"new_date": "Please choose a date."}) from fault
    return service.extend(session, case, staff, new_date, typed.get("reason", ""))


def _redirect(session: Session, case: Case, staff: Staff, typed: Typed) -> object:
    return service.propose_redirect(session, case, staff, typed.get("reason", ""), typed.get("reseller", ""))


def _write_down(session: Session, case: Case, staff: Staff, typed: Typed) -> object:
    actor = service.acting(staff)
    return complainant.add_information(session, case, typed.get("words", ""), actor=actor, channel="staff")


def _object(session: Session, case: Case, staff: Staff, typed: Typed) -> object:
    return complainant.object_to_redirect(session, case, service.acting(staff), typed.get("words", ""))


def _review(session: Session, case: Case, staff: Staff, typed: Typed) -> object:
    return complainant.ask_review(session, case, service.acting(staff), typed.get("words", ""))


def _restrict(session: Session, case: Case, staff: Staff, _typed: Typed) -> None:
    service.mark_restricted(session, case, staff, restricted=True)


def _unrestrict(session: Session, case: Case, staff: Staff, _typed: Typed) -> None:
    service.mark_restricted(session, case, staff, restricted=False)


ONLY_CUSTOMER: Final = "Only the customer can: on their page, by the link in our letters, or in the chat."
CUSTOMERS_STEPS: Final = {
    "Accept our answer": states.ACCEPTED.sources | states.FINAL_ACCEPTED.sources,
    "Withdraw the complaint": states.WITHDRAWN.sources,
    "Undo the withdrawal": states.WITHDRAWAL_UNDONE.sources,
}
"""What customers do to their complaint and nobody does for them, by where it is possible."""

_OURS: Final = frozenset({"filed", "investigating", "escalated"})
_ONLY_AFTER: Final = frozenset({"take-on", "redirect-agree", "redirect-drop"})
"""Steps that only make sense after something else has happened: elsewhere nobody misses them."""

NOBODY_TOLD: Final = "The customer is not told."
NOT_NOW: Final = "This is not possible at the stage the complaint is in."

STEPS: Final[dict[str, Step]] = {
    "take": Step(
        "Take the case",
        "The customer is told your name and by when our first answer comes.",
        lambda session, case, staff, _typed: service.take(session, case, staff),
        step=states.TAKEN,
    ),
    "take-on": Step(
        "Take it on: whoever had it has left",
        "The customer is told your name. Dates stay as they are.",
        lambda session, case, staff, _typed: service.take(session, case, staff),
        where=states.OPEN - {"filed", "escalated", "final_response"},
    ),
    "take-review": Step(
        "Take on the review",
        "The customer is told that you review the complaint.",
        lambda session, case, staff, _typed: service.take_review(session, case, staff),
        where=frozenset({"escalated"}),
        roles=states.MANAGERS,
    ),
    "assign": Step(
        "Give it to somebody",
        "The customer is told the name.",
        _assign,
        where=states.OPEN - {"escalated", "final_response"},
        roles=states.MANAGERS,
    ),
    "extend": Step(
        "Move our date",
        "Once for each stage. The customer reads the new date and your reason.",
        _extend,
        where=_OURS,
        roles=states.MANAGERS,
    ),
    "escalate": Step(
        "Hand it to management",
        "The customer reads your reason and the date of our final response.",
        lambda session, case, staff, typed: service.escalate(session, case, staff, typed.get("reason", "")),
        step=states.ESCALATED,
    ),
    "redirect": Step(
        "It belongs to a reseller",
        "Nothing yet: a manager must agree first. Then the customer reads your reason and may object.",
        _redirect,
        where=states.REDIRECTED.sources,
        sends=False,
    ),
    "redirect-agree": Step(
        "Agree: it belongs to the reseller",
        "The customer reads the reason, whom to ask, and that they may object.",
        lambda session, case, staff, _typed: service.confirm_redirect(session, case, staff),
        step=states.REDIRECTED,
    ),
    "redirect-drop": Step(
        "Do not agree: it stays ours",
        NOBODY_TOLD,
        lambda session, case, staff, _typed: service.drop_redirect(session, case, staff),
        where=states.REDIRECTED.sources,
        roles=states.MANAGERS,
        sends=False,
    ),
    "merge": Step(
        "Join it with another complaint",
        "The customer is told which reference goes on. The older dates hold.",
        lambda session, case, staff, typed: service.merge(session, case, staff, typed.get("survivor", "")),
        step=states.MERGED,
    ),
    "object": Step(
        "Write down the customer's objection",
        "The customer is told that management looks at it.",
        _object,
        step=states.OBJECTED,
    ),
    "review": Step(
        "Write down the wish for a review",
        "The customer is told by when we answer.",
        _review,
        step=states.REOPENED,
    ),
    "note": Step(
        "Write down what the customer told us",
        NOBODY_TOLD,
        _write_down,
        where=frozenset(states.STATES) - {"merged"},
        sends=False,
    ),
    "restrict": Step(
        "Mark it as sensitive",
        f"It tells of health, belief or the like: it stays out of reports and of others' searches. {NOBODY_TOLD}",
        _restrict,
        where=frozenset(states.STATES),
        sends=False,
    ),
    "unrestrict": Step(
        "It is not sensitive",
        f"It is in reports and searches again. {NOBODY_TOLD}",
        _unrestrict,
        where=frozenset(states.STATES),
        sends=False,
    ),
    "override": Step(
        "End the case against the rules",
        "The customer reads your reason and the options outside the shop. This is on record.",
        lambda session, case, staff, typed: service.override(session, case, staff, typed.get("reason", "")),
        step=states.OVERRIDDEN,
    ),
}


def take(session: Session, case: Case, staff: Staff, name: str, typed: Typed) -> object:
    """Takes that step. Raises `NotAllowed` for a role or a stage that its form is not open to."""
    step = STEPS[name]
    if step.step is None and (staff.role not in step.roles or case.state not in step.where):
        raise NotAllowed(_why_not(step, engine.standing_of(session, case), staff) or NOT_NOW)
    return step.run(session, case, staff, typed)


def forms_for(session: Session, case: Case, staff: Staff) -> list[Form]:
    """The steps that lead on from where the case is, for this person."""
    standing = engine.standing_of(session, case)
    proposed = tasks.is_open(session, case, "redirect_proposed")
    forms = []
    for name, step in STEPS.items():
        sources = step.step.sources if step.step else step.where
        if case.state not in sources or _pointless(name, case, proposed=proposed):
            continue
        forms.append(Form(name, step.label, step.told, step.sends, _why_not(step, standing, staff)))
    return forms


def closed_to(session: Session, case: Case) -> list[Closed]:
    """The steps that are not possible at the stage the case is in, each with the stages at which it is."""
    closed = [Closed(label, ONLY_CUSTOMER) for label, where in CUSTOMERS_STEPS.items() if case.state in where]
    for name, step in STEPS.items():
        sources = step.step.sources if step.step else step.where
        if case.state not in sources and name not in _ONLY_AFTER:
            named = [STAGES[state].label for state in states.STATES if state in sources]
            closed.append(Closed(step.label, f"Possible at: {', '.join(named)}."))
    return closed


def _pointless(name: str, case: Case, *, proposed: bool) -> bool:
    if name in ("redirect-agree", "redirect-drop"):
        return not proposed
    if name == "redirect":
        return proposed
    if name in ("restrict", "unrestrict"):
        return case.restricted == (name == "restrict")
    if name == "take-on":
        return states.is_with_management(case.state, case.prior_state) or _works(case.investigator, states.CASE_WORKERS)
    return name == "take-review" and _works(case.decider, states.MANAGERS)


def _works(holder: Staff | None, roles: frozenset[str]) -> bool:
    return holder is not None and holder.active and holder.role in roles


def _why_not(step: Step, standing: Standing, staff: Staff) -> str | None:
    if step.step is not None:
        return states.why_not(step.step, standing, service.acting(staff))
    if staff.role not in step.roles:
        return f"This is for {' and '.join(sorted(f'{role}s' for role in step.roles))}."
    if step.label == STEPS["take-review"].label:
        return states.may_decide(standing, staff.id)
    return None
