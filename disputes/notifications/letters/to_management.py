"""N9: management looks at it, after a no or after no answer. N10: it goes to management for another reason."""

from disputes.notifications.letters.blocks import Block, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door, why
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C7", "C6", "C8", "C10")


def not_settled(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N9: our first answer did not settle it."""
    say = Say("to_management", facts)
    blocks: list[Block]
    if facts.kind == "unanswered":
        blocks = [Para(say("unanswered")), Para(say("unanswered_what_now"))]
    else:
        blocks = [Para(say("not_settled")), Para(say("manager_decides")), *_told(facts, say)]
    blocks += _review(facts, policy, say)
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def escalated(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N10: we were late, a colleague passed it on, the customer objected, or the review itself is late."""
    if facts.kind == "final_overdue":
        return _late_again(facts, policy, base_url)
    say = Say("to_management", facts)
    blocks: list[Block]
    if facts.kind == "objected":
        blocks = [Para(say("objected")), *_told(facts, say)]
    elif facts.actor == "clock":
        blocks = [
            Para(_missed(facts, policy, say)),
            Para(say("goes_to_management")),
            Para(say("manager_decides")),
        ]
    else:
        blocks = [Para(say("passed_on")), *why(say("why"), facts.reason)]
    blocks += _review(facts, policy, say)
    clauses = ("C9", *CLAUSES) if facts.kind == "objected" else CLAUSES
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=clauses, blocks=blocks)


def _told(facts: CaseFacts, say: Say) -> list[Block]:
    return [Para(say("you_told_manager")), Quote(facts.text)] if facts.text else []


def _missed(facts: CaseFacts, policy: Policy, say: Say) -> str:
    day = policy.say_date(facts.due_at) if facts.due_at else None
    if facts.from_state == "filed" and facts.urgent:
        return say("urgent_by", day=day) if day else say("urgent")
    return say("missed_by", day=day) if day else say("missed")


def _late_again(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    say = Say("to_management", facts)
    blocks: list[Block] = [
        Para(say("late_by", day=policy.say_date(facts.due_at)) if facts.due_at else say("late")),
        Para(say("took_longer")),
        *_review(facts, policy, say),
    ]
    return write_case_letter(say("subject_late"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _review(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    return [
        *dates(policy, (facts.dates.final_response, say("final_response"))),
        *outside_door(facts, policy),
        Para(say("should_know")),
    ]
