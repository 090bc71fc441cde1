"""N19: we did not do in time what was agreed: an apology and one new date."""

from dataclasses import replace

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, remedies
from disputes.policy import Policy

CLAUSES = ("C6", "C7", "C8", "C10")


def remedy_late(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The apology, and by when it is done."""
    subject = f"We are late with what we agreed on {facts.reference}"
    day = f" by {policy.say_date(facts.due_at)}" if facts.due_at else " by now"
    late = facts.remedy
    new_date = facts.new_date or (late.due_at if late else None)
    blocks: list[Block] = [
        Para(f"You should have had what we agreed on {facts.complaint}{day}. As far as we know, you have not."),
        Para("That is our fault, and we are sorry. A manager now sees to it."),
    ]
    if late:
        blocks += remedies("What is late", [replace(late, due_at=None, days=None)], policy)
    blocks += [
        *dates(policy, (new_date, "You get it.")),
        Heading("If you have it already"),
        Para("Then please tell us. Just answer this letter."),
        Heading("If you do not want to wait"),
        Para("You can ask a manager to look at the case again, on the page of your case or by answering this letter."),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
