"""The chain of hashes over a case's history: whoever changes, drops or adds a line later cannot make it fit again."""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from disputes.cases.tables import CaseEvent

SEAL_LENGTH = 16
"""How many signs of the head a letter prints; 64 bits, enough to compare with what we hold."""


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold: the number of the line, and why in a sentence."""

    seq: int
    why: str


def digest_of_words(text: str | None, reason: str | None, salt: str) -> str:
    """What the chain keeps of words that may have to be erased."""
    return hashlib.sha256(json.dumps([salt, text, reason]).encode()).hexdigest()


def new_salt() -> str:
    """128 random bits; erased with the words, so that the digest cannot be guessed back."""
    return secrets.token_hex(16)


def hash_of(event: CaseEvent) -> str:
    """The hash of an event over all that is kept of it and the hash before."""
    content = {
        "prev": event.prev_hash,
        "case": str(event.case_id),
        "seq": event.seq,
        "kind": event.kind,
        "from": event.from_state,
        "to": event.to_state,
        "actor": event.actor_kind,
        "staff": str(event.staff_id) if event.staff_id else None,
        "audience": event.audience,
        "clause": event.clause_id,
        "notice": event.notice,
        "data": event.data,
        "text": event.text_digest,
        "due": event.due_at.astimezone(UTC).isoformat() if event.due_at else None,
        "at": event.at.astimezone(UTC).isoformat(),
    }
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def breaks_in(events: Iterable[CaseEvent], last_seq: int, last_hash: str) -> list[Break]:
    """Where the history of one case does not hold; `last_seq` and `last_hash` are what the case says of its end.

    The events come in order, with their words loaded. Erased words are no break.
    """
    found: list[Break] = []
    seq, before = 0, ""
    for event in events:
        seq += 1
        if event.seq != seq:
            found.append(Break(event.seq, f"line {seq} is missing"))
            seq = event.seq
        if event.prev_hash != before:
            found.append(Break(event.seq, "it does not follow on the line before"))
        if event.hash != hash_of(event):
            found.append(Break(event.seq, "it was changed after it was written"))
        words = event.words
        if words and event.text_digest != digest_of_words(words.text, words.reason, words.salt):
            found.append(Break(event.seq, "its words were changed after they were written"))
        before = event.hash
    if (seq, before) != (last_seq, last_hash):
        found.append(Break(last_seq, "the history ends before the last line that the case knows of"))
    return found


def seal_of(event: CaseEvent) -> str:
    """The short form that letters print."""
    return event.hash[:SEAL_LENGTH]
