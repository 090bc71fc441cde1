"""N20: a manager ended the case outside the usual way, with a reason."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options, paras
from disputes.policy import Policy

CLAUSES = ("C8", "C10")


def ended_by_manager(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Why the case ended, and what the customer can do about it."""
    subject = f"We have ended case {facts.reference}"
    blocks: list[Block] = [
        Para(f"A manager has ended {facts.complaint}. This is not an answer to what it was about."),
        *([Heading("Why"), *paras(facts.reason)] if facts.reason else []),
        Heading("If you do not agree"),
        Para("Just answer this letter. A person reads it. You can also file the complaint again at any time."),
        *outside_options(facts.outside),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
