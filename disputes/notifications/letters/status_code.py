"""The code that opens the status of a complaint."""

from datetime import datetime

from disputes.notifications.letters.letter import Letter, write
from disputes.notifications.letters.sentences import Say
from disputes.policy import Policy


def status_code(code: str, valid_until: datetime, policy: Policy, base_url: str) -> Letter:
    """A six-digit code and until when it works. The subject does not tell it: subjects show on locked screens."""
    subject = Say("status_code")("subject", shop=policy.shop.name)
    shown = f"{code[:3]} {code[3:]}"
    return write("status_code", subject, policy, base_url, code=shown, valid_until=valid_until)
