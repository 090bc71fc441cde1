"""Reads a mail as it came over the wire, however broken. Pure: bytes in, values out."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email import policy as wire
from email.errors import InvalidHeaderDefect
from email.headerregistry import AddressHeader
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from typing import Any, Final

from disputes.cases.fields import clean_email, clean_text
from disputes.inbound.machine import FAULTS, DeliveryReport, delivery_report, ids_in, why_machine
from disputes.inbound.plain import new_part, text_of_html

LONGEST_ORIGINAL: Final = 100_000
LONGEST_SUBJECT: Final = 300
MOST_PARTS: Final = 200
MOST_IDS: Final = 50
SMALL_PICTURE: Final = 20_000
"""Pictures in the text of a mail that are smaller (in bytes) are logos of a signature, not evidence."""

NOT_A_CHARSET: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape"})


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail. `filename` is what its sender says."""

    filename: str
    content: bytes


@dataclass(frozen=True)
class IncomingMail:
    """What we need of a mail.

    `key` is the same for every copy of the mail. `sender` is in lower case, and None unless it is exactly one
    address. `text` is what is new in the mail, `original` all of it. `thread` are the message ids it answers.
    `machine` says by what we see that no person wrote it; `report` is set for a report about a letter of ours.
    """

    key: str
    sender: str | None
    subject: str
    text: str
    original: str
    thread: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    machine: str | None
    report: DeliveryReport | None
    failed_check: bool


def read(raw: bytes, *, own: frozenset[str]) -> IncomingMail:
    """The mail in these bytes; `own` are our addresses, in lower case. Never fails."""
    message = _parsed(raw)
    sender = _sender(message)
    leaves = list(_leaves(message))
    original = clean_text(_body(leaves))[:LONGEST_ORIGINAL]
    return IncomingMail(
        key=_key(message, sender, raw),
        sender=sender,
        subject=" ".join(clean_text(header(message, "Subject")).split())[:LONGEST_SUBJECT],
        text=new_part(original),
        original=original,
        thread=ids_in(f"{header(message, 'In-Reply-To')} {header(message, 'References')}")[:MOST_IDS],
        attachments=tuple(_attachments(leaves)),
        machine=why_machine(lambda name: header(message, name), message.keys(), sender, own),
        report=delivery_report(message, leaves, lambda name: header(message, name)),
        failed_check=_failed_check(header(message, "Authentication-Results")),
    )


def header(message: Message, name: str) -> str:
    """The first header of that name, decoded; "" when there is none or nobody can read it."""
    try:
        return str(message.get(name) or "")
    except FAULTS:
        return next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")


def _parsed(raw: bytes) -> Message:
    try:
        return message_from_bytes(raw, policy=wire.default)
    except FAULTS:  # for example thousands of parts inside each other
        return BytesHeaderParser(policy=wire.compat32).parsebytes(raw.partition(b"\r\n\r\n")[0][:LONGEST_ORIGINAL])


def _key(message: Message, sender: str | None, raw: bytes) -> str:
    """A digest. The sender is part of it, so that nobody can use up the id of somebody else's mail."""
    message_id = header(message, "Message-ID").strip()
    if message_id:
        return "id:" + hashlib.sha256(f"{message_id}\0{sender}".encode(errors="replace")).hexdigest()
    return "raw:" + hashlib.sha256(raw).hexdigest()


def _sender(message: Message) -> str | None:
    """The address of the one From header, when programs cannot read it in two ways."""
    try:
        values: list[Any] = message.get_all("From") or []
        if len(values) != 1 or not isinstance(values[0], AddressHeader):
            return None
        found: Any = values[0]
        if len(found.addresses) != 1 or any(isinstance(fault, InvalidHeaderDefect) for fault in found.defects):
            return None
        return clean_email(found.addresses[0].addr_spec)
    except FAULTS:  # also when nothing can be sent to it
        return None


def _failed_check(results: str) -> bool:
    """True when our own mail server, whose header is on top, says that the sender is not who they say."""
    plain = results.lower().replace(" ", "")
    return "dmarc=fail" in plain


def _leaves(message: Message) -> Iterator[EmailMessage]:
    """The parts that hold something, in order. What is inside a forwarded mail belongs to that mail."""
    waiting: list[Any] = [message]
    seen = 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop()
        seen += 1
        if part.is_multipart() and part.get_content_maintype() != "message":
            waiting.extend(reversed(part.get_payload()))
        else:
            yield part


def _body(leaves: list[EmailMessage]) -> str:
    texts = {"text/plain": "", "text/html": ""}
    for part in leaves:
        kind = part.get_content_type()
        if kind in texts and not _is_file(part):
            texts[kind] += _text(part) + "\n"
    return texts["text/plain"] if texts["text/plain"].strip() else text_of_html(texts["text/html"])


def _text(part: EmailMessage) -> str:
    content = _bytes(part)[: 4 * LONGEST_ORIGINAL]
    charset = _or_none(part.get_content_charset) or "utf-8"
    for name in (charset, "utf-8"):
        try:
            if name.lower() not in NOT_A_CHARSET:
                return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", errors="replace")


def _bytes(part: EmailMessage) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except FAULTS:
        return b""
    return content if isinstance(content, bytes) else b""


def _attachments(leaves: list[EmailMessage]) -> Iterator[Attachment]:
    for number, part in enumerate(leaves, 1):
        kind = part.get_content_maintype()
        if kind == "text" and not _is_file(part):
            continue
        content = _whole(part) if kind == "message" else _bytes(part)
        in_text = _or_none(part.get_content_disposition) == "inline" or "Content-ID" in part
        if not content or (kind == "image" and in_text and len(content) < SMALL_PICTURE):
            continue
        name = clean_text(_or_none(part.get_filename) or "").replace("\n", " ")
        yield Attachment(name[-150:] or f"file-{number}.{part.get_content_subtype()}", content)


def _whole(part: EmailMessage) -> bytes:
    try:
        return part.as_bytes()
    except FAULTS:
        return b""


def _is_file(part: EmailMessage) -> bool:
    return _or_none(part.get_content_disposition) == "attachment" or bool(_or_none(part.get_filename))


def _or_none(read_value: Any) -> str | None:
    try:
        value = read_value()
    except FAULTS:
        return None
    return value if isinstance(value, str) else None
