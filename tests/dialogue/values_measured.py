"""How many of the values in messages are found, and how many of those found are right.

`python -m tests.dialogue.values_measured` prints the table, and what is missed or wrong.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from actions import reading
from actions.turn import Turn
from disputes.cases.told import amount_of, day_of
from disputes.policy import load
from nlu_components.values import find_values

TODAY: Final = date(2026, 3, 18)
POLICY: Final = load(Path(__file__).parents[2] / "policy.yml")
MESSAGES: Final = Path(__file__).with_name("values_test.yml")
KINDS: Final = {"email": "email", "phone": "phone", "order": "order_number", "reference": "reference"}
"""As the file calls them, and as entities."""

_SHOP_WORDS: Final = re.compile(r"^(?:ORDER|ORD)")


@dataclass
class Score:
    """Of one kind of value. `faults` are the messages with what was missed or found wrongly."""

    right: int = 0
    missed: int = 0
    wrong: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the values in the messages that were found."""
        return self.right / max(1, self.right + self.missed)

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / max(1, self.right + self.wrong)

    def count(self, text: str, expected: Iterable[str], found: Iterable[str]) -> None:
        """Adds one message."""
        left = list(found)
        lacking = []
        for value in expected:
            if value in left:
                left.remove(value)
                self.right += 1
            else:
                lacking.append(value)
        self.missed += len(lacking)
        self.wrong += len(left)
        if lacking or left:
            self.faults.append(f"{text!r}: missed {lacking}, wrong {left}")


def measured(*, fresh: bool | None = None) -> dict[str, Score]:
    """The score of each kind of value over the messages; of names, over those where one was asked for.

    `fresh`: over those only that were written after the rules, or over those before.
    """
    scores = {kind: Score() for kind in (*KINDS, "name", "amount", "date")}
    for message in yaml.safe_load(MESSAGES.read_text(encoding="utf-8")):
        if fresh is not None and message.get("fresh", False) is not fresh:
            continue
        turn = heard(message["text"])
        for kind, entity in KINDS.items():
            alike = _SAME[kind]
            expected = [alike(str(value)) for value in message.get(kind) or ()]
            scores[kind].count(message["text"], expected, [alike(value) for value in turn.values.get(entity, ())])
        amounts = [amount_of(each, POLICY) for each in turn.mentions.get("amount", ())]
        scores["amount"].count(
            message["text"],
            message.get("amount") or (),
            dict.fromkeys(f"{amount} {money}" for amount, money in amounts),
        )
        days = (day_of(each, POLICY.shop.locale, TODAY) for each in turn.mentions.get("date", ()))
        scores["date"].count(
            message["text"], map(str, message.get("date") or ()), dict.fromkeys(str(day) for day in days if day)
        )
        if message.get("asked") == "name":
            name = reading.name_answered(turn)
            scores["name"].count(message["text"], _listed(message.get("name")), _listed(name))
    return scores


def heard(text: str) -> Turn:
    """The message as the actions see it, without an intent."""
    found = [each._asdict() for each in find_values(text)]
    return Turn.of({"text": text, "intent": {"name": "inform", "confidence": 0.9}, "entities": found})


def _listed(value: Any) -> list[str]:
    return [str(value)] if value else []


def _digits(value: str) -> str:
    national = value.replace("(0)", "") if value.startswith(("+", "00")) else value
    return re.sub(r"^00", "", re.sub(r"\D", "", national))


def _letters_and_digits(value: str) -> str:
    return _SHOP_WORDS.sub("", re.sub(r"[^A-Z0-9]", "", value.upper()))


_SAME: Final[Mapping[str, Callable[[str], str]]] = {
    "email": str.lower,
    "phone": _digits,
    "order": _letters_and_digits,
    "reference": _letters_and_digits,
}
"""What makes two ways to write a value the same."""


if __name__ == "__main__":
    for fresh in (False, True):
        print("\nWritten after the rules" if fresh else "Written before the rules")
        for kind, score in measured(fresh=fresh).items():
            count = score.right + score.missed
            print(f"{kind}: recall {score.recall:.3f}, precision {score.precision:.3f} ({count})")
            print("\n".join(f"  {fault}" for fault in score.faults))
