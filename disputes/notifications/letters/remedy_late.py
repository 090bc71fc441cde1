"""N19: we did not do in time what was agreed: an apology and one new date."""

from dataclasses import replace

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, remedies
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C6", "C7", "C8", "C10")


def remedy_late(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The apology, and by when it is done."""
    say, late = Say("remedy_late", facts), facts.remedy
    new_date = facts.new_date or (late.due_at if late else None)
    blocks: list[Block] = [
        Para(say("should_have_by", day=policy.say_date(facts.due_at)) if facts.due_at else say("should_have")),
        Para(say("sorry")),
    ]
    if late:
        blocks += remedies(say("late"), [replace(late, due_at=None, days=None)], policy)
    blocks += [
        *dates(policy, (new_date, say("you_get_it"))),
        Heading(say("have_it")),
        Para(say("tell_us")),
        Heading(say("not_wait")),
        Para(say("ask_manager")),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
