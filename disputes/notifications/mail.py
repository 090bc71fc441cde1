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
    """Everything around the letter. `sender` and `reply_to` are addresses, `sender_name` is shown with both.

    `thread_id` is the same for all letters about one case, or from one chat, so that mail programs show them together
    and an answer names it.
    """

    recipient: str
    sender: str
    sender_name: str
    reply_to: str
    message_id: str
    written_at: datetime
    thread_id: str | None = None


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes with a letter."""

    file_name: str
    content: bytes


def compose(letter: Letter, envelope: Envelope, attachment: Attachment | None = None) -> EmailMessage:
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
    if envelope.thread_id:
        message["In-Reply-To"] = envelope.thread_id
        message["References"] = envelope.thread_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message["Content-Language"] = "en"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if attachment is not None:
        message.add_attachment(attachment.content, maintype="application", subtype="pdf", filename=attachment.file_name)
    return message
