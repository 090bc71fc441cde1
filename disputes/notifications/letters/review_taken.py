"""N4r: the manager who reviews the case has a name."""

from disputes.notifications.letters.blocks import Block, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C7", "C6", "C10")


def review_taken(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who reviews the complaint; the date stays as it was told."""
    say, name = Say("review_taken", facts), facts.staff_name or facts.handler
    response = say("response", name=name) if name else say("response_unnamed")
    blocks: list[Block] = [
        Para(say("reviews", name=name) if name else say("reviews_unnamed")),
        *dates(policy, (facts.dates.final_response, response)),
        *outside_door(facts, policy),
        Para(say("missed")),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
