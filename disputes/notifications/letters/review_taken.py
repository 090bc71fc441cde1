"""N4r: the manager who reviews the case has a name."""

from disputes.notifications.letters.blocks import Block, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.policy import Policy

CLAUSES = ("C7", "C6", "C10")


def review_taken(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who reviews the complaint; the date stays as it was told."""
    subject = f"Who reviews complaint {facts.reference}"
    who = facts.staff_name or facts.handler or "A manager"
    blocks: list[Block] = [
        Para(f"{who} now reviews {facts.complaint}. {who} did not work on it before."),
        *dates(policy, (facts.dates.final_response, f"You get our final response from {who}.")),
        *outside_door(facts, policy),
        Para("You do not need to do anything. If something was missed so far, just answer this letter."),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
