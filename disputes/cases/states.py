"""The states of a case and the ways between them, as one table. Pure: values in, values out.

The rows are T1 to T25 of the engine's specification (docs/cases.md). Nobody changes the state of a case but through
`cases.engine.move`, which asks `check` first.
"""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from disputes.errors import Refused
from disputes.words import Sentences

say = Sentences("disputes/sentences.yml", "cases")

type ActorKind = Literal["customer", "staff", "assistant", "clock", "system"]
type Relation = Literal["any", "investigator", "handler", "handler_or_manager", "decider", "neutral"]
type Clock = Literal[
    "named_person",
    "first_answer",
    "answer_question",
    "offer",
    "mediation_answer",
    "mediation_end",
    "final_response",
    "review_close",
    "remedy_due",
]
"""The dates that are promised or asked for; each is a deadline that the sweep acts on."""

DRAFT: Final = "draft"
BACK: Final = "back"
"""As a target: the state the case came from."""

STATES: Final = (
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
ENDED: Final = frozenset({"resolved", "closed", "withdrawn", "redirected", "merged"})
OPEN: Final = frozenset(STATES) - ENDED
PAUSED: Final = frozenset({"awaiting_customer", "outcome_offered", "mediation_offered", "in_mediation"})
"""Where our own target stands still, because somebody else has the case. The hard cap never does."""

CASE_WORKERS: Final = frozenset({"agent", "manager"})
MANAGERS: Final = frozenset({"manager"})
NEUTRALS: Final = frozenset({"mediator"})
NOBODY: Final[frozenset[str]] = frozenset()
CUSTOMER: Final[frozenset[ActorKind]] = frozenset({"customer"})
CUSTOMER_OR_CHAT: Final[frozenset[ActorKind]] = frozenset({"customer", "assistant"})
"""The assistant carries what the customer confirmed with a button; it decides nothing by itself."""
CLOCK: Final[frozenset[ActorKind]] = frozenset({"clock"})
NO_KIND: Final[frozenset[ActorKind]] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Who does something: a kind, and for staff their role and id."""

    kind: ActorKind
    role: str | None = None
    staff_id: UUID | None = None


@dataclass(frozen=True)
class Standing:
    """Everything about a case that decides who may do what with it.

    `investigators` is everybody who ever investigated it; `past_deciders` wrote a final response before a review,
    and is empty where the shop has no other manager.
    """

    state: str
    investigator_id: UUID | None = None
    decider_id: UUID | None = None
    neutral_id: UUID | None = None
    investigators: frozenset[UUID] = frozenset()
    past_deciders: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Transition:
    """One row of the table.

    `kinds` may do it without a role; staff need one of `roles` and the `relation` to the case. `letter` is the notice
    that goes to the customer; when there is none, `no_letter` says why. `clock` names the date that is next.
    """

    id: str
    event: str
    sources: frozenset[str]
    target: str | None
    kinds: frozenset[ActorKind]
    roles: frozenset[str]
    clause: str
    letter: str | None
    clock: Clock | None = None
    relation: Relation = "any"
    no_letter: str | None = None

    @property
    def notice(self) -> str:
        """What the event keeps: the letter, or the reason for none."""
        return self.letter or f"none: {self.no_letter}"


def _row(
    id_: str,
    event: str,
    sources: frozenset[str] | set[str],
    target: str | None,
    *,
    clause: str,
    letter: str | None,
    kinds: frozenset[ActorKind] = NO_KIND,
    roles: frozenset[str] = NOBODY,
    relation: Relation = "any",
    clock: Clock | None = None,
    no_letter: str | None = None,
) -> Transition:
    return Transition(id_, event, frozenset(sources), target, kinds, roles, clause, letter, clock, relation, no_letter)


_FILERS: Final[frozenset[ActorKind]] = frozenset({"customer", "assistant", "system"})
_PARTIES: Final[frozenset[ActorKind]] = frozenset({"customer", "clock"})
_IN_INVESTIGATION: Final = frozenset({"filed", "investigating"})

_OWING: Final = frozenset(
    {"resolved", "escalated", "final_response", "awaiting_customer", "mediation_offered", "in_mediation"}
)
"""Where something that was agreed may still be owed: a review does not stop it."""

FILED = _row("T1", "filed", {DRAFT}, "filed", kinds=_FILERS, roles=CASE_WORKERS, clause="C3", letter="N1",
             clock="named_person")  # fmt: skip
POINTED_TO_RESELLER = _row("T2", "pointed_to_reseller", {DRAFT}, "redirected", kinds=_FILERS, roles=CASE_WORKERS,
                           clause="C9", letter="N2")  # fmt: skip
REDIRECTED = _row("T3", "redirected", _IN_INVESTIGATION, "redirected", roles=MANAGERS, clause="C9",
                  letter="N2")  # fmt: skip
MERGED = _row("T4", "merged", {"filed"}, "merged", roles=CASE_WORKERS, clause="C4", letter="N3")
TAKEN = _row("T5", "taken", {"filed"}, "investigating", roles=CASE_WORKERS, clause="C4", letter="N4",
             clock="first_answer")  # fmt: skip
ASKED = _row("T6", "asked", {"investigating", "escalated"}, "awaiting_customer", roles=CASE_WORKERS,
             relation="handler", clause="C4", letter="N5", clock="answer_question")  # fmt: skip
ANSWERED = _row("T7", "answered", {"awaiting_customer"}, BACK, kinds=CUSTOMER_OR_CHAT | CLOCK, roles=CASE_WORKERS,
                clause="C4", letter="N6")  # fmt: skip
OFFERED = _row("T8", "outcome_offered", {"investigating"}, "outcome_offered", roles=CASE_WORKERS,
               relation="investigator", clause="C4", letter="N7", clock="offer")  # fmt: skip
ACCEPTED = _row("T9", "accepted", {"outcome_offered"}, "resolved", kinds=CUSTOMER_OR_CHAT, clause="C1", letter="N8",
                clock="review_close")  # fmt: skip
REFUSED = _row("T10", "refused", {"outcome_offered"}, "escalated", kinds=CUSTOMER_OR_CHAT, roles=CASE_WORKERS,
               clause="C7", letter="N9", clock="final_response")  # fmt: skip
ASSUMED = _row("T11a", "assumed_settled", {"outcome_offered"}, "resolved", kinds=CLOCK, clause="C4", letter="N8a",
               clock="review_close")  # fmt: skip
UNANSWERED = _row("T11b", "unanswered", {"outcome_offered"}, "escalated", kinds=CLOCK, clause="C7", letter="N9",
                  clock="final_response")  # fmt: skip
ESCALATED = _row("T12", "escalated", {"filed", "investigating"}, "escalated", kinds=CLOCK, roles=CASE_WORKERS,
                 relation="handler_or_manager", clause="C7", letter="N10", clock="final_response")  # fmt: skip
OBJECTED = _row("T12o", "objected", {"redirected"}, "escalated", kinds=CUSTOMER, roles=CASE_WORKERS, clause="C9",
                letter="N10", clock="final_response")  # fmt: skip
MEDIATION_OFFERED = _row("T13", "mediation_offered", {"investigating", "escalated"}, "mediation_offered",
                         kinds=CUSTOMER_OR_CHAT, roles=CASE_WORKERS, relation="handler", clause="C5", letter="N11",
                         clock="mediation_answer")  # fmt: skip
MEDIATION_STARTED = _row("T14", "mediation_started", {"mediation_offered"}, "in_mediation", kinds=CUSTOMER,
                         roles=CASE_WORKERS | NEUTRALS, relation="handler_or_manager", clause="C5", letter="N12",
                         clock="mediation_end")  # fmt: skip
MEDIATION_DECLINED = _row("T15", "mediation_declined", {"mediation_offered"}, BACK, kinds=_PARTIES,
                          roles=CASE_WORKERS | NEUTRALS, relation="handler_or_manager", clause="C5",
                          letter="N12a")  # fmt: skip
MEDIATION_SETTLED = _row("T16", "mediation_settled", {"in_mediation"}, "resolved", kinds=CUSTOMER,
                         roles=CASE_WORKERS, relation="handler_or_manager", clause="C5", letter="N8",
                         clock="review_close")  # fmt: skip
MEDIATION_ENDED = _row("T17", "mediation_ended", {"in_mediation"}, "escalated", kinds=_PARTIES,
                       roles=CASE_WORKERS | NEUTRALS, relation="handler_or_manager", clause="C5", letter="N13",
                       clock="final_response")  # fmt: skip
FINAL_RESPONSE = _row("T18", "final_response", {"escalated"}, "final_response", roles=MANAGERS, relation="decider",
                      clause="C8", letter="N14", clock="review_close")  # fmt: skip
DEADLOCK = _row("T19", "deadlock_notice", OPEN - {"final_response"}, None, kinds=CLOCK, clause="C8",
                letter="N15")  # fmt: skip
FINAL_ACCEPTED = _row("T20", "final_accepted", {"final_response"}, "resolved", kinds=CUSTOMER_OR_CHAT, clause="C8",
                      letter="N8", clock="review_close")  # fmt: skip
CLOSED = _row("T21", "closed", {"final_response", "resolved"}, "closed", kinds=CLOCK, clause="C8", letter=None,
              no_letter="N16 told the date of closing before")  # fmt: skip
REOPENED = _row("T22", "reopened", {"final_response", "resolved", "closed"}, "escalated", kinds=CUSTOMER_OR_CHAT,
                roles=CASE_WORKERS, clause="C7", letter="N17", clock="final_response")  # fmt: skip
WITHDRAWN = _row("T23", "withdrawn", OPEN, "withdrawn", kinds=CUSTOMER_OR_CHAT, clause="C2", letter="N18")
WITHDRAWAL_UNDONE = _row("T23u", "withdrawal_undone", {"withdrawn"}, BACK, kinds=CUSTOMER_OR_CHAT, clause="C2",
                         letter="N18u")  # fmt: skip
REMEDY_OVERDUE = _row("T24", "remedy_overdue", _OWING, None, kinds=CLOCK, clause="C6", letter="N19",
                      clock="remedy_due")  # fmt: skip
FINAL_OVERDUE = _row("T25", "final_overdue", {"escalated"}, None, kinds=CLOCK, clause="C6", letter="N10",
                     clock="final_response")  # fmt: skip
OVERRIDDEN = _row("TX", "overridden", OPEN | {"resolved"}, "closed", roles=MANAGERS, clause="C8", letter="N20")
"""A manager ends a case against the table (sent twice, a test, not a complaint): with a reason and a letter."""

TRANSITIONS: Final = (
    FILED, POINTED_TO_RESELLER, REDIRECTED, MERGED, TAKEN, ASKED, ANSWERED, OFFERED, ACCEPTED, REFUSED, ASSUMED,
    UNANSWERED, ESCALATED, OBJECTED, MEDIATION_OFFERED, MEDIATION_STARTED, MEDIATION_DECLINED, MEDIATION_SETTLED,
    MEDIATION_ENDED, FINAL_RESPONSE, DEADLOCK, FINAL_ACCEPTED, CLOSED, REOPENED, WITHDRAWN, WITHDRAWAL_UNDONE,
    REMEDY_OVERDUE, FINAL_OVERDUE, OVERRIDDEN,
)  # fmt: skip


class NotAllowed(Refused):
    """That step is not open to this person, or not from where the case is."""

    code = "not_allowed"


def check(transition: Transition, standing: Standing, actor: Actor) -> None:
    """Raises `NotAllowed`, with the reason in a sentence, unless that actor may take that step now."""
    refusal = why_not(transition, standing, actor)
    if refusal is not None:
        raise NotAllowed(refusal)


def why_not(transition: Transition, standing: Standing, actor: Actor) -> str | None:
    """Why that actor may not take that step now; None when they may."""
    if standing.state not in transition.sources:
        return say("not_at_this_stage")
    if actor.kind != "staff":
        return None if actor.kind in transition.kinds else say("not_for_you")
    if actor.role not in transition.roles:
        return f"This is for {_names(transition.roles)}." if transition.roles else "Staff may not do this."
    return _relation_missing(transition.relation, standing, actor)


def open_steps(standing: Standing, actor: Actor) -> list[Transition]:
    """The steps that actor may take now."""
    return [step for step in TRANSITIONS if why_not(step, standing, actor) is None]


def is_with_management(state: str, prior_state: str | None) -> bool:
    """True once a manager decides: also while somebody else has the case in between."""
    return "escalated" in (state, prior_state) or state == "final_response"


def may_decide(standing: Standing, staff_id: UUID | None) -> str | None:
    """Why this person may not write the final response (four eyes, I5); None when they may."""
    if staff_id in standing.investigators:
        return "You worked on this complaint, so another manager must decide it."
    if staff_id in standing.past_deciders:
        return "You decided this complaint before, so another manager must review it."
    return None


def _relation_missing(relation: Relation, standing: Standing, actor: Actor) -> str | None:
    if relation != "any" and actor.staff_id is None:
        return "Only the person who has this complaint may do this."
    handler = standing.decider_id if standing.state == "escalated" else standing.investigator_id
    me = actor.staff_id
    sentence: str | None = None
    if actor.role == "mediator":
        sentence = None if me == standing.neutral_id else "Only the neutral person of this case may do this."
    elif relation == "investigator" and me != standing.investigator_id:
        sentence = "Only the person who looks into this complaint may do this."
    elif relation == "handler" and me != handler:
        sentence = "Only the person who has this complaint may do this."
    elif relation == "handler_or_manager" and actor.role not in MANAGERS:
        holds = me in (standing.investigator_id, standing.decider_id)
        sentence = None if holds else "Only the person who has this complaint, or a manager, may do this."
    elif relation == "decider":
        sentence = may_decide(standing, me) or (None if me == standing.decider_id else "Take on the review first.")
    return sentence


def _names(roles: frozenset[str]) -> str:
    return " and ".join(sorted(f"{role}s" for role in roles))
