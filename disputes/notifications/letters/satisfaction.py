"""NS: a week after the end: did it help?"""

from disputes.notifications.letters.blocks import Block, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C1", "C7", "C10")


def satisfaction(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """One question, two answers."""
    say, until = Say("satisfaction", facts), facts.dates.window_ends
    blocks: list[Block] = [
        Para(say("content")),
        Link(say("yes"), f"{facts.case_url}?satisfied=yes"),
        Link(say("no"), f"{facts.case_url}?satisfied=no"),
        Para(say("again_until", day=policy.say_date(until)) if until else say("again")),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
