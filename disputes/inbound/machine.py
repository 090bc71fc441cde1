"""Mail that programs write: automatic answers, lists, and reports that a letter could not be delivered."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage, Message
from typing import Final

BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})
MARKS: Final = ("x-autoreply", "x-autorespond", "x-autoresponder")
MAIL_SYSTEMS: Final = frozenset({"mailer-daemon", "postmaster"})
REASONS: Final = {
    "5.1": "the mailbox does not exist",
    "5.2.2": "the mailbox is full",
    "5.2": "the mailbox does not take mail",
    "5.4": "the mail server of that address could not be reached",
    "5.7": "the mail server of that address refused it",
}
MOST_TEXT: Final = 200_000
FAULTS: Final = (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
"""What the standard library raises for headers and parts that nobody foresaw."""

_ID: Final = re.compile(r"<[^<>\s]{3,250}>")
_NAMED_ID: Final = re.compile(r"^message-id:\s*(<[^<>\s]{3,250}>)", re.IGNORECASE | re.MULTILINE)
_FIELD: Final = re.compile(r"^(action|status):\s*([\w.]+)", re.IGNORECASE | re.MULTILINE)

type Header = Callable[[str], str]


@dataclass(frozen=True)
class DeliveryReport:
    """What a mail server says of a letter. `failed` is final: one that is only late is not. `reason` names nobody."""

    message_ids: tuple[str, ...]
    failed: bool
    reason: str


def ids_in(text: str) -> tuple[str, ...]:
    """The message ids in a header, each once, in order."""
    return tuple(dict.fromkeys(_ID.findall(text)))


def why_machine(header: Header, names: Iterable[str], sender: str | None, own: frozenset[str]) -> str | None:
    """By what we see that no person wrote it (RFC 3834 and what came before it); None for a person's mail."""
    given = {name.lower() for name in names}
    submitted = header("Auto-Submitted").split(";")[0].strip().lower()
    checks = (
        ("own_address", sender is not None and sender in own),
        ("auto_submitted", submitted not in ("", "no")),
        ("precedence", header("Precedence").strip().lower() in BULK),
        ("list", any(name.startswith("list-") for name in given)),
        ("auto_reply", any(mark in given for mark in MARKS)),
        ("no_return_path", "return-path" in given and header("Return-Path").strip() == "<>"),
        ("mail_system", sender is not None and sender.partition("@")[0] in MAIL_SYSTEMS),
    )
    return next((why for why, holds in checks if holds), None)


def delivery_report(message: Message, leaves: list[EmailMessage], header: Header) -> DeliveryReport | None:
    """The report in a mail; None when it is none, or does not name the letter it is about.

    Mail servers that do not know the form send their own text with the letter's head in it; that counts when it
    comes from a mail system. An automatic answer of a person's mailbox ("I am away") is no report.
    """
    by_form = message.get_content_type() == "multipart/report" and "disposition" not in header("Content-Type")
    status = [part for part in leaves if part.get_content_type() == "message/delivery-status"]
    from_system = "<>" in header("Return-Path") or any(f"{name}@" in header("From").lower() for name in MAIL_SYSTEMS)
    if not (by_form and status) and not (from_system and ("X-Failed-Recipients" in message or not _is_answer(header))):
        return None
    text = "\n".join(_as_text(part) for part in leaves)
    ids = tuple(dict.fromkeys(_NAMED_ID.findall(text)))
    if not ids:
        return None
    fields = _FIELD.findall("\n".join(_as_text(part) for part in status))
    actions = {value.lower() for name, value in fields if name.lower() == "action"}
    code = next((value for name, value in fields if name.lower() == "status"), "")
    return DeliveryReport(ids, "failed" in actions if status else True, _reason(code))


def _is_answer(header: Header) -> bool:
    return header("Auto-Submitted").lower().startswith("auto-replied") and not header("X-Failed-Recipients")


def _as_text(part: EmailMessage) -> str:
    try:
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else part.as_bytes()
    except FAULTS:
        return ""
    return content[:MOST_TEXT].decode("utf-8", errors="replace")


def _reason(code: str) -> str:
    said = next((words for start, words in REASONS.items() if code.startswith(start)), "it could not be delivered")
    return f"returned by a mail server: {said}" + (f" ({code})" if code else "")
