"""N3: two complaints about the same thing go on as one."""

from disputes.notifications.letters.blocks import Block, Para, Reference
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def joined(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Under which reference it goes on, and that nothing is lost."""
    say = Say("joined", facts)
    blocks: list[Block] = [
        Para(say("together")),
        Reference(facts.surviving_reference or facts.reference),
        Para(say("nothing_lost")),
        Para(say("not_same")),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
