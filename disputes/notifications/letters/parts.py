"""Parts that several letters share."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from disputes.notifications.letters.blocks import Block, Dates, Heading, Items, Link, Para, Rows
from disputes.notifications.letters.facts import CaseFacts, FindingFacts, OfferFacts, OutsideFacts, RemedyFacts
from disputes.policy import Policy

RESULTS: Final = {
    "confirmed": "So this is confirmed.",
    "not_confirmed": "So this is not confirmed.",
    "unclear": "So this stays unclear.",
}
ANSWER_WAYS: Final = "Accept, say no, or propose something else"
ANSWER_FINAL: Final = "Accept, or say no"
ANSWER: Final = "Tell us whether this settles it"


def paras(words: str | None) -> list[Block]:
    """What a colleague wrote in our name, line by line."""
    return [Para(line.strip()) for line in (words or "").splitlines() if line.strip()]


def dates(policy: Policy, *rows: tuple[datetime | None, str]) -> list[Block]:
    """What happens by when; rows without a date fall away, and without any row there is no heading."""
    known = [(f"By {policy.say_date(due)}", sentence) for due, sentence in rows if due is not None]
    return [Heading("What happens next"), Dates(known)] if known else []


def outside_door(facts: CaseFacts, policy: Policy) -> list[Block]:
    """When the way outside is open without waiting for us."""
    if facts.door_open:
        return [Para("You do not have to wait for us before you turn to somebody outside the shop.")]
    if facts.dates.hard_cap is None:
        return []
    day = policy.say_date(facts.dates.hard_cap)
    return [
        Para(
            f"If we have not given you our final response by {day}, you do not have to wait for us any longer "
            "before you turn to somebody outside the shop."
        )
    ]


def outside_options(outside: OutsideFacts, *, takes_part: str | None = None) -> list[Block]:
    """Who else can help, and where that is open, whether we take part."""
    blocks: list[Block] = [Heading("Help outside the shop"), Para(outside.general)]
    if outside.options:
        blocks.append(Items([f"{name}: {address}" for name, address in outside.options]))
    blocks.extend(paras(takes_part))
    blocks.extend(paras(outside.time_limits))
    return blocks


def findings(offer: OfferFacts) -> list[Block]:
    """What we found, point by point."""
    if not offer.findings and not offer.summary:
        return []
    blocks: list[Block] = [Heading("What we found"), *paras(offer.summary)]
    if offer.findings:
        blocks.append(Items([_finding(found) for found in offer.findings], numbered=True))
    return blocks


def reasons(offer: OfferFacts) -> list[Block]:
    """Why we decided so."""
    return [Heading("Why we decide so"), *paras(offer.reasons)]


def remedies(heading: str, found: Sequence[RemedyFacts], policy: Policy) -> list[Block]:
    """What we do, worth what, under which conditions, and by when."""
    if not found:
        return []
    return [Heading(heading), *(Rows(list(_remedy_rows(remedy, policy))) for remedy in found)]


def answer_button(facts: CaseFacts) -> list[Block]:
    """How to answer an offer."""
    return [
        Para("You answer on the page of your case, or in the chat. Do you have a question? Just answer this letter."),
        Link(_ways(facts), facts.case_url),
    ]


def _ways(facts: CaseFacts) -> str:
    if facts.offer is None or not facts.offer.remedies:
        return ANSWER
    return ANSWER_FINAL if facts.state == "final_response" else ANSWER_WAYS


def _finding(found: FindingFacts) -> str:
    lines = [found.point, f"{found.finding} {RESULTS[found.result]}", found.reason or ""]
    return "\n".join(" ".join(line.split()) for line in lines if line)


def _remedy_rows(remedy: RemedyFacts, policy: Policy) -> Iterable[tuple[str, str]]:
    yield "What", remedy.what
    if remedy.worth:
        yield "Worth", remedy.worth
    if remedy.conditions:
        yield "Condition", remedy.conditions
    if remedy.due_at:
        yield "By", policy.say_date(remedy.due_at)
    elif remedy.days:
        yield "When", f"within {remedy.days} {'day' if remedy.days == 1 else 'days'} of our agreement"
