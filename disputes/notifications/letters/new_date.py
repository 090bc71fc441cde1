"""NX: a date has moved, once, with a reason."""

from disputes.notifications.letters.blocks import Block, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door, why
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C6", "C8", "C10")


def new_date(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The old date, the new one, and why."""
    say = Say("new_date", facts)
    old = policy.say_date(facts.old_date) if facts.old_date else None
    if facts.state == "escalated":
        moved = say("final_response_by", day=old) if old else say("final_response_late")
        due, what = facts.new_date or facts.dates.final_response, say("final_response")
    else:
        moved = say("first_answer_by", day=old) if old else say("first_answer_late")
        due, what = facts.new_date or facts.dates.first_answer, say("first_answer")
    blocks: list[Block] = [
        Para(moved),
        *why(say("why"), facts.reason),
        *dates(policy, (due, what)),
        Para(say("only_once")),
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
