"""A letter as an e-mail message."""

from dataclasses import dataclass
from datetime import datetime
from email import policy as wire
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from disputes.notifications.letters import Letter


@dataclass(frozen=True)
class Envelope:
    """Everything around the letter. `sender` and `reply_to` are addresses, `sender_name` is shown with both."""

    recipient: str
    sender: str
    sender_name: str
    reply_to: str
    message_id: str
    written_at: datetime


def compose(letter: Letter, envelope: Envelope) -> EmailMessage:
    """The message: text and HTML, marked as written by a program, answerable.

    Raises `ValueError` when an address holds a line break or is none: such a letter must never leave.
    """
    message = EmailMessage(policy=wire.SMTP)
    message["Subject"] = letter.subject
    message["From"] = Address(envelope.sender_name, addr_spec=envelope.sender)
    message["To"] = Address(addr_spec=envelope.recipient)
    message["Reply-To"] = Address(envelope.sender_name, addr_spec=envelope.reply_to)
    message["Date"] = format_datetime(envelope.written_at)
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["Content-Language"] = "en"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message
