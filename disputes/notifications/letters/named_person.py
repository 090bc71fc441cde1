"""N4: a person whose name you are told has taken on the complaint."""

from disputes.notifications.letters.letter import CaseFacts, Letter, write
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def named_person(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who looks into the complaint, and by when they answer."""
    subject = f"Somebody has taken on complaint {facts.reference}"
    return write("named_person", subject, policy, base_url, CLAUSES, facts=facts)
