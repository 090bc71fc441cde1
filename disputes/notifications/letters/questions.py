"""N5 and N5r: what we need to know, why, by when, and what happens without it."""

from disputes.notifications.letters.blocks import Block, Heading, Items, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def questions(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Our questions."""
    subject = f"We have a question about complaint {facts.reference}"
    who = facts.staff_name or "We"
    verb = "looks" if facts.staff_name else "look"
    blocks: list[Block] = [
        Para(
            f"{who} {verb} into {facts.complaint} and needs your help."
            if facts.staff_name
            else f"We look into {facts.complaint} and need your help."
        ),
        *_the_questions(facts),
        *_how(facts, policy),
        Para(
            "While we wait for you, our own target date waits too. The day from which you need not wait for us any "
            "longer does not move."
        ),
    ]
    days = policy.clocks.customer_reminder_days
    if days:
        times = "once" if len(days) == 1 else "twice" if len(days) == 2 else f"{len(days)} times"
        blocks.append(Para(f"If we hear nothing, we remind you {times}."))
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def question_reminder(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The same questions again."""
    subject = f"A reminder: our question about complaint {facts.reference}"
    blocks: list[Block] = [
        Para(f"A while ago we asked you something about {facts.complaint}. Perhaps our letter got lost."),
        *_the_questions(facts),
        *_how(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _the_questions(facts: CaseFacts) -> list[Block]:
    if not facts.questions:
        return [Para("You find our questions on the page of your case.")]
    heading = "Our question" if len(facts.questions) == 1 else "Our questions"
    return [Heading(heading), Items(list(facts.questions), numbered=len(facts.questions) > 1)]


def _how(facts: CaseFacts, policy: Policy) -> list[Block]:
    until = f" by {policy.say_date(facts.dates.next)}" if facts.dates.next else ""
    return [
        Para("We ask because it can change our answer. A short answer is enough, and photos or papers are welcome."),
        Link("Answer our questions", facts.case_url),
        Para(f"Please answer{until}: on the page of your case, in the chat, or by answering this letter."),
        Para(
            "If you cannot answer, that is all right. We then go on with what we have. Your complaint stays open, "
            "and you lose no right."
        ),
    ]
