"""NX: a date has moved, once, with a reason."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door, paras
from disputes.policy import Policy

CLAUSES = ("C6", "C8", "C10")


def new_date(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The old date, the new one, and why."""
    subject = f"A new date for complaint {facts.reference}"
    review = facts.state == "escalated"
    what = "our final response" if review else "our first answer"
    old = f" by {policy.say_date(facts.old_date)}" if facts.old_date else ""
    due = facts.new_date or (facts.dates.final_response if review else facts.dates.first_answer)
    blocks: list[Block] = [
        Para(
            f"We told you that you get {what} on {facts.complaint}{old}. We need more time for it. We are sorry that "
            "you have to wait."
        ),
        *([Heading("Why"), *paras(facts.reason)] if facts.reason else []),
        *dates(policy, (due, f"You get {what}.")),
        Para("A manager decided this. We move this date only once."),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
