"""The link with which a member of staff signs in."""

from disputes.notifications.letters.letter import Letter, write
from disputes.policy import Policy


def sign_in_link(name: str, link: str, hours: int, policy: Policy, base_url: str) -> Letter:
    """A link to the desk that works once, within so many hours."""
    subject = f"Sign in to the {policy.shop.name} desk"
    return write("sign_in_link", subject, policy, base_url, name=name, link=link, hours=hours)
