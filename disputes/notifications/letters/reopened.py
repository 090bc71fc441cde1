"""N17: we look at it again, and somebody else decides."""

from disputes.notifications.letters.blocks import Block, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.policy import Policy

CLAUSES = ("C7", "C6", "C8", "C10")


def reopened(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who looks again, and by when."""
    subject = f"We look at complaint {facts.reference} again"
    blocks: list[Block] = [
        Para(f"Thank you for writing. We have opened {facts.complaint} again."),
        Para(
            "A manager reviews it and decides. Wherever we have more than one manager, it is not the one who decided "
            "before."
        ),
    ]
    if facts.text:
        blocks += [Para("This is what you told us, and the manager reads it:"), Quote(facts.text)]
    blocks += [
        *dates(policy, (facts.dates.final_response, "You get our final response.")),
        *outside_door(facts, policy),
        Para("A case can be looked at again once. If something new comes up later, you can file a new complaint."),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
