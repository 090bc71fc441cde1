"""N9: management looks at it, after a no or after no answer. N10: it goes to management for another reason."""

from disputes.notifications.letters.blocks import Block, Heading, Para, Quote
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door, paras
from disputes.policy import Policy

CLAUSES = ("C7", "C6", "C8", "C10")
WHO_DECIDES = "A manager who did not work on your case reviews it and decides."


def not_settled(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N9: our first answer did not settle it."""
    subject = f"A manager reviews complaint {facts.reference}"
    blocks: list[Block]
    if facts.kind == "unanswered":
        blocks = [
            Para(
                f"We sent you our answer on {facts.complaint} and have not heard from you. We do not take that for "
                "a yes."
            ),
            Para(f"{WHO_DECIDES} You lose nothing, and what we offered is looked at again."),
        ]
    else:
        blocks = [
            Para(f"Thank you for telling us that our answer on {facts.complaint} does not settle it for you."),
            Para(WHO_DECIDES),
        ]
        if facts.text:
            blocks += [Para("This is what you told us, and the manager reads it:"), Quote(facts.text)]
    blocks += _review(facts, policy)
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def escalated(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N10: we were late, a colleague passed it on, the customer objected, or the review itself is late."""
    if facts.kind == "final_overdue":
        return _late_again(facts, policy, base_url)
    subject = f"A manager reviews complaint {facts.reference}"
    blocks: list[Block]
    if facts.kind == "objected":
        blocks = [Para(f"You told us that {facts.complaint} should stay with us. So it does. {WHO_DECIDES}")]
        if facts.text:
            blocks += [Para("This is what you told us, and the manager reads it:"), Quote(facts.text)]
    elif facts.actor == "clock":
        blocks = [*_apology(facts, policy), Para(WHO_DECIDES)]
    else:
        blocks = [Para(f"We passed {facts.complaint} on to our management. {WHO_DECIDES}")]
        if facts.reason:
            blocks += [Heading("Why"), *paras(facts.reason)]
    blocks += _review(facts, policy)
    clauses = ("C9", *CLAUSES) if facts.kind == "objected" else CLAUSES
    return write_case_letter(subject, facts, policy, base_url, clauses=clauses, blocks=blocks)


def _apology(facts: CaseFacts, policy: Policy) -> list[Block]:
    day = f" by {policy.say_date(facts.due_at)}" if facts.due_at else " in time"
    if facts.from_state == "filed" and facts.urgent:
        missed = f"We marked {facts.complaint} as urgent, and nobody took it on{day}."
    else:
        missed = f"You should have had our first answer on {facts.complaint}{day}. You did not get it."
    return [
        Para(f"{missed} That is our fault, and we are sorry."),
        Para("So that you do not wait any longer, the case goes to our management now. You need not ask for it."),
    ]


def _late_again(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    subject = f"We are late with complaint {facts.reference}"
    day = f" by {policy.say_date(facts.due_at)}" if facts.due_at else " in time"
    blocks: list[Block] = [
        Para(
            f"You should have had our final response on {facts.complaint}{day}. You did not get it. That is our "
            "fault, and we are sorry."
        ),
        Para("The review took us longer than we told you. Our managers are now reminded of it every day."),
        *_review(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _review(facts: CaseFacts, policy: Policy) -> list[Block]:
    return [
        *dates(policy, (facts.dates.final_response, "You get our final response.")),
        *outside_door(facts, policy),
        Para("You do not need to do anything. If there is something the manager should know, just answer this letter."),
    ]
