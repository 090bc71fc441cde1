"""Who may take which step from where: written down a second time, from the specification and not from the code."""

from dataclasses import dataclass

OPEN = "filed investigating awaiting_customer outcome_offered mediation_offered in_mediation escalated final_response"
ALL_STATES = f"draft {OPEN} resolved closed withdrawn redirected merged".split()

CHAT = "customer assistant"
ANY_WORKER = "agent:any manager:any"
INVESTIGATOR = "agent:investigator manager:investigator"
DECIDER = "agent:decider manager:decider"
HOLDER = "agent:investigator agent:decider manager:any"
NEUTRAL = "mediator:neutral"


@dataclass(frozen=True)
class May:
    """From these states, these people. Staff are "role:what they are to the case", or "role:any"."""

    states: str
    who: str


TABLE: dict[str, list[May]] = {
    "T1": [May("draft", f"{CHAT} system {ANY_WORKER}")],
    "T2": [May("draft", f"{CHAT} system {ANY_WORKER}")],
    "T3": [May("filed investigating", "manager:any")],
    "T4": [May("filed", ANY_WORKER)],
    "T5": [May("filed", ANY_WORKER)],
    "T6": [May("investigating", INVESTIGATOR), May("escalated", DECIDER)],
    "T7": [May("awaiting_customer", f"{CHAT} clock {ANY_WORKER}")],
    "T8": [May("investigating", INVESTIGATOR)],
    "T9": [May("outcome_offered", CHAT)],
    "T10": [May("outcome_offered", f"{CHAT} {ANY_WORKER}")],
    "T11a": [May("outcome_offered", "clock")],
    "T11b": [May("outcome_offered", "clock")],
    "T12": [May("filed investigating", f"clock {HOLDER}")],
    "T12o": [May("redirected", f"customer {ANY_WORKER}")],
    "T13": [May("investigating", f"{CHAT} {INVESTIGATOR}"), May("escalated", f"{CHAT} {DECIDER}")],
    "T14": [May("mediation_offered", f"customer {HOLDER} {NEUTRAL}")],
    "T15": [May("mediation_offered", f"customer clock {HOLDER} {NEUTRAL}")],
    "T16": [May("in_mediation", f"customer {HOLDER}")],
    "T17": [May("in_mediation", f"customer clock {HOLDER} {NEUTRAL}")],
    "T18": [May("escalated", "manager:decider")],
    "T19": [May(OPEN.replace(" final_response", ""), "clock")],
    "T20": [May("final_response", CHAT)],
    "T21": [May("final_response resolved", "clock")],
    "T22": [May("final_response resolved closed", f"{CHAT} {ANY_WORKER}")],
    "T23": [May(OPEN, CHAT)],
    "T23u": [May("withdrawn", CHAT)],
    "T24": [May("resolved escalated final_response awaiting_customer mediation_offered in_mediation", "clock")],
    "T25": [May("escalated", "clock")],
    "TX": [May(f"{OPEN} resolved", "manager:any")],
}
EVENTS = {
    "T1": "filed", "T2": "pointed_to_reseller", "T3": "redirected", "T4": "merged", "T5": "taken", "T6": "asked",
    "T7": "answered", "T8": "outcome_offered", "T9": "accepted", "T10": "refused", "T11a": "assumed_settled",
    "T11b": "unanswered", "T12": "escalated", "T12o": "objected", "T13": "mediation_offered",
    "T14": "mediation_started", "T15": "mediation_declined", "T16": "mediation_settled", "T17": "mediation_ended",
    "T18": "final_response", "T19": "deadlock_notice", "T20": "final_accepted", "T21": "closed", "T22": "reopened",
    "T23": "withdrawn", "T23u": "withdrawal_undone", "T24": "remedy_overdue", "T25": "final_overdue",
    "TX": "overridden",
}  # fmt: skip


def allowed(step: str, state: str, kind: str, role: str | None = None, ties: frozenset[str] = frozenset()) -> bool:
    """Whether such a person may take that step from there. `ties`: everything that a member of staff is to the case."""
    wanted = {kind} if kind != "staff" else {f"{role}:any", *(f"{role}:{tie}" for tie in ties)}
    if step == "T18" and ties & {"investigator", "past_investigator", "past_decider"}:
        return False
    return any(state in row.states.split() and wanted & set(row.who.split()) for row in TABLE[step])
