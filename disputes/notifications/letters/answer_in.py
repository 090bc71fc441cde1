"""N6: we have the answer, or we go on without one."""

from disputes.notifications.letters.blocks import Block, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def answer_in(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Thanks for the answer, or that silence cost nothing; and the next date."""
    say = Say("answer_in", facts)
    blocks: list[Block]
    if facts.actor == "clock":
        subject = say("subject_silent")
        blocks = [Para(say("silent")), Para(say("all_right"))]
    else:
        subject = say("subject")
        blocks = [Para(say("thanks"))]
        if facts.text:
            blocks += [Para(say("from_you")), Quote(facts.text)]
    told = facts.dates
    if facts.state == "escalated":
        blocks += dates(policy, (told.final_response, say("final_response")))
    else:
        blocks += dates(policy, (told.first_answer, say("first_answer")), (told.final_response, say("finished")))
    return write_case_letter(
        subject, facts, policy, base_url, clauses=CLAUSES, blocks=[*blocks, *outside_door(facts, policy)]
    )
