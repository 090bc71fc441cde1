"""NM, NMd: the customer asked for mediation; we answer. NSt: a settlement text waits for a yes from both."""

from disputes.notifications.letters.blocks import Block, Heading, Link, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door, remedies, why
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C5", "C8", "C10")


def mediation_requested(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """NM: we got the wish; until we answer, the case goes on as before."""
    say = Say("mediation_wish", facts)
    blocks: list[Block] = [Para(say("thanks")), *_goes_on(facts, policy, say), *outside_door(facts, policy)]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_request_declined(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """NMd: we do not think that mediation fits here, and why."""
    say = Say("mediation_wish", facts)
    blocks: list[Block] = [
        Para(say("declined")),
        *why(say("why"), facts.reason),
        Para(say("goes_on")),
        *_goes_on(facts, policy, say),
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject_declined"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def settlement_proposed(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """NSt: the text, how long to think about it, and that nobody has to say yes."""
    say = Say("settlement_proposed", facts)
    neutral = facts.mediation.neutral if facts.mediation else None
    blocks: list[Block] = [Para(say("written", neutral=neutral) if neutral else say("written_unnamed"))]
    if facts.settlement:
        blocks += [Heading(say("proposal")), Quote(facts.settlement.words)]
        blocks += remedies(say("we_would"), facts.settlement.remedies, policy)
    blocks += [
        Heading(say("time")),
        Para(_when(facts, policy, say)),
        Para(say("both")),
        Link(say("link"), facts.case_url),
        *dates(policy, (facts.dates.next, say("mediation_ends"))),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _when(facts: CaseFacts, policy: Policy, say: Say) -> str:
    until = facts.mediation.think_until if facts.mediation else None
    if until:
        return say("yes_from", day=policy.say_date(until), time=policy.say_time(until))
    return say("yes_after", hours=policy.words_for(facts.category)["mediation_think_hours"])


def _goes_on(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    told = facts.dates
    if facts.state == "escalated":
        return dates(policy, (told.final_response, say("final_response")))
    if facts.state in ("filed", "investigating"):
        return dates(policy, (told.first_answer, say("first_answer")))
    return []
