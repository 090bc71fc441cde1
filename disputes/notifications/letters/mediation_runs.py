"""N12, N12a, N12x, N13: mediation begins, is declined, takes longer, ends."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C5", "C8", "C10")
ENDED = ("C5", "C7", "C8", "C10")


def mediation_started(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N12: both said yes."""
    say = Say("mediation_runs", facts)
    neutral = facts.mediation.neutral if facts.mediation else None
    blocks: list[Block] = [
        Para(say("started", neutral=neutral) if neutral else say("started_unnamed")),
        *dates(policy, (facts.dates.next, say("mediation_ends"))),
        Heading(say("should_know")),
        Para(say("stop", neutral=neutral) if neutral else say("stop_unnamed")),
        Para(say("same_text", hours=policy.words_for(facts.category)["mediation_think_hours"])),
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject_started"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_declined(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N12a: one said no, or nothing."""
    say, told = Say("mediation_runs", facts), facts.dates
    if facts.state == "escalated":
        next_date = dates(policy, (told.final_response, say("final_response")))
    else:
        next_date = dates(policy, (told.first_answer, say("first_answer")))
    blocks: list[Block] = [
        Para(_who_declined(facts, say)),
        Para(say("nobody_against_you")),
        *next_date,
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject_declined"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_extended(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N12x: both want more time."""
    say = Say("mediation_runs", facts)
    blocks: list[Block] = [
        Para(say("extended")),
        *dates(policy, (facts.new_date or facts.dates.next, say("mediation_ends"))),
        Para(say("still_stop")),
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject_extended"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_ended(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N13: it ended without an agreement."""
    say = Say("mediation_runs", facts)
    blocks: list[Block] = [
        Para(_who_ended(facts, say)),
        Para(say("what_now")),
        Para(say("notes")),
        *dates(policy, (facts.dates.final_response, say("final_response"))),
        *outside_door(facts, policy),
    ]
    return write_case_letter(say("subject_ended"), facts, policy, base_url, clauses=ENDED, blocks=blocks)


def _who_declined(facts: CaseFacts, say: Say) -> str:
    if facts.why == "conflict":
        return say("declined_ties")
    if facts.actor in ("customer", "assistant"):
        return say("declined_you")
    if facts.actor == "clock":
        return say("declined_silence")
    return say("declined_we")


def _who_ended(facts: CaseFacts, say: Say) -> str:
    if facts.actor in ("customer", "assistant"):
        return say("ended_you")
    if facts.actor == "clock":
        return say("ended_time")
    if facts.staff_role == "mediator" or facts.by == "neutral":
        return say("ended_neutral")
    return say("ended_we")
