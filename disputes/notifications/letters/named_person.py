"""N4: a person whose name you are told has taken on the complaint, at first or in place of a colleague."""

from disputes.notifications.letters.blocks import Block, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def named_person(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who looks into the complaint, and by when they answer."""
    say, told = Say("named_person", facts), facts.dates
    name = facts.handler or facts.staff_name
    blocks: list[Block] = [Para(_who(facts, name, say))]
    if facts.state in ("filed", "investigating"):
        answers = say("answers", name=name) if name else say("answers_unnamed")
        blocks += dates(policy, (told.first_answer, answers), (told.final_response, say("finished")))
        blocks += [Para(say("anything_we_should_know"))]
    elif facts.state == "escalated":
        blocks += dates(policy, (told.final_response, say("final_response")))
        blocks += [*outside_door(facts, policy), Para(say("anything_we_should_know"))]
    else:
        blocks += [Para(policy.stages[facts.state].next_step), Para(say("anything"))]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _who(facts: CaseFacts, name: str | None, say: Say) -> str:
    if facts.kind == "assigned":
        return say("after_a_colleague", name=name) if name else say("after_a_colleague_unnamed")
    return say("taken_on", name=name) if name else say("taken_on_unnamed")
