"""Mails as they come over the wire."""

from email.message import EmailMessage
from uuid import uuid4

MIA = "mia.hughes@example.com"
SUPPORT = "support@casened.com"
REPORT_ID = "<1111-2222@casened.com>"


def mail(
    text: str = "The parcel is still missing.",
    *,
    sender: str = MIA,
    subject: str = "Re: your complaint",
    answers: str | None = None,
    files: dict[str, bytes] | None = None,
    message_id: str | None = None,
    **headers: str,
) -> bytes:
    """A mail of a person; other headers as keywords, with _ for -."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = SUPPORT
    message["Subject"] = subject
    message["Message-ID"] = message_id or f"<{uuid4()}@mail.example.com>"
    if answers:
        message["In-Reply-To"] = answers
        message["References"] = answers
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, content in (files or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def report(message_id: str = REPORT_ID, *, action: str = "failed", status: str = "5.1.1") -> bytes:
    """A report of a mail server about a letter of ours, in the form of RFC 3464."""
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: {SUPPORT}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{uuid4()}@mx.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {MIA}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{MIA}>: user unknown

--part
Content-Type: text/rfc822-headers

From: casened.com <{SUPPORT}>
To: {MIA}
Message-ID: {message_id}
Subject: We have your complaint

--part--
""".replace("\n", "\r\n").encode()
