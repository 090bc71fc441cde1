"""N3: two complaints about the same thing go on as one."""

from disputes.notifications.letters.blocks import Block, Para, Reference
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def joined(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Under which reference it goes on, and that nothing is lost."""
    subject = f"Complaint {facts.reference} goes on with your other one"
    blocks: list[Block] = [
        Para(
            f"You wrote to us twice about the same matter. So that one person sees all of it, {facts.complaint} now "
            "goes on together with the other one."
        ),
        Reference(facts.surviving_reference or facts.reference),
        Para("Nothing is lost: everything you wrote stays, and the earlier dates count."),
        Para("Is it not the same matter? Just answer this letter and say so. A person reads it."),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
