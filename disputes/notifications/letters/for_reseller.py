"""N2: the seller the customer bought from can help; at filing, or after somebody here looked at it."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options, why
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C9", "C8", "C10")


def for_reseller(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Who to ask, and how to come back to us."""
    say, seller = Say("for_reseller", facts), facts.reseller
    blocks: list[Block]
    if facts.kind == "pointed_to_reseller":
        blocks = [
            Para(say("you_told_us", seller=seller) if seller else say("you_told_us_unnamed")),
            Para(say("noted")),
        ]
    else:
        blocks = [
            Para(say("we_think", seller=seller) if seller else say("we_think_unnamed")),
            *why(say("we_think_so"), facts.reason),
        ]
    blocks.append(Heading(say("who")))
    if facts.reseller_pointer:
        blocks.append(Para(facts.reseller_pointer))
    else:
        blocks.append(Para(say("write_to", seller=seller) if seller else say("write_to_unnamed")))
    blocks.append(Heading(say("differently")))
    blocks.append(Para(say("way_back", limit=policy.words["redirect_objection_days"])))
    blocks += outside_options(facts.outside)
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
