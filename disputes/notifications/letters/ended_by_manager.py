"""N20: a manager ended the case outside the usual way, with a reason."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options, why
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C8", "C10")


def ended_by_manager(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Why the case ended, and what the customer can do about it."""
    say = Say("ended_by_manager", facts)
    blocks: list[Block] = [
        Para(say("ended")),
        *why(say("why"), facts.reason),
        Heading(say("disagree")),
        Para(say("answer_us")),
        *outside_options(facts.outside),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
