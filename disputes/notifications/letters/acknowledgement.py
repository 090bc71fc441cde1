"""N1: we have the complaint; what we wrote down, what happens when, and how to reach a person."""

from disputes.notifications.letters.blocks import Block, Dates, Heading, Para, Quote, Reference, Rows
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C3", "C4", "C5", "C6", "C7", "C8", "C10")


def acknowledgement(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The acknowledgement of a complaint."""
    say = Say("acknowledgement", facts)
    blocks: list[Block] = [
        _opening(facts, policy, say),
        Reference(facts.reference),
        *_next(facts, policy, say),
        *_written(facts, policy, say),
    ]
    return write_case_letter(
        say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks, notes=[say("why_we_may")]
    )


def _opening(facts: CaseFacts, policy: Policy, say: Say) -> Para:
    if facts.by_shop:
        return Para(say("opening_shop", shop=policy.shop.name))
    return Para(say("opening_staff") if facts.source == "staff" else say("opening_customer"))


def _next(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    told = facts.dates
    rows = [
        (told.next, say("taken_on")),
        (told.first_answer, say("first_answer")),
        (told.final_response, say("finished")),
    ]
    blocks: list[Block] = [
        Heading(say("next")),
        Dates([(say("by", day=policy.say_date(due)), sentence) for due, sentence in rows if due]),
    ]
    if not facts.by_shop:
        blocks.append(Para(say("nothing_to_do")))
    blocks.append(Para(say("second_look")))
    if told.hard_cap:
        cap = say("cap", day=policy.say_date(told.hard_cap))
        blocks.append(Para(f"{cap} {facts.outside.general}"))
    return blocks


def _written(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    rows = [(say("about"), facts.category_label)]
    if facts.order_number:
        rows.append((say("order"), facts.order_number))
    filed_at = say("filed_at", day=policy.say_date(facts.filed_at), time=policy.say_time(facts.filed_at))
    rows.append((say("filed"), filed_at))
    blocks: list[Block] = [Heading(say("written")), Rows(rows), Quote(facts.description)]
    if facts.desired_outcome:
        blocks += [Para(say("wish")), Quote(facts.desired_outcome)]
    return [*blocks, Para(say("wrong"))]
