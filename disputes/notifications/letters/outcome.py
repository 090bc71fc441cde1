"""N7 and N7r: our first answer: what we found, why, what we offer, how to answer, and what silence means."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts, OfferFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import answer_button, findings, outside_door, position, reasons, remedies
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C7", "C8", "C10")


def outcome(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Our first answer."""
    say, offer = Say("outcome", facts), facts.offer
    if offer is None:
        return _on_the_page(say("subject"), facts, policy, base_url)
    blocks: list[Block] = [
        Para(say("opening_again") if facts.kind == "outcome_bettered" else say("opening")),
        Para(position(facts, offer)),
        *findings(offer),
        *reasons(offer),
        *remedies(say("we_offer"), offer.remedies, policy),
        Heading(say("think")),
        *answer_button(facts),
        *_silence(facts, offer, policy, say),
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def offer_reminder(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The answer is still waiting."""
    say, offer = Say("outcome", facts), facts.offer
    if offer is None:
        return _on_the_page(say("subject_reminder"), facts, policy, base_url)
    blocks: list[Block] = [
        Para(say("not_told_yet") if facts.actor == "clock" else say("mail_is_no_yes")),
        Para(position(facts, offer)),
        *remedies(say("we_offer"), offer.remedies, policy),
        Heading(say("think")),
        *answer_button(facts),
        *_silence(facts, offer, policy, say),
    ]
    return write_case_letter(say("subject_reminder"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _silence(facts: CaseFacts, offer: OfferFacts, policy: Policy, say: Say) -> list[Block]:
    window = policy.words_for(facts.category)["review_window_days"]
    return [
        *([Para(say("open_until", day=policy.say_date(facts.dates.next)))] if facts.dates.next else []),
        Heading(say("say_nothing")),
        Para(say("silence_settles", window=window) if offer.grants_all else say("silence_is_no_yes")),
    ]


def _on_the_page(subject: str, facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    blocks: list[Block] = [
        Para(Say("outcome", facts)("on_the_page")),
        *answer_button(facts),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
