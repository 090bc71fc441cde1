"""The case as a PDF to read or print. The same case gives the same bytes."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from disputes import policy
from disputes.records.case_json import Json

TEMPLATE: Final = Path(__file__).parent / "templates" / "case.typ"


def case_pdf(case: Json, letters: Sequence[Json]) -> bytes:
    """A PDF of a case as `case_json` writes it, and of its letters; dates as they are where the shop is."""
    shown = {
        "shop": case["shop"]["name"],
        "reference": case["reference"],
        "facts": _facts(case),
        "description": case["description"],
        "history": [
            {"at": _say(line["at"]), "line": line["line"], "words": (line.get("words") or {}).get("text")}
            for line in case["history"]
            if "line" in line
        ],
        "exchanges": _exchanges(case),
        "promises": [
            [promise["what"].replace("_", " "), _say(promise["due"]), promise["became"]] for promise in case["promises"]
        ],
        "letters": [
            {**letter, "written_at": _say(letter["written_at"]), "sent_at": _say(letter["handed_to_mail_server_at"])}
            for letter in letters
        ],
        "files": [[file["name"] or "(kept by the shop)", file["sha256"]] for file in case.get("files", [])],
        "head": case["head"],
    }
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"case": json.dumps(shown, default=str)},
        ignore_system_fonts=True,  # fonts of one machine would give other bytes on another
        timestamp=0,
    )
    return made


def _facts(case: Json) -> list[list[str]]:
    who = case["complainant"]
    outcome = case["outcome"]["code"]
    rows = [
        ("From", who["name"]),
        ("E-mail", who["email"]),
        ("Phone", who["phone"]),
        ("About", case["category_label"]),
        ("Order", case["order_number"]),
        ("Asked for", case["desired_outcome"]),
        ("Tried before", case["tried_before"]),
        ("Filed", _say(case["dates"]["filed_at"])),
        ("Now", case["state_label"]),
        ("Outcome", policy.current().outcome_labels.get(outcome) if outcome else None),
    ]
    return [[name, str(value)] for name, value in rows if value]


def _exchanges(case: Json) -> list[Json]:
    share: dict[str, Any] = case.get("investigation", {})
    asked = [("We asked", question["asked_at"], question["text"]) for question in share.get("questions", [])]
    said = [("You answered", answer["at"], answer["text"]) for answer in share.get("answers", [])]
    # A stable sort: the questions of one moment stay in their order.
    exchanges = sorted([*asked, *said], key=lambda entry: str(entry[1]))
    return [{"who": who, "at": _say(at), "text": text} for who, at, text in exchanges]


def _say(moment: str | None) -> str | None:
    if moment is None:
        return None
    at, shop_policy = datetime.fromisoformat(moment), policy.current()
    return f"{shop_policy.say_date(at)}, {shop_policy.say_time(at)}"
