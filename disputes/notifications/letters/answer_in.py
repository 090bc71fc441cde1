"""N6: we have the answer, or we go on without one."""

from disputes.notifications.letters.blocks import Block, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def answer_in(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Thanks for the answer, or that silence cost nothing; and the next date."""
    silent = facts.actor == "clock"
    subject = f"We go on with complaint {facts.reference}" if silent else f"We have your answer on {facts.reference}"
    blocks: list[Block]
    if silent:
        blocks = [
            Para(f"We asked you something about {facts.complaint} and have heard nothing so far."),
            Para("That is all right. We now go on with what we have. You can still answer: we read it as it comes."),
        ]
    else:
        blocks = [Para(f"Thank you. We have your answer and go on with {facts.complaint}.")]
        if facts.text:
            blocks += [Para("This is what we have from you:"), Quote(facts.text)]
    told = facts.dates
    if facts.state == "escalated":
        blocks += dates(policy, (told.final_response, "You get our final response."))
    else:
        blocks += dates(
            policy,
            (told.first_answer, "You get our first answer."),
            (told.final_response, "We expect to be finished."),
        )
    return write_case_letter(
        subject, facts, policy, base_url, clauses=CLAUSES, blocks=[*blocks, *outside_door(facts, policy)]
    )
