"""N11: what mediation would be, who the neutral person is, and that a no changes nothing."""

from disputes.notifications.letters.blocks import Block, Heading, Link, Para, Rows
from disputes.notifications.letters.facts import CaseFacts, MediationFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_door, why
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C5", "C8", "C10")


def mediation_offered(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The suggestion to try mediation."""
    say = Say("mediation_offered", facts)
    blocks: list[Block] = [
        Para(say("would_you")),
        *(_plan(facts.mediation, facts, policy, say) if facts.mediation else []),
        Heading(say("private")),
        Para(say("papers")),
        Heading(say("free")),
        Para(say("voluntary")),
        Link(say("link"), facts.case_url),
    ]
    if facts.dates.next:
        blocks.append(Para(say("until", day=policy.say_date(facts.dates.next))))
    return write_case_letter(
        say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=[*blocks, *outside_door(facts, policy)]
    )


def _plan(plan: MediationFacts, facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    words = policy.words_for(facts.category)
    most, more = words["mediation_days"], words["mediation_extension_days"]
    who = say("neutral_of", name=plan.neutral, organisation=plan.organisation) if plan.organisation else plan.neutral
    rows = [(say("neutral"), who), (say("cost"), plan.cost), (say("time"), say("at_most", most=most, more=more))]
    return [Heading(say("how")), Rows(rows), *why(say("we_think_of_it"), plan.reason)]
