"""NM, NMd: the customer asked for mediation; we answer. NSt: a settlement text waits for a yes from both."""

from disputes.notifications.letters.blocks import Block, Heading, Link, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door, paras, remedies
from disputes.policy import Policy

CLAUSES = ("C5", "C8", "C10")


def mediation_requested(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """NM: we got the wish; until we answer, the case goes on as before."""
    subject = f"Your wish for mediation of complaint {facts.reference}"
    blocks: list[Block] = [
        Para(
            f"Thank you. You would like mediation for {facts.complaint}. The person who has your case now looks at "
            "it and answers you."
        ),
        *_goes_on(facts, policy),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_request_declined(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """NMd: we do not think that mediation fits here, and why."""
    subject = f"About mediation of complaint {facts.reference}"
    blocks: list[Block] = [
        Para(f"You asked for mediation of {facts.complaint}. We thought about it and do not want to take part in it."),
        *([Heading("Why"), *paras(facts.reason)] if facts.reason else []),
        Para("Your case goes on as before, and you lose no right."),
        *_goes_on(facts, policy),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def settlement_proposed(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """NSt: the text, how long to think about it, and that nobody has to say yes."""
    subject = f"A proposal to settle complaint {facts.reference}"
    neutral = facts.mediation.neutral if facts.mediation else "The neutral person"
    blocks: list[Block] = [
        Para(f"{neutral} has written down how {facts.complaint} could be settled. Please read it in peace.")
    ]
    if facts.settlement:
        blocks += [Heading("The proposal"), Quote(facts.settlement.words)]
        blocks += remedies("What we would do", facts.settlement.remedies, policy)
    blocks += [Heading("Take your time"), *_thinking(facts, policy), Link("Read and answer", facts.case_url)]
    blocks += dates(policy, (facts.dates.next, "The mediation ends, if there is no agreement before."))
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _thinking(facts: CaseFacts, policy: Policy) -> list[Block]:
    blocks: list[Block] = []
    until = facts.mediation.think_until if facts.mediation else None
    if until:
        blocks.append(
            Para(f"You and we can say yes from {policy.say_date(until)}, {policy.say_time(until)}, but not before.")
        )
    else:
        blocks.append(
            Para(f"Nobody can say yes before {policy.words_for(facts.category)['mediation_think_hours']} are over.")
        )
    blocks.append(
        Para(
            "It counts only when both have said yes to this text. You do not have to. You may ask for changes, or "
            "stop the mediation at any time."
        )
    )
    return blocks


def _goes_on(facts: CaseFacts, policy: Policy) -> list[Block]:
    told = facts.dates
    if facts.state == "escalated":
        return dates(policy, (told.final_response, "You get our final response."))
    if facts.state in ("filed", "investigating"):
        return dates(policy, (told.first_answer, "You get our first answer."))
    return []
