"""N4: a person whose name you are told has taken on the complaint, at first or in place of a colleague."""

from disputes.notifications.letters.blocks import Block, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def named_person(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who looks into the complaint, and by when they answer."""
    subject = f"Somebody has taken on complaint {facts.reference}"
    who = facts.handler or facts.staff_name or "A person in our team"
    told = facts.dates
    blocks: list[Block] = [_who(facts, who)]
    if facts.state in ("filed", "investigating"):
        blocks += dates(
            policy,
            (told.first_answer, f"{who} writes to you with our first answer."),
            (told.final_response, "We expect to be finished."),
        )
    elif facts.state == "escalated":
        blocks += dates(policy, (told.final_response, "You get our final response."))
        blocks += outside_door(facts, policy)
    else:
        blocks += [Para(policy.stages[facts.state].next_step)]
    blocks.append(
        Para(
            "You do not need to do anything for this. If there is something we should know, a photo or a date for "
            "example, just answer this letter."
        )
        if facts.state in ("filed", "investigating", "escalated")
        else Para("If there is something we should know, just answer this letter.")
    )
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _who(facts: CaseFacts, who: str) -> Para:
    if facts.kind == "assigned":
        return Para(
            f"{who} now looks after {facts.complaint}. What you told us before is in the case, so you do not have to "
            "tell it again."
        )
    return Para(f"{who} has taken on {facts.complaint} and is now looking into every point.")
