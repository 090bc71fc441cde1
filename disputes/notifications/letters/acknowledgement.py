"""N1: we have the complaint; what we wrote down, what happens when, and how to reach a person."""

from disputes.notifications.letters.letter import CaseFacts, Letter, write
from disputes.policy import Policy

CLAUSES = ("C3", "C4", "C5", "C6", "C7", "C8", "C10")


def acknowledgement(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The acknowledgement of a complaint."""
    subject = f"We have your complaint {facts.reference}"
    if facts.source == "shop":
        subject = f"Our complaint {facts.reference}"
    return write("acknowledgement", subject, policy, base_url, CLAUSES, facts=facts)
