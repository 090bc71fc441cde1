"""NL: mail came for a case that has ended."""

from disputes.notifications.letters.blocks import Block, Items, Link, Para
from disputes.notifications.letters.facts import CaseFacts
from disputes.notifications.letters.letter import Letter, write_case_letter
from disputes.policy import Policy

CLAUSES = ("C2", "C8", "C10")


def late_mail(facts: CaseFacts, policy: Policy, base_url: str) -> Letter:
    """What the writer may have meant, and what to do in each case."""
    subject = f"Your message on complaint {facts.reference}"
    blocks: list[Block] = [
        Para(
            f"Thank you for your message. It is now with {facts.complaint}. That case has ended, so nothing starts "
            "by itself."
        ),
        Para("What did you mean?"),
        Items(
            [
                "It is about the same matter: open your case. There you see whether we can look at it again.",
                "It is about something new: please file a new complaint. You can mention this reference.",
                "You only wanted to say thank you: there is nothing to do.",
            ],
            numbered=True,
        ),
        Link("Open your case", facts.case_url),
        Link("File a new complaint", f"{base_url}/complaint"),
    ]
    return write_case_letter(subject, facts, policy, base_url, clauses=CLAUSES, blocks=blocks)
