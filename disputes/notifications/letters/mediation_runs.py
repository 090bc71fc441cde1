"""N12, N12a, N12x, N13: mediation begins, is declined, takes longer, ends."""

from disputes.notifications.letters.blocks import Block, Heading, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import dates, outside_door
from disputes.policy import Policy

CLAUSES = ("C5", "C8", "C10")
ENDED = ("C5", "C7", "C8", "C10")


def mediation_started(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N12: both said yes."""
    subject = f"Mediation begins for complaint {facts.reference}"
    neutral = facts.mediation.neutral if facts.mediation else "The neutral person"
    blocks: list[Block] = [
        Para(f"You and we have both said yes to mediation for {facts.complaint}. {neutral} now helps both of us."),
        *dates(policy, (facts.dates.next, "The mediation ends, if there is no agreement before.")),
        Heading("What you should know"),
        Para(
            f"You can stop at any time, without giving a reason. Tell {neutral}, use the page of your case, or "
            "answer this letter. Your case then goes on with our management."
        ),
        Para(
            "An agreement needs a yes from you and from us to the same written text. Before anybody can say yes, "
            f"there are {policy.words_for(facts.category)['mediation_think_hours']} to think."
        ),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_declined(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N12a: one said no, or nothing."""
    subject = f"No mediation for complaint {facts.reference}"
    told = facts.dates
    what = "You get our final response." if facts.state == "escalated" else "You get our first answer."
    due = told.final_response if facts.state == "escalated" else told.first_answer
    blocks: list[Block] = [
        Para(f"{_who_declined(facts)} So {facts.complaint} goes on without mediation."),
        Para("This has no disadvantage for you. Nobody who works on your case may hold it against you."),
        *dates(policy, (due, what)),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_extended(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N12x: both want more time."""
    subject = f"More time for mediation of complaint {facts.reference}"
    blocks: list[Block] = [
        Para(f"You and we both want more time for the mediation of {facts.complaint}. This can be done once."),
        *dates(policy, (facts.new_date or facts.dates.next, "The mediation ends, if there is no agreement before.")),
        Para("You can still stop at any time, without giving a reason."),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)


def mediation_ended(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """N13: it ended without an agreement."""
    subject = f"The mediation of complaint {facts.reference} has ended"
    blocks: list[Block] = [
        Para(f"{_who_ended(facts)} There is no agreement on {facts.complaint}."),
        Para("This has no disadvantage for you. A manager who did not work on your case reviews it and decides."),
        Para("The private notes of the neutral person are destroyed. Nobody who works on your case gets to see them."),
        *dates(policy, (facts.dates.final_response, "You get our final response.")),
        *outside_door(facts, policy),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=ENDED, blocks=blocks)


def _who_declined(facts: CaseFacts) -> str:
    if facts.why == "conflict":
        return "The neutral person has ties with somebody in this case, and must not help in it."
    if facts.actor in ("customer", "assistant"):
        return "You told us that you do not want mediation."
    if facts.actor == "clock":
        return "We have not heard a yes to mediation from both sides in time."
    return "We have decided against mediation."


def _who_ended(facts: CaseFacts) -> str:
    if facts.actor in ("customer", "assistant"):
        return "You told us that you want to stop the mediation."
    if facts.actor == "clock":
        return "The time for the mediation is over."
    if facts.staff_role == "mediator" or facts.by == "neutral":
        return "The neutral person has ended the mediation."
    return "We have decided to stop the mediation."
