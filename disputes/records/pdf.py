"""The case as a PDF to read or print. The same case gives the same bytes."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import typst

from disputes import policy
from disputes.records.case_json import Json
from disputes.words import Sentences, file_of

say = Sentences("disputes/sentences.yml", "papers")

TEMPLATE: Final = "disputes/records/templates/case.typ"


def case_pdf(case: Json, letters: Sequence[Json]) -> bytes:
    """A PDF of a case as `case_json` writes it, and of its letters; dates as they are where the shop is."""
    rules = policy.current()
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
            [rules.promise_label(promise["what"]), _say(promise["due"]), say(f"became_{promise['became']}")]
            for promise in case["promises"]
        ],
        "letters": [
            {**letter, "written_at": _say(letter["written_at"]), "sent_at": _say(letter["handed_to_mail_server_at"])}
            for letter in letters
        ],
        "files": [[file["name"] or say("kept_by_shop"), file["sha256"]] for file in case.get("files", [])],
        "head": case["head"],
    }
    made: bytes = typst.compile(
        file_of(TEMPLATE).read_bytes(),
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
        (say("from"), who["name"]),
        (say("email"), who["email"]),
        (say("phone"), who["phone"]),
        (say("about"), case["category_label"]),
        (say("order"), case["order_number"]),
        (say("asked_for"), case["desired_outcome"]),
        (say("tried"), case["tried_before"]),
        (say("filed"), _say(case["dates"]["filed_at"])),
        (say("now"), case["state_label"]),
        (say("outcome"), policy.current().outcome_labels.get(outcome) if outcome else None),
    ]
    return [[name, str(value)] for name, value in rows if value]


def _exchanges(case: Json) -> list[Json]:
    share: dict[str, Any] = case.get("investigation", {})
    asked = [(say("we_asked"), question["asked_at"], question["text"]) for question in share.get("questions", [])]
    said = [(say("you_answered"), answer["at"], answer["text"]) for answer in share.get("answers", [])]
    # A stable sort: the questions of one moment stay in their order.
    exchanges = sorted([*asked, *said], key=lambda entry: str(entry[1]))
    return [{"who": who, "at": _say(at), "text": text} for who, at, text in exchanges]


def _say(moment: str | None) -> str | None:
    if moment is None:
        return None
    at, shop_policy = datetime.fromisoformat(moment), policy.current()
    return say("day_and_time", day=shop_policy.say_date(at), time=shop_policy.say_time(at))
