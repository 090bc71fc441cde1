"""The ways a message leaves: a mail server, or a folder of files for development."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from disputes.errors import DisputesError, Unavailable
from disputes.settings import settings

TIMEOUT_SECONDS = 10.0
PORTS = {"smtp": 25, "smtps": 465}


class MailNotSent(Unavailable):
    """The mail server did not take the message; trying later may work. The message names no address."""

    code = "mail_not_sent"


class MailRefused(DisputesError):
    """The mail server will never take this message, for example because there is no such mailbox."""

    code = "mail_refused"


class Sender(Protocol):
    """Sends one message, or raises `MailNotSent` or `MailRefused`."""

    def send(self, message: EmailMessage) -> None: ...


def sender() -> Sender:
    """The way that the settings ask for: SMTP_URL, else the folder VAR_DIR/mail."""
    if settings().smtp_url:
        return SmtpSender.of(settings().smtp_url)
    return FolderSender(mail_folder())


def mail_folder() -> Path:
    """Where letters are kept when there is no mail server."""
    return settings().var_dir / "mail"


@dataclass(frozen=True)
class SmtpSender:
    """A mail server. `encrypted`: TLS from the first byte (smtps); else STARTTLS whenever it is offered."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str
    timeout_seconds: float = TIMEOUT_SECONDS

    @classmethod
    def of(cls, url: str) -> Self:
        """From smtp://user:password@host:port or smtps://... Raises `ValueError` for anything else."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SMTP_URL looks like smtp://user:password@host:port or smtps://...")
        return cls(
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            encrypted=parts.scheme == "smtps",
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def send(self, message: EmailMessage) -> None:
        """Hands the message to the server; gives up after the time-out."""
        try:
            with self._connected() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as fault:
            codes = [code for code, _ in fault.recipients.values()]
            if all(_is_final(code) for code in codes):
                raise MailRefused(f"the mail server refused the recipient ({codes[0]})") from fault
            raise MailNotSent(f"the mail server put the recipient off ({codes[0]})") from fault
        except smtplib.SMTPDataError as fault:
            if _is_final(fault.smtp_code):
                raise MailRefused(f"the mail server refused the message ({fault.smtp_code})") from fault
            raise MailNotSent(f"the mail server put the message off ({fault.smtp_code})") from fault
        except smtplib.SMTPResponseException as fault:
            raise MailNotSent(f"the mail server said {fault.smtp_code}") from fault
        except (smtplib.SMTPException, OSError) as fault:
            raise MailNotSent(f"the mail server does not answer ({type(fault).__name__})") from fault

    def _connected(self) -> smtplib.SMTP:
        if self.encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout_seconds, context=self._context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        try:
            server.ehlo_or_helo_if_needed()
            secure = self.encrypted
            if not secure and server.has_extn("starttls"):
                server.starttls(context=self._context())
                server.ehlo()
                secure = True
            self._log_in(server, secure=secure)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP, *, secure: bool) -> None:
        if not self.user:
            return
        if not secure and not self._is_on_this_machine():
            raise MailNotSent("the mail server offers no encryption: the password was not sent")
        server.login(self.user, self.password)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._is_on_this_machine():  # a relay on the same machine has no certificate for its name
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _is_on_this_machine(self) -> bool:
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True)
class FolderSender:
    """A folder with one .eml file for each letter; the same letter sent again is the same file."""

    folder: Path

    def send(self, message: EmailMessage) -> None:
        """Writes the file, whole or not at all."""
        sent_at = message["Date"].datetime
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        target = self.folder / f"{sent_at:%Y%m%dT%H%M%S}-{name}.eml"
        draft = self.folder / f".{uuid4().hex}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(message.as_bytes())
            draft.replace(target)
        except OSError as fault:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise MailNotSent(f"the mail folder cannot be written ({fault.strerror})") from fault


def _is_final(code: int) -> bool:
    return 500 <= code < 600
