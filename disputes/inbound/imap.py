"""Reads the mailbox that answers to letters come to."""

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from imaplib import IMAP4
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import structlog
from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted, MailMessageFlags
from sqlalchemy.exc import OperationalError

from disputes.errors import Unavailable

TIMEOUT_SECONDS: Final = 20
MOST_AT_ONCE: Final = 100
LARGEST_MAIL: Final = 25_000_000
"""Of a larger mail only the head is taken, so that a person sees that it came."""

NEW: Final = "UNSEEN UNFLAGGED"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d{1,12})")
_AWAY: Final = (OSError, IMAP4.error, ImapToolsError, UnicodeError)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Address:
    """Where the mailbox is; `secure` is TLS from the start."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    secure: bool


def read_address(url: str) -> Address:
    """The parts of imaps://user:password@host/INBOX.

    Raises `ValueError`, without the password in it, when that is none, and for imap:// (no TLS) to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise ValueError("IMAP_URL must look like imaps://user:password@host/INBOX")
    if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
        raise ValueError("IMAP_URL must start with imaps:// unless the mail server is on this machine")
    return Address(
        host=parts.hostname,
        port=parts.port or (993 if parts.scheme == "imaps" else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        secure=parts.scheme == "imaps",
    )


class Mailbox:
    """One mailbox, looked into again and again. Says once that it cannot be reached, and once that it can again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._trouble: str | None = None

    def fetch_new(self, take: Callable[[bytes], object]) -> int:
        """Hands every unread mail to `take`, and marks each as read when that has returned. Returns how many.

        `take` has committed when it returns. A mail for which it fails stays unread and is flagged, so that a person
        finds it and the next ones are not held up. A server that cannot be reached is a warning, not a failure.
        """
        taken = 0
        try:
            with _opened(read_address(self._url)) as mailbox:
                for uid in mailbox.uids(NEW, charset=None)[:MOST_AT_ONCE]:
                    taken += _hand_over(mailbox, uid, take)
        except (Unavailable, OperationalError):
            log.warning("inbound.database_away")
            return taken
        except (*_AWAY, ValueError) as fault:
            self._note(type(fault).__name__)
            return taken
        self._note(None)
        return taken

    def _note(self, trouble: str | None) -> None:
        if trouble is not None and self._trouble is None:
            log.warning("inbound.mailbox_away", reason=trouble)
        elif trouble is None and self._trouble is not None:
            log.info("inbound.mailbox_back")
        self._trouble = trouble


@contextmanager
def _opened(address: Address) -> Iterator[BaseMailBox]:
    mailbox: BaseMailBox
    if address.secure:
        context = ssl.create_default_context()
        mailbox = MailBox(address.host, address.port, timeout=TIMEOUT_SECONDS, ssl_context=context)
    else:
        mailbox = MailBoxUnencrypted(address.host, address.port, timeout=TIMEOUT_SECONDS)
    try:
        plain = address.user.isascii() and address.password.isascii()
        log_in = mailbox.login if plain else mailbox.login_utf8
        log_in(address.user, address.password, address.folder)
        yield mailbox
    finally:
        _leave(mailbox)


def _leave(mailbox: BaseMailBox) -> None:
    try:
        mailbox.logout()
    except _AWAY as fault:
        log.debug("inbound.logout", reason=type(fault).__name__)


def _hand_over(mailbox: BaseMailBox, uid: str, take: Callable[[bytes], object]) -> int:
    raw = _raw(mailbox, uid)
    if raw is None:  # somebody has moved it away meanwhile
        return 0
    try:
        take(raw)
    except OperationalError:
        raise
    except Exception as fault:  # noqa: BLE001 - one mail that nobody foresaw must not hold up the others
        log.error("inbound.mail_failed", uid=uid, reason=type(fault).__name__)  # noqa: TRY400 - a trace may hold words
        mailbox.flag(uid, MailMessageFlags.FLAGGED, True)
        return 0
    mailbox.flag(uid, MailMessageFlags.SEEN, True)
    return 1


def _raw(mailbox: BaseMailBox, uid: str) -> bytes | None:
    size = _fetched(mailbox, uid, "(RFC822.SIZE)")
    if size is None:
        return None
    figure = _SIZE.search(size)
    is_large = figure is not None and int(figure[1]) > LARGEST_MAIL
    return _fetched(mailbox, uid, "(BODY.PEEK[HEADER])" if is_large else "(BODY.PEEK[])")


def _fetched(mailbox: BaseMailBox, uid: str, what: str) -> bytes | None:
    status, data = mailbox.client.uid("FETCH", uid, what)
    if status != "OK":
        raise ImapToolsError(f"the server answered {status} to a fetch")
    for item in data:
        found: Any = item
        if isinstance(found, tuple):
            return bytes(found[1])
        if isinstance(found, bytes) and b"RFC822.SIZE" in found:
            return found
    return None
