"""Parts that several letters share."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from disputes.notifications.letters.blocks import Block, Dates, Heading, Items, Link, Para, Rows
from disputes.notifications.letters.facts import CaseFacts, FindingFacts, OfferFacts, OutsideFacts, RemedyFacts
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

say = Say("shared")


def paras(words: str | None) -> list[Block]:
    """What a colleague wrote in our name, line by line."""
    return [Para(line.strip()) for line in (words or "").splitlines() if line.strip()]


def why(heading: str, reason: str | None) -> list[Block]:
    """The reason that a colleague gave, under this heading; nothing where there is none."""
    return [Heading(heading), *paras(reason)] if reason else []


def dates(policy: Policy, *rows: tuple[datetime | None, str]) -> list[Block]:
    """What happens by when; rows without a date fall away, and without any row there is no heading."""
    known = [(say("by", day=policy.say_date(due)), sentence) for due, sentence in rows if due is not None]
    return [Heading(say("next")), Dates(known)] if known else []


def outside_door(facts: CaseFacts, policy: Policy) -> list[Block]:
    """When the way outside is open without waiting for us."""
    if facts.door_open:
        return [Para(say("door_open"))]
    if facts.dates.hard_cap is None:
        return []
    return [Para(say("door_opens", day=policy.say_date(facts.dates.hard_cap)))]


def outside_options(outside: OutsideFacts, *, takes_part: str | None = None) -> list[Block]:
    """Who else can help, and where that is open, whether we take part."""
    blocks: list[Block] = [Heading(say("outside")), Para(outside.general)]
    if outside.options:
        blocks.append(Items([f"{name}: {address}" for name, address in outside.options]))
    blocks.extend(paras(takes_part))
    blocks.extend(paras(outside.time_limits))
    return blocks


def position(facts: CaseFacts, offer: OfferFacts) -> str:
    """What we think of the complaint, in a sentence or two."""
    return Say("shared", facts)(f"position_{offer.position}")


def findings(offer: OfferFacts) -> list[Block]:
    """What we found, point by point."""
    if not offer.findings and not offer.summary:
        return []
    blocks: list[Block] = [Heading(say("found")), *paras(offer.summary)]
    if offer.findings:
        blocks.append(Items([_finding(found) for found in offer.findings], numbered=True))
    return blocks


def reasons(offer: OfferFacts) -> list[Block]:
    """Why we decided so."""
    return [Heading(say("reasons")), *paras(offer.reasons)]


def remedies(heading: str, found: Sequence[RemedyFacts], policy: Policy) -> list[Block]:
    """What we do, worth what, under which conditions, and by when."""
    if not found:
        return []
    return [Heading(heading), *(Rows(list(_remedy_rows(remedy, policy))) for remedy in found)]


def answer_button(facts: CaseFacts) -> list[Block]:
    """How to answer an offer."""
    return [Para(say("how_to_answer")), Link(_ways(facts), facts.case_url)]


def _ways(facts: CaseFacts) -> str:
    if facts.offer is None or not facts.offer.remedies:
        return say("answer")
    return say("answer_final") if facts.state == "final_response" else say("answer_ways")


def _finding(found: FindingFacts) -> str:
    lines = [found.point, f"{found.finding} {_result(found)}", found.reason or ""]
    return "\n".join(" ".join(line.split()) for line in lines if line)


def _result(found: FindingFacts) -> str:
    if found.result == "confirmed":
        return say("confirmed")
    return say("not_confirmed") if found.result == "not_confirmed" else say("unclear")


def _remedy_rows(remedy: RemedyFacts, policy: Policy) -> Iterable[tuple[str, str]]:
    yield say("what"), remedy.what
    if remedy.worth:
        yield say("worth"), remedy.worth
    if remedy.conditions:
        yield say("condition"), remedy.conditions
    if remedy.due_at:
        yield say("due"), policy.say_date(remedy.due_at)
    elif remedy.days:
        yield say("when"), say("within_day") if remedy.days == 1 else say("within_days", days=remedy.days)
