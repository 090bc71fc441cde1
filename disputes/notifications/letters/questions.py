"""N5 and N5r: what we need to know, why, by when, and what happens without it."""

from disputes.notifications.letters.blocks import Block, Heading, Items, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy

CLAUSES = ("C4", "C6", "C10")


def questions(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """Our questions."""
    say = Say("questions", facts)
    blocks: list[Block] = [
        Para(say("needs_help", name=facts.staff_name) if facts.staff_name else say("need_help")),
        *_the_questions(facts, say),
        *_how(facts, policy, say),
        Para(say("dates_wait")),
        *_reminders(len(policy.clocks.customer_reminder_days), say),
    ]
    return write_case_letter(say("subject"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def question_reminder(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """The same questions again."""
    say = Say("questions", facts)
    blocks: list[Block] = [
        Para(say("asked_a_while_ago")),
        *_the_questions(facts, say),
        *_how(facts, policy, say),
    ]
    return write_case_letter(say("subject_reminder"), facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def _the_questions(facts: CaseFacts, say: Say) -> list[Block]:
    if not facts.questions:
        return [Para(say("on_the_page"))]
    heading = say("one") if len(facts.questions) == 1 else say("several")
    return [Heading(heading), Items(list(facts.questions), numbered=len(facts.questions) > 1)]


def _how(facts: CaseFacts, policy: Policy, say: Say) -> list[Block]:
    until = facts.dates.next
    return [
        Para(say("why_we_ask")),
        Link(say("link"), facts.case_url),
        Para(say("please_by", day=policy.say_date(until)) if until else say("please")),
        Para(say("if_you_cannot")),
    ]


def _reminders(times: int, say: Say) -> list[Block]:
    if times == 0:
        return []
    if times == 1:
        return [Para(say("remind_once"))]
    return [Para(say("remind_twice") if times == 2 else say("remind_often", count=times))]
