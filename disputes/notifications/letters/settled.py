"""N8: what was agreed, in our first answer, our final response or a mediation. N8a: taken as settled. N8d: done."""

from dataclasses import replace

from disputes.notifications.letters.blocks import Block, Heading, Para, Quote
from disputes.notifications.letters.facts import CaseFacts, RemedyFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options, remedies
from disputes.policy import Policy

CLAUSES = ("C1", "C7", "C8", "C10")
MEDIATED = ("C5", "C7", "C8", "C10")


def settled(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """What both agreed to, what we do by when, and what stays open to the customer."""
    subject = f"What we agreed on complaint {facts.reference}"
    mediated = facts.kind == "mediation_settled"
    blocks: list[Block] = [_thanks(facts)]
    if facts.settlement:
        blocks += [Heading("What we both agreed to"), Quote(facts.settlement.words)]
    blocks += remedies("What we do now", _agreed(facts), policy)
    if not _agreed(facts):
        blocks.append(Para("With this the matter is settled. There is nothing more for you or us to do."))
    outside: list[Block] = [Para(facts.outside.general)] if facts.quick else outside_options(facts.outside)
    blocks += [*_if_not(facts, policy), *outside]
    clauses = MEDIATED if mediated else CLAUSES
    return write_case_letter(subject, facts, policy, base_url, clauses=clauses, blocks=blocks)


def taken_as_settled(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N8a: no word came, and we gave all that was asked for."""
    subject = f"We take complaint {facts.reference} as settled"
    blocks: list[Block] = [
        Para(
            f"We gave you all that you asked for in {facts.complaint} and have not heard from you since. So we take "
            "the matter as settled for now."
        ),
        *remedies("What we do now", _agreed(facts), policy),
        *_if_not(facts, policy),
        *outside_options(facts.outside),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=("C4", "C7", "C8", "C10"), blocks=blocks)


def remedy_delivered(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N8d: something we promised has been done."""
    subject = f"Done: what we agreed on complaint {facts.reference}"
    what = facts.remedy
    blocks: list[Block] = [Para(f"We have done what we agreed with you on {facts.complaint}.")]
    if what:
        blocks += remedies("What we did", [_without_date(what)], policy)
    if facts.remedies:
        blocks += remedies("What is still to come", facts.remedies, policy)
    blocks.append(Para("Did it not reach you, or is it not right? Just answer this letter. A person looks at it."))
    return write_case_letter(subject, facts, policy, base_url, clauses=("C1", "C7", "C10"), blocks=blocks)


def _thanks(facts: CaseFacts) -> Para:
    if facts.kind == "mediation_settled":
        return Para(f"You and we have reached an agreement on {facts.complaint}. Thank you for the time you gave it.")
    what = "final response" if facts.kind == "final_accepted" else "offer" if _agreed(facts) else "answer"
    return Para(f"Thank you. You accepted our {what} on {facts.complaint}.")


def _agreed(facts: CaseFacts) -> list[RemedyFacts]:
    if facts.remedies:
        return list(facts.remedies)
    if facts.settlement:
        return list(facts.settlement.remedies)
    return list(facts.offer.remedies) if facts.offer else []


def _if_not(facts: CaseFacts, policy: Policy) -> list[Block]:
    until = f" until {policy.say_date(facts.dates.window_ends)}" if facts.dates.window_ends else ""
    return [
        Heading("If something is not right"),
        Para(
            "If we do not do what we said, or if you learn something new, tell us. A manager then looks at the case "
            f"again. You can ask for this once{until}."
        ),
    ]


def _without_date(remedy: RemedyFacts) -> RemedyFacts:
    return replace(remedy, due_at=None, days=None)
