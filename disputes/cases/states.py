"""The states of a case and the ways between them, as one table. Pure: values in, values out."""

from dataclasses import dataclass
from typing import Literal

from disputes.errors import Refused

type ActorKind = Literal["customer", "staff", "assistant", "clock", "system"]
type Clock = Literal["named_person", "first_answer"]

DRAFT = "draft"
STATES = (
    "filed",
    "investigating",
    "awaiting_customer",
    "outcome_offered",
    "mediation_offered",
    "in_mediation",
    "escalated",
    "final_response",
    "resolved",
    "closed",
    "withdrawn",
    "redirected",
    "merged",
)
ENDED = frozenset({"resolved", "closed", "withdrawn", "redirected", "merged"})
OPEN = frozenset(STATES) - ENDED

CASE_WORKERS = frozenset({"agent", "manager"})


@dataclass(frozen=True)
class Actor:
    """Who does something: a kind, and for staff their role."""

    kind: ActorKind
    role: str | None = None


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    `letter` is the notice that goes to the customer; when there is none, `no_letter` says why. `clock` names the
    date that is promised next. `kinds` may do it without a role; staff need one of `roles`.
    """

    id: str
    event: str
    sources: frozenset[str]
    target: str
    kinds: frozenset[ActorKind]
    roles: frozenset[str]
    clause: str
    letter: str | None
    clock: Clock | None
    no_letter: str | None = None

    @property
    def notice(self) -> str:
        """What the event keeps: the letter, or the reason for none."""
        return self.letter or f"none: {self.no_letter}"


FILED = Transition(
    id="T1",
    event="filed",
    sources=frozenset({DRAFT}),
    target="filed",
    kinds=frozenset({"customer", "assistant", "system"}),
    roles=CASE_WORKERS,
    clause="C3",
    letter="N1",
    clock="named_person",
)
TAKEN = Transition(
    id="T5",
    event="taken",
    sources=frozenset({"filed"}),
    target="investigating",
    kinds=frozenset(),
    roles=CASE_WORKERS,
    clause="C4",
    letter="N4",
    clock="first_answer",
)
TRANSITIONS = (FILED, TAKEN)


class NotAllowed(Refused):
    """That step is not open to this person, or not from where the case is."""

    code = "not_allowed"


def check(transition: Transition, state: str, actor: Actor) -> None:
    """Raises `NotAllowed` unless that actor may take that step from that state."""
    if state not in transition.sources:
        raise NotAllowed("This is not possible at the stage the complaint is in.")
    if not _may(transition, actor):
        raise NotAllowed("You may not do this.")


def open_steps(state: str, actor: Actor) -> list[Transition]:
    """The steps that actor may take from that state."""
    return [step for step in TRANSITIONS if state in step.sources and _may(step, actor)]


def _may(transition: Transition, actor: Actor) -> bool:
    if actor.kind == "staff":
        return actor.role in transition.roles
    return actor.kind in transition.kinds
