"""N16: the last days in which the case can be looked at again; when it closes, and what stays open."""

from disputes.notifications.letters.blocks import Block, Heading, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C8", "C7", "C10")


def last_call(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """When the case closes."""
    say = Say("last_call", facts)
    settled = facts.state == "resolved"
    if facts.dates.window_ends:
        day = policy.say_date(facts.dates.window_ends)
        closes = say("settled_until", day=day) if settled else say("final_until", day=day)
    else:
        closes = say("settled") if settled else say("final")
    blocks: list[Block] = [Para(closes), Heading(say("until_then")), Para(say("ask_again"))]
    if not settled:
        blocks.append(Para(say("accept")))
    blocks += [
        Link(say("open_case"), facts.case_url),
        Heading(say("after")),
        Para(say("still_write")),
        Para(say("stays_open")),
        *outside_options(facts.outside),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
