"""Which question of the assistant stands on the screen, told by its words in domain.yml."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.stack import ROOT

ASKS: Final = {
    "utter_ask_category": "category",
    "utter_ask_order_number": "order_number",
    "utter_propose_remedy": "remedy_answer",
    "utter_propose_remedy_again": "remedy_answer",
    "utter_offer_complaint": "complaint?",
    "utter_offer_complaint_without_order": "complaint?",
    "utter_offer_complaint_again": "complaint?",
    "utter_reseller": "complaint?",
    "utter_complaint_waits": "complaint?",
    "utter_stopped": "complaint?",
    "utter_remedy_accepted": "colleague?",
    "utter_colleague_again": "colleague?",
    "utter_ask_complainant_name": "complainant_name",
    "utter_ask_contact": "contact",
    "utter_ask_description": "description",
    "utter_summary": "filing_confirmed",
    "utter_summary_without_order": "filing_confirmed",
    "utter_confirm_again": "filing_confirmed",
    "utter_what_to_change": "change",
    "utter_filed": "filed",
    "utter_filed_and_mailed": "filed",
    "utter_already_filed": "filed",
    "utter_ask_status_lookup": "status_lookup",
    "utter_ask_status_email": "status_email",
    "utter_code_sent": "code",
    "utter_code_waits": "code",
    "utter_code_sent_again": "code",
    "utter_progress": "progress",
    "utter_progress_at_end": "progress",
}
"""What each response waits for; "filed" and "progress" are ends and wait for nothing."""


def asked(shown: list[str]) -> str | None:
    """What the last question among these texts asks for; None when they ask nothing."""
    for text in reversed(shown):
        for pattern, meaning in _patterns():
            if pattern.match(text):
                return meaning
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    responses: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(ROOT / "domain.yml").read_text())["responses"]
    return [
        (re.compile(_loosely(variant["text"]), re.DOTALL), meaning)
        for response, meaning in ASKS.items()
        for variant in responses[response]
    ]


def _loosely(text: str) -> str:
    """A pattern for a text with its {values} filled in with anything."""
    return ".+?".join(re.escape(piece) for piece in re.split(r"\{\w+\}", text))
