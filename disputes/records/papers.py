"""The papers of a case, one file at a time: what the bundle for the customer and the export of a person are made of."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy.orm import Session

from disputes import policy
from disputes.cases.tables import Case
from disputes.investigation import service as investigation
from disputes.notifications.tables import Notification
from disputes.records import pdf, queries
from disputes.records.archive import Paper
from disputes.records.case_json import case_as_json, causes_letter, proof_of
from disputes.records.texts import text_of

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME: Final = 80


def papers_of(session: Session, case: Case, *, for_staff: bool, folder: str = "") -> Iterator[Paper]:
    """The files about a case for its customer (or, `for_staff`, for whoever works on it), below `folder`.

    Same case, same files, byte for byte. Evidence is read one file at a time.
    """
    events = list(queries.history(session, case.id))
    told = {event.id: event.seq for event in events if for_staff or causes_letter(event)}
    found = [letter for letter in queries.letters_of(session, case.id) if for_staff or letter.event_id in told]
    place = {letter.id: told.get(letter.event_id, 0) if letter.event_id else 0 for letter in found}
    letters = sorted(found, key=lambda letter: (letter.created_at, place[letter.id], letter.id))
    written = case_as_json(session, case, events, letters, for_staff=for_staff)
    files = investigation.evidence_of(session, case)
    written["files"] = [
        {
            "name": _evidence_name(number, file) if _is_given(file, for_staff=for_staff) else None,
            "called": file.file_name if _is_given(file, for_staff=for_staff) else None,
            "from": "shop" if file.staff_id else "customer",
            "sha256": file.sha256,
            "size": file.size,
        }
        for number, file in enumerate(files, 1)
    ]
    text_of_policy = queries.policy_text(session, case.policy_digest)
    yield Paper(f"{folder}README.txt", readme(case, has_policy=text_of_policy is not None).encode())
    yield Paper(f"{folder}case.pdf", pdf.case_pdf(written, [_letter_text(letter) for letter in letters]))
    yield Paper(f"{folder}case.json", as_json(written))
    for number, letter in enumerate(letters, 1):
        name = f"{folder}letters/{number:02}-{safe(letter.kind)}.txt"
        yield Paper(name, _letter_file(letter).encode())
    for number, file in enumerate(files, 1):
        if _is_given(file, for_staff=for_staff):
            _, content = investigation.read_evidence(session, file.id)
            yield Paper(f"{folder}{_evidence_name(number, file)}", content)
    if text_of_policy is not None:
        yield Paper(f"{folder}policy.yml", text_of_policy.encode())


def as_json(value: Any) -> bytes:
    """JSON as it is in archives: keys in the order of the shape, readable, in UTF-8."""
    return (json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n").encode()


def readme(case: Case, *, has_policy: bool) -> str:
    """What is in the archive, how to check it, and what the seal on our letters is."""
    return text_of("case_readme.txt", reference=case.reference, shop=policy.current().shop, has_policy=has_policy)


def _is_given(file: Any, *, for_staff: bool) -> bool:
    """A file that the shop added may show other people, and nobody can take them out by program."""
    return for_staff or file.staff_id is None


def _letter_file(letter: Notification) -> str:
    proof = proof_of(letter)
    head = "".join(f"{name.replace('_', ' ').capitalize()}: {value}\n" for name, value in proof.items() if value)
    return f"{head}\n{'-' * 70}\n\n{letter.text}"


def _letter_text(letter: Notification) -> dict[str, Any]:
    return {**proof_of(letter), "text": letter.text}


def _evidence_name(number: int, file: Any) -> str:
    stem = safe(file.file_name.rsplit(".", 1)[0]) or "file"
    return f"evidence/{number:02}-{stem}.{file.kind}"


def safe(name: str) -> str:
    """The name with nothing in it that a file system or an unpacking program might take for something else."""
    return _UNSAFE.sub("-", name).strip(".-")[:LONGEST_NAME]
