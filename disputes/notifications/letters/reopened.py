"""N17: we look at it again, and somebody else decides."""

from disputes.notifications.letters.blocks import Block, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C7", "C6", "C8", "C10")


def reopened(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who looks again, and by when."""
    say = Say("reopened", facts)
    blocks: list[Block] = [Para(say("thanks")), Para(say("another_manager"))]
    if facts.text:
        blocks += [Para(say("you_told_manager")), Quote(facts.text)]
    blocks += [
        *dates(policy, (facts.dates.final_response, say("final_response"))),
        *outside_door(facts, policy),
        Para(say("once")),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
