"""To staff: work waits. Nothing about the customer is in it; the desk has that."""

from datetime import datetime

from disputes.notifications.letters.letter import Letter, write
from disputes.policy import Policy


def staff_task(
    policy: Policy, base_url: str, *, name: str, what: str, reference: str, due_at: datetime | None, link: str
) -> Letter:
    """What waits, for which reference, until when, and where it is done."""
    subject = f"{reference}: {what[:1].lower()}{what[1:].rstrip('.')}"
    if len(subject) > 68:
        subject = f"Work waits at the desk: {reference}"
    return write(
        "staff_task", subject, policy, base_url, name=name, what=what, reference=reference, due_at=due_at, link=link
    )
