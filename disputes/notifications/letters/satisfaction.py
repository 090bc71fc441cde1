"""NS: a week after the end: did it help?"""

from disputes.notifications.letters.blocks import Block, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.policy import Policy

CLAUSES = ("C1", "C7", "C10")


def satisfaction(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """One question, two answers."""
    subject = f"Is complaint {facts.reference} settled for you?"
    until = f" until {policy.say_date(facts.dates.window_ends)}" if facts.dates.window_ends else ""
    blocks: list[Block] = [
        Para(f"A few days ago {facts.complaint} was settled. Are you content with how it ended?"),
        Link("Yes, I am", f"{facts.case_url}?satisfied=yes"),
        Link("No, I am not", f"{facts.case_url}?satisfied=no"),
        Para(
            f"If you are not, you can ask a manager to look at it again{until}. You do not have to answer this "
            "question. It costs you nothing if you do not."
        ),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
