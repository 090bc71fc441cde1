"""N14: our final response: what we found, why, what we offer, and every way outside."""

from disputes.notifications.letters.blocks import Block, Heading, Items, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import (
    answer_button,
    findings,
    outside_options,
    paras,
    position,
    reasons,
    remedies,
)
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C7", "C8", "C6", "C10")


def final_response(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Our final response."""
    say, offer = Say("final_response", facts), facts.offer
    if offer is None:
        blocks: list[Block] = [
            Para(say("on_the_page")),
            *outside_options(facts.outside, takes_part=facts.outside.takes_part),
        ]
        return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
    blocks = [
        Para(say("reviewed", name=facts.staff_name) if facts.staff_name else say("reviewed_unnamed")),
        Para(position(facts, offer)),
        *findings(offer),
        *reasons(offer),
        *remedies(say("we_offer"), offer.remedies, policy),
    ]
    if offer.remedies:
        blocks += [Heading(say("think")), *answer_button(facts), Para(say("take_or_leave"))]
    blocks += outside_options(facts.outside, takes_part=offer.takes_part)
    blocks += [Heading(say("limits")), *_limits(facts, policy, say)]
    if offer.time_limits:
        blocks += paras(offer.time_limits)
    blocks += [Heading(say("take_with_you")), Para(say("download"))]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _limits(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    if facts.dates.window_ends is None:
        return []
    day = policy.say_date(facts.dates.window_ends)
    accept = [say("accept_until", day=day)] if facts.offer and facts.offer.remedies else []
    return [Items([*accept, say("again_until", day=day), say("closes"), say("limits_outside")])]
