"""N16: the last days in which the case can be looked at again; when it closes, and what stays open."""

from disputes.notifications.letters.blocks import Block, Heading, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.notifications.letters.parts import outside_options
from disputes.policy import Policy

CLAUSES = ("C8", "C7", "C10")


def last_call(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """When the case closes."""
    subject = f"Complaint {facts.reference} closes soon"
    settled = facts.state == "resolved"
    day = f" at the end of {policy.say_date(facts.dates.window_ends)}" if facts.dates.window_ends else " soon"
    first = "is settled" if settled else "has our final response"
    blocks: list[Block] = [
        Para(f"{facts.complaint[:1].upper()}{facts.complaint[1:]} {first}. We close the case{day}."),
        Heading("Until then you can"),
        Para("Ask a manager to look again, if you learned something new or if we did not do what we said."),
    ]
    if not settled:
        blocks.append(Para("Accept our final response, if it holds an offer."))
    blocks += [
        Link("Open your case", facts.case_url),
        Heading("After that"),
        Para("You can still write to us, and a person reads it. If it is about something new, you can file it."),
        Para("The ways outside the shop stay open to you. Closing the case takes no right away from you."),
        *outside_options(facts.outside),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
