"""NL: mail came for a case that has ended."""

from disputes.notifications.letters.blocks import Block, Items, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C2", "C8", "C10")


def late_mail(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """What the writer may have meant, and what to do in each case."""
    say = Say("late_mail", facts)
    blocks: list[Block] = [
        Para(say("thanks")),
        Para(say("what_did_you_mean")),
        Items([say("same"), say("new"), say("thank_you")], numbered=True),
        Link(say("open_case"), facts.case_url),
        Link(say("file"), f"{base_url}/complaint"),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
