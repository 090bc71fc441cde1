"""N14: our final response: what we found, why, what we offer, and every way outside."""

from disputes.notifications.letters.blocks import Block, Heading, Items, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.outcome import position
from disputes.notifications.letters.parts import answer_button, findings, outside_options, paras, reasons, remedies
from disputes.policy import Policy

CLAUSES = ("C7", "C8", "C6", "C10")


def final_response(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Our final response."""
    subject = f"Our final response on complaint {facts.reference}"
    offer = facts.offer
    if offer is None:
        blocks: list[Block] = [
            Para(f"You find our final response on {facts.complaint} on the page of your case."),
            *outside_options(facts.outside, takes_part=facts.outside.takes_part),
        ]
        return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
    who = f"{facts.staff_name} reviewed" if facts.staff_name else "A manager reviewed"
    blocks = [
        Para(f"{who} {facts.complaint}. This is our final response."),
        Para(position(facts, offer)),
        *findings(offer),
        *reasons(offer),
        *remedies("What we offer", offer.remedies, policy),
    ]
    if offer.remedies:
        blocks += [Heading("Please tell us what you think"), *answer_button(facts)]
        blocks.append(
            Para("You may take our offer or leave it. If you leave it, every way outside the shop stays open to you.")
        )
    blocks += outside_options(facts.outside, takes_part=offer.takes_part)
    blocks += [Heading("Time limits"), *_limits(facts, policy)]
    if offer.time_limits:
        blocks += paras(offer.time_limits)
    blocks += [
        Heading("Take everything with you"),
        Para(
            "On the page of your case you can download all of it as one file: your words, our letters, the papers "
            "and the history. You can show it to anybody who helps you."
        ),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _limits(facts: CaseFacts, policy: Policy) -> list[Block]:
    if facts.dates.window_ends is None:
        return []
    day = policy.say_date(facts.dates.window_ends)
    return [
        Items(
            [
                *([f"You can accept our offer until {day}."] if facts.offer and facts.offer.remedies else []),
                f"If you learn something new, you can ask us once until {day} to look again.",
                "We close the case after that, and we write to you before we do.",
                "Services and courts outside have time limits of their own. Please ask them early.",
            ]
        )
    ]
