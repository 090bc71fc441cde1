"""N8: what was agreed, in our first answer, our final response or a mediation. N8a: taken as settled. N8d: done."""

from dataclasses import replace

from disputes.notifications.letters.blocks import Block, Heading, Para, Quote
from disputes.notifications.letters.facts import CaseFacts, RemedyFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options, remedies
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C1", "C7", "C8", "C10")
MEDIATED = ("C5", "C7", "C8", "C10")


def settled(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """What both agreed to, what we do by when, and what stays open to the customer."""
    say = Say("settled", facts)
    mediated = facts.kind == "mediation_settled"
    blocks: list[Block] = [Para(_thanks(facts, say))]
    if facts.settlement:
        blocks += [Heading(say("both")), Quote(facts.settlement.words)]
    blocks += remedies(say("we_do_now"), _agreed(facts), policy)
    if not _agreed(facts):
        blocks.append(Para(say("nothing_more")))
    outside: list[Block] = [Para(facts.outside.general)] if facts.quick else outside_options(facts.outside)
    blocks += [*_if_not(facts, policy, say), *outside]
    clauses = MEDIATED if mediated else CLAUSES
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=clauses, blocks=blocks)


def taken_as_settled(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N8a: no word came, and we gave all that was asked for."""
    say, clauses = Say("settled", facts), ("C4", "C7", "C8", "C10")
    blocks: list[Block] = [
        Para(say("taken")),
        *remedies(say("we_do_now"), _agreed(facts), policy),
        *_if_not(facts, policy, say),
        *outside_options(facts.outside),
    ]
    return write_case_letter(say("subject_taken"), facts, policy, base_url, clauses=clauses, blocks=blocks)


def remedy_delivered(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N8d: something we promised has been done."""
    say, what = Say("settled", facts), facts.remedy
    blocks: list[Block] = [Para(say("done"))]
    if what:
        blocks += remedies(say("we_did"), [_without_date(what)], policy)
    if facts.remedies:
        blocks += remedies(say("to_come"), facts.remedies, policy)
    blocks.append(Para(say("not_right")))
    return write_case_letter(say("subject_done"), facts, policy, base_url, clauses=("C1", "C7", "C10"), blocks=blocks)


def _thanks(facts: CaseFacts, say: Say) -> str:
    if facts.kind == "mediation_settled":
        return say("thanks_mediation")
    if facts.kind == "final_accepted":
        return say("thanks_final")
    return say("thanks_offer") if _agreed(facts) else say("thanks_answer")


def _agreed(facts: CaseFacts) -> list[RemedyFacts]:
    if facts.remedies:
        return list(facts.remedies)
    if facts.settlement:
        return list(facts.settlement.remedies)
    return list(facts.offer.remedies) if facts.offer else []


def _if_not(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    until = facts.dates.window_ends
    return [
        Heading(say("if_not")),
        Para(say("tell_us_until", day=policy.say_date(until)) if until else say("tell_us")),
    ]


def _without_date(remedy: RemedyFacts) -> RemedyFacts:
    return replace(remedy, due_at=None, days=None)
