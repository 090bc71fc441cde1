"""Reads the folder of letters, for the page /dev/mail."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email import policy as wire
from email.message import EmailMessage
from pathlib import Path

from disputes.notifications.senders import mail_folder

_NAME = re.compile(r"^[0-9A-Za-z-]+$")


@dataclass(frozen=True)
class StoredLetter:
    """A letter as its reader would see it. `html` must only be shown in a sandboxed frame."""

    id: str
    at: datetime
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    headers: list[tuple[str, str]]


def letters(folder: Path | None = None, *, limit: int = 100) -> list[StoredLetter]:
    """The letters in the folder (that of the settings if none is given), newest first."""
    place = folder or mail_folder()
    files = sorted(place.glob("*.eml"), key=lambda file: (file.name[:15], file.stat().st_mtime_ns), reverse=True)
    return [_read(file) for file in files[:limit]]


def letter(letter_id: str, *, folder: Path | None = None) -> StoredLetter | None:
    """One letter by its id; None when there is none."""
    file = (folder or mail_folder()) / f"{letter_id}.eml"
    return _read(file) if _NAME.match(letter_id) and file.is_file() else None


def _read(file: Path) -> StoredLetter:
    message = message_from_bytes(file.read_bytes(), policy=wire.default)
    return StoredLetter(
        id=file.stem,
        at=message["Date"].datetime,
        sender=str(message["From"]),
        recipient=str(message["To"]),
        subject=str(message["Subject"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        headers=[(name, str(value)) for name, value in message.items()],
    )


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body(preferencelist=(subtype,))
    return "" if body is None else str(body.get_content())
